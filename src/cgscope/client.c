/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "client.h"

#include <dlfcn.h>
#include <limits.h>

#include "basic/log.h"
#include "config.h"

/* Beside the program, as in the build directory, or where it is installed. */
static int module_path(char *path, size_t size) {
        ssize_t n = readlink("/proc/self/exe", path, size - sizeof(ASKING_MODULE));
        char *slash;

        if (n > 0) {
                path[n] = '\0';
                slash = strrchr(path, '/');
                (void) stpcpy(slash + 1, ASKING_MODULE);
                if (access(path, R_OK) == 0)
                        return 0;
        }

        return snprintf(path, size, MODULE_DIR "/" ASKING_MODULE) < (int) size ? 0 : -ENAMETOOLONG;
}

static const Asking *load_asking(void) {
        char path[PATH_MAX];
        const Asking *asking = NULL;
        void *module = NULL;

        if (module_path(path, sizeof(path)) >= 0)
                module = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
        if (module)
                asking = dlsym(module, ASKING_SYMBOL);
        if (!asking)
                log_error("cannot load the part that speaks to systemd (is libsystemd installed?): %s", dlerror());

        return asking;
}

int client_open(Client *client, const ManagerOptions *options) {
        char *message = NULL;
        int r;

        if (!client->asking)
                client->asking = load_asking();
        if (!client->asking)
                return -ELIBACC;

        r = client->asking->manager_open(options, &client->manager, &message);
        return r < 0 ? client_report(r, message) : 0;
}

void client_close(Client *client) {
        if (client->asking)
                client->asking->manager_free(client->manager);
        client->manager = NULL;
}

int client_report(int error, char *message) {
        if (message)
                log_error("%s", message);
        else
                log_error_errno(error, "cannot ask the manager");

        free(message);
        return error;
}
