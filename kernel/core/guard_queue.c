/* The queues of guarded devices: set up, and fed with chains (virtio 1.2, 2.7). */
#include <neuron/queue.h>
#include <neuron/registers.h>

#include "arch.h"
#include "guard.h"
#include "guard_told.h"
#include "slot.h"
#include "state.h"
#include "vspace.h"

#define RING_MODULUS 65536u /* ring indices are 16 bits that run freely */

/* The queue that a slot and a number name: its device is a virtio device. OK and its row, or why not. */
/*@ requires tasks: tasks_inv && current < task_count;
    requires slots: slots_inv && holders_inv;
    requires out: \valid(window) && \valid(found) && \separated(window, found);
    assigns *window, *found;
    ensures own: \result == NEURON_OK ==> *window == slot_window(slot) && *window < window_count &&
      is_virtio(*window) && windows[*window].task == current && windows[*window].owner != NONE;
    ensures queue: \result == NEURON_OK ==> queue < NEURON_WINDOW_QUEUES &&
      *found == 2 * *window + queue; */
static int find_queue(u64 slot, u64 queue, u32 *window, u32 *found)
{
    u32 row = 0;
    int status = slot_find(slot, NEURON_CAP_MMIO, 0, &row);
    if (status != NEURON_OK) {
        return status;
    }
    if (!has_virtio(slots[row].object) || queue >= NEURON_WINDOW_QUEUES) {
        return NEURON_BAD_QUEUE;
    }
    *window = (u32)slots[row].object;
    *found = vqueue_of(*window, (u32)queue);
    return NEURON_OK;
}

/* Whether the device has this queue, with so many descriptors. */
/*@ requires window: window < NEURON_WINDOWS_MAX && windows[window].base % NEURON_PAGE == 0;
    requires virtio: is_virtio(window);
    assigns \nothing;
    ensures size: \result == NEURON_OK ==> 1 <= size <= NEURON_QUEUE_SIZE_MAX; */
static int check_size(u32 window, u64 queue, u64 size)
{
    if (size == 0 || size > NEURON_QUEUE_SIZE_MAX || (size & (size - 1)) != 0) {
        return NEURON_BAD_SIZE;
    }
    tell(window, VIRTIO_MMIO_QUEUE_SEL, (u32)queue);
    u32 most = arch_device_read(windows[window].base, VIRTIO_MMIO_QUEUE_NUM_MAX);
    if (most == 0) {
        return NEURON_BAD_QUEUE;
    }
    return size <= most ? NEURON_OK : NEURON_BAD_SIZE;
}

/* An empty queue. Nobody sees what an earlier owner had in it, nor what was there at boot. */
/*@ requires queue: q < NEURON_WINDOWS_MAX * NEURON_WINDOW_QUEUES;
    assigns vqueues[q].chain[0 .. NEURON_QUEUE_SIZE_MAX - 1],
      vqueues[q].busy[0 .. NEURON_QUEUE_SIZE_MAX - 1], vqueues[q].available, vqueues[q].used,
      queue_pages[q];
    ensures descriptors: \forall integer d; 0 <= d < NEURON_QUEUE_SIZE_MAX ==>
      queue_pages[q].descriptors[d].bytes == 0 && queue_pages[q].descriptors[d].flags == 0;
    ensures chains: \forall integer d; 0 <= d < NEURON_QUEUE_SIZE_MAX ==>
      vqueues[q].chain[d] == 0 && queue_pages[q].available.ring[d] == 0;
    ensures indices: vqueues[q].available == 0 && vqueues[q].used == 0 &&
      queue_pages[q].available.index == 0; */
