/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* /proc/PID/cgroup, stat, status and uid_map: what stands in a file is found, and what does not is not. */

#include <ctype.h>
#include <inttypes.h>

#include "basic/user-namespace.h"
#include "fuzz.h"
#include "proc/cgroup-file.h"
#include "proc/kernel.h"
#include "proc/stat.h"

static void check_cgroup(const char *text) {
        char *first_hierarchy = NULL, *first_path = NULL, *found = NULL;
        const char *rest = text;
        size_t length = 0;

        for (;;) {
                char *hierarchy = NULL, *path = NULL, *line = NULL;
                const char *before = rest;
                int r = cgroup_file_next(&rest, &hierarchy, &path);

                promise(r == 1 || (r == 0 && !hierarchy && !path && !*rest));
                if (r == 0)
                        break;

                promise(rest > before && !strpbrk(hierarchy, ":\n") && !strchr(path, '\n'));
                length += strlen(hierarchy) + strlen(path) + 2;
                promise(asprintf(&line, ":%s:%s", hierarchy, path) >= 0 && strstr(before, line));
                free(line);
                if (!first_path) {
                        first_hierarchy = hierarchy;
                        first_path = path;
                        continue;
                }
                free(hierarchy);
                free(path);
        }

        promise(length <= strlen(text));
        promise(cgroup_file_find(text, "no:such", &found) == -ENODATA && !found);
        if (first_path)
                promise(cgroup_file_find(text, first_hierarchy, &found) == 0 && streq(found, first_path));

        free(found);
        free(first_hierarchy);
        free(first_path);
}

static void check_stat(const char *text) {
        _cleanup_free_ char *written = NULL;
        ProcStat stat, again, untouched;
        int r;

        memset(&untouched, 0x5c, sizeof(stat));
        memset(&stat, 0x5c, sizeof(stat));
        r = proc_stat_parse(text, &stat);
        promise(r == 0 || (r == -EBADMSG && memcmp(&stat, &untouched, sizeof(stat)) == 0));

        /* As a name, whatever it is; the kernel has no longer ones. */
        promise(asprintf(&written,
                         "4711 (%.63s) S 17 4711 4711 0 -1 2097152 0 0 0 0 0 0 0 0 20 0 3 0 100 0 0 0 0 0 0 "
                         "0 0 0 0 0 0 0 0 0 17 1 0 2 0 0 0\n",
                         text) >= 0);
        promise(proc_stat_parse(written, &again) == 0 && again.parent == 17 && again.n_threads == 3 &&
                again.policy == 2);
        promise(again.kernel && again.state == 'S' && strncmp(again.name, text, 63) == 0);
        if (r < 0)
                return;

        promise(strnlen(stat.name, sizeof(stat.name)) < sizeof(stat.name) && strstr(text, stat.name));
        (void) proc_stat_is_dead(&stat);
        (void) proc_stat_stays(&stat);
}

static void check_status(const char *text) {
        static const char *const names[] = { "Uid", "CapPrm", "NoNewPrivs", "Threads" };
        _cleanup_free_ char *with = NULL;

        for (size_t i = 0; i < ELEMENTSOF(names); i++)
                for (unsigned index = 0; index < 4; index++) {
                        uint64_t value = proc_status_number(text, names[i], index, 10);
                        char key[16];

                        (void) snprintf(key, sizeof(key), "\n%s:", names[i]);
                        promise(value == 0 || strstr(text, key));
                }

        promise(asprintf(&with, "%s\nMine:\t7\t8\t9\t10\n", text) >= 0);
        if (!strstr(text, "\nMine:"))
                promise(proc_status_number(with, "Mine", 2, 10) == 9 && proc_status_number(with, "Mine", 3, 16) == 16);

        /* There are four in each of the lines: what is asked for beyond that is none of another line's. */
        promise(strstr(text, "\nMine:") || proc_status_number("Name:\tx\nMine:\t7\nUid:\t5\n", "Mine", 1, 10) == 0);
}

/* Each UID is where the map says, or where it is not in the map is itself. */
static void check_map(const char *text) {
        static const uid_t users[] = { 0, 1, 1000, 65534, 100000, UINT32_MAX - 1 };
        _cleanup_free_ char *with = NULL;

        for (size_t i = 0; i < ELEMENTSOF(users); i++) {
                uid_t outside = user_map_outside(text, users[i]);
                char digit[2] = { text[strcspn(text, "0123456789")], '\0' };

                promise(outside == users[i] || *digit);
        }

        promise(asprintf(&with, "0 7000 10\n%s", text) >= 0);
        promise(user_map_outside(with, 3) == 7003);
        promise(user_map_outside(with, 10) == user_map_outside(text, 10));
}

static void check_kernel(const char *text) {
        _cleanup_free_ char *values = NULL;
        int r = kernel_is_at_least(text, 5, 7);

        promise(r == 0 || r == 1 || r == -EINVAL);
        promise(r < 0 || isdigit((unsigned char) *text));
        r = kernel_argument_get(text, "rt_group_sched", &values);
        promise(r == 0 || r == 1);
        promise((r == 1) == (values != NULL) && (r == 0 || strstr(text, "rt_group_sched") || strchr(text, '-')));
        (void) kernel_groups_real_time(text, text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        _cleanup_free_ char *text = fuzz_text(data, size);

        fuzz_count();
        check_cgroup(text);
        check_stat(text);
        check_status(text);
        check_map(text);
        check_kernel(text);
        promise(fuzz_counted() <= 8 * size + 4096);
        return 0;
}
