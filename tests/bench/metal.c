/*
 * The least that reading blocks can cost: a program without a kernel, in supervisor mode with the firmware alone, that
 * drives the first virtio-blk device by interrupts. Prints what assemblies/diskbench prints, and marks where a stretch
 * begins and ends in the same way. virtio 1.2; built and run by disk.py.
 */
#include <stdbool.h>
#include <stdint.h>

enum {
    SLOTS = 8,
    SLOT_BYTES = 0x1000,
    BLK = 2,
    VERSION = 2,
    SIZE = 128,
    PARTS = 3,
    DEPTH_MAX = 32
};
enum { MAGIC = 0, DEVICE_ID = 8, DRIVER_FEATURES = 0x20, DRIVER_SEL = 0x24, QUEUE_SEL = 0x30 };
enum {
    QUEUE_NUM = 0x38,
    READY = 0x44,
    NOTIFY = 0x50,
    IRQ_STATUS = 0x60,
    IRQ_ACK = 0x64,
    STATUS = 0x70
};
enum { DESC = 0x80, DRIVER = 0x90, DEVICE = 0xa0, FEATURES_OK = 11, DRIVER_OK = 15 };
enum { SECTOR = 512, DISK_SECTORS = 65536, REPEATS = 5, WARM_UP = 64 };
enum { NEXT = 1, WRITE = 2, SEIE = 1 << 9, CONSOLE_PUTCHAR = 1 };
#define FIRST_SLOT UINT64_C(0x10001000)
#define PLIC UINT64_C(0x0c000000)
#define PLIC_ENABLE (PLIC + 0x2080) /* context 1: supervisor mode of hart 0 */
#define PLIC_CLAIM (PLIC + 0x201004)
#define TEST_DEVICE UINT64_C(0x100000)
#define TEST_PASS 0x5555

struct header {
    uint32_t type, reserved;
    uint64_t sector;
};

static struct {
    struct {
        uint64_t address;
        uint32_t bytes;
        uint16_t flags, next;
    } descriptors[SIZE];
    struct {
        uint16_t flags, index, ring[SIZE];
    } available;
    struct {
        uint16_t flags;
        volatile uint16_t index;
        struct {
            volatile uint32_t id, bytes;
        } ring[SIZE];
    } used __attribute__((aligned(4)));
} queue __attribute__((aligned(4096)));
static struct header headers[DEPTH_MAX];
static volatile uint8_t statuses[DEPTH_MAX];
static uint8_t data[DEPTH_MAX][128 * SECTOR] __attribute__((aligned(4096)));
static uint64_t device;
static uint32_t interrupt;
static uint16_t taken;

void mark(void);
void metal(void);
void *memset(void *to, int value, unsigned long bytes);

__asm__(".globl _start\n_start: la sp, stack_end\n call metal\n1: j 1b\n"
        ".bss\n.align 4\n.space 16384\nstack_end:\n.text\n");

__attribute__((noinline)) void mark(void)
{
    __asm__ volatile("" ::: "memory");
}

void *memset(void *to, int value, unsigned long bytes)
{
    for (unsigned long i = 0; i < bytes; i++) {
        ((volatile uint8_t *)to)[i] = (uint8_t)value;
    }
    return to;
}

static uint32_t get(uint64_t address)
{
    return *(volatile uint32_t *)address;
}

static void set(uint64_t address, uint32_t value)
{
    __asm__ volatile("fence iorw, iorw" ::: "memory");
    *(volatile uint32_t *)address = value;
}

static uint64_t now(void)
{
    uint64_t ticks;

    __asm__ volatile("rdtime %0" : "=r"(ticks)::"memory");
    return ticks;
}

/* --- the console --------------------------------------------------------------------------------- */

static void print(const char *text)
{
    for (; *text != '\0'; text++) {
        register uint64_t a0 __asm__("a0") = (uint8_t)*text;
        register uint64_t a7 __asm__("a7") = CONSOLE_PUTCHAR;
        __asm__ volatile("ecall" : "+r"(a0) : "r"(a7) : "memory", "a1");
    }
}

static void print_number(uint64_t number)
{
    char digits[21] = {0};
    int at = 20;

    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    print(digits + at);
}

/* --- the device ---------------------------------------------------------------------------------- */

static void fail(const char *why)
{
    print("metal: failed: ");
    print(why);
    print("\n");
    set(TEST_DEVICE, (1 << 16) | 0x3333);
    for (;;) {
    }
}

static void find_device(void)
{
    for (uint32_t slot = 0; slot < SLOTS && device == 0; slot++) {
        const uint64_t window = FIRST_SLOT + slot * SLOT_BYTES;
        if (get(window + DEVICE_ID) == BLK && get(window + 4) == VERSION) {
            device = window;
            interrupt = slot + 1;
        }
    }
    if (device == 0) {
        fail("no disk");
    }
}

