// SPDX-License-Identifier: Apache-2.0
// pthread_bank.c: threads move money between accounts, each under its own lock; crun checks pthreads too.
//   crun run -race examples/pthread_bank.c
#include <pthread.h>
#include <stdio.h>

enum { ACCOUNTS = 8, THREADS = 4, TRANSFERS = 5000, START = 1000 };

static struct account {
  pthread_mutex_t lock;
  long balance;  // under lock
} accounts[ACCOUNTS];

// transfer locks the two accounts in the order of their numbers, so that no two transfers deadlock.
static void transfer(int from, int to, long amount) {
  struct account *first = &accounts[from < to ? from : to];
  struct account *second = &accounts[from < to ? to : from];
  pthread_mutex_lock(&first->lock);
  pthread_mutex_lock(&second->lock);
  accounts[from].balance -= amount;
  accounts[to].balance += amount;
  pthread_mutex_unlock(&second->lock);
  pthread_mutex_unlock(&first->lock);
}

static void *teller(void *arg) {
  unsigned seed = (unsigned)(long)arg;
  for (int i = 0; i < TRANSFERS; i++) {
    seed = seed * 1103515245 + 12345;
    int from = seed / 65536 % ACCOUNTS, to = (from + 1 + seed / 1048576 % (ACCOUNTS - 1)) % ACCOUNTS;
    transfer(from, to, seed % 100);
  }
  return NULL;
}

int main(void) {
  pthread_t threads[THREADS];
  for (int i = 0; i < ACCOUNTS; i++) {
    pthread_mutex_init(&accounts[i].lock, NULL);
    accounts[i].balance = START;
  }
  for (long i = 0; i < THREADS; i++) pthread_create(&threads[i], NULL, teller, (void *)(i + 1));
  for (int i = 0; i < THREADS; i++) pthread_join(threads[i], NULL);
  long total = 0;
  for (int i = 0; i < ACCOUNTS; i++) total += accounts[i].balance;
  printf("%ld in the bank\n", total);
}
