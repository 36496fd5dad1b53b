/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "diagnosis/check-io.h"

#include <dirent.h>
#include <fcntl.h>

#include "basic/fd.h"
#include "diagnosis/check-text.h"

#define BLOCK_DIRECTORY "/sys/block"

/* How many a finding names. */
#define DISKS_SHOWN 5

typedef struct Disks {
        const char *cost; /* io.cost.qos of the root group */
        char *deaf;       /* "vda (mq-deadline), sdb (none)": where weights have no effect */
        char *heedful;    /* the others */
        unsigned n_deaf, n_heedful;
        char first[ESCAPE_SHORT_MAX]; /* the first of the deaf ones */
        bool first_knows;             /* it knows BFQ */
} Disks;

static void disks_done(Disks *disks) {
        free(disks->deaf);
        free(disks->heedful);
}

static int add_disk(char **list, unsigned *n, const char *name, const char *reason) {
        char *longer;

        if (++*n > DISKS_SHOWN)
                return 0;

        if (asprintf(&longer, "%s%s%s (%s)", *list ?: "", *list ? ", " : "", name, reason) < 0)
                return -ENOMEM;
        free(*list);
        *list = longer;
        return 0;
}

static int read_attribute(int block, const char *disk, const char *attribute, char *buffer, size_t size) {
        _cleanup_close_ int fd = -EBADF;
        char path[512];
        ssize_t n;

        /* The disks are symbolic links. */
        (void) snprintf(path, sizeof(path), "%s/%s", disk, attribute);
        fd = openat(block, path, O_RDONLY | O_CLOEXEC);
        n = fd < 0 ? -errno : read(fd, buffer, size - 1);
        if (n < 0)
                return -EIO;

        buffer[n] = '\0';
        buffer[strcspn(buffer, "\n")] = '\0';
        return 0;
}

/* Loop devices, RAM disks and what is put together of other disks have no "device": their scheduler is that of what is
 * beneath. A drive without a medium has no size. */
static bool is_disk(int block, const char *name) {
        char path[512], text[32];

        (void) snprintf(path, sizeof(path), "%s/device", name);
        return faccessat(block, path, F_OK, 0) >= 0 && read_attribute(block, name, "size", text, sizeof(text)) >= 0 &&
               !streq(text, "0");
}

static int look_at_disk(Disks *disks, int block, const char *disk) {
        char name[ESCAPE_SHORT_MAX], text[1024], scheduler[64], number[32];

        if (!is_disk(block, disk) || read_attribute(block, disk, "queue/scheduler", text, sizeof(text)) < 0)
                return 0;

        (void) escape_short(disk, name);
        (void) scheduler_in_use(text, scheduler, sizeof(scheduler));
        if (streq(scheduler, "bfq"))
                return add_disk(&disks->heedful, &disks->n_heedful, name, "BFQ");
        if (read_attribute(block, disk, "dev", number, sizeof(number)) >= 0 && io_cost_is_enabled(disks->cost, number))
                return add_disk(&disks->heedful, &disks->n_heedful, name, "iocost");

        if (disks->n_deaf == 0) {
                (void) stpcpy(disks->first, name);
                disks->first_knows = strstr(text, "bfq");
        }
        return add_disk(&disks->deaf, &disks->n_deaf, name, *scheduler ? scheduler : "none");
}

static int look_at_disks(Disks *disks, int block) {
        struct dirent **entries = NULL;
        int n = scandirat(block, ".", &entries, NULL, alphasort), r = 0;

        if (n < 0)
                return -errno;

        for (int i = 0; i < n; i++) {
                if (r >= 0 && *entries[i]->d_name != '.')
                        r = look_at_disk(disks, block, entries[i]->d_name);
                free(entries[i]);
        }
        free(entries);
        return r;
}

/* Nothing else heeds a weight; limits of bandwidth and latency are a layer above the scheduler. */
static int report_disks(const Disks *disks, Finding *ret) {
        char remedy[256], more[32] = "";

        if (disks->n_deaf == 0 && disks->n_heedful == 0)
                return finding_ok(ret, "no disk here to set weights for");
        if (disks->n_deaf == 0)
                return finding_ok(ret, "IOWeight= works on %s", disks->heedful);

        if (disks->n_deaf > DISKS_SHOWN)
                (void) snprintf(more, sizeof(more), " and %u more", disks->n_deaf - DISKS_SHOWN);
        (void) snprintf(remedy, sizeof(remedy), "as root: %secho bfq >" BLOCK_DIRECTORY "/%s/queue/scheduler",
                        disks->first_knows ? "" : "modprobe bfq; ", disks->first);
        return finding_note(ret, remedy,
                            "IOWeight= has no effect on %s%s: neither BFQ nor iocost schedules there; "
                            "bandwidth limits work all the same",
                            disks->deaf, more);
}

int judge_io_weight(int block, const char *cost, Finding *ret) {
        _cleanup_(disks_done) Disks disks = { .cost = cost };
        int r = look_at_disks(&disks, block);

        return r < 0 ? finding_cannot_look(ret, BLOCK_DIRECTORY, r) : report_disks(&disks, ret);
}

int check_io_weight(const Doctor *doctor, Finding *ret) {
        _cleanup_close_ int block = -EBADF;
        char cost[8192];

        if (!(doctor->there & controller_bit(CONTROLLER_IO)))
                return 0;

        block = open(BLOCK_DIRECTORY, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (block < 0)
                return finding_cannot_look(ret, BLOCK_DIRECTORY, -errno);

        /* The kernel's own root group alone has it. */
        if (fd_read_file(doctor->root, "io.cost.qos", cost, sizeof(cost)) < 0)
                cost[0] = '\0';
        return judge_io_weight(block, cost, ret);
}
