/*
 * The system table: what the generator says the system is, and all that the kernel will ever grant.
 *
 * The image carries a payload at NEURON_PAYLOAD_BASE: a payload header, the table, then the images of
 * the tasks, each on a page of its own. All numbers are 64-bit little-endian words, so the table is an
 * array of words; offsets below are in words.
 *
 *   payload header | table header | tasks | memories | maps | slots | windows | ... page-aligned images
 *
 * table_validate() (kernel/core/table.h) accepts a table or names the rule and the row that it breaks.
 */
#ifndef NEURON_TABLE_H
#define NEURON_TABLE_H

/* "NEURONPL" and "NEURONTB" as little-endian words. */
#define NEURON_PAYLOAD_MAGIC 0x4c504e4f5255454e
#define NEURON_TABLE_MAGIC 0x42544e4f5255454e
#define NEURON_TABLE_VERSION 2

enum neuron_payload_header {
    NEURON_PAYLOAD_MAGIC_WORD = 0,
    NEURON_PAYLOAD_BYTES = 1, /* of the whole payload, this header included; a multiple of 8 */
    NEURON_PAYLOAD_TABLE_WORDS = 2, /* of the table that follows this header */
    NEURON_PAYLOAD_CRC = 3,         /* CRC32-C of all bytes behind this header */
    NEURON_PAYLOAD_HEADER_WORDS = 4
};

enum neuron_table_header {
    NEURON_TABLE_MAGIC_WORD = 0,
    NEURON_TABLE_VERSION_WORD = 1,
    NEURON_TABLE_WORDS = 2,   /* of the whole table, this header included */
    NEURON_TABLE_CRC = 3,     /* CRC32-C of all words behind this one */
    NEURON_TABLE_RAM_END = 4, /* RAM is [NEURON_RAM_BASE, here) */
    NEURON_TABLE_PAYLOAD_END =
        5,                  /* the payload is [NEURON_PAYLOAD_BASE, here); a multiple of 4096 */
    NEURON_TABLE_INIT = 6,  /* index of the init task */
    NEURON_TABLE_TASKS = 7, /* numbers of rows */
    NEURON_TABLE_MEMORIES = 8,
    NEURON_TABLE_MAPS = 9,
    NEURON_TABLE_SLOTS = 10,
    NEURON_TABLE_WINDOWS = 11,
    NEURON_TABLE_HEADER_WORDS = 12
};

/* A task. Its slots are the next SLOTS rows of the slot section, in the order of the tasks. */
enum neuron_task_row {
    NEURON_TASK_LEVEL = 0, /* 0..63 */
    NEURON_TASK_ENTRY = 1, /* first pc */
    NEURON_TASK_SP = 2,    /* initial stack pointer: the end of a writable map with a guard below */
    NEURON_TASK_GP = 3,    /* constants of the task */
    NEURON_TASK_TP = 4,
    NEURON_TASK_RUN_LIMIT = 5, /* ticks of its own CPU time without blocking; 0: no limit */
    NEURON_TASK_SLOTS = 6,
    NEURON_TASK_LEAF_TABLES =
        7, /* its mappings lie in the first so many 2 MiB blocks of its range */
    NEURON_TASK_ARENA_PAGES = 8, /* pages at NEURON_ARENA_OFFSET for device windows */
    NEURON_TASK_ROW_WORDS = 9
};

/* A physical extent, sorted by address. TEXT ones lie in the payload, all others in RAM behind it. */
enum neuron_memory_row {
    NEURON_MEMORY_PHYS = 0,   /* page aligned */
    NEURON_MEMORY_PAGES = 1,  /* at least 1 */
    NEURON_MEMORY_FLAGS = 2,  /* enum neuron_memory_flag */
    NEURON_MEMORY_OWNER = 3,  /* the task whose reset restores it */
    NEURON_MEMORY_SOURCE = 4, /* physical address of its initial bytes in the payload; 0 if none */
    NEURON_MEMORY_SOURCE_BYTES = 5, /* the rest of the extent starts as zero */
    NEURON_MEMORY_ROW_WORDS = 6
};

