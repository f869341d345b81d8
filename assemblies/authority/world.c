/* Looking at the whole system. */
#include "world.h"

#define FNV_BASIS UINT64_C(0xcbf29ce484222325)
#define FNV_PRIME UINT64_C(0x100000001b3)

/* Message pages, arena, stack, and where the image begins. */
enum { PAGES_LOOKED_AT = 16 };

static uint64_t mix(uint64_t sum, uint64_t word)
{
    return (sum ^ word) * FNV_PRIME;
}

static uint64_t mix_answer(uint64_t sum, const struct neuron_task_inspect_out *out)
{
    return mix(mix(mix(mix(mix(sum, out->v0), out->v1), out->v2), out->v3), out->v4);
}

static uint64_t look(uint64_t sum, enum task task, uint64_t what, uint64_t count)
{
    struct neuron_task_inspect_out out;

    for (uint64_t i = 0; i < count; i++) {
        CHECK(inspect(task, what, i, &out) == NEURON_OK);
        sum = mix_answer(sum, &out);
    }
    return sum;
}

/* init's own slots, which it cannot inspect. */
static uint64_t look_at_own(uint64_t sum)
{
    struct neuron_cap_query_out out;

    for (uint64_t slot = 0; slot < INIT_SLOTS; slot++) {
        sum = mix(sum, (uint64_t)neuron_cap_query(slot, &out));
        sum = mix(mix(mix(sum, out.kind), out.rights), out.object);
        sum = mix(mix(mix(sum, out.badge), out.base), out.bytes);
    }
    return sum;
}

uint64_t world(void)
{
    uint64_t sum = FNV_BASIS;

    for (enum task task = HOLDER; task < WALL; task++) {
        sum = look(sum, task, NEURON_INSPECT_SLOT, HOLDER_SLOTS);
        sum = look(sum, task, NEURON_INSPECT_PAGE, PAGES_LOOKED_AT);
        sum = look(sum, task, NEURON_INSPECT_STATE, 1);
        sum = look(sum, task, NEURON_INSPECT_FAULT, 1);
    }
    return look_at_own(sum);
}

uint64_t kind_of(enum task task, uint64_t slot)
{
    struct neuron_task_inspect_out out;

    CHECK(inspect(task, NEURON_INSPECT_SLOT, slot, &out) == NEURON_OK);
    return out.v0;
}

uint64_t rights_of(enum task task, uint64_t slot)
{
    struct neuron_task_inspect_out out;

    CHECK(inspect(task, NEURON_INSPECT_SLOT, slot, &out) == NEURON_OK);
    return out.v1;
}

uint64_t arena_entry(enum task task, uint64_t page)
{
    struct neuron_task_inspect_out out;

    CHECK(inspect(task, NEURON_INSPECT_PAGE, NEURON_ARENA_OFFSET / NEURON_PAGE + page, &out) ==
          NEURON_OK);
    return out.v0;
}
