// SPDX-License-Identifier: Apache-2.0
// A goroutine's name and labels are told with it; labels go on to what it starts, names do not.
#include "../litmus/litmus.h"

static int counter;

static void increment(void) {
  counter++;
  next();
}

static void starts(void) { go(increment); }

int main(void) {
  go_with(go_opts(.name = "feed", .labels = {{"job", "42"}, {"tenant", "a b"}}), starts);
  turn(1);
  counter++;
}

// CHECK: WARNING: DATA RACE
// CHECK-NEXT: Write at 0x{{[0-9a-f]+}} by main goroutine:
// CHECK: Previous write at 0x{{[0-9a-f]+}} by goroutine 3 {job=42, tenant=a b}:
// CHECK-NEXT: increment()
// CHECK: Goroutine 3 {job=42, tenant=a b} ({{finished|running}}) created at:
// CHECK-NEXT: starts()
// CHECK-NEXT: {{.*/}}labels.c:12:28 +0x{{[0-9a-f]+}}
// CHECK: Goroutine 2 "feed" {job=42, tenant=a b} ({{finished|running}}) created at:
// CHECK-NEXT: main()
