/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "oracle.h"

#include <ctype.h>
#include <dirent.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "basic/fd.h"

typedef enum Kind {
        KIND_PLAIN,
        KIND_THREADS,    /* several threads */
        KIND_LEADERLESS, /* the first of them has ended, the others go on */
        KIND_ZOMBIE,
        KIND_REALTIME,
} Kind;

typedef struct Recipe {
        const char *title;
        Kind kind;
        uid_t real, effective, saved;
} Recipe;

static const Recipe recipes[] = {
        { "root's", KIND_PLAIN, 0, 0, 0 },
        { "Alice's", KIND_PLAIN, UID_ALICE, UID_ALICE, UID_ALICE },
        { "Alice's", KIND_PLAIN, UID_ALICE, UID_ALICE, UID_ALICE },
        { "Bob's", KIND_PLAIN, UID_BOB, UID_BOB, UID_BOB },
        { "Bob's", KIND_PLAIN, UID_BOB, UID_BOB, UID_BOB },
        { "somebody else's", KIND_PLAIN, UID_OTHER, UID_OTHER, UID_OTHER },
        { "set-uid root, Alice's", KIND_PLAIN, UID_ALICE, 0, 0 },
        { "Bob's, saved Alice", KIND_PLAIN, UID_BOB, UID_BOB, UID_ALICE },
        { "Bob's, effective Alice", KIND_PLAIN, UID_BOB, UID_ALICE, UID_BOB },
        { "Alice's with threads", KIND_THREADS, UID_ALICE, UID_ALICE, UID_ALICE },
        { "Bob's with threads", KIND_THREADS, UID_BOB, UID_BOB, UID_BOB },
        { "Alice's without its first thread", KIND_LEADERLESS, UID_ALICE, UID_ALICE, UID_ALICE },
        { "Alice's zombie", KIND_ZOMBIE, UID_ALICE, UID_ALICE, UID_ALICE },
        { "Bob's zombie", KIND_ZOMBIE, UID_BOB, UID_BOB, UID_BOB },
        { "Alice's real-time", KIND_REALTIME, UID_ALICE, UID_ALICE, UID_ALICE },
        { "root's real-time", KIND_REALTIME, 0, 0, 0 },
};

static void *wait_for_ever(void *argument) {
        (void) argument;
        for (;;)
                (void) pause();
        return NULL;
}

/* From when it has been put where it is to be: what has ended cannot be put anywhere. */
_noreturn_ static void live(const Recipe *recipe, int socket) {
        const struct sched_param parameters = { .sched_priority = 1 };
        pthread_t thread;
        char byte;

        (void) prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (read(socket, &byte, 1) <= 0)
                _exit(1);
        if (recipe->kind == KIND_REALTIME)
                (void) sched_setscheduler(0, SCHED_FIFO, &parameters);
        if (recipe->kind == KIND_THREADS || recipe->kind == KIND_LEADERLESS)
                for (unsigned i = 0; i < 2; i++)
                        if (pthread_create(&thread, NULL, wait_for_ever, NULL) != 0)
                                _exit(1);
        if (setresuid(recipe->real, recipe->effective, recipe->saved) < 0)
                _exit(1);
        (void) prctl(PR_SET_PDEATHSIG, SIGKILL); /* forgotten when the user changed */

        (void) write(socket, "", 1);
        (void) close(socket);
        if (recipe->kind == KIND_ZOMBIE)
                _exit(0);
        if (recipe->kind == KIND_LEADERLESS)
                (void) syscall(SYS_exit, 0); /* this thread alone */
        (void) wait_for_ever(NULL);
        abort();
}

static void add(Subjects *subjects, pid_t pid, const char *kind, bool borrowed) {
        int pidfd = (int) syscall(SYS_pidfd_open, pid, 0);

        if (pidfd < 0)
                die("open the process of", kind);
        subjects->subjects[subjects->n++] = (Subject) { pid, pidfd, kind, borrowed };
}

/* Where it may not be, it stays at home. */
static void put_anywhere(const Tree *tree, pid_t pid) {
        for (unsigned i = 0; i < 4; i++)
                if (tree_put(tree->hierarchy, tree->groups[chance(tree->n_groups)], pid) >= 0)
                        return;

        (void) tree_put(tree->hierarchy, tree->groups[1], pid);
}

static void start(Subjects *subjects, const Tree *tree, const Recipe *recipe) {
        int sockets[2];
        char byte;
        pid_t pid;

        if (socketpair(AF_UNIX, SOCK_STREAM, 0, sockets) < 0 || (pid = fork()) < 0)
                die("start", recipe->title);
        if (pid == 0) {
                (void) close(sockets[0]);
                live(recipe, sockets[1]);
        }

        (void) close(sockets[1]);
        put_anywhere(tree, pid);
        if (write(sockets[0], "", 1) < 0 || read(sockets[0], &byte, 1) < 0)
                die("start", recipe->title);
        if (recipe->kind == KIND_ZOMBIE) {
                siginfo_t info;

                (void) waitid(P_PID, (id_t) pid, &info, WEXITED | WNOWAIT);
        }
        (void) close(sockets[0]);
        add(subjects, pid, recipe->title, false);
}

/* Some of those that there are: where we see them at all, in the initial PID namespace. Two that could be moved, and
 * others that could not. */
static void borrow_kernel_threads(Subjects *subjects) {
        DIR *proc = opendir("/proc");
        unsigned n_free = 0, n_bound = 0;

        for (struct dirent *entry; proc && (entry = readdir(proc));) {
                char path[300], text[1024];
                ProcStat stat;
                pid_t pid = (pid_t) strtol(entry->d_name, NULL, 10);
                bool bound;

                (void) snprintf(path, sizeof(path), "/proc/%s/stat", entry->d_name);
                if (!isdigit((unsigned char) entry->d_name[0]) || fd_read_path(path, text, sizeof(text)) < 0 ||
                    proc_stat_parse(text, &stat) < 0 || !stat.kernel)
                        continue;

                bound = pid == 2 || stat.bound;
                if (bound ? n_bound++ < 3 : n_free++ < 2)
                        add(subjects, pid, bound ? "bound kernel thread" : "kernel thread", true);
        }

        if (proc)
                (void) closedir(proc);
}

void subjects_make(Subjects *subjects, const Tree *tree) {
        *subjects = (Subjects) {};
        for (size_t i = 0; i < ELEMENTSOF(recipes); i++)
                start(subjects, tree, recipes + i);
        borrow_kernel_threads(subjects);
}

void subjects_end(Subjects *subjects, const Hierarchy *hierarchy) {
        for (unsigned i = 0; i < subjects->n; i++) {
                const Subject *subject = subjects->subjects + i;

                if (subject->borrowed)
                        (void) tree_put(hierarchy, "/", subject->pid);
                else if (kill(subject->pid, SIGKILL) < 0 || waitpid(subject->pid, NULL, 0) < 0)
                        die("end", subject->kind);
                (void) fd_close(subject->pidfd);
        }
        subjects->n = 0;
}
