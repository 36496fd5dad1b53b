/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* Messages for people, on standard error, each in one line and one write. $SYSTEMD_LOG_LEVEL (a name or number of
 * syslog(3)) says down to which level, "info" by default. What is printed goes through basic/escape, so that no name
 * can forge a second line. */

#include <syslog.h>

#include "basic/trouble.h"

/* What stands before each message; "cgscope" unless set. @name is borrowed. */
void log_set_program(const char *name);

/* --quiet: nothing below a warning. */
void log_set_quiet(void);

/* For a service: where standard error leads to the journal ($JOURNAL_STREAM, systemd.exec(5)), a line begins with its
 * level, as sd-daemon(3) has it, and not with the program's name, which the journal knows. */
void log_set_service(void);

/* Prints "PROGRAM: MESSAGE", or MESSAGE alone where it is no more than information. With @error (a negative errno, else
 * 0) the cause is added behind it: ": No such file …". Returns @error, so that a function can end with it. */
int log_full(int level, int error, const char *format, ...) _printf_(3, 4);

#define log_error(...) log_full(LOG_ERR, 0, __VA_ARGS__)
/* A refusal: the message without the cause, and @error (or an exit status) as the value. */
#define log_refuse(error, ...) (log_full(LOG_ERR, 0, __VA_ARGS__), (error))

#define log_warning(...) log_full(LOG_WARNING, 0, __VA_ARGS__)
#define log_info(...) log_full(LOG_INFO, 0, __VA_ARGS__)
#define log_debug(...) log_full(LOG_DEBUG, 0, __VA_ARGS__)
#define log_error_errno(error, ...) log_full(LOG_ERR, (error), __VA_ARGS__)
#define log_warning_errno(error, ...) log_full(LOG_WARNING, (error), __VA_ARGS__)

/* Says what @trouble is where @error is negative, or else what that means, and empties it. Returns @error, or 0. */
int log_trouble_full(int level, int error, Trouble *trouble);

#define log_trouble(error, trouble) log_trouble_full(LOG_ERR, (error), (trouble))

int log_oom(void);
