/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "diagnosis/check-realtime.h"

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>

#include "basic/fd.h"
#include "basic/parse.h"
#include "cgroup/group.h"
#include "proc/kernel.h"
#include "proc/proc.h"
#include "proc/stat.h"

/* How many a finding names. */
#define PROCESSES_SHOWN 3

static int add_process(RealTime *real_time, pid_t pid, const char *title) {
        char name[ESCAPE_SHORT_MAX], *longer;

        if (real_time->n == 0)
                real_time->first = pid;
        if (++real_time->n > PROCESSES_SHOWN)
                return 0;

        (void) escape_short(title, name);
        if (asprintf(&longer, "%s%s%s (%d)", real_time->names ?: "", real_time->names ? ", " : "",
                     *name ? name : "process", (int) pid) < 0)
                return -ENOMEM;

        free(real_time->names);
        real_time->names = longer;
        return 0;
}

/* Those in the root group itself are in nobody's way. */
static int look_at_process(RealTime *real_time, int root, pid_t pid) {
        _cleanup_close_ int proc = proc_open_number(pid), group = -EBADF;
        _cleanup_free_ char *path = NULL;
        ControllerMask there;
        ProcStat stat;

        if (proc < 0 || proc_stat_read(proc, &stat) < 0 || stat.kernel ||
            !proc_has_policy(proc, 1U << SCHED_FIFO | 1U << SCHED_RR))
                return 0;
        if (cgroup_of_process(pid, &path) < 0 || streq(path, "/"))
                return 0;

        group = group_open(root, path);
        if (group >= 0 && group_controllers(group, &there) >= 0 && (there & controller_bit(CONTROLLER_CPU)))
                real_time->with_cpu = true;

        return add_process(real_time, pid, stat.name);
}

static int look_at_processes(RealTime *real_time, int root) {
        uint64_t number;
        DIR *directory;
        int r = proc_check_own(); /* the numbers there are told to a person */

        if (r < 0)
                return r;

        directory = opendir("/proc");
        if (!directory)
                return -errno;

        for (struct dirent *entry; r >= 0 && (entry = readdir(directory));)
                if (parse_unsigned(entry->d_name, 1, INT32_MAX, &number) >= 0)
                        r = look_at_process(real_time, root, (pid_t) number);

        (void) closedir(directory);
        return r;
}

int judge_real_time(const RealTime *real_time, int grouped, Finding *ret) {
        char remedy[128], more[32] = "";

        if (real_time->n == 0)
                return finding_ok(ret, "no real-time process is seen outside the root group");
        if (grouped == 0 || real_time->with_cpu)
                return finding_ok(ret, "this kernel lets real-time processes be in groups with the cpu controller");

        if (real_time->n > PROCESSES_SHOWN)
                (void) snprintf(more, sizeof(more), " and %u more", real_time->n - PROCESSES_SHOWN);
        if (grouped < 0)
                return finding_unknown(ret,
                                       "real-time: %s%s; cannot tell whether this kernel has "
                                       "CONFIG_RT_GROUP_SCHED, with which they would keep the cpu controller from all "
                                       "groups",
                                       real_time->names, more);

        (void) snprintf(remedy, sizeof(remedy),
                        "end them, or take real time from them: chrt --all-tasks --other --pid "
                        "0 %d",
                        (int) real_time->first);
        return finding_problem(ret, remedy,
                               "the cpu controller cannot be handed on while these are real-time "
                               "processes: %s%s (the kernel has CONFIG_RT_GROUP_SCHED)",
                               real_time->names, more);
}

static void real_time_done(RealTime *real_time) {
        free(real_time->names);
}

int check_real_time(const Doctor *doctor, Finding *ret) {
        _cleanup_(real_time_done) RealTime real_time = {};
        _cleanup_free_ char *config = NULL;
        int r, grouped = -ENODATA;

        if (!(doctor->there & controller_bit(CONTROLLER_CPU)))
                return 0;

        r = look_at_processes(&real_time, doctor->root);
        if (r == -ENOSYS)
                return finding_unknown(ret, "processes in real time: /proc is that of another PID namespace; mount -t "
                                            "proc proc /proc shows this one");
        if (r < 0)
                return finding_cannot_look(ret, "/proc", r);

        if (real_time.n > 0 && !real_time.with_cpu && kernel_config_read(doctor->surroundings.release, &config) >= 0)
                grouped = kernel_groups_real_time(config, doctor->surroundings.arguments);
        return judge_real_time(&real_time, grouped, ret);
}
