#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Waits until systemd has booted and both test users have their manager. The caller sets the deadline.
set -euo pipefail

state=
until [[ $state == running || $state == degraded ]]; do
    state=$(systemctl is-system-running --wait 2>/dev/null) || true
    [[ $state == running || $state == degraded ]] || sleep 0.1
done
if [[ $state == degraded ]]; then
    echo "note: units that failed while booting:" >&2
    systemctl --failed --no-legend --plain >&2
fi
for uid in 1000 1001; do
    until [[ $(systemctl is-active "user@$uid.service") == active && -S /run/user/$uid/bus ]]; do
        sleep 0.1
    done
done