static void tell_address(uint32_t reg, const void *address)
{
    set(device + reg, (uint32_t)(uint64_t)address);
    set(device + reg + 4, (uint32_t)((uint64_t)address >> 32));
}

static void start_device(void)
{
    set(device + STATUS, 0);
    set(device + STATUS, 1);
    set(device + STATUS, 3);
    set(device + DRIVER_SEL, 0);
    set(device + DRIVER_FEATURES, 0);
    set(device + DRIVER_SEL, 1);
    set(device + DRIVER_FEATURES, 1); /* VERSION_1 */
    set(device + STATUS, FEATURES_OK);
    set(device + QUEUE_SEL, 0);
    set(device + QUEUE_NUM, SIZE);
    tell_address(DESC, queue.descriptors);
    tell_address(DRIVER, &queue.available);
    tell_address(DEVICE, &queue.used);
    set(device + READY, 1);
    set(device + STATUS, DRIVER_OK);
    set(PLIC + 4 * interrupt, 1);
    set(PLIC_ENABLE, 1u << interrupt);
    set(PLIC_CLAIM - 4, 0);
    __asm__ volatile("csrw sie, %0" ::"r"((uint64_t)SEIE));
}

static void post(uint32_t place, uint32_t number, uint32_t sectors)
{
    const uint32_t head = place * PARTS;

    headers[place] = (struct header){0, 0, (uint64_t)number * sectors % DISK_SECTORS};
    statuses[place] = 255;
    queue.descriptors[head].address = (uint64_t)&headers[place];
    queue.descriptors[head].bytes = sizeof(headers[place]);
    queue.descriptors[head].flags = NEXT;
    queue.descriptors[head].next = (uint16_t)(head + 1);
    queue.descriptors[head + 1].address = (uint64_t)data[place];
    queue.descriptors[head + 1].bytes = sectors * SECTOR;
    queue.descriptors[head + 1].flags = NEXT | WRITE;
    queue.descriptors[head + 1].next = (uint16_t)(head + 2);
    queue.descriptors[head + 2].address = (uint64_t)&statuses[place];
    queue.descriptors[head + 2].bytes = 1;
    queue.descriptors[head + 2].flags = WRITE;
    queue.available.ring[queue.available.index % SIZE] = (uint16_t)head;
    __asm__ volatile("fence iorw, iorw" ::: "memory");
    queue.available.index++;
}

/* Sleeps until the interrupt comes, and silences it. */
static void wait(void)
{
    uint32_t claimed = 0;

    while (claimed != interrupt) {
        __asm__ volatile("wfi" ::: "memory");
        claimed = get(PLIC_CLAIM);
    }
    set(device + IRQ_ACK, get(device + IRQ_STATUS));
    set(PLIC_CLAIM, claimed);
}

/* --- stretches ----------------------------------------------------------------------------------- */

static void read_blocks(uint32_t sectors, uint32_t depth, uint32_t requests)
{
    uint32_t asked = 0;
    uint32_t done = 0;

    for (; asked < requests && asked < depth; asked++) {
        post(asked, asked, sectors);
    }
    set(device + NOTIFY, 0);
    while (done < requests) {
        const uint32_t before = asked;
        wait();
        while (taken != queue.used.index) {
            const uint32_t place = queue.used.ring[taken % SIZE].id / PARTS;
            if (statuses[place] != 0) {
                fail("a request");
            }
            taken++;
            done++;
            if (asked < requests) {
                post(place, asked, sectors);
                asked++;
            }
        }
        if (asked != before) {
            set(device + NOTIFY, 0);
        }
    }
}

static void measure(const char *name, uint32_t sectors, uint32_t depth, uint32_t requests)
{
    read_blocks(sectors, depth, WARM_UP);
    for (int i = 0; i < REPEATS; i++) {
        mark();
        const uint64_t start = now();
        read_blocks(sectors, depth, requests);
        const uint64_t ticks = now() - start;
        mark();
        print("metal: stretch ");
        print(name);
        print(" ");
        print_number(ticks);
        print(" ");
        print_number(requests);
        print("\n");
    }
}

void metal(void)
{
    find_device();
    start_device();
    measure("blk.metal.4k.1", 8, 1, 4096);
    measure("blk.metal.4k.32", 8, DEPTH_MAX, 4096);
    measure("blk.metal.64k.1", 128, 1, 1024);
    measure("blk.metal.64k.32", 128, DEPTH_MAX, 1024);
    set(TEST_DEVICE, TEST_PASS);
    for (;;) {
    }
}
