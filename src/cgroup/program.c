/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgroup/program.h"

#include <linux/bpf.h>
#include <sys/syscall.h>

#include "basic/fd.h"

/* As many as the kernel attaches to one group (BPF_CGROUP_MAX_PROGS). */
#define PROGRAMS_MAX 64

typedef struct Hook {
        const char *name; /* as BPFProgram= has it */
        enum bpf_attach_type type;
} Hook;

static const Hook hooks[] = {
        { "ingress", BPF_CGROUP_INET_INGRESS },
        { "egress", BPF_CGROUP_INET_EGRESS },
        { "sock_create", BPF_CGROUP_INET_SOCK_CREATE },
        { "sock_ops", BPF_CGROUP_SOCK_OPS },
        { "device", BPF_CGROUP_DEVICE },
        { "bind4", BPF_CGROUP_INET4_BIND },
        { "bind6", BPF_CGROUP_INET6_BIND },
        { "connect4", BPF_CGROUP_INET4_CONNECT },
        { "connect6", BPF_CGROUP_INET6_CONNECT },
        { "post_bind4", BPF_CGROUP_INET4_POST_BIND },
        { "post_bind6", BPF_CGROUP_INET6_POST_BIND },
        { "sendmsg4", BPF_CGROUP_UDP4_SENDMSG },
        { "sendmsg6", BPF_CGROUP_UDP6_SENDMSG },
        { "sysctl", BPF_CGROUP_SYSCTL },
        { "recvmsg4", BPF_CGROUP_UDP4_RECVMSG },
        { "recvmsg6", BPF_CGROUP_UDP6_RECVMSG },
        { "getsockopt", BPF_CGROUP_GETSOCKOPT },
        { "setsockopt", BPF_CGROUP_SETSOCKOPT },
};

/* What systemd attaches for each, and how it calls it (src/core/bpf-firewall.c, bpf-devices.c, src/core/bpf). */
static const struct Use {
        const char *property;
        const char *prefix;
        const char *hooks[2];
} uses[] = {
        { "IPAccounting", "sd_fw", { "ingress", "egress" } },
        { "IPAddressAllow", "sd_fw", { "ingress", "egress" } },
        { "IPAddressDeny", "sd_fw", { "ingress", "egress" } },
        { "RestrictNetworkInterfaces", "sd_restrictif", { "ingress", "egress" } },
        { "SocketBindAllow", "sd_bind", { "bind4", "bind6" } },
        { "SocketBindDeny", "sd_bind", { "bind4", "bind6" } },
        { "DeviceAllow", "sd_devices", { "device" } },
        { "DevicePolicy", "sd_devices", { "device" } },
};

/* Of @attr every byte counts, also those that the command has no use for, and an initializer of a union need not clear
 * them (GCC 15). */
static int call_bpf(enum bpf_cmd command, union bpf_attr *attr) {
        int r = (int) syscall(SYS_bpf, command, attr, sizeof(*attr));

        return r < 0 ? -errno : r;
}

static const Hook *find_hook(const char *name) {
        for (size_t i = 0; i < ELEMENTSOF(hooks); i++)
                if (streq(hooks[i].name, name))
                        return &hooks[i];

        return NULL;
}

/* The numbers of the programs on @hook of the group itself. Returns how many there are. */
static int query(int group, const Hook *hook, uint32_t ids[static PROGRAMS_MAX]) {
        union bpf_attr attr;
        int r;

        (void) memset(&attr, 0, sizeof(attr));
        attr.query.target_fd = (uint32_t) group;
        attr.query.attach_type = hook->type;
        attr.query.prog_ids = (uint64_t) (uintptr_t) ids;
        attr.query.prog_cnt = PROGRAMS_MAX;

        r = call_bpf(BPF_PROG_QUERY, &attr);
        return r < 0 ? r : (int) attr.query.prog_cnt;
}

static int read_info(int program, struct bpf_prog_info *ret) {
        union bpf_attr attr;

        (void) memset(&attr, 0, sizeof(attr));
        attr.info.bpf_fd = (uint32_t) program;
        attr.info.info_len = sizeof(*ret);
        attr.info.info = (uint64_t) (uintptr_t) ret;

        *ret = (struct bpf_prog_info) {};
        return call_bpf(BPF_OBJ_GET_INFO_BY_FD, &attr);
}

/* 1: it is, or is not systemd's by its name; 0: it is another one of systemd's; -EPERM: nobody tells us. */
static int is_called(uint32_t id, const char *prefix) {
        _cleanup_close_ int fd = -EBADF;
        struct bpf_prog_info info;
        union bpf_attr attr;
        int r;

        (void) memset(&attr, 0, sizeof(attr));
        attr.prog_id = id;
        fd = call_bpf(BPF_PROG_GET_FD_BY_ID, &attr);
        if (fd < 0)
                return fd;

        r = read_info(fd, &info);
        return r < 0 ? r : startswith(info.name, prefix) || !startswith(info.name, "sd_");
}

