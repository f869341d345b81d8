/*
 * QEMU TCG plugin: how long the kernel keeps interrupts off, for each reason that it was entered for.
 *
 * A stretch begins with the first instruction of a trap. It ends where an interrupt could be taken again:
 * with the return to user mode (sret), with wfi, or where the idling kernel itself looks for interrupts
 * (a read of sip); from the last two the next stretch begins, called idle unless it finds a reason. Interrupts
 * are off in all of it.
 *
 * A call is known by its number in a7. Plugins of QEMU 7.2 cannot read registers, so each user
 * instruction that writes a7 is watched instead: the constant that it loads, or `unknown`.
 *
 * Arguments: trap=ADDRESS (hexadecimal), user=ADDRESS,span=BYTES (where task t has its addresses),
 * symbols=FILE (lines `ADDRESS NAME`, sorted: what the kernel consists of), out=FILE. Entries that are no calls
 * are named by the first of the functions that it calls: see reasons[]. Output, one line for each reason:
 *
 *   REASON TIMES LARGEST NAME=INSTRUCTIONS ...      REASON is a number of a call or a word
 */
#include "qemu_plugin.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int qemu_plugin_version = QEMU_PLUGIN_VERSION;

enum {
    FUNCTIONS = 1024,
    NAME_BYTES = 64,
    TASKS = 64,
    CALLS = 64, /* numbers of calls; a larger one, or none that is known, is UNKNOWN */
    UNKNOWN = CALLS,
    OTHER, /* a trap for a reason that reasons[] does not know */
    IDLE,
    FIRST_REASON
};

/* An entry that calls one of these before another is made for this reason. */
static const struct {
    const char *function;
    const char *name;
} reasons[] = {
    {"kernel_fault", "fault"}, {"kernel_timer", "timer"}, {"kernel_interrupt", "interrupt"}};
enum { REASONS = sizeof(reasons) / sizeof(reasons[0]), KEYS = FIRST_REASON + REASONS };

static struct function {
    uint64_t start;
    char name[NAME_BYTES];
} functions[FUNCTIONS];
static size_t function_count;
static uint64_t trap_entry, user_base, user_span;
static const char *out_path;

/* Counted by the translated code itself. */
static uint64_t executed;
static uint64_t executed_in[FUNCTIONS];

static uint64_t a7_of[TASKS];
static bool calling; /* the last instruction of the user was ecall */
static uint64_t call_number;

static bool inside;
static size_t key;
static uint64_t begun;
static uint64_t begun_in[FUNCTIONS];

static struct {
    uint64_t times, largest;
    uint64_t in[FUNCTIONS];
} seen[KEYS];

/* --- stretches --------------------------------------------------------------------------------- */

static void begin(size_t reason)
{
    inside = true;
    key = reason;
    begun = executed;
    memcpy(begun_in, executed_in, sizeof(begun_in));
}

static void end(void)
{
    if (!inside) {
        return;
    }
    inside = false;
    seen[key].times++;
    if (executed - begun > seen[key].largest) {
        seen[key].largest = executed - begun;
        for (size_t f = 0; f < function_count; f++) {
            seen[key].in[f] = executed_in[f] - begun_in[f];
        }
    }
}

static void on_trap(unsigned int cpu, void *data)
{
    (void)cpu;
    (void)data;
    begin(!calling ? OTHER : call_number < CALLS ? (size_t)call_number : UNKNOWN);
    calling = false;
}

static void on_return(unsigned int cpu, void *data)
{
    (void)cpu;
    (void)data;
    end();
}

static void on_look(unsigned int cpu, void *data)
{
    (void)cpu;
    (void)data;
    if (inside) {
        end();
        begin(IDLE);
    }
}

static void on_reason(unsigned int cpu, void *data)
{
    (void)cpu;
    if (inside && (key == OTHER || key == IDLE)) {
        key = (size_t)data;
    }
}

/* --- the user's side --------------------------------------------------------------------------- */

/* data: the task, and above it the number that it loads. */
static void on_write_a7(unsigned int cpu, void *data)
{
    (void)cpu;
    a7_of[(uint64_t)data % TASKS] = (uint64_t)data / TASKS;
}

static void on_ecall(unsigned int cpu, void *data)
{
    (void)cpu;
    calling = true;
    call_number = a7_of[(uint64_t)data];
}

/* Whether the instruction writes x17 = a7, and which number below CALLS it loads; else UNKNOWN. */
static bool writes_a7(uint32_t insn, uint64_t *number)
{
    bool compressed = insn % 4 != 3;
    uint32_t rd = insn / 128 % 32;
    uint32_t quadrant = insn % 4;
    uint32_t funct3 = compressed ? insn / 8192 % 8 : insn / 4096 % 8;

    *number = UNKNOWN;
    if (rd != 17) {
        return false;
    }
    if (!compressed) {
        uint32_t opcode = insn % 128;
        if (opcode == 0x13 && funct3 == 0 && insn / 32768 % 32 == 0 && insn / 1048576 < CALLS) {
            *number = insn / 1048576; /* addi a7, zero, number */
        }
        return opcode != 0x23 && opcode != 0x63 && opcode != 0x0f; /* store, branch, fence */
    }
    if (quadrant == 1) {
        if (funct3 == 2 && insn / 4096 % 2 == 0) {
            *number = insn / 4 % 32; /* c.li a7, number */
        }
        return funct3 <= 3;
    }
    return quadrant == 2 && funct3 <= 4 && (funct3 != 4 || insn / 4 % 32 != 0);
}

