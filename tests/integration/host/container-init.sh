#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# First process in the container's namespaces: dresses ROOT up, makes it the root and becomes systemd.
set -euo pipefail

# shellcheck source=tests/integration/host/mounts.sh
. "${BASH_SOURCE[0]%/*}/mounts.sh"

root=$1
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
# The cgroup namespace makes our group the root of this mount. nsdelegate is what a real host has.
mount -t cgroup2 -o nsdelegate cgroup2 "$root/sys/fs/cgroup"
mount_temporary "$root"
mount_devices "$root"
hostname cgscope-test
cd "$root"
pivot_root . mnt
umount -l /mnt
exec env -i container=cgscope-test PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    /lib/systemd/systemd --log-target=journal
