/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Text of others on its way to a terminal, by the escapers, the log and the sheet: no unsafe byte goes out, one message
 * is one line, a line is no wider than the terminal, and a path that is shown can be typed. */

#include <fcntl.h>
#include <sys/mman.h>

#include "basic/escape.h"
#include "basic/log.h"
#include "basic/sheet.h"
#include "fuzz.h"

static void check_text(const char *text) {
        _cleanup_free_ char *escaped = escape_text(text);
        bool safe = fuzz_is_safe(text, strlen(text), false);
        char buffer[ESCAPE_SHORT_MAX];

        promise(escaped && fuzz_is_safe(escaped, strlen(escaped), false));
        promise(text_is_safe(text) == safe);
        promise(!safe || streq(text, escaped));

        promise(escape_short(text, buffer) == buffer && strnlen(buffer, sizeof(buffer)) < sizeof(buffer));
        promise(fuzz_is_safe(buffer, strlen(buffer), false));
}

/* Whether outside of $'…' nothing stands that a shell takes for more than itself. */
static bool is_one_word(const char *text) {
        static const char taken[] = " \t\n!\"#$&'()*;<>?[]^`{|}~";

        while (*text)
                if (startswith(text, "$'")) {
                        for (text += 2; *text && *text != '\''; text++)
                                text += *text == '\\' && text[1];
                        if (!*text++)
                                return false;
                } else if (strchr(taken, *text++))
                        return false;

        return true;
}

static void check_path(const char *path) {
        _cleanup_free_ char *escaped = escape_path(path), *again = malloc(strlen(path) + 1);
        char *end = again;

        promise(escaped && again && fuzz_is_safe(escaped, strlen(escaped), false) && is_one_word(escaped));

        for (const char *p = escaped; *p;) {
                char part[8192] = "";

                if (*p == '/') {
                        *end++ = *p++;
                        continue;
                }
                if (unescape_part(&p, part, sizeof(part)) < 0) {
                        promise(strlen(path) >= sizeof(part));
                        return;
                }
                promise(end + strlen(part) <= again + strlen(path));
                end = stpcpy(end, part);
        }

        *end = '\0';
        promise(streq(again, path));
}

static void check_word(const char *text) {
        _cleanup_free_ char *escaped = escape_word(text), *again = escaped ? escape_word(escaped) : NULL;
        _cleanup_free_ char *group = escape_process_group(text);

        promise(again && group);
        promise(fuzz_is_safe(escaped, strlen(escaped), false) && fuzz_is_safe(group, strlen(group), false));
        promise(is_one_word(escaped));
        promise(streq(escaped, again) || strlen(text) > 255); /* which is no name any more */
}

static void check_typed(const char *text) {
        char part[64];
        const char *end = text;
        int r = unescape_part(&end, part, sizeof(part));

        promise(r == 0 || r == -EINVAL || r == -ENAMETOOLONG);
        promise(r == 0 ? (!*end || *end == '/') && !strchr(part, '/') : end == text);
}

/* What a message becomes on standard error. */
static void check_log(const char *text, unsigned level) {
        static int file = -EBADF;
        _cleanup_trouble_ Trouble trouble = {};
        char line[16384];
        ssize_t n;
        int saved = dup(STDERR_FILENO);

        if (file < 0)
                file = memfd_create("log", MFD_CLOEXEC);
        promise(saved >= 0 && file >= 0 && ftruncate(file, 0) == 0 && dup2(file, STDERR_FILENO) >= 0);
        promise(lseek(file, 0, SEEK_SET) == 0);

        if (level % 8 == LOG_ERR) {
                (void) trouble_set(&trouble, -EINVAL, "%s", text);
                (void) trouble_help(&trouble, -EINVAL, "%s", text);
                promise(log_trouble(-EINVAL, &trouble) == -EINVAL && !trouble.cause && !trouble.remedy);
        } else
                promise(log_full((int) (level % 8), -EBUSY, "%s: %s", text, text) == -EBUSY);

        promise(dup2(saved, STDERR_FILENO) >= 0 && close(saved) == 0);
        n = pread(file, line, sizeof(line), 0);
        promise(n >= 0 && (size_t) n < sizeof(line));
        promise(level % 8 == LOG_DEBUG ? n == 0 : n > 0 && line[n - 1] == '\n');
        promise(n == 0 || fuzz_is_safe(line, (size_t) n - 1, false));
}

static unsigned columns(const char *text, size_t length) {
        unsigned n = 0;

        for (size_t i = 0; i < length; i++)
                n += (text[i] & 0xc0) != 0x80;

        return n;
}

/* All but @until lines, which may be longer than @width where no word ends. */
static void check_width(const char *text, unsigned width) {
        for (const char *line = text; *line; line += *line == '\n') {
                size_t length = strcspn(line, "\n");

                promise(columns(line, length) <= width || !memchr(line + width / 2, ' ', length - width / 2));
                line += length;
        }
}

static void check_sheet(const char *text, unsigned width) {
        _cleanup_free_ char *shown = NULL, *folded = sheet_fold(text, width);
        Sheet sheet = { .label_width = 8, .width = width };
        size_t size, length;

        promise(folded && fuzz_is_safe(folded, strlen(folded), true));
        if (width > 0)
                check_width(folded, width);

        sheet.file = open_memstream(&shown, &size);
        promise(sheet.file);
        sheet_line(&sheet, "Label", "%s", text);
        promise(fflush(sheet.file) == 0);
        length = size;
        promise(length > 0 && shown[length - 1] == '\n' && fuzz_is_safe(shown, length - 1, false));
        promise(width <= 16 || columns(shown, length - 1) <= width);

        sheet_path(&sheet, "Path", text);
        sheet_paragraph(&sheet, NULL, "%s", text);
        sheet_wrap(&sheet, 12, NULL, text);
        promise(sheet_end(&sheet) == 0 && fclose(sheet.file) == 0);
        promise(fuzz_is_safe(shown, size, true));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
        FuzzInput input = { data, size };
        unsigned first = fuzz_byte(&input);
        _cleanup_free_ char *text = fuzz_text(input.data, input.size);

        check_text(text);
        check_path(text);
        check_word(text);
        check_typed(text);
        check_log(text, first);
        check_sheet(text, first);
        return 0;
}
