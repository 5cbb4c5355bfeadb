// SPDX-License-Identifier: Apache-2.0
// keep.h: where keep.S finds what it reads; access_abi.c asserts that each is so.
#ifndef CRUN_RACE_KEEP_H
#define CRUN_RACE_KEEP_H

#define KEEP_G_CUR 0
#define KEEP_G_SP 8
#define KEEP_G_LIMIT 16
#define KEEP_G_BASE 24

#define KEEP_FRAME_CALL_PC 0
#define KEEP_FRAME_FUNC_PC 8
#define KEEP_FRAME_NODE 16
#define KEEP_FRAME_MSP 20
#define KEEP_FRAME_SIZE 24

#define KEEP_ADDRESS_BITS 45  // of an address, which the shadow tells apart

// shadow.h's, which assembly cannot read: ASan's own shadow lies where ours would.
#ifdef __SANITIZE_ADDRESS__
#define KEEP_SHADOW 0x110000000000
#else
#define KEEP_SHADOW 0x100000000000
#endif

#endif
