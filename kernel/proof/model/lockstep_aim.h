/* What the parts of the generator of random calls share. */
#ifndef LOCKSTEP_AIM_H
#define LOCKSTEP_AIM_H

#include "lockstep.h"

#define TALL (UINT64_C(1) << 32)
#define NO_SLOT UINT64_MAX
#define READ_MAP (NEURON_RIGHT_READ | NEURON_RIGHT_MAP)
#define DEADLINE_SPAN 4000u

extern u64 give_ups; /* tasks that may still be given up in this world */

struct slot *own(u64 slot);

/* A slot of `task` of this kind that has the right, or lacks it; NO_SLOT if there is none. */
u64 slot_with(u32 task, u32 kind, u64 right, int lacks);

u64 slot_of_other_kind(u32 task, u32 kind);

u64 beyond(u64 count);

u64 window_of(u64 slot);

int virtio(u64 w);

struct fake_device *device(u64 w);

u64 class_in(u64 w);

int does_reset(u64 w);

/* A slot of the caller that holds a virtio device. */
u64 virtio_slot(void);

u64 arena(void);

/* A page of the caller's arena that is mapped, or not. 0: none. */
u64 arena_page(int mapped);

u64 outside_arena(void);

u64 some_deadline(void);

/* The token of a caller who waits for the reply of the current task, or 0. */
u64 likely_token(void);

u64 good_tag(void);

u64 bad_tag(void);

/* An empty slot of another task for which the verdict is this one. */
int some_destination(int64_t code, u64 w, u64 rights, u64 *task, u64 *slot);

u64 some_window(int owned);

/* The empty slot of init that has a ceiling, or one that has none. */
u64 empty_slot(int with_ceiling);

int aim_create(int64_t code, u64 *in);

int aim_transfer(int64_t code, u64 *in);

int aim_revoke(int64_t code, u64 *in);

int aim_map(int64_t code, u64 *in);

int aim_unmap(int64_t code, u64 *in);

int aim_ack(int64_t code, u64 *in);

int aim_dev_write(int64_t code, u64 *in);

int aim_queue(int64_t code, u64 *in);

int aim_post(int64_t code, u64 *in);

int some_task(u64 number, int64_t code, u64 *task);

#endif
