// SPDX-License-Identifier: Apache-2.0
// crun.h: the whole public interface of crun; every name begins with cr_ or CR_.
//
// crun/short.h gives the short names (go, chan, wg_add, ...) to programs that want them.
#ifndef CRUN_CRUN_H
#define CRUN_CRUN_H

#include <crun/chan.h>
#include <crun/context.h>
#include <crun/debug.h>
#include <crun/defer.h>
#include <crun/future.h>
#include <crun/go.h>
#include <crun/group.h>
#include <crun/leak.h>
#include <crun/map.h>
#include <crun/pool.h>
#include <crun/net.h>
#include <crun/process.h>
#include <crun/race.h>
#include <crun/select.h>
#include <crun/sync.h>
#include <crun/time.h>
#include <crun/timer.h>

#endif
