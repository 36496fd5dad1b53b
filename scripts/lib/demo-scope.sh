#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The command of the demonstration: runs in the scope that cgscope made, as an ordinary user, and works with
# what it was handed. Everything it does is a plain file operation.
set -euo pipefail

echo "unit:         $CGSCOPE_UNIT"
echo "subtree:      $CGSCOPE_ROOT"
echo "my group:     $(cat /proc/self/cgroup)"
echo "controllers:  $(cat "$CGSCOPE_ROOT/cgroup.controllers")"
echo "for children: $(cat "$CGSCOPE_ROOT/cgroup.subtree_control")"

# A group of my own beside the leaf I am in, limited to a fifth of one CPU.
mkdir "$CGSCOPE_ROOT/job"
trap 'echo 1 >"$CGSCOPE_ROOT/job/cgroup.kill"' EXIT
echo "20000 100000" >"$CGSCOPE_ROOT/job/cpu.max"
echo "cpu.max:      $(cat "$CGSCOPE_ROOT/job/cpu.max")"

told=$(mktemp)
# A process that would burn a whole CPU moves in and is held back.
bash -c 'echo $$ >"$CGSCOPE_ROOT/job/cgroup.procs"; cat /proc/self/cgroup; while :; do :; done' >"$told" &
sleep 2
echo "in the job:   $(cat "$told"; rm "$told")"
grep -E 'usage_usec|nr_throttled' "$CGSCOPE_ROOT/job/cpu.stat" | sed 's/^/after 2 s:    /'

# One write ends all of it, and the group can go.
echo 1 >"$CGSCOPE_ROOT/job/cgroup.kill"
trap - EXIT
wait 2>/dev/null || true
rmdir "$CGSCOPE_ROOT/job"
