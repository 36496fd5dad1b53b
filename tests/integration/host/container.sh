# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# Sourced by stage.sh: systemd as first process of a container, at native speed.
#
# Resource controllers are there only if the host has them free for cgroup v2; on a hybrid host there are none.

container_run() {
    local suite=$1 tree=$2 root=$run_dir/container status=0
    say "$suite: starting the container"
    mount_overlay "$suite_dir/root" "$run_dir/container-layer" "$root"
    tar -C "$tree" -cf - . | tar -C "$root" --keep-directory-symlink --no-overwrite-dir -xf -
    container_start "$root"
    container_wait
    say "$suite: the container is up"
    # Entering the namespaces leaves a process in our own group; the container's systemd gives it one there.
    nsenter -t "$container_pid" -a --root --wd -- systemd-run --quiet --pipe --wait -p Delegate=yes \
        -- /opt/cgscope/tests/integration/guest/told.sh "$stage_deadline" || status=$?
    container_await || status=$?
    [[ $status -ne 124 ]] || say "$suite: the command took longer than $stage_deadline s"
    container_stop
    return "$status"
}

container_start() {
    local root=$1 try
    (
        echo 0 >"$stage_group/cgroup.procs"
        exec setsid unshare --cgroup --mount --pid --uts --ipc --net --fork --kill-child \
            --propagation private bash "$host_dir/container-init.sh" "$root"
    ) </dev/null >"$run_dir/container.log" 2>&1 &
    container_unshare=$!
    for ((try = 0; try < 100; try++)); do
        container_pid=$(child_of "$container_unshare")
        # It is systemd from the moment it has changed its name.
        [[ -z $container_pid || $(<"/proc/$container_pid/comm") != systemd ]] || return 0
        kill -0 "$container_unshare" 2>/dev/null || break
        sleep 0.1
    done
    cat "$run_dir/container.log" >&2
    die "systemd did not start in the container"
}

child_of() {
    local parent=$1 status
    for status in /proc/[0-9]*/status; do
        if grep -q "^PPid:[[:space:]]*$parent\$" "$status" 2>/dev/null; then
            status=${status#/proc/}
            printf '%s\n' "${status%/status}"
            return
        fi
    done
}

container_wait() {
    # /proc/PID/root needs no bus; the bus comes up after the first units.
    timeout 90 nsenter -t "$container_pid" -a --root --wd -- /opt/cgscope/tests/integration/guest/ready.sh ||
        die "the container's systemd did not come up within 90 s"
}

# systemd-run loses sight of the command where that has systemd execute itself anew. The command goes on, and writes to
# the same descriptors; its status is in a file.
container_await() {
    local dir=/proc/$container_pid/root/opt/cgscope
    [[ -s $dir/pid ]] || return 0
    while [[ ! -s $dir/status && -d /proc/$container_pid/root/proc/$(<"$dir/pid") ]]; do
        sleep 1
    done
    [[ -s $dir/status ]] || return 125
    status=$(<"$dir/status")
}

# As first process systemd ignores SIGTERM, and nothing in it is worth an orderly end.
container_stop() {
    kill -KILL "$container_pid" 2>/dev/null || true
    wait "$container_unshare" 2>/dev/null || true
}
