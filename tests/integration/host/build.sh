# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Sourced by stage.sh: builds cgscope inside a suite's root file system, with the suite's own libraries.

# Leaves in TREE what `meson install` puts into the system, and the build directory without its objects.
build_inside() {
    local suite=$1 tree=$2 root=$run_dir/build-root log=$run_dir/build.log
    say "$suite: building cgscope"
    mount_overlay "$suite_dir/root" "$run_dir/build-layer" "$root"
    mount -t proc proc "$root/proc"
    mount_devices "$root"
    mount_temporary "$root"
    copy_source "$source_dir" "$root/opt/cgscope/source"
    if ! build_commands "$root" >"$log" 2>&1; then
        tail -n 40 "$log" >&2
        die "cgscope could not be built on $suite"
    fi
    # The archive goes over a system whose /lib is a link, so links to directories have to survive.
    tar -C "$root/opt/cgscope/install" -cf - . | tar -C "$tree" -xf -
    tar -C "$root/opt/cgscope" --exclude='*.p' -cf - build | tar -C "$tree/opt/cgscope" -xf -
    umount --recursive --lazy "$root"
    say "$suite: built"
}

# Where the sanitizers write what they find, also those in the services.
build_reports() {
    local tree=$1 unit
    mkdir -m 1777 "$tree/opt/cgscope/sanitizer"
    for unit in cgscoped cgscope-reexecute@; do
        install -D -m 644 "$host_dir/../guest/sanitized.conf" "$tree/usr/lib/systemd/system/$unit.service.d/sanitized.conf"
    done
}

build_commands() {
    local root=$1 step options='' prefix=''
    if [[ $stage_build == sanitized ]]; then
        prefix='gcc -c -o options.o source/tests/integration/guest/sanitizer-options.c && LDFLAGS=/opt/cgscope/options.o'
        # What is undefined is a trap, which AddressSanitizer reports: the other's own reports go to standard error. The
        # line is that of some check in the function, for they share one trap.
        options='-Db_sanitize=address,undefined -Dc_args=-fsanitize-undefined-trap-on-error'
    fi
    for step in \
        "$prefix meson setup --prefix=/usr --buildtype=debugoptimized -Dtests=false -Dbench=true $options build source" \
        'ninja -C build' \
        'meson install -C build --no-rebuild --destdir=/opt/cgscope/install'; do
        chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
            bash -c "cd /opt/cgscope && $step" </dev/null || return
    done
}