static void clear(u32 q)
{
    /*@ loop invariant bound: 0 <= i <= NEURON_QUEUE_SIZE_MAX;
        loop invariant descriptors: \forall integer d; 0 <= d < i ==>
          queue_pages[q].descriptors[d].bytes == 0 && queue_pages[q].descriptors[d].flags == 0;
        loop invariant chains: \forall integer d; 0 <= d < i ==>
          vqueues[q].chain[d] == 0 && queue_pages[q].available.ring[d] == 0;
        loop assigns i, vqueues[q].chain[0 .. NEURON_QUEUE_SIZE_MAX - 1],
          vqueues[q].busy[0 .. NEURON_QUEUE_SIZE_MAX - 1], queue_pages[q];
        loop variant NEURON_QUEUE_SIZE_MAX - i; */
    for (u32 i = 0; i < NEURON_QUEUE_SIZE_MAX; i++) {
        vqueues[q].chain[i] = 0;
        vqueues[q].busy[i] = 0;
        queue_pages[q].descriptors[i].address = 0;
        queue_pages[q].descriptors[i].bytes = 0;
        queue_pages[q].descriptors[i].flags = 0;
        queue_pages[q].descriptors[i].next = 0;
        queue_pages[q].available.ring[i] = 0;
        queue_pages[q].used.ring[i].id = 0;
        queue_pages[q].used.ring[i].bytes = 0;
    }
    vqueues[q].available = 0;
    vqueues[q].used = 0;
    queue_pages[q].available.flags = 0;
    queue_pages[q].available.index = 0;
    queue_pages[q].available.used_event = 0;
    queue_pages[q].used.flags = 0;
    queue_pages[q].used.index = 0;
    queue_pages[q].used.available_event = 0;
    /*@ loop invariant bound: 0 <= i <= sizeof(queue_pages[q].available.unused) / 2;
        loop assigns i, queue_pages[q].available.unused[0 .. 124];
        loop variant sizeof(queue_pages[q].available.unused) / 2 - i; */
    for (u32 i = 0; i < sizeof(queue_pages[q].available.unused) / 2; i++) {
        queue_pages[q].available.unused[i] = 0;
    }
    /*@ loop invariant bound: 0 <= i <= sizeof(queue_pages[q].used.unused) / 2;
        loop assigns i, queue_pages[q].used.unused[0 .. 252];
        loop variant sizeof(queue_pages[q].used.unused) / 2 - i; */
    for (u32 i = 0; i < sizeof(queue_pages[q].used.unused) / 2; i++) {
        queue_pages[q].used.unused[i] = 0;
    }
}

/* An empty queue for the owner of the window, who reads it at `va`. */
/*@ requires guard: guard_inv;
    requires window: window < window_count <= NEURON_WINDOWS_MAX && windows[window].owner != NONE;
    requires queue: q == 2 * window || q == 2 * window + 1;
    requires size: 1 <= size <= NEURON_QUEUE_SIZE_MAX;
    requires place: in_arena(windows[window].task, va);
    assigns vqueues[q], queue_pages[q];
    ensures guard: guard_inv;
    ensures size: vqueues[q].size == size && vqueues[q].place == va;
    ensures mapped: \forall integer w, p; 0 <= w < window_count && p != q && queue_mapped_ok{Pre}(w, p) ==>
      queue_mapped_ok(w, p);
    ensures virtio: is_virtio(window) && queues_virtio{Pre} ==> queues_virtio; */
static void begin_queue(u32 window, u32 q, u32 size, u64 va)
{
    (void)window;
    clear(q);
    vqueues[q].size = size;
    vqueues[q].place = va;
    //@ assert empty: descriptors_ok(windows[window].task, size, q) && chains_ok(q) && ring_ok(q);
    //@ assert new: vqueue_ok(windows[window].task, windows[window].owner, q);
    /*@ assert chains: \forall integer p; 0 <= p < 2 * window_count && p != q && chains_ok{Pre}(p) ==>
          chains_ok(p); */
    /*@ assert rings: \forall integer p; 0 <= p < 2 * window_count && p != q && ring_ok{Pre}(p) ==>
          ring_ok(p); */
    /*@ assert descriptors: \forall integer t, n, p; 0 <= p < 2 * window_count && p != q &&
          descriptors_ok{Pre}(t, n, p) ==> descriptors_ok(t, n, p); */
    /*@ assert queues: \forall integer t, o, p; 0 <= p < 2 * window_count && p != q &&
          vqueue_ok{Pre}(t, o, p) ==> vqueue_ok(t, o, p); */
    /*@ assert each: \forall integer w; 0 <= w < window_count && w != window ==>
          guarded_ok{Pre}(w) ==> guarded_ok(w); */
    //@ assert own: guarded_ok{Pre}(window) && guarded_ok(window);
}

