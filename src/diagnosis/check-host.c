/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "diagnosis/check.h"

const Check doctor_host_checks[] = {
        { "hierarchy", check_hierarchy },
        { "controllers", check_controllers },
        { "writable", check_writable },
        { "nsdelegate", check_nsdelegate },
        { "recursiveprot", check_memory_recursiveprot },
        { "favordynmods", check_favordynmods },
        { "container", check_container },
        { "wsl", check_wsl },
        { "systemd", check_systemd },
        { "systemd-version", check_systemd_version },
        {},
};
