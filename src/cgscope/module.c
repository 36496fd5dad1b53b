/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module.h"

#include <dlfcn.h>
#include <limits.h>

#include "basic/log.h"
#include "config.h"

static int find_module(const char *module, char *path, size_t size) {
        ssize_t n = readlink("/proc/self/exe", path, size - strlen(module) - 1);
        char *slash;

        if (n > 0) {
                path[n] = '\0';
                slash = strrchr(path, '/');
                (void) stpcpy(slash + 1, module);
                if (access(path, R_OK) == 0)
                        return 0;
        }

        return snprintf(path, size, MODULE_DIR "/%s", module) < (int) size ? 0 : -ENAMETOOLONG;
}

const void *module_load(const char *module, const char *symbol, const char *purpose) {
        char path[PATH_MAX];
        const void *exported = NULL;
        void *handle = NULL;

        if (find_module(module, path, sizeof(path)) >= 0)
                handle = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
        if (handle)
                exported = dlsym(handle, symbol);
        if (!exported)
                log_error("cannot load %s: %s", purpose, dlerror() ?: "its path is too long");

        return exported;
}
