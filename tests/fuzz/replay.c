/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* replay PATH…: gives a target each of the files, and each of those in directories, one after the other. For builds
 * without libFuzzer, which does the same with the files that it is called with. */

#include <dirent.h>
#include <fcntl.h>

#include "basic/fd.h"
#include "fuzz.h"

static unsigned n_run = 0;

static int is_visible(const struct dirent *entry) {
        return entry->d_name[0] != '.';
}

static void run_file(int directory, const char *name) {
        _cleanup_close_ int fd = openat(directory, name, O_RDONLY | O_CLOEXEC);
        _cleanup_free_ char *text = NULL;
        uint8_t *copy;
        ssize_t n;

        /* Said first: a broken promise is the last that one hears. */
        printf("# %s\n", name);
        (void) fflush(stdout);

        n = fd < 0 ? -errno : fd_read_all(fd, &text);
        copy = n < 0 ? NULL : malloc((size_t) n); /* no longer than it is, for the sanitizers */
        if (n < 0 || (n > 0 && !copy)) {
                fprintf(stderr, "%s: cannot be read\n", name);
                exit(EXIT_FAILURE);
        }
        if (n > 0)
                memcpy(copy, text, (size_t) n);

        (void) LLVMFuzzerTestOneInput(copy, (size_t) n);
        free(copy);
        printf("ok %u - %s\n", ++n_run, name);
}

static void run_directory(int directory) {
        struct dirent **entries;
        int n = scandirat(directory, ".", &entries, is_visible, alphasort);

        for (int i = 0; i < n; i++) {
                run_file(directory, entries[i]->d_name);
                free(entries[i]);
        }
        if (n >= 0)
                free(entries);
}

int main(int argc, char *argv[]) {
        for (int i = 1; i < argc; i++) {
                _cleanup_close_ int directory = open(argv[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);

                if (directory >= 0)
                        run_directory(directory);
                else
                        run_file(AT_FDCWD, argv[i]);
        }

        printf("1..%u\n", n_run);
        return n_run > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
