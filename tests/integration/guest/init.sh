#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# What the kernel of the virtual machine starts: puts the second drive, a plain tar archive, over the
# root file system and becomes systemd, which so finds everything in place when it reads its units.
# Part of the cached root file system.
set -eu

tar --extract --file=/dev/vdb --directory=/ --keep-directory-symlink --no-overwrite-dir
exec /sbin/init "$@"
