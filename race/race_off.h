// SPDX-License-Identifier: Apache-2.0
// race_off.h is the no-op twin of race.h: same names, no code, for the runtime without a detector.
#ifndef CRUN_RACE_RACE_OFF_H
#define CRUN_RACE_RACE_OFF_H

#include "report.h"

typedef struct race_g race_g;

enum { RACE_MUTEX_BYTES = 64, RACE_RWMUTEX_BYTES = 120 };

// The arguments are checked by the compiler and never evaluated: not even what reads the return address is left of a call.
// race_none is defined nowhere.
void race_none(int none, ...);
#define RACE_OFF(...) (0 ? race_none(0, ##__VA_ARGS__) : (void)0)

#define race_main_g(...) (RACE_OFF(__VA_ARGS__), (race_g *)NULL)
#define race_g_create(...) (RACE_OFF(__VA_ARGS__), (race_g *)NULL)
#define race_g_set_name(...) RACE_OFF(__VA_ARGS__)
#define race_g_set_labels(...) RACE_OFF(__VA_ARGS__)
#define race_g_end(...) RACE_OFF(__VA_ARGS__)
#define race_switch(...) RACE_OFF(__VA_ARGS__)
#define race_armed(...) RACE_OFF(__VA_ARGS__)
#define race_self(...) (RACE_OFF(__VA_ARGS__), (race_g *)NULL)
#define race_acquire(...) RACE_OFF(__VA_ARGS__)
#define race_release(...) RACE_OFF(__VA_ARGS__)
#define race_release_merge(...) RACE_OFF(__VA_ARGS__)
#define race_release_acquire(...) RACE_OFF(__VA_ARGS__)
#define race_acquire_g(...) RACE_OFF(__VA_ARGS__)
#define race_release_g(...) RACE_OFF(__VA_ARGS__)
#define race_release_merge_g(...) RACE_OFF(__VA_ARGS__)
#define race_release_acquire_g(...) RACE_OFF(__VA_ARGS__)
#define race_mutex_locked(...) RACE_OFF(__VA_ARGS__)
#define race_mutex_unlocks(...) RACE_OFF(__VA_ARGS__)
#define race_rwmutex_locked(...) RACE_OFF(__VA_ARGS__)
#define race_rwmutex_unlocks(...) RACE_OFF(__VA_ARGS__)
#define race_sync_forget(...) RACE_OFF(__VA_ARGS__)
#define race_fd_release(...) RACE_OFF(__VA_ARGS__)
#define race_fd_acquire(...) RACE_OFF(__VA_ARGS__)
#define race_read(...) RACE_OFF(__VA_ARGS__)
#define race_write(...) RACE_OFF(__VA_ARGS__)
#define race_read_g(...) RACE_OFF(__VA_ARGS__)
#define race_write_g(...) RACE_OFF(__VA_ARGS__)
#define race_fresh(...) RACE_OFF(__VA_ARGS__)
#define race_stack(...) RACE_OFF(__VA_ARGS__)
#define race_enter(...) RACE_OFF(__VA_ARGS__)
#define race_leave(...) RACE_OFF(__VA_ARGS__)
#define race_context(...) (RACE_OFF(__VA_ARGS__), (uint32_t)0)
#define race_context_stack(...) (RACE_OFF(__VA_ARGS__), (size_t)0)
#define race_watch_locks(...) RACE_OFF(__VA_ARGS__)
#define race_hide_begin(...) RACE_OFF(__VA_ARGS__)
#define race_hide_end(...) RACE_OFF(__VA_ARGS__)
#define race_exit_code(code) report_exit_code(code)  // what is found without a detector

#endif
