// SPDX-License-Identifier: Apache-2.0
// racy_pthread_bank.c: the bank with an auditor that adds the accounts up without their locks.
#include <pthread.h>
#include <stdio.h>

enum { ACCOUNTS = 8, TRANSFERS = 5000, START = 1000 };

static struct account {
  pthread_mutex_t lock;
  long balance;  // under lock
} accounts[ACCOUNTS];

static void deposit(struct account *a, long amount) {
  pthread_mutex_lock(&a->lock);
  a->balance += amount;
  pthread_mutex_unlock(&a->lock);
}

static void *teller(void *arg) {
  for (int i = 0; i < TRANSFERS; i++) deposit(&accounts[i % ACCOUNTS], 1);
  return arg;
}

static void *auditor(void *arg) {
  long *total = arg;
  for (int i = 0; i < ACCOUNTS; i++) *total += accounts[i].balance;  // the mistake: no lock
  return arg;
}

int main(void) {
  pthread_t t, a;
  long total = 0;
  for (int i = 0; i < ACCOUNTS; i++) {
    pthread_mutex_init(&accounts[i].lock, NULL);
    accounts[i].balance = START;
  }
  pthread_create(&t, NULL, teller, NULL);
  pthread_create(&a, NULL, auditor, &total);
  pthread_join(t, NULL);
  pthread_join(a, NULL);
  printf("the auditor saw %s\n", total >= ACCOUNTS * START ? "enough" : "too little");
}
