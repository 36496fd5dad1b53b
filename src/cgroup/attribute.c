/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cgroup/attribute.h"

#include <fcntl.h>
#include <stdarg.h>
#include <sys/stat.h>

#include "basic/fd.h"
#include "basic/trouble.h"
#include "basic/parse.h"
#include "cgroup/attribute-internal.h"

static void attribute_done(Attribute *attribute) {
        free(attribute->key);
        free(attribute->file);
        free(attribute->value);
        *attribute = (Attribute){};
}

#define _cleanup_attribute_ _cleanup_(attribute_done)

void attribute_list_done(AttributeList *list) {
        for (size_t i = 0; i < list->n_items; i++)
                attribute_done(&list->items[i]);

        free(list->items);
        property_list_done(&list->properties);
        *list = (AttributeList){};
}

ControllerMask attribute_list_controllers(const AttributeList *list) {
        ControllerMask mask = CONTROLLER_MASK_NONE;

        for (size_t i = 0; i < list->n_items; i++)
                if (list->items[i].controller != _CONTROLLER_INVALID)
                        mask |= controller_bit(list->items[i].controller);

        return mask;
}

/* A longer list of properties lies elsewhere. */
static void renew_properties(AttributeList *list) {
        const PropertyValue *property = list->properties.items;

        for (size_t i = 0; i < list->n_items; i++)
                if (list->items[i].property)
                        list->items[i].property = property++;
}

static int parse_property(AttributeList *list, const char *assignment, Attribute *attribute, Trouble *trouble) {
        _cleanup_trouble_ Trouble inner = {};
        const PropertyInfo *info = property_find(attribute->key);
        const char *file = info ? property_info_file(info) : NULL;
        int r;

        if (info && !file)
                return trouble_set(trouble, -EOPNOTSUPP,
                                   "%s is kept by the manager, a group has no file for it; set it on the unit",
                              attribute->key);

        if (file) {
                attribute->controller = property_info_controller(info);
                attribute->file = strdup(file);
                if (!attribute->file)
                        return -ENOMEM;
        }

        r = property_list_add(&list->properties, assignment, &inner);
        if (r == -EOPNOTSUPP)
                return trouble_set(trouble, r, "%s belongs to a unit, a group has no file for it", attribute->key);
        if (r < 0)
                return trouble_move(trouble, r, &inner);

        attribute->property = &list->properties.items[list->properties.n_items - 1];
        return 0;
}

/* Without a look at the kernel a file that is not in the table may exist. One that differs from a known one by a slip
 * of the fingers does not: the kernel's own names are further apart. */
static int check_file(const char *name, Controller *ret_controller, Trouble *trouble) {
        const AttributeFile *file = attribute_file_find(name);
        const char *nearest = file ? NULL : attribute_file_nearest(name);

        if (nearest)
                return trouble_set(trouble, -ENOENT, "unknown file '%s', did you mean %s?", name, nearest);
        if (!attribute_file_name_is_valid(name, ret_controller))
                return trouble_set(trouble, -ENOENT, "'%s' is neither a property nor a file of a group (examples: "
                              "MemoryMax, memory.max)",
                              name);
        if (!file)
                return 0;

        if (file->verb)
                return trouble_set(trouble, -EOPNOTSUPP, "%s is not set, use cgscope %s", name, file->verb);
        if (file->form == ATTRIBUTE_READ_ONLY)
                return trouble_set(trouble, -EROFS, "%s is read-only%s%s", name, file->takes ? ": " : "",
                              file->takes ?: "");

        return 0;
}

static int parse_file(const char *value, Attribute *attribute, Trouble *trouble) {
        int r;

        r = check_file(attribute->key, &attribute->controller, trouble);
        if (r < 0)
                return r;

        attribute->file = strdup(attribute->key);
        attribute->value = strdup(value);
        return attribute->file && attribute->value ? 0 : -ENOMEM;
}

int attribute_list_add(AttributeList *list, const char *assignment, Trouble *trouble) {
        _cleanup_attribute_ Attribute attribute = { .controller = _CONTROLLER_INVALID };
        const char *equals = strchr(assignment, '=');
        Attribute *items;
        int r;

        /* A second line would be a second write to the kernel. */
        if (!text_is_printable(assignment))
                return trouble_set(trouble, -EINVAL, "a setting with control characters, or not in UTF-8");
        if (!equals || equals == assignment)
                return trouble_set(trouble, -EINVAL, "'%s' is no assignment (KEY=VALUE)", assignment);

        attribute.key = strndup(assignment, (size_t) (equals - assignment));
        if (!attribute.key)
                return -ENOMEM;

        /* Room first: after the parser nothing can fail. */
        items = reallocarray(list->items, list->n_items + 1, sizeof(*items));
        if (!items)
                return -ENOMEM;
        list->items = items;

        if (strpbrk(attribute.key, "./"))
                r = parse_file(equals + 1, &attribute, trouble);
        else
                r = parse_property(list, assignment, &attribute, trouble);
        if (r < 0)
                return r;

        list->items[list->n_items++] = attribute;
        attribute = (Attribute){};
        renew_properties(list);
        return 0;
}

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

        longer[writer->n_undo++] = (AttributeUndo){ name, undo };
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

int attribute_write(AttributeWriter *writer, const char *name, const char *text) {
        size_t n_before = writer->n_undo;
        int r = 0;

        if (writer->compare)
                return attribute_compare(writer, name, text);

        writer->file = name;

        /* To switch it resets the weight. */
        if (streq(name, "cpu.idle"))
                r = remember(writer, "cpu.weight", text);
        if (r >= 0 || r == -ENOENT)
                r = remember(writer, name, text);
        if (r >= 0)
                r = write_file(writer->group, name, text);
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
