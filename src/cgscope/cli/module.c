/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgscope/cli/module.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

#include "basic/fd.h"
#include "config.h"

/* Whether only those can have written @module who can also have written the program that runs. */
static bool is_as_safe(const struct stat *module, const struct stat *program) {
        mode_t more = module->st_mode & ~program->st_mode & (S_IWGRP | S_IWOTH);

        return S_ISREG(module->st_mode) && module->st_uid == program->st_uid && more == 0 &&
               (!(module->st_mode & S_IWGRP) || module->st_gid == program->st_gid);
}

/* In the build directory the module lies beside the program. Beside the installed program nothing is ours: a file of
 * that name may be a user's who can write there. It is opened once, so that the file that was checked is loaded. */
static int open_beside(const char *module) {
        char path[PATH_MAX];
        struct stat program, st;
        _cleanup_close_ int fd = -EBADF;
        ssize_t n;

        n = readlink("/proc/self/exe", path, sizeof(path) - strlen(module) - 1);
        if (n < 0)
                return -errno;
        path[n] = '\0';
        if (streq(path, PROGRAM_PATH) || stat("/proc/self/exe", &program) < 0)
                return -ENOENT;

        (void) memcpy(strrchr(path, '/') + 1, module, strlen(module) + 1);
        fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        if (fd < 0 || fstat(fd, &st) < 0)
                return -errno;

        return is_as_safe(&st, &program) ? TAKE_FD(fd) : -EPERM;
}

const void *module_load(const char *module, const char *symbol, const char *purpose, Trouble *trouble) {
        _cleanup_close_ int fd = open_beside(module);
        char path[PATH_MAX];
        const void *exported = NULL;
        void *handle;

        if (fd >= 0)
                (void) snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
        else
                (void) snprintf(path, sizeof(path), MODULE_DIR "/%s", module);

        handle = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
        if (handle)
                exported = dlsym(handle, symbol);
        if (!exported)
                (void) trouble_set(trouble, -ELIBACC, "cannot load %s: %s", purpose,
                                   dlerror() ?: "it is another version's");

        return exported;
}
