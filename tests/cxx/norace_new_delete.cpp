// SPDX-License-Identifier: Apache-2.0
// Memory that delete gave back and new gave out again is new: nothing orders its owners but that.
#include <thread>
#include <vector>

static void churn(int who) {
  for (int i = 0; i < 200; i++) {
    std::vector<int> v(64, who);
    int *p = new int[16];
    for (int k = 0; k < 16; k++) p[k] = v[k];
    delete[] p;
  }
}

int main() {
  std::thread a(churn, 1), b(churn, 2);
  a.join();
  b.join();
}
