/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "oracle.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/mount.h>
#include <linux/securebits.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "basic/fd.h"
#include "namespace/path.h"

/* <sys/mount.h> and <linux/mount.h> exclude each other with some versions of glibc. */
int mount(const char *source, const char *target, const char *type, unsigned long flags, const void *data);

#define WORDS_MAX 12

typedef struct Request {
        bool run;
        pid_t pid;
        char text[4096]; /* a path; or words, each ended by NUL */
        unsigned n_words;
} Request;

typedef struct Reply {
        int result;
        char line[LINE_MAX_ORACLE];
} Reply;

typedef struct Role {
        const char *title;
        uid_t uid;
        gid_t gid, group; /* 0: none beside its own */
        bool bare;        /* root without capabilities */
        bool inside;      /* in a cgroup namespace of its own */
} Role;

static const Role roles[] = {
        { "root", 0, 0, 0, false, false },
        { "root without capabilities", 0, 0, 0, true, false },
        { "Alice", UID_ALICE, UID_ALICE, 0, false, false },
        { "Bob", UID_BOB, UID_BOB, 0, false, false },
        { "Bob with the shared group", UID_BOB, UID_BOB, GID_SHARED, false, false },
        { "somebody else", UID_OTHER, UID_OTHER, 0, false, false },
        { "root inside", 0, 0, 0, false, true },
        { "Alice inside", UID_ALICE, UID_ALICE, 0, false, true },
        { "Alice inside", UID_ALICE, UID_ALICE, 0, false, true },
        { "Bob inside", UID_BOB, UID_BOB, GID_SHARED, false, true },
};

/* --- the process itself --- */

static int write_pid(int root, const char *group, pid_t pid) {
        _cleanup_close_ int fd = -EBADF;
        char path[PATH_MAX], text[16];
        int n = snprintf(text, sizeof(text), "%d", (int) pid);

        group += strspn(group, "/");
        (void) snprintf(path, sizeof(path), "%s%scgroup.procs", group, *group ? "/" : "");
        fd = openat(root, path, O_WRONLY | O_CLOEXEC);
        return fd < 0 || write(fd, text, (size_t) n) < 0 ? -errno : 0;
}

static void run_command(const Request *request, Reply *reply) {
        char *words[WORDS_MAX + 1] = {}, *p = (char *) request->text;
        int output[2], status;
        size_t length = 0;
        ssize_t n;
        pid_t pid;

        for (unsigned i = 0; i < request->n_words && i < WORDS_MAX; i++, p += strlen(p) + 1)
                words[i] = p;

        if (pipe(output) < 0 || (pid = fork()) < 0)
                die("start", words[0]);
        if (pid == 0) {
                (void) dup2(output[1], STDOUT_FILENO);
                (void) dup2(output[1], STDERR_FILENO);
                (void) close(output[0]);
                (void) execv(words[0], words);
                _exit(127);
        }

        (void) close(output[1]);
        while ((n = read(output[0], reply->line + length, sizeof(reply->line) - 1 - length)) > 0)
                length += (size_t) n;
        (void) close(output[0]); /* what is too long for the line is no matter */
        reply->line[length] = '\0';
        reply->line[strcspn(reply->line, "\n")] = '\0';

        reply->result = waitpid(pid, &status, 0) >= 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void drop_capabilities(void) {
        struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
        struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3] = {};

        /* Else exec gives them back. */
        if (prctl(PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NOROOT_LOCKED) < 0 ||
            syscall(SYS_capset, &header, data) < 0)
                die("drop", "capabilities");
}

/* So that what is run here sees what a container sees. mount(2) does not mount cgroup2 over itself. */
static void enter_namespace(const char *point) {
        int context, fd;

        if (unshare(CLONE_NEWCGROUP | CLONE_NEWNS) < 0)
                die("unshare", "the cgroup namespace");

        context = (int) syscall(SYS_fsopen, "cgroup2", FSOPEN_CLOEXEC);
        if (context < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
            syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0 ||
            (fd = (int) syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, 0)) < 0 ||
            syscall(SYS_move_mount, fd, "", AT_FDCWD, point, MOVE_MOUNT_F_EMPTY_PATH) < 0)
                die("mount cgroup2 at", point);

        (void) close(fd);
        (void) close(context);
}

