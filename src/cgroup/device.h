/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Block devices as the io controller numbers them. */

#include <sys/types.h>

#include "basic/macros.h"

/* The disk that a path means, as systemd finds it: of a block device the device itself, of a partition its disk, of
 * any other file the device of its file system. -ENOTBLK where there is none. */
int device_find(const char *path, dev_t *ret);

/* "/dev/sda" of the number; "/dev/block/8:0" where sysfs does not say. *ret is freed by the caller. */
int device_name(dev_t device, char **ret);