enum neuron_memory_flag {
    NEURON_MEMORY_TEXT = 1,   /* never written, may be executed: lies in the payload */
    NEURON_MEMORY_SHARED = 2, /* may be mapped by tasks other than its owner */
    NEURON_MEMORY_KEEP = 4,   /* set up at the first reset after boot, survives later ones */
    NEURON_MEMORY_DMA = 8,    /* its owner may let its devices reach it */
    NEURON_MEMORY_FLAGS_ALL = 15
};

/* A mapping of a whole extent, sorted by task and address. */
enum neuron_map_row {
    NEURON_MAP_TASK = 0,
    NEURON_MAP_MEMORY = 1, /* row of the memory section */
    NEURON_MAP_VA = 2,
    NEURON_MAP_PROT = 3, /* enum neuron_prot */
    NEURON_MAP_ROW_WORDS = 4
};

enum neuron_prot { NEURON_PROT_R = 1, NEURON_PROT_RW = 3, NEURON_PROT_RX = 5 };

/* A capability slot: filled at boot, or (RUNTIME) the ceiling of what init may put there later. */
enum neuron_slot_row {
    NEURON_SLOT_OWNER = 0,   /* the task: its index, checked against the order of the rows */
    NEURON_SLOT_RUNTIME = 1, /* 0: holds this from boot on; 1: starts empty, this is its ceiling */
    NEURON_SLOT_KIND = 2,    /* enum neuron_cap_kind */
    NEURON_SLOT_RIGHTS = 3,  /* enum neuron_right */
    NEURON_SLOT_OBJECT =
        4, /* PORT: the server task; REGION, DMA: the memory row; MMIO: the device class */
    NEURON_SLOT_BADGE = 5, /* PORT with CALL: not 0, strictly increasing per server in row order */
    NEURON_SLOT_BITS =
        6, /* PORT with NOTIFY: the bits that it may set; MMIO with IRQ: the one bit of
                              the holder that the interrupt sets */
    NEURON_SLOT_BASE = 7, /* MMIO ceiling: the windows it may be, [base, base + bytes) */
    NEURON_SLOT_BYTES = 8,
    NEURON_SLOT_ROW_WORDS = 9
};

/* A device window of the platform, sorted by address. */
enum neuron_window_row {
    NEURON_WINDOW_BASE = 0,
    NEURON_WINDOW_BYTES = 1,     /* a multiple of the page */
    NEURON_WINDOW_IRQ = 2,       /* 1..127; 0: none */
    NEURON_WINDOW_TRANSPORT = 3, /* enum neuron_transport */
    NEURON_WINDOW_CLASS = 4,     /* fixed devices: their class; virtio: 0, the device itself says */
    NEURON_WINDOW_ROW_WORDS = 5
};

enum neuron_transport { NEURON_TRANSPORT_VIRTIO_MMIO = 1, NEURON_TRANSPORT_FIXED = 2 };

/* Device classes: the virtio device id (virtio 1.2, section 5), or 0x100 and up for fixed devices. */
enum neuron_class {
    NEURON_CLASS_VIRTIO_NET = 1,
    NEURON_CLASS_VIRTIO_BLK = 2,
    NEURON_CLASS_VIRTIO_RNG = 4,
    NEURON_CLASS_RTC = 0x100
};

