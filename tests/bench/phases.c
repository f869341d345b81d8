/*
 * QEMU TCG plugin: counts executed instructions and prints the count when an address is first reached, or with
 * every=1 each time. Arguments: at=ADDRESS ... (hexadecimal). Output on stderr, one line each: `ADDRESS COUNT`.
 */
#include "qemu_plugin.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int qemu_plugin_version = QEMU_PLUGIN_VERSION;

enum { MARKS = 32 };

static struct mark {
    uint64_t address;
    bool reached;
} marks[MARKS];
static int mark_count;
static uint64_t executed;
static bool every;

static void reached(unsigned int cpu, void *data)
{
    struct mark *mark = data;

    (void)cpu;
    if (every || !mark->reached) {
        mark->reached = true;
        (void)fprintf(stderr, "%" PRIx64 " %" PRIu64 "\n", mark->address, executed);
    }
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
    (void)id;
    for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
        for (int m = 0; m < mark_count; m++) {
            if (qemu_plugin_insn_vaddr(insn) == marks[m].address) {
                qemu_plugin_register_vcpu_insn_exec_cb(insn, reached, QEMU_PLUGIN_CB_NO_REGS,
                                                       &marks[m]);
            }
        }
        qemu_plugin_register_vcpu_insn_exec_inline(insn, QEMU_PLUGIN_INLINE_ADD_U64, &executed, 1);
    }
}

int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int argc, char **argv)
{
    (void)info;
    for (int i = 0; i < argc && mark_count < MARKS; i++) {
        every = every || strcmp(argv[i], "every=1") == 0;
        if (strncmp(argv[i], "at=", 3) == 0) {
            marks[mark_count++].address = strtoull(argv[i] + 3, NULL, 16);
        }
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    return 0;
}