/*@ requires window: window < NEURON_WINDOWS_MAX && windows[window].base % NEURON_PAGE == 0;
    requires low: told(window, low_register, (u32)(phys % REGISTER_MODULUS));
    requires high: told(window, (u64)(low_register + 4), (u32)(phys / REGISTER_MODULUS));
    assigns \nothing; */
static void write_address(u32 window, u64 low_register, u64 phys)
{
    tell(window, low_register, (u32)(phys % REGISTER_MODULUS));
    tell(window, low_register + 4, (u32)(phys / REGISTER_MODULUS));
}

/* Tells the device where the selected queue is. */
/*@ requires window: window < NEURON_WINDOWS_MAX && windows[window].base % NEURON_PAGE == 0;
    requires virtio: is_virtio(window);
    requires page: phys == queue_phys(2 * window) || phys == queue_phys(2 * window + 1);
    requires kernel: phys + NEURON_PAGE <= NEURON_PAYLOAD_BASE;
    requires size: size <= NEURON_QUEUE_SIZE_MAX;
    assigns \nothing; */
static void set_up(u32 window, u64 phys, u64 size)
{
    tell(window, VIRTIO_MMIO_QUEUE_NUM, (u32)size);
    write_address(window, VIRTIO_MMIO_QUEUE_DESC_LOW, phys);
    write_address(window, VIRTIO_MMIO_QUEUE_DRIVER_LOW,
                  phys + offsetof(struct neuron_queue_page, available));
    write_address(window, VIRTIO_MMIO_QUEUE_DEVICE_LOW, phys + NEURON_QUEUE_USED_OFFSET);
    arch_device_fence();
    tell(window, VIRTIO_MMIO_QUEUE_READY, 1);
}

NOINLINE int guard_queue(u64 slot, u64 queue, u64 size, u64 va)
{
    u32 window = 0;
    u32 q = 0;
    int status = find_queue(slot, queue, &window, &q);
    if (status != NEURON_OK) {
        return status;
    }
    if (vqueues[q].size != 0) {
        return NEURON_QUEUE_SET_UP;
    }
    status = vspace_check_arena(va);
    if (status != NEURON_OK) {
        return status;
    }
    if (vspace_entry(current, va) != 0) {
        return NEURON_ALREADY_MAPPED;
    }
    status = check_size(window, queue, size);
    if (status != NEURON_OK) {
        return status;
    }

    u64 phys = pages_phys[QUEUE_PAGES] + (u64)q * NEURON_PAGE;
    //@ assert memory: phys / NEURON_PAGE >= NEURON_RAM_BASE / NEURON_PAGE;
    guard_map(current, va, phys, NEURON_PROT_R);
    /*@ assert here: \forall integer v, k; 0 <= v < window_count && 0 <= k < windows[v].pages ==>
          !leads(row_at(current, va), column_at(current, va), v, k); */
    //@ assert private: windows_private;
    begin_queue(window, q, (u32)size, va);
    //@ assert own: queue_mapped_ok(window, q);
    //@ assert firsts: \forall integer v; 0 <= v < window_count ==> queue_mapped_ok(v, 2 * v);
    //@ assert seconds: \forall integer v; 0 <= v < window_count ==> queue_mapped_ok(v, 2 * v + 1);
    //@ assert mapped: queues_mapped;
    set_up(window, phys, size);
    //@ assert places: windows_mapped && windows_private;
    //@ assert holders: holders_inv && platform_inv && queues_virtio;
    //@ assert rest: tasks_inv && slots_inv && memories_inv && page_tables_inv;
    return NEURON_OK;
}

/* The device used the chain that begins at `head`: its descriptors can be posted again. */
/*@ requires queue: q < NEURON_WINDOWS_MAX * NEURON_WINDOW_QUEUES;
    requires head: head < vqueues[q].size <= NEURON_QUEUE_SIZE_MAX;
    requires chains: chains_ok(q);
    assigns vqueues[q].busy[0 .. NEURON_QUEUE_SIZE_MAX - 1],
      vqueues[q].chain[0 .. NEURON_QUEUE_SIZE_MAX - 1];
    ensures chains: chains_ok(q); */
