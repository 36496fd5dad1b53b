/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/command/linger.h"

#include <signal.h>

#include "basic/fd.h"
#include "basic/log.h"
#include "basic/user-name.h"
#include "basic/user-namespace.h"
#include "proc/proc.h"

bool linger_is_meant(pid_t pid) {
        static const char label[] = "\nSigIgn:\t"; /* a mask in hexadecimal */
        _cleanup_close_ int proc = proc_open_number(pid == 0 ? getpid() : pid);
        _cleanup_free_ char *text = NULL;
        const char *line;

        if (proc < 0 || proc_read(proc, "status", &text) < 0)
                return false;

        line = strstr(text, label);
        return line && strtoull(line + strlen(label), NULL, 16) & (UINT64_C(1) << (SIGHUP - 1));
}

void linger_warn(ManagerKind manager, const char *unit) {
        if (manager != MANAGER_USER || user_lingers(user_name(user_uid_outside())) != 0)
                return;

        log_warning("%s ends with your last session, as your user manager does; loginctl enable-linger keeps both",
                    unit);
}
