/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* --version, on standard output. */
void version_print(void);