static void take_back(u32 q, u64 head)
{
    u64 end = head + vqueues[q].chain[head];

    /*@ loop invariant bound: head <= d <= end;
        loop invariant rest: \forall integer e; 0 <= e < NEURON_QUEUE_SIZE_MAX &&
          !(head <= e < d) ==> vqueues[q].busy[e] == \at(vqueues[q].busy[e], Pre);
        loop assigns d, vqueues[q].busy[0 .. NEURON_QUEUE_SIZE_MAX - 1];
        loop variant end - d; */
    for (u64 d = head; d < end; d++) {
        vqueues[q].busy[d] = 0;
    }
    vqueues[q].chain[head] = 0;
}

/* Looks what the device has used since the last time. It may write what it likes: nothing is believed but
 * that a chain which was posted is free, and that at most once. */
/*@ requires guard: guard_inv;
    requires window: window < window_count <= NEURON_WINDOWS_MAX;
    requires queue: (q == 2 * window || q == 2 * window + 1) && vqueues[q].size != 0;
    assigns vqueues[q].busy[0 .. NEURON_QUEUE_SIZE_MAX - 1],
      vqueues[q].chain[0 .. NEURON_QUEUE_SIZE_MAX - 1], vqueues[q].used;
    ensures guard: guard_inv;
    ensures mapped: \forall integer w, p; 0 <= w < window_count && queue_mapped_ok{Pre}(w, p) ==>
      queue_mapped_ok(w, p); */
static void collect(u32 window, u32 q)
{
    const u64 size = vqueues[q].size;
    const u64 end = queue_pages[q].used.index;
    u64 used = vqueues[q].used;

    (void)window;
    //@ assert before: guarded_ok{Pre}(window);
    arch_device_fence();
    /*@ loop invariant bound: 0 <= n <= size && used < RING_MODULUS;
        loop invariant chains: chains_ok(q);
        loop assigns n, used, vqueues[q].busy[0 .. NEURON_QUEUE_SIZE_MAX - 1],
          vqueues[q].chain[0 .. NEURON_QUEUE_SIZE_MAX - 1];
        loop variant size - n; */
    for (u64 n = 0; n < size && used != end; n++) {
        u64 head = queue_pages[q].used.ring[used % size].id;
        used = (used + 1) % RING_MODULUS;
        if (head < size) {
            take_back(q, head);
        }
    }
    vqueues[q].used = (u32)used;
    //@ assert ring: ring_ok(q);
    /*@ assert rest: \forall integer p; 0 <= p < 2 * window_count && p != q ==>
          (chains_ok{Pre}(p) ==> chains_ok(p)) && (ring_ok{Pre}(p) ==> ring_ok(p)); */
    /*@ assert descriptors: \forall integer t, n, p; 0 <= p < 2 * window_count && p != q &&
          descriptors_ok{Pre}(t, n, p) ==> descriptors_ok(t, n, p); */
    /*@ assert queues: \forall integer t, o, p; 0 <= p < 2 * window_count && p != q &&
          vqueue_ok{Pre}(t, o, p) ==> vqueue_ok(t, o, p); */
    /*@ assert each: \forall integer w; 0 <= w < window_count && w != window ==>
          guarded_ok{Pre}(w) ==> guarded_ok(w); */
    //@ assert own: guarded_ok{Pre}(window) && guarded_ok(window);
}

/*@ requires queue: q < NEURON_WINDOWS_MAX * NEURON_WINDOW_QUEUES;
    requires bound: head + count <= NEURON_QUEUE_SIZE_MAX;
    assigns \nothing;
    ensures free: \result == 0 ==> \forall integer d; head <= d < head + count ==>
      vqueues[q].busy[d] != 1; */
static int any_busy(u32 q, u64 head, u64 count)
{
    /*@ loop invariant bound: 0 <= i <= count;
        loop invariant free: \forall integer d; head <= d < head + i ==> vqueues[q].busy[d] != 1;
        loop assigns i;
        loop variant count - i; */
    for (u64 i = 0; i < count; i++) {
        if (vqueues[q].busy[head + i] == 1) {
            return 1;
        }
    }
    return 0;
}

/* A word of what the OUT page says of descriptor `i`. */
/*@ requires task: current < NEURON_TASKS_MAX;
    requires bound: i < NEURON_CHAIN_MAX && word < NEURON_DESCRIPTOR_WORDS;
    assigns \nothing;
    ensures word: \result == out_word(i, word); */
