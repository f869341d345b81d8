/* What the parts of an attacker share. */
#ifndef HOSTILE_ATTACKER_H
#define HOSTILE_ATTACKER_H

#include "attacker.nexus.h"

#include <neuron/queue.h>
#include <neuron/registers.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The device and what its owner has: the one thing that differs between the four kinds of attackers. */
struct hand {
    uint64_t slot, dma_slot;
    uint8_t *dma;
    uint64_t dma_bytes;
    uint32_t class_number;
    uint32_t queue_page; /* 0: the device is trusted, its owner keeps the rings */
};
extern const struct hand hand;

/* From the linker script. What lies in a page is aligned: the device knows no smaller accesses than words. */
extern _Alignas(4096) uint8_t __nexus_arena[];
extern _Alignas(4096) uint8_t __nexus_out[];

/* Our DMA memory: rings of our own in its first page, then buffers, and a table of descriptors. */
enum {
    RING = 0,
    HEADER = 4096,
    STATE = 4096 + 64, /* the byte in which a disk says how it went */
    TABLE = 4096 + 256,
    BUFFER = 8192,
    OTHER = 12288
};
enum {
    QUEUE_SIZE = 8,
    SECTOR = 512,
    CHAIN = 3,
    STRUCK = 8 /* bytes that an attack on memory changes */
};

/* Part of a chain; the offset counts from the memory of a DMA slot and may lead anywhere. */
struct part {
    uint64_t slot;
    uint64_t offset;
    uint32_t bytes;
    bool writes;
};

/* --- rings.c: registers and rings, as far as the device is ours -------------------------------- */

uint64_t phys_of(uint64_t slot);
uint64_t own_phys(void); /* of our DMA memory */
volatile uint32_t *window(void);
const volatile struct neuron_queue_page *ring(void); /* of the queue that works */

/* Writes a register: itself if the device is trusted, else by asking the kernel. */
int poke(uint64_t reg, uint64_t value);

/* Resets the device and settles the features; RING_PACKED too if asked. */
int begin(bool packed);

/* Tells the device by its registers where its rings are. Goes on after a refusal; the first of them. */
int place_rings(uint64_t descriptors, uint64_t driver, uint64_t device);

/* Begins, opens the queue in the way that the device has, and starts it. */
int start(void);
int go(void);
int notify(void);

/* Writes into the rings that we keep ourselves. */
void write_raw(uint32_t d, const struct part *part, uint16_t flags);
void write_chain(uint32_t head, const struct part *parts, uint32_t count);
void write_available(uint32_t index, uint32_t head);

/* Posts a chain in the way that the device has. */
int post(uint32_t head, const struct part *parts, uint32_t count, bool kick);

/* How many chains the device used, when it has had time for `wanted`. */
uint32_t wait_used(uint32_t wanted);
bool is_broken(void);

/* --- requests.c: chains that the device understands -------------------------------------------- */

/* A request that has the device write at an offset; `parts` has room for CHAIN. How many there are. */
uint32_t request_write(struct part *parts, uint64_t offset);

/* A disk's request about a sector whose data are at an offset. */
uint32_t request_sector(struct part *parts, uint64_t sector, bool to_disk, uint64_t offset);

/* The offset from our DMA memory at which a target lies. */
uint64_t offset_of(enum Target target);

#endif
