/*
 * Explores small worlds: from the booted world on, every entry into the kernel in every state that is reachable, the
 * nearest first. The kernel is the real one with smaller limits. Every new state must keep the invariant
 * (tests/host/kernel/invariant.h), every step the rules (rules.h). If one does not, the entries that led there are printed.
 *
 * usage: explore [WORLD|all [STATES]]
 */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cmocka_all.h"
#include "console.h"
#include "image.h"
#include "invariant.h"
#include "kernel.h"
#include "machine.h"
#include "rules.h"
#include "shape.h"
#include "steps.h"
#include "world.h"
#include "worlds.h"

#define NO_PARENT UINT32_MAX
#define CHUNK (UINT64_C(1) << 20) /* changes that are stored together */
#define CHUNKS 4096u

struct state {
    u64 hash;
    u64 changes; /* where they are */
    u32 count;
    u32 parent;
    u32 step; /* of the parent's */
};

static const struct small_world *explored;
static struct state *states;
static u32 *table; /* hash table: 1 + the number of a state */
static u64 table_size;
static u32 state_count;
static u32 bound;
static u64 transitions;
static u64 fast_steps; /* that a fast path did, and the general one again */
static struct change *chunks[CHUNKS];
static u64 stored;

static struct step steps[STEPS_MAX];
static u32 from = NO_PARENT; /* the step that is being taken */
static u32 taking;

static const struct change *changes_of(u32 state)
{
    return &chunks[states[state].changes / CHUNK][states[state].changes % CHUNK];
}

static void load(u32 state)
{
    image_load(changes_of(state), states[state].count);
    machine.power_offs = 0;
}

/* The steps from the booted world to a state, then the one that is being taken. */
static void print_trail(u32 state)
{
    static struct step again[STEPS_MAX];

    if (states[state].parent != NO_PARENT) {
        u32 parent = states[state].parent;
        print_trail(parent);
        load(parent);
        steps_all(explored->calls, again);
        printf("  ");
        steps_print(&again[states[state].step]);
    }
}

_Noreturn void explore_violated(const char *format, ...)
{
    static int twice;
    va_list arguments;

    printf("\nexplore: %s: violated: ", explored->name);
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    printf("\n");
    if (from != NO_PARENT && !twice) {
        struct step last = steps[taking];
        const struct change *changes;
        twice = 1;
        (void)image_take(&changes); /* whatever it is now */
        print_trail(from);
        load(from);
        printf("  ");
        steps_print(&last);
    }
    fflush(stdout);
    exit(1);
}

static void undefined(int number)
{
    (void)number;
    explore_violated("undefined behaviour");
}

static u64 hash_of(const struct change *changes, u32 count)
{
    u64 hash = count;

    for (u32 i = 0; i < count; i++) {
        hash =
            (hash ^ ((u64)changes[i].word << 32 | changes[i].value)) * UINT64_C(0x9e3779b97f4a7c15);
        hash ^= hash >> 29;
    }
    return hash;
}

static void store(u32 state, const struct change *changes, u32 count)
{
    if (stored % CHUNK + count > CHUNK) {
        stored += CHUNK - stored % CHUNK;
    }
    u64 chunk = stored / CHUNK;
    if (chunk >= CHUNKS) {
        printf("explore: no memory for so many states\n");
        exit(2);
    }
    if (chunks[chunk] == NULL) {
        chunks[chunk] = malloc(CHUNK * sizeof(struct change));
    }
    memcpy(&chunks[chunk][stored % CHUNK], changes, count * sizeof(*changes));
    states[state].changes = stored;
    states[state].count = count;
    stored += count;
}

/* The state as it is now was reached. */
static void visit(void)
{
    const struct change *changes;
    u32 count = image_take(&changes);
    u64 hash = hash_of(changes, count);
    u64 at = hash % table_size;

    for (; table[at] != 0; at = (at + 1) % table_size) {
        u32 state = table[at] - 1;
        if (states[state].hash == hash && states[state].count == count &&
            memcmp(changes_of(state), changes, count * sizeof(*changes)) == 0) {
            return;
        }
    }
    if (state_count == bound) {
        return;
    }
    invariant_begin(world.words);
    invariant_check();
    store(state_count, changes, count);
    states[state_count].hash = hash;
    states[state_count].parent = from;
    states[state_count].step = taking;
    table[at] = ++state_count;
}

/* A refusal left the state as it was. A look at a queue may select it, and notice what the device has used. */
static void check_unchanged(const struct step *step)
{
    if (step->number != NEURON_SYS_dev_post && step->number != NEURON_SYS_dev_queue &&
        !image_unchanged()) {
        explore_violated("a refusal changed something");
    }
}

/* A fast path did what the general one does. The state is then as it was. */
static void check_paths(const struct step *step)
{
    static struct change kept[IMAGE_WORDS_MAX];
    const struct change *changes;
    u32 count = image_take(&changes);

    fast_steps++;
    memcpy(kept, changes, count * sizeof(*changes));
    load(from);
    (void)steps_take(step, 0);
    shape_normalise();
    if (image_take(&changes) != count || memcmp(kept, changes, count * sizeof(*changes)) != 0) {
        explore_violated("a fast path did something else than the general one");
    }
}

static void take(const struct step *step)
{
    int refused = 0;

    rules_before(step);
    enum taken taken = steps_take(step, 1);
    if (taken != NOT_ENTERED) {
        refused = rules_after(step);
    }
    shape_normalise();
    transitions++;
    if (taken == ENTERED_FAST) {
        check_paths(step);
    }
    if (refused) {
        check_unchanged(step);
    }
    visit();
}

static void expand(u32 state)
{
    load(state);
    u32 count = steps_all(explored->calls, steps);

    from = state;
    for (taking = 0; taking < count; taking++) {
        load(state);
        take(&steps[taking]);
    }
    from = NO_PARENT;
}

static void begin(const struct small_world *small)
{
    explored = small;
    printf("explore: %s: %s\n", small->name, small->promise);
    fflush(stdout);
    small->build();
    world_boot();
    small->plug();
    shape_normalise();
    image_base();
    table_size = 2 * (u64)bound + 1;
    states = calloc(bound, sizeof(*states));
    table = calloc(table_size, sizeof(*table));
    state_count = 0;
    transitions = 0;
    fast_steps = 0;
    stored = 0;
    visit();
}

static void explore(const struct small_world *small, u32 most)
{
    clock_t start = clock();

    bound = most;
    begin(small);
    u32 done = 0;
    while (done < state_count && state_count < bound) {
        expand(done++);
    }
    printf("explore: %s: %u states, %lu steps, %lu fast, %.1f s, %s (%u words a state, %lu that "
           "differ)\n",
           small->name, (unsigned)state_count, (unsigned long)transitions,
           (unsigned long)fast_steps, (double)(clock() - start) / CLOCKS_PER_SEC,
           state_count < bound ? "complete" : "bounded", (unsigned)image_words(),
           (unsigned long)(stored / state_count));
    free(states);
    free(table);
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "all";
    u32 found = 0;

    signal(SIGILL, undefined);
    signal(SIGTRAP, undefined);
    for (u32 w = 0; w < small_world_count; w++) {
        if (strcmp(name, "all") == 0 || strcmp(name, small_worlds[w].name) == 0) {
            found++;
            explore(&small_worlds[w],
                    argc > 2 ? (u32)strtoul(argv[2], NULL, 0) : (u32)small_worlds[w].bound);
        }
    }
    return found == 0;
}
