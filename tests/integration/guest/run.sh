#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# In the virtual machine: runs the command with its output on ports that the host reads, tells its status
# and powers off. Nothing written here is kept, so there is nothing to shut down.
set -euo pipefail

trap 'systemctl poweroff --force --force >/dev/null 2>&1' EXIT

ports=/dev/virtio-ports
for ((try = 0; try < 300; try++)); do
    [[ ! -e $ports/cgscope.out || ! -e $ports/cgscope.err || ! -e $ports/cgscope.status ]] || break
    sleep 0.1
done
exec >"$ports/cgscope.out" 2>"$ports/cgscope.err" </dev/null

status=0
timeout 180 "${BASH_SOURCE[0]%/*}/ready.sh" || status=$?
if [[ $status -eq 0 ]]; then
    # Its output goes through pipes: a port can be open only once, and a command may open /dev/stderr.
    /opt/cgscope/command > >(cat) 2> >(cat >&2) || status=$?
    # The two copiers end with the last writer.
    wait
else
    echo "the virtual machine's systemd did not come up within 180 s" >&2
    status=125
fi
printf '%s\n' "$status" >"$ports/cgscope.status"