/* NEURON_RULE(name, text): the rules of table_validate(). */
#define NEURON_RULE_LIST(NEURON_RULE)                                                              \
    NEURON_RULE(OK, "accepted")                                                                    \
    NEURON_RULE(TRUNCATED, "the table is shorter than it says")                                    \
    NEURON_RULE(MAGIC, "this is not a system table")                                               \
    NEURON_RULE(VERSION, "the table is of another version")                                        \
    NEURON_RULE(CHECKSUM, "the checksum does not match")                                           \
    NEURON_RULE(COUNTS, "a count is beyond its limit or the sections do not fill the table")       \
    NEURON_RULE(EXTENT, "the RAM or the payload has impossible bounds")                            \
    NEURON_RULE(INIT, "the init task does not exist")                                              \
    NEURON_RULE(LEVEL, "the priority level is above 63")                                           \
    NEURON_RULE(LEAF_TABLES, "the task covers no address or more than its range")                  \
    NEURON_RULE(PT_PAGES, "all tasks together need too many page tables")                          \
    NEURON_RULE(SLOT_COUNT, "the tasks' slots do not add up to the slot section")                  \
    NEURON_RULE(SLOT_LIMIT, "the task has too many slots")                                         \
    NEURON_RULE(ARENA, "the device arena lies beyond the task's addresses")                        \
    NEURON_RULE(MEMORY_ALIGNED, "the extent is empty or not page aligned")                         \
    NEURON_RULE(MEMORY_PLACE, "the extent lies outside the memory of its kind")                    \
    NEURON_RULE(MEMORY_ORDER, "the extent overlaps or precedes the one before it")                 \
    NEURON_RULE(MEMORY_FLAGS, "the flags contradict each other or are unknown")                    \
    NEURON_RULE(MEMORY_OWNER, "the owner does not exist")                                          \
    NEURON_RULE(MEMORY_SOURCE, "the initial bytes lie outside the payload or beyond the extent")   \
    NEURON_RULE(MAP_REFERENCE, "the task or the extent does not exist")                            \
    NEURON_RULE(MAP_ORDER, "the mapping overlaps or precedes the one before it")                   \
    NEURON_RULE(MAP_PLACE, "the mapping is unaligned or outside the task's addresses")             \
    NEURON_RULE(MAP_PROT, "the protection is not R, RW or RX")                                     \
    NEURON_RULE(MAP_WX, "writable and executable memory must be different memory")                 \
    NEURON_RULE(MAP_FOREIGN, "the extent belongs to another task and is not shared")               \
    NEURON_RULE(ENTRY, "the entry point is not in executable memory of the task")                  \
    NEURON_RULE(STACK, "the stack pointer is not the end of a writable mapping with a guard")      \
    NEURON_RULE(SLOT_OWNER, "the slot is out of order")                                            \
    NEURON_RULE(SLOT_KIND, "the kind is unknown or cannot be given in this way")                   \
    NEURON_RULE(SLOT_RIGHTS, "the rights are unknown or make no sense for the kind")               \
    NEURON_RULE(SLOT_OBJECT, "the object does not exist or is not the holder's to have")           \
    NEURON_RULE(SLOT_LEVEL, "a call must go to a higher priority")                                 \
    NEURON_RULE(SLOT_BADGE, "the badge is not unique at its server")                               \
    NEURON_RULE(SLOT_BITS, "the notification bits are none, reserved, or another client's")        \
    NEURON_RULE(SLOT_AUTHORITY, "only init may hold FACTORY or TASK")                              \
    NEURON_RULE(SLOT_BOUNDS, "the device bounds do not begin and end with a window")               \
    NEURON_RULE(SLOT_DEVICES, "the task has too many slots for devices")                           \
    NEURON_RULE(SLOT_UNUSED, "a field that the kind does not use is not zero")                     \
    NEURON_RULE(WINDOW_PLACE, "the window is unaligned, or in RAM or a device of the kernel")      \
    NEURON_RULE(WINDOW_ORDER, "the window overlaps or precedes the one before it")                 \
    NEURON_RULE(WINDOW_IRQ, "the interrupt is out of range, the kernel's, or another window's")    \
    NEURON_RULE(WINDOW_CLASS, "the transport or the class is unknown")

#define NEURON_RULE_ENUM(name, text) NEURON_RULE_##name,
enum neuron_rule { NEURON_RULE_LIST(NEURON_RULE_ENUM) NEURON_RULES };
#undef NEURON_RULE_ENUM

#endif
