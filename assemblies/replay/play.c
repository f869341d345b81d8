/* Makes calls with all registers under control, and compares all that come back. */
#include "play.h"

#include <neuron/abi.h>
#include <nexus/syscall.h>
#include <stdio.h>
#include <stdlib.h>

#define CLEARED 8u /* ra and t0..t6: zero after every call */

/* From the linker script: the message pages. */
extern volatile uint64_t __nexus_in[], __nexus_out[];

extern const char nexus_name[];

extern const uint64_t power_slot;

void disagree(const struct step *step, const char *what, uint64_t expected, uint64_t seen)
{
    (void)printf("replay: turn %u, step %u of %s, call %#llx(%#llx, %#llx, %#llx, %#llx): %s: "
                 "expected 0x%llx, "
                 "seen 0x%llx\n",
                 (unsigned)step->turn, (unsigned)(step - steps), nexus_name,
                 (unsigned long long)step->number, (unsigned long long)step->in[0],
                 (unsigned long long)step->in[1], (unsigned long long)step->in[2],
                 (unsigned long long)step->in[3], what, (unsigned long long)expected,
                 (unsigned long long)seen);
    (void)neuron_power(power_slot, 1);
    abort();
}

static void make(const struct step *step, uint64_t out[STEP_OUTPUTS], uint64_t cleared[CLEARED])
{
    register uint64_t a0 __asm__("a0");
    register uint64_t a1 __asm__("a1");
    register uint64_t a2 __asm__("a2");
    register uint64_t a3 __asm__("a3");
    register uint64_t a4 __asm__("a4");
    register uint64_t a5 __asm__("a5");
    register uint64_t a6 __asm__("a6");
    register uint64_t a7 __asm__("a7");
    register uint64_t ra __asm__("ra");
    register uint64_t t0 __asm__("t0");
    register uint64_t t1 __asm__("t1");
    register uint64_t t2 __asm__("t2");
    register uint64_t t3 __asm__("t3");
    register uint64_t t4 __asm__("t4");
    register uint64_t t5 __asm__("t5");
    register uint64_t t6 __asm__("t6");

    a0 = step->in[0];
    a1 = step->in[1];
    a2 = step->in[2];
    a3 = step->in[3];
    a4 = step->in[4];
    a5 = step->in[5];
    a6 = step->in[6];
    a7 = step->number;
    __asm__ volatile(".irp r, ra, t0, t1, t2, t3, t4, t5, t6\n\tli \\r, -1\n\t.endr\n\tecall"
                     : "+r"(a0), "+r"(a1), "+r"(a2), "+r"(a3), "+r"(a4), "+r"(a5), "+r"(a6),
                       "+r"(a7), "=&r"(ra), "=&r"(t0), "=&r"(t1), "=&r"(t2), "=&r"(t3), "=&r"(t4),
                       "=&r"(t5), "=&r"(t6)
                     :
                     : "memory");
    out[0] = a0;
    out[1] = a1;
    out[2] = a2;
    out[3] = a3;
    out[4] = a4;
    out[5] = a5;
    out[6] = a6;
    out[7] = a7;
    cleared[0] = ra;
    cleared[1] = t0;
    cleared[2] = t1;
    cleared[3] = t2;
    cleared[4] = t3;
    cleared[5] = t4;
    cleared[6] = t5;
    cleared[7] = t6;
}

static void compare(const struct step *step, const uint64_t out[STEP_OUTPUTS],
                    const uint64_t cleared[CLEARED])
{
    static const char *const names[STEP_OUTPUTS] = {"a0", "a1", "a2", "a3", "a4", "a5", "a6", "a7"};

    if (step->then != STEP_RETURNS) {
        disagree(step, "it came back, a0", 0, out[0]);
    }
    for (unsigned i = 0; i < STEP_OUTPUTS; i++) {
        if (out[i] != step->out[i]) {
            disagree(step, names[i], step->out[i], out[i]);
        }
    }
    for (unsigned i = 0; i < CLEARED; i++) {
        if (cleared[i] != 0) {
            disagree(step, "a register that is not cleared", i, cleared[i]);
        }
    }
    if (__nexus_in[0] != step->in_word) {
        disagree(step, "IN page", step->in_word, __nexus_in[0]);
    }
    if (__nexus_out[0] != step->out_word) {
        disagree(step, "OUT page", step->out_word, __nexus_out[0]);
    }
}

void play(struct board *board)
{
    const struct step *step = &steps[board->made];

    for (; step->then != STEP_LAST; step++) {
        uint64_t out[STEP_OUTPUTS];
        uint64_t cleared[CLEARED];
        uint64_t when;

        __asm__ volatile("rdinstret %0" : "=r"(when) : : "memory");
        board->log[board->made].turn = step->turn;
        board->log[board->made].when = when;
        board->made = board->made + 1;
        __nexus_out[0] = step->store;
        make(step, out, cleared);
        compare(step, out, cleared);
        board->agree = board->agree + 1;
    }
}
