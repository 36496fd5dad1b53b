# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Sourced by stage.sh and container-init.sh: what a root file system needs to be lived in.

# Mounts at ROOT the suite's tree with a throw-away layer above it, kept in LAYER.
mount_overlay() {
    local lower=$1 layer=$2 root=$3
    mkdir -p "$layer/upper" "$layer/work" "$root"
    mount -t overlay -o "lowerdir=$lower,upperdir=$layer/upper,workdir=$layer/work" cgscope-root "$root"
}

# A device directory of our own: given the machine's, systemd would start a getty on its serial line.
mount_devices() {
    local dev=$1/dev node
    mount -t tmpfs -o mode=755 tmpfs "$dev"
    for node in null zero full random urandom tty; do
        touch "$dev/$node"
        mount --bind "/dev/$node" "$dev/$node"
    done
    mkdir "$dev/pts" "$dev/shm"
    mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$dev/pts"
    mount -t tmpfs -o mode=1777 tmpfs "$dev/shm"
    ln -s pts/ptmx "$dev/ptmx"
    ln -s /proc/self/fd "$dev/fd"
}

mount_temporary() {
    mount -t tmpfs -o mode=755 tmpfs "$1/run"
    mount -t tmpfs -o mode=1777 tmpfs "$1/tmp"
}