static u64 descriptor_word(u64 i, u64 word)
{
    return message_pages[out_page(current)][NEURON_DESCRIPTOR_WORDS * i + word];
}

/* Whether descriptor `i` lies in a DMA region that the caller may use in this way. */
/*@ requires tasks: tasks_inv && current < task_count;
    requires slots: slots_inv && memories_inv;
    requires bound: i < NEURON_CHAIN_MAX;
    assigns \nothing;
    ensures described: \result == NEURON_OK ==> described(i); */
static int check_descriptor(u64 i)
{
    u64 offset = descriptor_word(i, 0);
    u64 word = descriptor_word(i, 1);
    u64 bytes = NEURON_DESCRIPTOR_BYTES(word);
    u32 row = 0;

    if (NEURON_DESCRIPTOR_WRITES(word) > 1 || bytes == 0) {
        return NEURON_BAD_DESCRIPTOR;
    }
    u32 right = NEURON_DESCRIPTOR_WRITES(word) == 1 ? NEURON_RIGHT_WRITE : NEURON_RIGHT_READ;
    int status = slot_find(NEURON_DESCRIPTOR_SLOT(word), NEURON_CAP_DMA, right, &row);
    if (status != NEURON_OK) {
        return status;
    }
    u64 region = (u64)memories[slots[row].object].pages * NEURON_PAGE;
    if (offset > region || bytes > region - offset) {
        return NEURON_OUTSIDE_REGION;
    }
    //@ assert fits: offset + bytes <= memories[slots[row].object].pages * NEURON_PAGE;
    //@ assert right: (slots[row].rights & right) == right;
    /*@ assert writes: out_word(i, 1) / 0x1000000000000 == 1 ==>
          (slots[row].rights & NEURON_RIGHT_WRITE) == NEURON_RIGHT_WRITE; */
    /*@ assert reads: out_word(i, 1) / 0x1000000000000 != 1 ==>
          (slots[row].rights & NEURON_RIGHT_READ) == NEURON_RIGHT_READ; */
    //@ assert named: row == told_slot(i) && slot_ok(row) && memory_ok(slots[row].object);
    /*@ assert covers: dma_covers(row, memories[slots[row].object].phys + out_word(i, 0), bytes,
          out_word(i, 1) / 0x1000000000000); */
    return NEURON_OK;
}

/* Writes descriptor `i` of a chain of `count`, which was checked, into descriptor `d` of the queue. */
/*@ requires tasks: tasks_inv && current < task_count;
    requires memories: memories_inv;
    requires queue: q < NEURON_WINDOWS_MAX * NEURON_WINDOW_QUEUES;
    requires bound: i < count <= NEURON_CHAIN_MAX && d + (count - i) <= vqueues[q].size;
    requires size: vqueues[q].size <= NEURON_QUEUE_SIZE_MAX;
    requires described: described(i);
    requires free: vqueues[q].busy[d] != 1;
    assigns queue_pages[q].descriptors[d], vqueues[q].busy[d];
    ensures reach: descriptor_ok(current, vqueues[q].size, q, d);
    ensures next: queue_pages[q].descriptors[d].flags % 2 == VIRTQ_DESC_F_NEXT <==> i + 1 < count;
    ensures busy: vqueues[q].busy[d] == 1; */
static void write_descriptor(u32 q, u64 d, u64 i, u64 count)
{
    u64 word = descriptor_word(i, 1);
    u64 region = tasks[current].first_slot + NEURON_DESCRIPTOR_SLOT(word);
    u32 flags = NEURON_DESCRIPTOR_WRITES(word) == 1 ? VIRTQ_DESC_F_WRITE : 0;

    //@ assert region: region == told_slot(i) && slot_of(current, region);
    if (i + 1 < count) {
        flags = flags + VIRTQ_DESC_F_NEXT;
    }
    queue_pages[q].descriptors[d].address =
        memories[slots[region].object].phys + descriptor_word(i, 0);
    queue_pages[q].descriptors[d].bytes = (u32)NEURON_DESCRIPTOR_BYTES(word);
    queue_pages[q].descriptors[d].flags = (uint16_t)flags;
    queue_pages[q].descriptors[d].next = (uint16_t)(d + 1);
    vqueues[q].busy[d] = 1;
    /*@ assert covers: dma_covers(region, queue_pages[q].descriptors[d].address,
          queue_pages[q].descriptors[d].bytes,
          queue_pages[q].descriptors[d].flags / VIRTQ_DESC_F_WRITE); */
}

