// SPDX-License-Identifier: Apache-2.0
// none.h stands in for race_off.h where the calls of the detector are to be as if they were not written.
#ifndef CRUN_RACE_RACE_OFF_H
#define CRUN_RACE_RACE_OFF_H

#include "report.h"

typedef struct race_g race_g;

enum { RACE_MUTEX_BYTES = 64, RACE_RWMUTEX_BYTES = 120 };

#define race_main_g(...) ((race_g *)NULL)
#define race_g_create(...) ((race_g *)NULL)
#define race_g_set_name(...) ((void)0)
#define race_g_set_labels(...) ((void)0)
#define race_g_end(...) ((void)0)
#define race_switch(...) ((void)0)
#define race_armed(...) ((void)0)
#define race_self(...) ((race_g *)NULL)
#define race_acquire(...) ((void)0)
#define race_release(...) ((void)0)
#define race_release_merge(...) ((void)0)
#define race_release_acquire(...) ((void)0)
#define race_acquire_g(...) ((void)0)
#define race_release_g(...) ((void)0)
#define race_release_merge_g(...) ((void)0)
#define race_release_acquire_g(...) ((void)0)
#define race_mutex_locked(...) ((void)0)
#define race_mutex_unlocks(...) ((void)0)
#define race_rwmutex_locked(...) ((void)0)
#define race_rwmutex_unlocks(...) ((void)0)
#define race_sync_forget(...) ((void)0)
#define race_fd_release(...) ((void)0)
#define race_fd_acquire(...) ((void)0)
#define race_read(...) ((void)0)
#define race_write(...) ((void)0)
#define race_read_g(...) ((void)0)
#define race_write_g(...) ((void)0)
#define race_fresh(...) ((void)0)
#define race_stack(...) ((void)0)
#define race_enter(...) ((void)0)
#define race_leave(...) ((void)0)
#define race_context(...) ((uint32_t)0)
#define race_context_stack(...) ((size_t)0)
#define race_watch_locks(...) ((void)0)
#define race_hide_begin(...) ((void)0)
#define race_hide_end(...) ((void)0)
#define race_exit_code(code) report_exit_code(code)

#endif
