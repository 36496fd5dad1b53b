# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Sourced by stage.sh: the cached root file system of a Debian suite, and the disk image made from it.
#
# $cache_dir/SUITE-HASH/root        the tree
# $cache_dir/SUITE-HASH/disk.img    the same as an ext4 file system, with vmlinuz and initrd.img beside it
#
# HASH is of the recipe: when it changes, what an older one made is removed.

rootfs_packages=(
    systemd systemd-sysv dbus dbus-daemon dbus-bin dbus-user-session polkitd libpam-systemd
    gcc libc6-dev meson ninja-build pkgconf libsystemd-dev libdbus-1-dev libsmartcols-dev libglib2.0-dev
    linux-image-cloud-amd64 initramfs-tools udev kmod
    login passwd procps strace valgrind attr util-linux python3
    bash-completion zsh fish keyutils systemd-container systemd-oomd
)

# What the packages do not do. Runs once, on the new tree.
rootfs_customize() {
    local root=$1 user unit
    chroot "$root" useradd --create-home --uid 1000 --shell /bin/bash tester
    chroot "$root" useradd --create-home --uid 1001 --shell /bin/bash other
    mkdir -p "$root/var/lib/systemd/linger"
    for user in root tester other; do
        chroot "$root" passwd --quiet --delete "$user"
    done
    # A lingering user has a manager from boot on, without a login.
    touch "$root/var/lib/systemd/linger/tester" "$root/var/lib/systemd/linger/other"
    # Nobody logs in, and nothing shall run beside the tests.
    for unit in getty@.service serial-getty@.service console-getty.service \
        apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer e2scrub_all.timer fstrim.timer; do
        ln -sf /dev/null "$root/etc/systemd/system/$unit"
    done
    # It kills only where a test has started it, and hands no controller on by its own drop-ins.
    chroot "$root" systemctl --quiet disable systemd-oomd.service
    find "$root"/usr/lib/systemd/system "$root"/lib/systemd/system -name '*-oomd-*-defaults.conf' -delete
    # Without an identity every boot would be a first boot, with all its extra units.
    rm -f "$root/var/lib/dbus/machine-id"
    od -An -N16 -tx1 /dev/urandom | tr -d ' \n' >"$root/etc/machine-id"
    printf 'cgscope-test\n' >"$root/etc/hostname"
    rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*
}

rootfs_hash() {
    {
        printf '%s\n' "${rootfs_packages[@]}"
        declare -f rootfs_customize
        cat "$host_dir/../guest/init.sh"
    } | sha256sum | cut -c1-12
}

# Takes the suite's lock and leaves its directory, complete, in $suite_dir. The lock is kept, shared,
# on fd 9 until the run ends, so that another run with another recipe does not remove what is in use.
rootfs_ready() {
    local suite=$1
    mkdir -p "$cache_dir"
    suite_dir=$cache_dir/$suite-$(rootfs_hash)
    exec 9>"$cache_dir/$suite.lock"
    flock --shared 9
    if [[ ! -d $suite_dir ]]; then
        flock --nonblock 9 || {
            say "$suite: waiting for another run that uses the cache"
            flock 9
        }
        [[ -d $suite_dir ]] || rootfs_make "$suite"
        flock --shared 9
    fi
}

rootfs_make() {
    local suite=$1 new=$suite_dir.new.$stage_owner old options=()
    for old in "$cache_dir/$suite"-*; do
        [[ ! -e $old ]] || rm -rf --one-file-system -- "$old"
    done
    # The index of a suite that moves may be served a little late.
    [[ $suite != sid ]] || options+=(--aptopt='Acquire::Check-Valid-Until "false"')

    say "$suite: making the root file system (about 50 s, once)"
    mkdir -p "$new"
    if ! mmdebstrap --variant=minbase --mode=root --format=directory "${options[@]}" \
        --include="$(IFS=,; printf '%s' "${rootfs_packages[*]}")" \
        "$suite" "$new/root" </dev/null 2>&1 | rootfs_progress "$suite" "$new/log"; then
        tail -n 20 "$new/log" >&2
        die "mmdebstrap could not make a root file system of $suite"
    fi
    rootfs_customize "$new/root"
    install -m 755 "$host_dir/../guest/init.sh" "$new/root/usr/local/sbin/cgscope-guest-init"
    mv -T "$new" "$suite_dir"
    say "$suite: the root file system is ready"
}

# mmdebstrap announces its steps as "I: ..."; the rest goes to a file, for when it fails.
rootfs_progress() {
    local suite=$1 log=$2 line
    while IFS= read -r line; do
        printf '%s\n' "$line" >>"$log"
        case $line in
            'I: running apt-get update'*) say "$suite: reading the package lists" ;;
            'I: downloading'*) say "$suite: downloading" ;;
            'I: extracting'*) say "$suite: extracting" ;;
            'I: installing remaining'*) say "$suite: installing packages" ;;
            'I: cleaning'*) say "$suite: cleaning up" ;;
        esac
    done
}

# The disk image of the suite, made when a virtual machine first asks for it.
rootfs_image() {
    local suite=$1
    [[ ! -e $suite_dir/disk.img ]] || return 0
    flock 9
    if [[ ! -e $suite_dir/disk.img ]]; then
        say "$suite: making the disk image (about 10 s, once)"
        cp "$suite_dir"/root/boot/vmlinuz-* "$suite_dir/vmlinuz"
        cp "$suite_dir"/root/boot/initrd.img-* "$suite_dir/initrd.img"
        # Unwritten parts of the image take no room on the disk.
        rm -f "$suite_dir"/disk.img.new.*
        mke2fs -q -t ext4 -d "$suite_dir/root" "$suite_dir/disk.img.new.$stage_owner" 3G >/dev/null
        mv "$suite_dir/disk.img.new.$stage_owner" "$suite_dir/disk.img"
    fi
    flock --shared 9
}
