/*
 * QEMU TCG plugin: counts executed instructions and prints the count when an address is first reached.
 * Arguments: at=ADDRESS ... (hexadecimal). Output on stderr, one line each: `ADDRESS COUNT`.
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

enum { MARKS = 32, INLINE_ADD_U64 = 0, NO_REGISTERS = 0 };

static struct mark {
    uint64_t address;
    bool reached;
} marks[MARKS];
static int mark_count;
static uint64_t executed;

static void reached(unsigned int cpu, void *data)
{
    struct mark *mark = data;

    (void)cpu;
    if (!mark->reached) {
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
                qemu_plugin_register_vcpu_insn_exec_cb(insn, reached, NO_REGISTERS, &marks[m]);
            }
        }
        qemu_plugin_register_vcpu_insn_exec_inline(insn, INLINE_ADD_U64, &executed, 1);
    }
}

__attribute__((visibility("default"))) int
qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int argc, char **argv)
{
    (void)info;
    for (int i = 0; i < argc && mark_count < MARKS; i++) {
        if (strncmp(argv[i], "at=", 3) == 0) {
            marks[mark_count++].address = strtoull(argv[i] + 3, NULL, 16);
        }
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    return 0;
}
