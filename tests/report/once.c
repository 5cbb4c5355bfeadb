// SPDX-License-Identifier: Apache-2.0
// A function that crun calls: what lies between it and its caller is crun's own and is left out.
#include "../litmus/litmus.h"

static once start;
static int total;

static void begin(void) { total++; }

static void first(void) {
  once_do(&start, begin);
  next();
}

int main(void) {
  go(first);
  turn(1);
  total = 2;
}

// CHECK: ==================
// CHECK-NEXT: WARNING: DATA RACE
// CHECK-NEXT: Write at 0x{{[0-9a-f]+}} by main goroutine:
// CHECK-NEXT: main()
// CHECK-NEXT: {{.*/}}once.c:18:9 +0x{{[0-9a-f]+}}
// CHECK-NEXT: 18 | total = 2;
// CHECK-NEXT: | ^
// CHECK-EMPTY:
// CHECK-NEXT: Previous write at 0x{{[0-9a-f]+}} by goroutine 2:
// CHECK-NEXT: begin()
// CHECK-NEXT: {{.*/}}once.c:8:32 +0x{{[0-9a-f]+}}
// CHECK-NEXT: 8 | static void begin(void) { total++; }
// CHECK-NEXT: | ^
// CHECK-NEXT: first()
// CHECK-NEXT: {{.*/}}once.c:11:3 +0x{{[0-9a-f]+}}
// CHECK-EMPTY:
// CHECK-NEXT: Location: global variable total
