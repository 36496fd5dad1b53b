/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "proc/kernel.h"
#include "basic/parse.h"
#include "diagnosis/check-text.h"
#include "diagnosis/check.h"
#include "proc/mountinfo.h"

int check_writable(const Doctor *doctor, Finding *ret) {
        _cleanup_(surroundings_done) Surroundings surroundings = {};
        int r;

        if (doctor->root < 0)
                return 0;
        if (!doctor->read_only)
                return finding_set(ret, FINDING_OK, NULL, CGROUP_MOUNT " is mounted for reading and writing");

        r = surroundings_read(&surroundings);
        if (r < 0)
                return r;

        return finding_set(ret, FINDING_PROBLEM,
                           *surroundings.container ?
                                   "have what starts this container mount it for writing, with a cgroup namespace "
                                   "(podman run --systemd=always; nspawn does)" :
                                   "mount -o remount,rw " CGROUP_MOUNT,
                           CGROUP_MOUNT " is mounted read-only: no group can be made or changed");
}

/* The options of the mount that we see. 1: *ret is to be freed by the caller; 0: there is nothing to say, or it is in
 * @finding. */
static int read_options(const Doctor *doctor, char **ret, Finding *finding) {
        _cleanup_(cgroup_mounts_done) CgroupMounts mounts = {};
        const CgroupMount *mount;
        int r;

        if (doctor->root < 0)
                return 0;

        r = cgroup_mounts_read(&mounts);
        mount = r < 0 ? NULL : cgroup_mounts_of(&mounts, doctor->root);
        if (!mount)
                return finding_cannot_look(finding, CGROUP_MOUNT " in /proc/self/mountinfo", r < 0 ? r : -ENODATA);

        *ret = strdup(mount->options);
        return *ret ? 1 : -ENOMEM;
}

/* All of the options have to be named again: the kernel takes away what is not. Inside a cgroup namespace it does not
 * look at them at all. */
static int missing_option(Finding *ret, FindingResult result, const char *options, const char *option, bool inner,
                          const char *consequence) {
        _cleanup_free_ char *remedy = NULL;
        char others[128] = "";

        for (const char *const *p = (const char *const[]) { "nsdelegate", "memory_recursiveprot", "favordynmods",
                                                            "memory_localevents", NULL }; *p; p++)
                if (text_has_word(options, ",", *p))
                        (void) snprintf(others + strlen(others), sizeof(others) - strlen(others), "%s,", *p);

        if (asprintf(&remedy, "%smount -o remount,%s%s " CGROUP_MOUNT, inner ? "on the host of this container: " : "",
                     others, option) < 0) {
                remedy = NULL;
                return -ENOMEM;
        }

        return finding_set(ret, result, remedy, "off: %s", consequence);
}

int judge_nsdelegate(const char *options, bool inner, Finding *ret) {
        if (text_has_word(options, ",", "nsdelegate"))
                return finding_set(ret, FINDING_OK, NULL, "on: a cgroup namespace is a boundary");

        return missing_option(ret, FINDING_PROBLEM, options, "nsdelegate", inner,
                              "a cgroup namespace is no boundary, what is in it can lift its own limits");
}

int judge_memory_recursiveprot(const char *options, bool inner, Finding *ret) {
        if (text_has_word(options, ",", "memory_recursiveprot"))
                return finding_set(ret, FINDING_OK, NULL, "on: MemoryMin= and MemoryLow= protect all that is below");

        return missing_option(ret, FINDING_NOTE, options, "memory_recursiveprot", inner,
                              "MemoryMin= and MemoryLow= of a unit do not protect the groups below it");
}

int judge_favordynmods(const char *options, const Surroundings *surroundings, Finding *ret) {
        _cleanup_free_ char *value = NULL;
        bool named;

        if (!text_has_word(options, ",", "favordynmods"))
                return finding_set(ret, FINDING_OK, NULL,
                                   "off, as it is by default: moving a process can take milliseconds");

        named = kernel_argument_get(surroundings->arguments, "cgroup_favordynmods", &value) > 0;
        return finding_set(ret, FINDING_NOTE, NULL,
                           "on%s: moving a process is fast, starting and ending one a little slower",
                           named ? " (cgroup_favordynmods= on the kernel command line)" : "");
}

int check_nsdelegate(const Doctor *doctor, Finding *ret) {
        _cleanup_free_ char *options = NULL;
        int r = read_options(doctor, &options, ret);

        return r <= 0 ? r : judge_nsdelegate(options, root_is_inner(doctor->root), ret);
}

int check_memory_recursiveprot(const Doctor *doctor, Finding *ret) {
        _cleanup_free_ char *options = NULL;
        int r = read_options(doctor, &options, ret);

        return r <= 0 ? r : judge_memory_recursiveprot(options, root_is_inner(doctor->root), ret);
}

int check_favordynmods(const Doctor *doctor, Finding *ret) {
        _cleanup_(surroundings_done) Surroundings surroundings = {};
        _cleanup_free_ char *options = NULL;
        int r = read_options(doctor, &options, ret);

        if (r <= 0)
                return r;
        r = surroundings_read(&surroundings);
        return r < 0 ? r : judge_favordynmods(options, &surroundings, ret);
}