static void watch_user(struct qemu_plugin_insn *insn, uint64_t address, uint32_t code)
{
    uint64_t task = (address - user_base) / user_span;
    uint64_t number;

    if (task >= TASKS) {
        return;
    }
    if (code == 0x73) { /* ecall */
        qemu_plugin_register_vcpu_insn_exec_cb(insn, on_ecall, QEMU_PLUGIN_CB_NO_REGS,
                                               (void *)task);
    } else if (writes_a7(code, &number)) {
        qemu_plugin_register_vcpu_insn_exec_cb(insn, on_write_a7, QEMU_PLUGIN_CB_NO_REGS,
                                               (void *)(number * TASKS + task));
    }
}

/* --- the kernel's side ------------------------------------------------------------------------- */

/* The function at an address of the kernel's text: the last that begins at or below it. */
static size_t function_at(uint64_t address)
{
    size_t low = 0;
    size_t high = function_count;

    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (functions[middle].start <= address) {
            low = middle;
        } else {
            high = middle;
        }
    }
    return low;
}

static void watch_kernel(struct qemu_plugin_insn *insn, uint64_t address, uint32_t code)
{
    size_t function = function_at(address);

    if (address == trap_entry) {
        qemu_plugin_register_vcpu_insn_exec_cb(insn, on_trap, QEMU_PLUGIN_CB_NO_REGS, NULL);
    }
    if (address == functions[function].start) {
        for (size_t r = 0; r < REASONS; r++) {
            if (strcmp(functions[function].name, reasons[r].function) == 0) {
                qemu_plugin_register_vcpu_insn_exec_cb(insn, on_reason, QEMU_PLUGIN_CB_NO_REGS,
                                                       (void *)(FIRST_REASON + r));
            }
        }
    }
    qemu_plugin_register_vcpu_insn_exec_inline(insn, QEMU_PLUGIN_INLINE_ADD_U64,
                                               &executed_in[function], 1);
    qemu_plugin_register_vcpu_insn_exec_inline(insn, QEMU_PLUGIN_INLINE_ADD_U64, &executed, 1);
    /* sret; wfi and csrr rd, sip. */
    if (code == 0x10200073) {
        qemu_plugin_register_vcpu_insn_exec_cb(insn, on_return, QEMU_PLUGIN_CB_NO_REGS, NULL);
    } else if (code == 0x10500073 || code - code / 128 % 32 * 128 == 0x14402073) {
        qemu_plugin_register_vcpu_insn_exec_cb(insn, on_look, QEMU_PLUGIN_CB_NO_REGS, NULL);
    }
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
    (void)id;
    for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
        uint64_t address = qemu_plugin_insn_vaddr(insn);
        uint32_t code = 0;
        memcpy(&code, qemu_plugin_insn_data(insn), qemu_plugin_insn_size(insn) == 2 ? 2 : 4);
        if (address >= user_base) {
            watch_user(insn, address, code);
        } else if (address >= functions[0].start && address < functions[function_count - 1].start) {
            watch_kernel(insn, address, code);
        }
    }
}

/* --- in and out -------------------------------------------------------------------------------- */

static const char *key_name(size_t which, char number[24])
{
    if (which < CALLS) {
        (void)snprintf(number, 24, "%zu", which);
        return number;
    }
    return which == UNKNOWN ? "unknown"
           : which == OTHER ? "other"
           : which == IDLE  ? "idle"
                            : reasons[which - FIRST_REASON].name;
}

static void finished(qemu_plugin_id_t id, void *data)
{
    FILE *out = fopen(out_path, "w");
    char number[24];

    (void)id;
    (void)data;
    if (inside) {
        seen[key].times++; /* the machine ended in it: it has no length */
    }
    if (out == NULL) {
        perror(out_path);
        return;
    }
    for (size_t k = 0; k < KEYS; k++) {
        if (seen[k].times == 0) {
            continue;
        }
        (void)fprintf(out, "%s %" PRIu64 " %" PRIu64, key_name(k, number), seen[k].times,
                      seen[k].largest);
        for (size_t f = 0; f < function_count; f++) {
            if (seen[k].in[f] != 0) {
                (void)fprintf(out, " %s=%" PRIu64, functions[f].name, seen[k].in[f]);
            }
        }
        (void)fprintf(out, "\n");
    }
    (void)fclose(out);
}

static bool read_symbols(const char *path)
{
    FILE *file = fopen(path, "r");
    char line[128];

    while (file != NULL && function_count < FUNCTIONS && fgets(line, sizeof(line), file) != NULL) {
        char *name;
        functions[function_count].start = strtoull(line, &name, 16);
        name[strcspn(name, "\n")] = '\0';
        (void)snprintf(functions[function_count].name, NAME_BYTES, "%s", name + 1);
        function_count++;
    }
    if (file != NULL) {
        (void)fclose(file);
    }
    return function_count > 1;
}

int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info *info, int argc, char **argv)
{
    bool symbols = false;

    (void)info;
    for (int i = 0; i < argc; i++) {
        char *value = strchr(argv[i], '=');
        if (value == NULL) {
            return 1;
        }
        value++;
        if (strncmp(argv[i], "trap=", 5) == 0) {
            trap_entry = strtoull(value, NULL, 16);
        } else if (strncmp(argv[i], "user=", 5) == 0) {
            user_base = strtoull(value, NULL, 16);
        } else if (strncmp(argv[i], "span=", 5) == 0) {
            user_span = strtoull(value, NULL, 16);
        } else if (strncmp(argv[i], "symbols=", 8) == 0) {
            symbols = read_symbols(value);
        } else if (strncmp(argv[i], "out=", 4) == 0) {
            out_path = value;
        }
    }
    if (!symbols || trap_entry == 0 || user_span == 0 || out_path == NULL) {
        return 1;
    }
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    qemu_plugin_register_atexit_cb(id, finished, NULL);
    return 0;
}
