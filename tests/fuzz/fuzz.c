/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz.h"

#include <dirent.h>
#include <fcntl.h>

static void remove_directory(void);

void promise_broken(const char *expression, const char *file, int line) {
        fprintf(stderr, "%s:%d: broken promise: %s\n", file, line, expression);
        remove_directory();
        abort();
}

uint8_t fuzz_byte(FuzzInput *input) {
        if (input->size == 0)
                return 0;

        input->size--;
        return *input->data++;
}

uint64_t fuzz_number(FuzzInput *input) {
        static const uint64_t ends[] = { 0,          1,          0x7fff,     0xfffe,     0xffff,
                                         0x10000,    0x7fffffff, 0xfffffffe, 0xffffffff, 0x100000000,
                                         1000,       65534,      INT64_MAX,  1ULL << 63, UINT64_MAX - 1,
                                         UINT64_MAX, 4294967294, 600000000,  600000001 };
        uint64_t number = fuzz_byte(input);

        if (number < ELEMENTSOF(ends))
                return ends[number];
        for (unsigned bytes = number % 8; bytes > 0; bytes--)
                number = number << 8 | fuzz_byte(input);
        return number;
}

char *fuzz_text(const uint8_t *data, size_t size) {
        size_t length = size > 0 ? strnlen((const char *) data, size) : 0;
        char *text = malloc(length + 1);

        promise(text);
        if (length > 0)
                memcpy(text, data, length);
        text[length] = '\0';
        return text;
}

char *fuzz_line(FuzzInput *input) {
        const uint8_t *end = input->size > 0 ? memchr(input->data, '\n', input->size) : NULL;
        size_t length = end ? (size_t) (end - input->data) : input->size;
        char *line = fuzz_text(input->data, length);

        length += end != NULL;
        input->data += length;
        input->size -= length;
        return line;
}

/* Decoded by what the first byte says, and taken only where it is what the number is encoded as. */
size_t fuzz_character(const char *text, size_t length, uint32_t *ret) {
        static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
        const unsigned char *p = (const unsigned char *) text;
        size_t n = 0;
        uint32_t c;

        if (length == 0)
                return 0;
        if (*p < 0x80)
                return *ret = *p, 1;

        while (n < 8 && *p & 0x80 >> n)
                n++;
        if (n < 2 || n > 4 || n > length)
                return 0;

        c = *p & (0xff >> (n + 1));
        for (size_t i = 1; i < n; i++) {
                if (p[i] / 64 != 2)
                        return 0;
                c = c * 64 + p[i] % 64;
        }

        if (c < least[n] || c > 0x10ffff || c / 0x800 == 0xd800 / 0x800)
                return 0;

        return *ret = c, n;
}

/* What basic/escape.h says that it keeps back. */
static bool is_unsafe(uint32_t c) {
        static const uint32_t ranges[][2] = { { 0, 0x1f },        { 0x7f, 0x9f },     { 0x61c, 0x61c },
                                              { 0x200e, 0x200f }, { 0x2028, 0x202e }, { 0x2066, 0x2069 },
                                              { 0xfdd0, 0xfdef } };

        for (size_t i = 0; i < ELEMENTSOF(ranges); i++)
                if (c >= ranges[i][0] && c <= ranges[i][1])
                        return true;

        return c % 0x10000 >= 0xfffe;
}

bool fuzz_is_safe(const char *text, size_t length, bool lines) {
        while (length > 0) {
                uint32_t c = 0;
                size_t n = fuzz_character(text, length, &c);

                if (n == 0 || (is_unsafe(c) && !(lines && c == '\n')))
                        return false;
                text += n;
                length -= n;
        }

        return true;
}

/* --- memory: as the sanitizers of gcc and clang have it, sanitizer/allocator_interface.h --- */

typedef void (*MallocHook)(const volatile void *pointer, size_t size);
typedef void (*FreeHook)(const volatile void *pointer);

extern int __sanitizer_install_malloc_and_free_hooks(MallocHook on_malloc, FreeHook on_free) __attribute__((weak));
extern size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));

static size_t allocated_before, most_allocated;
static bool counting = false;

static void on_malloc(const volatile void *pointer _unused_, size_t size _unused_) {
        size_t allocated = counting ? __sanitizer_get_current_allocated_bytes() : 0;

        if (allocated > allocated_before && allocated - allocated_before > most_allocated)
                most_allocated = allocated - allocated_before;
}

static void on_free(const volatile void *pointer _unused_) {
}

void fuzz_count(void) {
        static bool installed = false;

        if (!__sanitizer_install_malloc_and_free_hooks)
                return;
        if (!installed)
                (void) __sanitizer_install_malloc_and_free_hooks(on_malloc, on_free);

        installed = counting = true;
        most_allocated = 0;
        allocated_before = __sanitizer_get_current_allocated_bytes();
}

size_t fuzz_counted(void) {
        counting = false;
        return most_allocated;
}

/* --- files --- */

void fuzz_write_file(int directory, const char *name, const char *text) {
        int fd = openat(directory, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
        size_t length = strlen(text);

        promise(fd >= 0 && write(fd, text, length) == (ssize_t) length && close(fd) == 0);
}

/* In memory: there are many inputs. */
static char directory_path[] = "/dev/shm/cgscope-fuzz-XXXXXX";

static void clear_directory(int directory) {
        DIR *entries = fdopendir(openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));

        if (!entries)
                abort();
        for (struct dirent *entry; (entry = readdir(entries));)
                if (entry->d_type == DT_REG)
                        (void) unlinkat(directory, entry->d_name, 0);
        (void) closedir(entries);
}

static int directory_fd = -EBADF;

static void remove_directory(void) {
        if (directory_fd < 0)
                return;

        clear_directory(directory_fd);
        (void) close(directory_fd);
        (void) rmdir(directory_path);
}

int fuzz_directory(void) {
        if (directory_fd < 0) {
                promise(mkdtemp(directory_path));
                directory_fd = open(directory_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
                promise(directory_fd >= 0);
                (void) atexit(remove_directory);
        }

        clear_directory(directory_fd);
        return directory_fd;
}
