/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* With @result of flushing standard output: 0 where all was written, or nobody reads any more, as head(1) that has
 * enough; else @result when it has said what is wrong. */
int output_check(int result);
