// SPDX-License-Identifier: Apache-2.0
// quota.h: how many processors' worth of time the process's control groups grant it.
#ifndef CRUN_QUOTA_H
#define CRUN_QUOTA_H

// quota_procs is that number, rounded up; 0: no limit. root is where control groups are mounted (/sys/fs/cgroup), cgroups
// the file that says which are the process's (/proc/self/cgroup).
int quota_procs(const char *root, const char *cgroups);

#endif
