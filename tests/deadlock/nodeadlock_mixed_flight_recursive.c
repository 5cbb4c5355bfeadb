// SPDX-License-Identifier: Apache-2.0
// A shared load asks for another key.
#include <crun/crun.h>
#include <crun/short.h>

static cr_flight flight;
static int user = 7;

static void *load_user(void *arg) {
  if (arg) cr_flight_do(&flight, "group", load_user, NULL, NULL);
  return &user;
}

int main(void) {
  int *u = cr_flight_do(&flight, "user", load_user, &user, NULL);
  return *u != 7;
}
