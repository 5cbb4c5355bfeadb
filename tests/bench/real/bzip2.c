// SPDX-License-Identifier: Apache-2.0
// bzip2.c: libbz2 compresses 300 KB of text and reads it again, each worker its own.
#include "bzlib.h"

#include "frame.h"

enum { SIZE = 300000 };

static void fill(char *text) {
  unsigned x = 12345;
  for (int i = 0; i < SIZE; i++) {
    x = x * 1103515245 + 12345;
    text[i] = x >> 28 ? (char)('a' + (x >> 16) % 12) : (i ? text[i - 1] : ' ');
  }
}

void bz_internal_error(int code) { fail("bz_internal_error"); }

static void work(int worker) {
  unsigned packed_size = SIZE + SIZE / 100 + 600, size = SIZE;
  char *text = malloc(SIZE), *packed = malloc(packed_size), *again = malloc(SIZE);
  if (!text || !packed || !again) fail("no memory");
  fill(text);
  if (BZ2_bzBuffToBuffCompress(packed, &packed_size, text, SIZE, 9, 0, 0) != BZ_OK) fail("compress");
  if (BZ2_bzBuffToBuffDecompress(again, &size, packed, packed_size, 0, 0) != BZ_OK) fail("decompress");
  if (size != SIZE || memcmp(text, again, SIZE)) fail("it is another text");
  free(text), free(packed), free(again);
}
