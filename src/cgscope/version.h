/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* "0.1" */
const char *version_text(void);