/* Writes the chain, whose descriptors are free, and makes it available. */
/*@ requires tasks: tasks_inv && current < task_count;
    requires memories: memories_inv;
    requires guard: guard_inv;
    requires window: window < window_count && windows[window].task == current;
    requires queue: (q == 2 * window || q == 2 * window + 1) && vqueues[q].size != 0;
    requires bound: 1 <= count <= NEURON_CHAIN_MAX && head + count <= vqueues[q].size;
    requires described: \forall integer i; 0 <= i < count ==> described(i);
    requires free: \forall integer d; head <= d < head + count ==> vqueues[q].busy[d] != 1;
    assigns vqueues[q].busy[0 .. NEURON_QUEUE_SIZE_MAX - 1],
      vqueues[q].chain[0 .. NEURON_QUEUE_SIZE_MAX - 1], vqueues[q].available,
      queue_pages[q].descriptors[0 .. NEURON_QUEUE_SIZE_MAX - 1], queue_pages[q].available.index,
      queue_pages[q].available.ring[0 .. NEURON_QUEUE_SIZE_MAX - 1];
    ensures guard: guard_inv;
    ensures mapped: \forall integer w, p; 0 <= w < window_count && queue_mapped_ok{Pre}(w, p) ==>
      queue_mapped_ok(w, p); */
static void write_chain(u32 window, u32 q, u64 head, u64 count)
{
    (void)window;
    //@ assert before: guarded_ok{Pre}(window);
    //@ assert queue: vqueues[q].size <= NEURON_QUEUE_SIZE_MAX && chains_ok(q) && ring_ok(q);
    /*@ loop invariant bound: 0 <= i <= count;
        loop invariant reach: descriptors_ok(current, vqueues[q].size, q);
        loop invariant chain: \forall integer d; head <= d < head + i ==> vqueues[q].busy[d] == 1 &&
          (queue_pages[q].descriptors[d].flags % 2 == VIRTQ_DESC_F_NEXT <==> d + 1 < head + count);
        loop invariant rest: \forall integer d; 0 <= d < NEURON_QUEUE_SIZE_MAX &&
          !(head <= d < head + i) ==> vqueues[q].busy[d] == \at(vqueues[q].busy[d], Pre) &&
          queue_pages[q].descriptors[d].flags == \at(queue_pages[q].descriptors[d].flags, Pre);
        loop assigns i, vqueues[q].busy[0 .. NEURON_QUEUE_SIZE_MAX - 1],
          queue_pages[q].descriptors[0 .. NEURON_QUEUE_SIZE_MAX - 1];
        loop variant count - i; */
    for (u64 i = 0; i < count; i++) {
        write_descriptor(q, head + i, i, count);
        /*@ assert others: \forall integer d; 0 <= d < NEURON_QUEUE_SIZE_MAX && d != head + i &&
              descriptor_ok{LoopCurrent}(current, vqueues[q].size, q, d) ==>
                descriptor_ok(current, vqueues[q].size, q, d); */
    }
    vqueues[q].chain[head] = (u8)count;
    queue_pages[q].available.ring[vqueues[q].available % vqueues[q].size] = (uint16_t)head;
    vqueues[q].available = (vqueues[q].available + 1) % RING_MODULUS;
    arch_device_fence();
    queue_pages[q].available.index = (uint16_t)vqueues[q].available;
    /*@ assert apart: \forall integer h, d; 0 <= h < NEURON_QUEUE_SIZE_MAX && h != head &&
          h <= d < h + \at(vqueues[q].chain[h], Pre) ==> !(head <= d < head + count); */
    /*@ assert same: \forall integer h; 0 <= h < NEURON_QUEUE_SIZE_MAX && h != head ==>
          vqueues[q].chain[h] == \at(vqueues[q].chain[h], Pre); */
    /*@ assert bounds: \forall integer h; 0 <= h < NEURON_QUEUE_SIZE_MAX ==>
          vqueues[q].chain[h] == 0 || h + vqueues[q].chain[h] <= vqueues[q].size; */
    /*@ assert runs: \forall integer h, d; 0 <= h < NEURON_QUEUE_SIZE_MAX &&
          h <= d < h + vqueues[q].chain[h] ==> vqueues[q].busy[d] == 1 &&
          (queue_pages[q].descriptors[d].flags % 2 == VIRTQ_DESC_F_NEXT <==>
           d + 1 < h + vqueues[q].chain[h]); */
    /*@ assert zero: \forall integer g; head < g < head + count ==> vqueues[q].chain[g] == 0; */
    /*@ assert ahead: \forall integer h; 0 <= h < head ==> h + vqueues[q].chain[h] <= head; */
    /*@ assert none: \forall integer h, g; 0 <= h < g < NEURON_QUEUE_SIZE_MAX &&
          g < h + vqueues[q].chain[h] ==> vqueues[q].chain[g] == 0; */
    //@ assert chain: chains_ok(q);
    //@ assert ring: ring_ok(q);
    //@ assert reach: descriptors_ok(windows[window].task, vqueues[q].size, q);
    /*@ assert place: place_ok(windows[window].task, windows[window].owner, vqueues[q].size,
          vqueues[q].place); */
    //@ assert new: vqueue_ok(windows[window].task, windows[window].owner, q);
    /*@ assert chains: \forall integer p; 0 <= p < 2 * window_count && p != q && chains_ok{Pre}(p) ==>
          chains_ok(p); */
    /*@ assert rings: \forall integer p; 0 <= p < 2 * window_count && p != q && ring_ok{Pre}(p) ==>
          ring_ok(p); */
    /*@ assert descriptors: \forall integer t, n, p; 0 <= p < 2 * window_count && p != q &&
          descriptors_ok{Pre}(t, n, p) ==> descriptors_ok(t, n, p); */
    /*@ assert queues: \forall integer t, o, p; 0 <= p < 2 * window_count && p != q &&
          vqueue_ok{Pre}(t, o, p) ==> vqueue_ok(t, o, p); */
    /*@ assert each: \forall integer w; 0 <= w < window_count && w != window ==>
          guarded_ok{Pre}(w) ==> guarded_ok(w); */
    //@ assert own: guarded_ok{Pre}(window) && guarded_ok(window);
}

