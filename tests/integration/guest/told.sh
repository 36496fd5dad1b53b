#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# told.sh SECONDS: in the container, the command with its deadline. Who it is and how it ended is in files, because who
# started it may lose sight of it.
cd /opt/cgscope || exit
echo $$ >pid
timeout --kill-after=10 "$1" ./command
status=$?
echo "$status" >status
exit "$status"