static void become(const Role *role) {
        if (setgroups(role->group > 0, &role->group) < 0 || setresgid(role->gid, role->gid, role->gid) < 0 ||
            setresuid(role->uid, role->uid, role->uid) < 0)
                die("become", role->title);
        if (role->bare)
                drop_capabilities();
        (void) prctl(PR_SET_PDEATHSIG, SIGKILL);
}

_noreturn_ static void serve(const Role *role, const Hierarchy *hierarchy, int socket) {
        Request request;
        Reply reply = {};

        (void) prctl(PR_SET_PDEATHSIG, SIGKILL);
        /* Told that we are where the namespace is to begin. */
        if (recv(socket, &request, sizeof(request), 0) <= 0)
                _exit(1);
        if (role->inside)
                enter_namespace(hierarchy->mount->point);
        (void) send(socket, &reply, sizeof(reply), 0);
        become(role);

        while (recv(socket, &request, sizeof(request), 0) > 0) {
                reply = (Reply) {};
                if (request.run)
                        run_command(&request, &reply);
                else
                        reply.result = write_pid(hierarchy->root, request.text, request.pid);
                if (send(socket, &reply, sizeof(reply), 0) < 0)
                        break;
        }

        _exit(0);
}

/* --- asking it --- */

static int ask(const Actor *actor, const Request *request, Reply *reply) {
        if (send(actor->socket, request, sizeof(*request), 0) < 0 ||
            recv(actor->socket, reply, sizeof(*reply), 0) != sizeof(*reply))
                die("ask", actor->title);

        return reply->result;
}

int actor_move(const Actor *actor, const char *group, pid_t pid) {
        Request request = { .pid = pid };
        Reply reply;

        (void) snprintf(request.text, sizeof(request.text), "%s", group);
        return ask(actor, &request, &reply);
}

int actor_run(const Actor *actor, char *const argv[], char line[static LINE_MAX_ORACLE]) {
        Request request = { .run = true };
        char *end = request.text;
        Reply reply;

        for (; argv[request.n_words]; request.n_words++)
                end = stpcpy(end, argv[request.n_words]) + 1;

        (void) ask(actor, &request, &reply);
        (void) stpcpy(line, reply.line);
        return reply.result;
}

/* The namespace begins where the process is: anywhere in the tree where it may be. */
static void place_inside(Actor *actor, const Tree *tree) {
        const char *group;

        do
                group = tree->groups[chance(tree->n_groups)];
        while (tree_put(tree->hierarchy, group, actor->pid) < 0);

        (void) snprintf(actor->namespace, sizeof(actor->namespace), "%s", group);
}

static void describe(Actor *actor, const Role *role) {
        if (mover_of_user(role->uid, role->gid, &role->group, role->group > 0, &actor->mover) < 0)
                die("describe", role->title);
        if (role->bare)
                actor->mover.effective = actor->mover.permitted = 0;
        actor->mover.cgroups = actor->namespace;
        (void) snprintf(actor->title, sizeof(actor->title), "%s", role->title);
        (void) snprintf(actor->namespace, sizeof(actor->namespace), "/");
}

static void start(Actor *actor, const Role *role, const Tree *tree) {
        const Request request = {};
        int sockets[2];
        Reply reply;

        describe(actor, role);
        if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0 || (actor->pid = fork()) < 0)
                die("start", role->title);
        if (actor->pid == 0) {
                (void) close(sockets[0]);
                serve(role, tree->hierarchy, sockets[1]);
        }

        (void) close(sockets[1]);
        actor->socket = sockets[0];
        if (role->inside)
                place_inside(actor, tree);
        (void) ask(actor, &request, &reply);
        if (tree_put(tree->hierarchy, tree->groups[1], actor->pid) < 0)
                die("bring home", role->title);
}

void actors_make(Actors *actors, const Tree *tree) {
        actors->n = 0;
        for (size_t i = 0; i < ELEMENTSOF(roles); i++)
                if (!roles[i].inside || tree->hierarchy->mount->unified)
                        start(actors->actors + actors->n++, roles + i, tree);
}

void actors_end(Actors *actors) {
        for (unsigned i = 0; i < actors->n; i++) {
                Actor *actor = actors->actors + i;

                (void) shutdown(actor->socket, SHUT_RDWR); /* those that were started later have a copy of it */
                (void) close(actor->socket);
                if (waitpid(actor->pid, NULL, 0) < 0)
                        die("end", actor->title);
                mover_done(&actor->mover);
        }
        actors->n = 0;
}
