/*
 * QEMU TCG plugin: counts executed instructions by address, phase by phase. Arguments: at=ADDRESS ...
 * (hexadecimal), the boundaries of the phases in the order in which they are reached; one is looked for only
 * when the one before it was reached. Output on stderr, when a boundary is reached that ends a phase:
 * lines `ADDRESS COUNT` for what was executed since the last boundary, then `end`.
 *
 * Debian ships no plugin header; the prototypes are those of QEMU 7.2, include/qemu/qemu-plugin.h.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef uint64_t qemu_plugin_id_t;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_info;

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id,
                                           void (*cb)(qemu_plugin_id_t, struct qemu_plugin_tb *));
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb, size_t index);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
                                            void (*cb)(unsigned int, void *), int flags,
                                            void *data);
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *insn, int op, void *to,
                                                uint64_t value);

__attribute__((visibility("default"))) int qemu_plugin_version = 1;
int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int argc, char **argv);

enum { MARKS = 64, COUNTERS = 1 << 20, INLINE_ADD_U64 = 0, NO_REGISTERS = 0 };

static uint64_t marks[MARKS];
static int mark_count;
static int next_mark;

/* Open addressing; an address keeps its place, so that translated code can point to its count. */
static struct counter {
    uint64_t address;
    uint64_t executed;
} counters[COUNTERS];

static struct counter *counter_of(uint64_t address)
{
    uint64_t place = (address / 2 * UINT64_C(0x9e3779b97f4a7c15)) >> 44;

    for (int tries = 0; tries < COUNTERS; tries++) {
        struct counter *counter = &counters[(place + (uint64_t)tries) % COUNTERS];
        if (counter->address == address || counter->address == 0) {
            counter->address = address;
            return counter;
        }
    }
    (void)fprintf(stderr, "profile: too many addresses\n");
    exit(1);
}

static void reached(unsigned int cpu, void *data)
{
    const uint64_t *mark = data;

    (void)cpu;
    if (next_mark == mark_count || mark != &marks[next_mark]) {
        return;
    }
    for (int i = 0; i < COUNTERS; i++) {
        if (next_mark > 0 && counters[i].executed > 0) {
            (void)fprintf(stderr, "%" PRIx64 " %" PRIu64 "\n", counters[i].address,
                          counters[i].executed);
        }
        counters[i].executed = 0;
    }
    if (next_mark > 0) {
        (void)fprintf(stderr, "end\n");
    }
    next_mark++;
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
    (void)id;
    for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
        const uint64_t address = qemu_plugin_insn_vaddr(insn);
        for (int m = 0; m < mark_count; m++) {
            if (address == marks[m]) {
                qemu_plugin_register_vcpu_insn_exec_cb(insn, reached, NO_REGISTERS, &marks[m]);
            }
        }
        qemu_plugin_register_vcpu_insn_exec_inline(insn, INLINE_ADD_U64,
                                                   &counter_of(address)->executed, 1);
    }
}

__attribute__((visibility("default"))) int
qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int argc, char **argv)
{
    (void)info;
    for (int i = 0; i < argc && mark_count < MARKS; i++) {
        if (strncmp(argv[i], "at=", 3) == 0) {
            marks[mark_count++] = strtoull(argv[i] + 3, NULL, 16);
        }
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    return 0;
}