NOINLINE int guard_post(u64 slot, u64 queue, u64 head, u64 count, u64 kick)
{
    u32 window = 0;
    u32 q = 0;
    int status = find_queue(slot, queue, &window, &q);
    if (status != NEURON_OK) {
        return status;
    }
    if (vqueues[q].size == 0 || windows[window].live == 0) {
        return NEURON_NOT_LIVE;
    }
    if (count == 0 || count > NEURON_CHAIN_MAX || head >= vqueues[q].size ||
        count > vqueues[q].size - head) {
        return NEURON_BAD_INDEX;
    }
    /*@ loop invariant bound: 0 <= i <= count;
        loop invariant described: \forall integer j; 0 <= j < i ==> described(j);
        loop assigns i, status;
        loop variant count - i; */
    for (u64 i = 0; i < count; i++) {
        status = check_descriptor(i);
        if (status != NEURON_OK) {
            return status;
        }
    }
    //@ assert own: guarded_ok(window);
    //@ assert row: q == 2 * window || q == 2 * window + 1;
    //@ assert queue: vqueues[q].size <= NEURON_QUEUE_SIZE_MAX;
    if (any_busy(q, head, count)) {
        collect(window, q);
        /*@ assert places: \forall integer v, p; 0 <= v < window_count && queue_mapped_ok{Pre}(v, p) ==>
              queue_mapped_ok(v, p); */
        //@ assert mapped: queues_mapped && queues_virtio;
        if (any_busy(q, head, count)) {
            return NEURON_IN_FLIGHT;
        }
    }

    write_chain(window, q, head, count);
    /*@ assert places_still: \forall integer v, p; 0 <= v < window_count && queue_mapped_ok{Pre}(v, p) ==>
          queue_mapped_ok(v, p); */
    //@ assert mapped_still: queues_mapped;
    //@ assert virtio_still: queues_virtio;
    if (kick != 0) {
        arch_device_fence();
        tell(window, VIRTIO_MMIO_QUEUE_NOTIFY, (u32)queue);
    }
    return NEURON_OK;
}
