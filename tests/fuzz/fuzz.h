/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* What the fuzz targets share. A target defines LLVMFuzzerTestOneInput() (libFuzzer's documentation, "Fuzz Target"):
 * with libFuzzer it is given what that makes up, with replay.c the files of its corpus. It looks whether the library
 * keeps its promises; a broken one ends the program, as a sanitizer does. */

#include "basic/macros.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define promise(expression) ((expression) ? (void) 0 : promise_broken(#expression, __FILE__, __LINE__))
_noreturn_ void promise_broken(const char *expression, const char *file, int line);

/* The rest of an input. Each of the functions takes something off it, and past its end zeros and nothing. */
typedef struct FuzzInput {
        const uint8_t *data;
        size_t size;
} FuzzInput;

uint8_t fuzz_byte(FuzzInput *input);
uint64_t fuzz_number(FuzzInput *input); /* some of them at the ends of what a type holds */

/* The next line; fuzz_text(): all of it. Up to the first NUL. Exactly as long as it has to be, so that a sanitizer sees
 * who reads on. Freed by the caller. */
char *fuzz_line(FuzzInput *input);
char *fuzz_text(const uint8_t *data, size_t size);

/* Whether @r is what our functions return: no negative number that is no errno. */
static inline bool fuzz_is_result(int r) {
        return r > -4096;
}

/* One character of UTF-8, the long way round: how many bytes; 0: none begins there. It is not the library's own, which
 * is held against it. */
size_t fuzz_character(const char *text, size_t length, uint32_t *ret);

/* Whether @text can be shown on a terminal; with @lines, newlines are meant. Likewise. */
bool fuzz_is_safe(const char *text, size_t length, bool lines);

/* The most bytes that were allocated at one time since fuzz_count(), and an end of counting; 0 without
 * AddressSanitizer. A time that grows faster than the input cannot be told from a slow machine, but memory that does
 * can. */
void fuzz_count(void);
size_t fuzz_counted(void);

/* Makes @text the contents of the file @name in @directory. */
void fuzz_write_file(int directory, const char *name, const char *text);

/* Opens an empty directory, the same for all inputs, which is removed at the end. */
int fuzz_directory(void);
