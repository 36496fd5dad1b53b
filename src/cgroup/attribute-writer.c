/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgroup/attribute-writer.h"

#include <fcntl.h>
#include <stdarg.h>
#include <sys/stat.h>

#include "basic/fd.h"
#include "cgroup/attribute-file.h"

typedef struct AttributeUndo {
        const char *file;
        char *text;
} AttributeUndo;

/* The line of the key that @text begins with, or what stands for a key without one. */
static char *undo_keyed(const AttributeFile *file, const char *before, const char *text) {
        size_t length = strcspn(text, " ");
        char *undo;

        /* A weight alone is the default one. */
        if (!text[length] && !strchr(text, ':')) {
                text = "default";
                length = strlen(text);
        }

        for (const char *line = before; *line; line = strchrnul(line, '\n'), line += *line == '\n')
                if (strncmp(line, text, length) == 0 && line[length] == ' ')
                        return strndup(line, strcspn(line, "\n"));

        return asprintf(&undo, "%.*s %s", (int) length, text, file->unset) < 0 ? NULL : undo;
}

static bool has_word(const char *text, const char *word, size_t length) {
        for (const char *w = text; *w; w += strcspn(w, " "), w += strspn(w, " "))
                if (strcspn(w, " ") == length && strncmp(w, word, length) == 0)
                        return true;

        return false;
}

/* The opposite of what @text changes. */
static char *undo_names(const char *before, const char *text) {
        char *undo = malloc(strlen(text) + 2), *end = undo;

        if (!undo)
                return NULL;

        for (const char *w = text + strspn(text, " "); *w; w += strspn(w, " ")) {
                size_t length = strcspn(w, " ");
                bool adds = *w == '+';

                if (has_word(before, w + 1, length - 1) != adds) {
                        *end++ = adds ? '-' : '+';
                        end = mempcpy(end, w + 1, length - 1);
                        *end++ = ' ';
                }
                w += length;
        }

        *end = '\0';
        return undo;
}

static int make_undo(int group, const char *name, const char *text, char **ret) {
        const AttributeFile *file = attribute_file_find(name);
        _cleanup_free_ char *before = NULL;
        int r;

        r = file && file->form == ATTRIBUTE_ACTION ? -EACCES : attribute_file_read(group, name, &before);
        if (r < 0)
                return r;

        if (file && file->form == ATTRIBUTE_KEYED)
                *ret = undo_keyed(file, before, text);
        else if (file && file->form == ATTRIBUTE_NAMES)
                *ret = undo_names(before, text);
        else if (file && file->form == ATTRIBUTE_WORD)
                *ret = strndup(before, strcspn(before, " "));
        else
                *ret = TAKE_PTR(before);

        return *ret ? 0 : -ENOMEM;
}

static int remember(AttributeWriter *writer, const char *name, const char *text) {
        AttributeUndo *longer;
        char *undo = NULL;
        int r;

        longer = reallocarray(writer->undo, writer->n_undo + 1, sizeof(*longer));
        if (!longer)
                return -ENOMEM;
        writer->undo = longer;

        r = make_undo(writer->group, name, text, &undo);
        if (r == -EACCES) /* nobody can read it: what it says is no state */
                return 0;
        if (r < 0)
                return r;

        longer[writer->n_undo++] = (AttributeUndo) { name, undo };
        return 0;
}

/* One write: the kernel takes an attribute whole or not at all. Root opens also what nobody may write, and would be
 * told "Invalid argument" by the write; others are told EACCES at once, which can as well mean the owner. */
static int write_file(int group, const char *name, const char *text) {
        _cleanup_close_ int fd = fd_open_beneath(group, name, O_WRONLY | O_TRUNC);
        _cleanup_close_ int node = fd == -EACCES ? fd_open_beneath(group, name, O_PATH) : -EBADF;
        struct stat st;
        ssize_t n;

        if (fstat(fd >= 0 ? fd : node, &st) >= 0 && (st.st_mode & 0222) == 0)
                return -EROFS;
        if (fd < 0)
                return fd;

        if (!*text) /* a write of nothing does not reach the kernel's parser */
                text = "\n";

        do
                n = write(fd, text, strlen(text));
        while (n < 0 && errno == EINTR);
        if (n < 0)
                return -errno;

        return (size_t) n == strlen(text) ? 0 : -EIO;
}

static int remember_and_write(AttributeWriter *writer, const char *name, const char *text) {
        int r;

        /* To switch it resets the weight. */
        r = streq(name, "cpu.idle") ? remember(writer, "cpu.weight", text) : 0;
        if (r < 0 && r != -ENOENT)
                return r;

        r = remember(writer, name, text);
        return r < 0 ? r : write_file(writer->group, name, text);
}

int attribute_write(AttributeWriter *writer, const char *name, const char *text) {
        size_t n_before = writer->n_undo;
        int r;

        if (writer->compare)
                return writer->compare(writer, name, text);

        writer->file = name;
        r = remember_and_write(writer, name, text);
        if (r >= 0)
                return 0;

        while (writer->n_undo > n_before)
                free(writer->undo[--writer->n_undo].text);
        return r;
}

int attribute_writef(AttributeWriter *writer, const char *name, const char *format, ...) {
        _cleanup_free_ char *text = NULL;
        va_list ap;

        va_start(ap, format);
        if (vasprintf(&text, format, ap) < 0)
                text = NULL;
        va_end(ap);

        return text ? attribute_write(writer, name, text) : -ENOMEM;
}

void attribute_writer_undo(AttributeWriter *writer) {
        for (size_t i = writer->n_undo; i-- > 0;)
                (void) write_file(writer->group, writer->undo[i].file, writer->undo[i].text);
}

void attribute_writer_done(AttributeWriter *writer) {
        for (size_t i = 0; i < writer->n_undo; i++)
                free(writer->undo[i].text);

        free(writer->undo);
        trouble_done(&writer->trouble);
}