/* The same of the first of @n programs that is. One that has gone meanwhile is none. */
static int find_called(const uint32_t ids[], int n, const char *prefix) {
        int result = 0;

        for (int i = 0; i < n; i++) {
                int r = is_called(ids[i], prefix);

                if (r > 0)
                        return r;
                if (r < 0 && r != -ENOENT)
                        result = r;
        }

        return result;
}

static int explain(int error, Trouble *trouble) {
        switch (error) {
        case -ENOSYS:
                return trouble_set(trouble, -EOPNOTSUPP, "bpf(2) is not there");
        case -EINVAL:
                return trouble_set(trouble, -EOPNOTSUPP, "this kernel attaches no such programs to groups");
        default:
                return error;
        }
}

static int check_use(int group, const struct Use *use, Trouble *trouble) {
        uint32_t ids[PROGRAMS_MAX];

        for (size_t i = 0; i < ELEMENTSOF(use->hooks) && use->hooks[i]; i++) {
                int n = query(group, find_hook(use->hooks[i]), ids), r;

                r = n < 0 ? n : find_called(ids, n, use->prefix);
                if (r < 0)
                        return explain(r, trouble);
                if (r == 0)
                        return trouble_set(trouble, -EOPNOTSUPP,
                                           "its manager attached no BPF program for it (%s): the "
                                           "kernel or the manager's libbpf cannot do it",
                                           use->hooks[i]);
        }

        return 0;
}

/* Which program is pinned at @path. */
static int find_pinned(const char *path, uint32_t *ret, Trouble *trouble) {
        _cleanup_close_ int fd = -EBADF;
        struct bpf_prog_info info;
        union bpf_attr attr;
        int r;

        (void) memset(&attr, 0, sizeof(attr));
        attr.pathname = (uint64_t) (uintptr_t) path;
        fd = call_bpf(BPF_OBJ_GET, &attr);
        r = fd < 0 ? fd : read_info(fd, &info);
        if (r < 0)
                return trouble_set(trouble, -EOPNOTSUPP, "%s is no pinned BPF program: %s", path, strerror(-r));

        *ret = info.id;
        return 0;
}

static int check_pinned(int group, const char *hook_name, const char *path, Trouble *trouble) {
        const Hook *hook = find_hook(hook_name);
        uint32_t ids[PROGRAMS_MAX], id;
        int n, r;

        if (!hook)
                return trouble_set(trouble, -EOPNOTSUPP, "nothing is known of %s", hook_name);

        n = query(group, hook, ids);
        if (n < 0)
                return explain(n, trouble);

        r = find_pinned(path, &id, trouble);
        if (r < 0)
                return r;
        for (int i = 0; i < n; i++)
                if (ids[i] == id)
                        return 0;

        return trouble_set(trouble, -EOPNOTSUPP, "its manager did not attach %s (%s)", path, hook_name);
}

static int check_paths(int group, const char *hook, char *const paths[], Trouble *trouble) {
        int r = 0;

        for (char *const *path = paths; r >= 0 && path && *path; path++)
                r = check_pinned(group, hook, *path, trouble);

        return r;
}

int program_check(int group, const PropertyValue *value, Trouble *trouble) {
        const char *name = property_info_name(value->info);
        int r = 0;

        for (size_t i = 0; i < ELEMENTSOF(uses); i++)
                if (streq(uses[i].property, name))
                        return check_use(group, &uses[i], trouble);

        if (streq(name, "IPIngressFilterPath"))
                return check_paths(group, "ingress", value->strings, trouble);
        if (streq(name, "IPEgressFilterPath"))
                return check_paths(group, "egress", value->strings, trouble);

        for (size_t i = 0; r >= 0 && i < value->n_items; i++) /* BPFProgram */
                r = check_pinned(group, value->pairs[i].key, value->pairs[i].text, trouble);

        return r;
}

int program_probe(int group) {
        uint32_t ids[PROGRAMS_MAX];
        int r = query(group, find_hook("egress"), ids);

        return r < 0 ? r : 0;
}

int program_check_ahead(int root, const PropertyValue *value, Trouble *trouble) {
        bool by_hook = streq(property_info_name(value->info), "BPFProgram");
        uint32_t id;
        int r = program_probe(root);

        if (r < 0)
                return explain(r, trouble);

        for (size_t i = 0; r >= 0 && by_hook && i < value->n_items; i++)
                r = find_pinned(value->pairs[i].text, &id, trouble);

        return r;
}
