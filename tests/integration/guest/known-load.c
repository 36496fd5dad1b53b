/* SPDX-License-Identifier: LGPL-2.1-or-later */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* known-load FILE: uses so much of everything as is known beforehand, for comparing with what is reported: 20 processes
 * at once besides this one, 50 MiB written directly to FILE, 200 MiB of memory touched, one second of CPU in all. That
 * is what an emulated processor may need for the memory alone, so it says how many microseconds it has come to. */

#define MIB (1024 * 1024)
#define CHILDREN 20
#define WRITTEN (50 * MIB)
#define TOUCHED (200 * MIB)
#define BLOCK MIB

static double seconds(struct timeval t) {
        return (double) t.tv_sec + (double) t.tv_usec / 1e6;
}

/* Of this process and of those that it has waited for. */
static double cpu_seconds(void) {
        struct rusage self, children;

        getrusage(RUSAGE_SELF, &self);
        getrusage(RUSAGE_CHILDREN, &children);
        return seconds(self.ru_utime) + seconds(self.ru_stime) + seconds(children.ru_utime) +
               seconds(children.ru_stime);
}

/* All wait for the end of the pipe, so all are there at once. */
static void fork_children(void) {
        int ends[2];
        char c;

        if (pipe(ends) < 0)
                exit(1);

        for (int i = 0; i < CHILDREN; i++)
                if (fork() == 0) {
                        close(ends[1]);
                        _exit(read(ends[0], &c, 1) != 0);
                }

        close(ends[1]);
        while (wait(NULL) > 0)
                ;
}

static void write_directly(const char *path) {
        int fd = open(path, O_WRONLY | O_CREAT | O_DIRECT, 0600);
        void *block;

        if (fd < 0 || posix_memalign(&block, 4096, BLOCK) != 0)
                exit(2);

        memset(block, 'x', BLOCK);
        for (int i = 0; i < WRITTEN / BLOCK; i++)
                if (write(fd, block, BLOCK) != BLOCK)
                        exit(3);
        close(fd);
}

int main(int argc, char *argv[]) {
        volatile char *memory;

        if (argc != 2)
                return 4;

        fork_children();
        write_directly(argv[1]);

        memory = mmap(NULL, TOUCHED, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED)
                return 5;
        for (size_t i = 0; i < TOUCHED; i += 4096)
                memory[i] = 1;

        /* Here, where its time still counts, and not when the process ends. */
        munmap((void *) memory, TOUCHED);

        while (cpu_seconds() < 1.0)
                ;
        printf("cpu=%.0f\n", cpu_seconds() * 1e6);
        return 0;
}
