/*
 * What a well-formed system table is, in ACSL, for the proof: one predicate `rule_x` for each rule of
 * NEURON_RULE_LIST, and table_wf(), their conjunction. The checksum is the one rule that says nothing about
 * what the words mean, and is left out. `t` is the table, `i` a row of the rule's section, `h` an earlier one.
 */
#ifndef CORE_TABLE_WF_H
#define CORE_TABLE_WF_H

#include <neuron/abi.h>
#include <neuron/table.h>

#include "bits.h"
#include "types.h"

/*@ // Where the sections begin, in words.
    logic integer memories_at{L}(u64 *t) =
      NEURON_TABLE_HEADER_WORDS + t[NEURON_TABLE_TASKS] * NEURON_TASK_ROW_WORDS;
    logic integer maps_at{L}(u64 *t) =
      memories_at(t) + t[NEURON_TABLE_MEMORIES] * NEURON_MEMORY_ROW_WORDS;
    logic integer slots_at{L}(u64 *t) =
      maps_at(t) + t[NEURON_TABLE_MAPS] * NEURON_MAP_ROW_WORDS;
    logic integer windows_at{L}(u64 *t) =
      slots_at(t) + t[NEURON_TABLE_SLOTS] * NEURON_SLOT_ROW_WORDS;
    logic integer table_end{L}(u64 *t) =
      windows_at(t) + t[NEURON_TABLE_WINDOWS] * NEURON_WINDOW_ROW_WORDS;

    // Word k of a row.
    logic integer task_at{L}(u64 *t, integer i, integer k) =
      t[NEURON_TABLE_HEADER_WORDS + i * NEURON_TASK_ROW_WORDS + k];
    logic integer memory_at{L}(u64 *t, integer i, integer k) =
      t[memories_at(t) + i * NEURON_MEMORY_ROW_WORDS + k];
    logic integer map_at{L}(u64 *t, integer i, integer k) =
      t[maps_at(t) + i * NEURON_MAP_ROW_WORDS + k];
    logic integer slot_at{L}(u64 *t, integer i, integer k) =
      t[slots_at(t) + i * NEURON_SLOT_ROW_WORDS + k];
    logic integer window_at{L}(u64 *t, integer i, integer k) =
      t[windows_at(t) + i * NEURON_WINDOW_ROW_WORDS + k];
*/

/*@ // Header.
    predicate rule_truncated{L}(u64 *t, integer words) =
      NEURON_TABLE_HEADER_WORDS <= t[NEURON_TABLE_WORDS] <= words;
    predicate rule_magic{L}(u64 *t) = t[NEURON_TABLE_MAGIC_WORD] == NEURON_TABLE_MAGIC;
    predicate rule_version{L}(u64 *t) = t[NEURON_TABLE_VERSION_WORD] == NEURON_TABLE_VERSION;
    predicate rule_limits{L}(u64 *t) =
      1 <= t[NEURON_TABLE_TASKS] <= NEURON_TASKS_MAX &&
      t[NEURON_TABLE_MEMORIES] <= NEURON_MEMORIES_MAX && t[NEURON_TABLE_MAPS] <= NEURON_MAPS_MAX &&
      t[NEURON_TABLE_SLOTS] <= NEURON_SLOTS_MAX && t[NEURON_TABLE_WINDOWS] <= NEURON_WINDOWS_MAX;
    predicate rule_counts{L}(u64 *t) = rule_limits(t) && table_end(t) == t[NEURON_TABLE_WORDS];
    predicate rule_extent{L}(u64 *t) =
      t[NEURON_TABLE_PAYLOAD_END] % NEURON_PAGE == 0 && t[NEURON_TABLE_RAM_END] % NEURON_BLOCK == 0 &&
      NEURON_PAYLOAD_BASE < t[NEURON_TABLE_PAYLOAD_END] <= t[NEURON_TABLE_RAM_END] <= NEURON_RAM_END_MAX;
    predicate rule_init{L}(u64 *t) = t[NEURON_TABLE_INIT] < t[NEURON_TABLE_TASKS];
    predicate header_wf{L}(u64 *t, integer words) =
      rule_truncated(t, words) && rule_magic(t) && rule_version(t) && rule_counts(t) &&
      rule_extent(t) && rule_init(t);
*/

/*@ // Tasks. The sums are those of the tasks before task i.
    logic integer pt_pages_before{L}(u64 *t, integer i) =
      i <= 0 ? 0 : pt_pages_before(t, i - 1) + 2 + task_at(t, i - 1, NEURON_TASK_LEAF_TABLES);
    logic integer slots_before{L}(u64 *t, integer i) =
      i <= 0 ? 0 : slots_before(t, i - 1) + task_at(t, i - 1, NEURON_TASK_SLOTS);

    predicate rule_level{L}(u64 *t, integer i) = task_at(t, i, NEURON_TASK_LEVEL) < NEURON_LEVELS;
    predicate rule_leaf_tables{L}(u64 *t, integer i) =
      1 <= task_at(t, i, NEURON_TASK_LEAF_TABLES) <= NEURON_USER_SPAN / NEURON_BLOCK;
    predicate rule_pt_pages{L}(u64 *t, integer i) = pt_pages_before(t, i + 1) <= NEURON_PT_PAGES_MAX;
    predicate rule_slot_count{L}(u64 *t, integer i) =
      slots_before(t, i + 1) <= t[NEURON_TABLE_SLOTS];
    predicate rule_slot_limit{L}(u64 *t, integer i) =
      task_at(t, i, NEURON_TASK_SLOTS) <= NEURON_TASK_SLOTS_MAX;
    predicate rule_arena{L}(u64 *t, integer i) =
      NEURON_ARENA_OFFSET + (task_at(t, i, NEURON_TASK_ARENA_PAGES) + 1) * NEURON_PAGE <=
      task_at(t, i, NEURON_TASK_LEAF_TABLES) * NEURON_BLOCK;
    predicate task_wf{L}(u64 *t, integer i) =
      rule_level(t, i) && rule_leaf_tables(t, i) && rule_pt_pages(t, i) && rule_slot_count(t, i) &&
      rule_slot_limit(t, i) && rule_arena(t, i);
    predicate tasks_wf{L}(u64 *t) =
      (\forall integer i; 0 <= i < t[NEURON_TABLE_TASKS] ==> task_wf(t, i)) &&
      slots_before(t, t[NEURON_TABLE_TASKS]) == t[NEURON_TABLE_SLOTS];
*/

/*@ // Extents.
    predicate is_text{L}(u64 *t, integer i) = memory_at(t, i, NEURON_MEMORY_FLAGS) % 2 == NEURON_MEMORY_TEXT;
    logic integer memory_bytes{L}(u64 *t, integer i) = memory_at(t, i, NEURON_MEMORY_PAGES) * NEURON_PAGE;
    logic integer memory_end{L}(u64 *t, integer i) = memory_at(t, i, NEURON_MEMORY_PHYS) + memory_bytes(t, i);
    logic integer data_base{L}(u64 *t) =
      (t[NEURON_TABLE_PAYLOAD_END] + NEURON_BLOCK - 1) / NEURON_BLOCK * NEURON_BLOCK;

    predicate rule_memory_aligned{L}(u64 *t, integer i) =
      memory_at(t, i, NEURON_MEMORY_PHYS) % NEURON_PAGE == 0 && memory_at(t, i, NEURON_MEMORY_PAGES) >= 1;
    predicate rule_memory_place{L}(u64 *t, integer i) =
      is_text(t, i)
        ? NEURON_PAYLOAD_BASE <= memory_at(t, i, NEURON_MEMORY_PHYS) &&
          memory_end(t, i) <= t[NEURON_TABLE_PAYLOAD_END]
        : data_base(t) <= memory_at(t, i, NEURON_MEMORY_PHYS) &&
          memory_end(t, i) <= t[NEURON_TABLE_RAM_END];
    predicate rule_memory_order{L}(u64 *t, integer i) =
      \forall integer h; 0 <= h < i ==> memory_end(t, h) <= memory_at(t, i, NEURON_MEMORY_PHYS);
    predicate rule_memory_flags{L}(u64 *t, integer i) =
      memory_at(t, i, NEURON_MEMORY_FLAGS) <= NEURON_MEMORY_FLAGS_ALL &&
      (is_text(t, i) ==> memory_at(t, i, NEURON_MEMORY_FLAGS) == NEURON_MEMORY_TEXT);
    predicate rule_memory_owner{L}(u64 *t, integer i) =
      memory_at(t, i, NEURON_MEMORY_OWNER) < t[NEURON_TABLE_TASKS];
    predicate rule_memory_source{L}(u64 *t, integer i) =
      memory_at(t, i, NEURON_MEMORY_SOURCE) == 0
        ? memory_at(t, i, NEURON_MEMORY_SOURCE_BYTES) == 0
        : !is_text(t, i) && memory_at(t, i, NEURON_MEMORY_SOURCE) % 8 == 0 &&
          NEURON_PAYLOAD_BASE <= memory_at(t, i, NEURON_MEMORY_SOURCE) &&
          memory_at(t, i, NEURON_MEMORY_SOURCE) + memory_at(t, i, NEURON_MEMORY_SOURCE_BYTES) <=
            t[NEURON_TABLE_PAYLOAD_END] &&
          memory_at(t, i, NEURON_MEMORY_SOURCE_BYTES) <= memory_bytes(t, i);
    predicate memory_wf{L}(u64 *t, integer i) =
      rule_memory_aligned(t, i) && rule_memory_place(t, i) && rule_memory_order(t, i) &&
      rule_memory_flags(t, i) && rule_memory_owner(t, i) && rule_memory_source(t, i);
    predicate memories_wf{L}(u64 *t) =
      \forall integer i; 0 <= i < t[NEURON_TABLE_MEMORIES] ==> memory_wf(t, i);
*/

/*@ // Mappings.
    logic integer map_task{L}(u64 *t, integer i) = map_at(t, i, NEURON_MAP_TASK);
    logic integer map_memory{L}(u64 *t, integer i) = map_at(t, i, NEURON_MAP_MEMORY);
    logic integer map_va{L}(u64 *t, integer i) = map_at(t, i, NEURON_MAP_VA);
    logic integer map_prot{L}(u64 *t, integer i) = map_at(t, i, NEURON_MAP_PROT);
    logic integer map_end{L}(u64 *t, integer i) = map_va(t, i) + memory_bytes(t, map_memory(t, i));
    logic integer user_base(integer i) = NEURON_USER_BASE + i * NEURON_USER_SPAN;
    logic integer first_va{L}(u64 *t, integer i) =
      user_base(i) + NEURON_ARENA_OFFSET + (task_at(t, i, NEURON_TASK_ARENA_PAGES) + 1) * NEURON_PAGE;
    logic integer last_va{L}(u64 *t, integer i) =
      user_base(i) + task_at(t, i, NEURON_TASK_LEAF_TABLES) * NEURON_BLOCK;

    predicate rule_map_reference{L}(u64 *t, integer i) =
      map_task(t, i) < t[NEURON_TABLE_TASKS] && map_memory(t, i) < t[NEURON_TABLE_MEMORIES];
    predicate rule_map_order{L}(u64 *t, integer i) =
      \forall integer h; 0 <= h < i ==>
        map_task(t, h) <= map_task(t, i) &&
        (map_task(t, h) == map_task(t, i) ==> map_end(t, h) <= map_va(t, i));
    predicate rule_map_place{L}(u64 *t, integer i) =
      map_va(t, i) % NEURON_PAGE == 0 && first_va(t, map_task(t, i)) <= map_va(t, i) &&
      map_end(t, i) <= last_va(t, map_task(t, i));
    predicate rule_map_prot{L}(u64 *t, integer i) =
      map_prot(t, i) == NEURON_PROT_R || map_prot(t, i) == NEURON_PROT_RW || map_prot(t, i) == NEURON_PROT_RX;
    predicate rule_map_wx{L}(u64 *t, integer i) =
      (map_prot(t, i) == NEURON_PROT_RW ==> !is_text(t, map_memory(t, i))) &&
      (map_prot(t, i) == NEURON_PROT_RX ==> is_text(t, map_memory(t, i)));
    predicate rule_map_foreign{L}(u64 *t, integer i) =
      memory_at(t, map_memory(t, i), NEURON_MEMORY_OWNER) == map_task(t, i) ||
      (memory_at(t, map_memory(t, i), NEURON_MEMORY_FLAGS) & NEURON_MEMORY_SHARED) == NEURON_MEMORY_SHARED;
    predicate map_wf{L}(u64 *t, integer i) =
      rule_map_reference(t, i) && rule_map_order(t, i) && rule_map_place(t, i) && rule_map_prot(t, i) &&
      rule_map_wx(t, i) && rule_map_foreign(t, i);

    // Row i lets task k begin in it; ends at the stack pointer of task k, behind a hole.
    predicate is_entry{L}(u64 *t, integer i, integer k) =
      map_task(t, i) == k && map_prot(t, i) == NEURON_PROT_RX &&
      map_va(t, i) <= task_at(t, k, NEURON_TASK_ENTRY) < map_end(t, i);
    predicate is_stack{L}(u64 *t, integer i, integer k) =
      map_task(t, i) == k && map_prot(t, i) == NEURON_PROT_RW &&
      task_at(t, k, NEURON_TASK_SP) == map_end(t, i) &&
      \forall integer h; 0 <= h < i && map_task(t, h) == k ==> map_end(t, h) < map_va(t, i);
    predicate entry_below{L}(u64 *t, integer n, integer k) =
      \exists integer i; 0 <= i < n && is_entry(t, i, k);
    predicate rule_entry{L}(u64 *t, integer k) = entry_below(t, t[NEURON_TABLE_MAPS], k);
    predicate rule_stack{L}(u64 *t, integer k) =
      \exists integer i; 0 <= i < t[NEURON_TABLE_MAPS] && is_stack(t, i, k);
    predicate maps_wf{L}(u64 *t) =
      (\forall integer i; 0 <= i < t[NEURON_TABLE_MAPS] ==> map_wf(t, i)) &&
      (\forall integer k; 0 <= k < t[NEURON_TABLE_TASKS] ==> rule_entry(t, k) && rule_stack(t, k));
*/

/*@ // Device windows.
    predicate apart(integer base, integer end, integer other, integer other_end) =
      end <= other || other_end <= base;
    logic integer window_base{L}(u64 *t, integer i) = window_at(t, i, NEURON_WINDOW_BASE);
    logic integer window_end{L}(u64 *t, integer i) =
      window_base(t, i) + window_at(t, i, NEURON_WINDOW_BYTES);

    logic integer window_irq{L}(u64 *t, integer i) = window_at(t, i, NEURON_WINDOW_IRQ);

    // Outside RAM, the test device, the CLINT, the PLIC and the UART.
    predicate rule_window_place{L}(u64 *t, integer i) =
      window_base(t, i) % NEURON_PAGE == 0 && window_at(t, i, NEURON_WINDOW_BYTES) % NEURON_PAGE == 0 &&
      1 <= window_at(t, i, NEURON_WINDOW_BYTES) <= NEURON_WINDOW_PAGES_MAX * NEURON_PAGE &&
      window_end(t, i) <= NEURON_RAM_BASE &&
      apart(window_base(t, i), window_end(t, i), 0x100000, 0x101000) &&
      apart(window_base(t, i), window_end(t, i), 0x2000000, 0x2010000) &&
      apart(window_base(t, i), window_end(t, i), 0xc000000, 0x10000000) &&
      apart(window_base(t, i), window_end(t, i), 0x10000000, 0x10001000);
    predicate rule_window_order{L}(u64 *t, integer i) =
      \forall integer h; 0 <= h < i ==> window_end(t, h) <= window_base(t, i);
    predicate rule_window_irq{L}(u64 *t, integer i) =
      window_irq(t, i) < NEURON_IRQS_MAX && window_irq(t, i) != 10 &&
      \forall integer h; 0 <= h < i && window_irq(t, i) != 0 ==> window_irq(t, h) != window_irq(t, i);
    predicate rule_window_class{L}(u64 *t, integer i) =
      window_at(t, i, NEURON_WINDOW_TRANSPORT) == NEURON_TRANSPORT_VIRTIO_MMIO
        ? window_at(t, i, NEURON_WINDOW_CLASS) == 0
        : window_at(t, i, NEURON_WINDOW_TRANSPORT) == NEURON_TRANSPORT_FIXED &&
          window_at(t, i, NEURON_WINDOW_CLASS) != 0;
    predicate window_wf{L}(u64 *t, integer i) =
      rule_window_place(t, i) && rule_window_order(t, i) && rule_window_irq(t, i) &&
      rule_window_class(t, i);
    predicate windows_wf{L}(u64 *t) =
      \forall integer i; 0 <= i < t[NEURON_TABLE_WINDOWS] ==> window_wf(t, i);
*/

/*@ // Slots.
    logic integer slot_owner{L}(u64 *t, integer i) = slot_at(t, i, NEURON_SLOT_OWNER);
    logic integer slot_kind{L}(u64 *t, integer i) = slot_at(t, i, NEURON_SLOT_KIND);
    logic integer slot_rights{L}(u64 *t, integer i) = slot_at(t, i, NEURON_SLOT_RIGHTS);
    logic integer slot_object{L}(u64 *t, integer i) = slot_at(t, i, NEURON_SLOT_OBJECT);
    logic integer slot_badge{L}(u64 *t, integer i) = slot_at(t, i, NEURON_SLOT_BADGE);
    logic integer slot_bits{L}(u64 *t, integer i) = slot_at(t, i, NEURON_SLOT_BITS);
    predicate is_ceiling{L}(u64 *t, integer i) = slot_at(t, i, NEURON_SLOT_RUNTIME) == 1;
    predicate is_kind{L}(u64 *t, integer i, integer kind) =
      slot_at(t, i, NEURON_SLOT_RUNTIME) == 0 && slot_kind(t, i) == kind;
    predicate may_call{L}(u64 *t, integer i) =
      is_kind(t, i, NEURON_CAP_PORT) && slot_rights(t, i) % 2 == NEURON_RIGHT_CALL;
    predicate may_notify{L}(u64 *t, integer i) =
      is_kind(t, i, NEURON_CAP_PORT) && (slot_rights(t, i) & NEURON_RIGHT_NOTIFY) == NEURON_RIGHT_NOTIFY;
    predicate may_interrupt{L}(u64 *t, integer i) =
      is_ceiling(t, i) && (slot_rights(t, i) & NEURON_RIGHT_IRQ) == NEURON_RIGHT_IRQ;
    // Whose notification bits, and whose badges, the slot's are.
    logic integer slot_target{L}(u64 *t, integer i) =
      slot_kind(t, i) == NEURON_CAP_PORT ? slot_object(t, i) : slot_owner(t, i);
    // How many of the first i slots are ceilings.
    logic integer ceilings_before{L}(u64 *t, integer i) =
      i <= 0 ? 0 : ceilings_before(t, i - 1) + slot_at(t, i - 1, NEURON_SLOT_RUNTIME);

    predicate rule_slot_owner{L}(u64 *t, integer i) =
      slot_owner(t, i) < t[NEURON_TABLE_TASKS] &&
      slots_before(t, slot_owner(t, i)) <= i < slots_before(t, slot_owner(t, i) + 1) &&
      slot_at(t, i, NEURON_SLOT_RUNTIME) <= 1;
    predicate rule_slot_kind{L}(u64 *t, integer i) =
      is_ceiling(t, i)
        ? slot_kind(t, i) == NEURON_CAP_MMIO
        : slot_kind(t, i) == NEURON_CAP_NONE || slot_kind(t, i) == NEURON_CAP_PORT ||
          slot_kind(t, i) == NEURON_CAP_REGION || slot_kind(t, i) == NEURON_CAP_DMA ||
          slot_kind(t, i) == NEURON_CAP_CONSOLE || slot_kind(t, i) == NEURON_CAP_POWER ||
          slot_kind(t, i) == NEURON_CAP_FACTORY || slot_kind(t, i) == NEURON_CAP_TASK;
    predicate rule_slot_rights{L}(u64 *t, integer i) =
      is_ceiling(t, i)
        ? slot_rights(t, i) % NEURON_RIGHT_READ == 0 && slot_rights(t, i) <= NEURON_RIGHTS_ALL &&
          (slot_rights(t, i) & NEURON_RIGHT_MAP) == NEURON_RIGHT_MAP
        : slot_kind(t, i) == NEURON_CAP_PORT
            ? 1 <= slot_rights(t, i) <= NEURON_RIGHT_CALL + NEURON_RIGHT_NOTIFY
            : slot_kind(t, i) == NEURON_CAP_DMA
                ? slot_rights(t, i) % NEURON_RIGHT_READ == 0 &&
                  1 <= slot_rights(t, i) <= NEURON_RIGHT_READ + NEURON_RIGHT_WRITE
                : slot_kind(t, i) == NEURON_CAP_REGION ? slot_rights(t, i) == NEURON_RIGHT_READ
                                                       : slot_rights(t, i) == 0;
    predicate rule_slot_object{L}(u64 *t, integer i) =
      is_ceiling(t, i)
        ? slot_object(t, i) != 0
        : slot_kind(t, i) == NEURON_CAP_PORT
            ? slot_object(t, i) < t[NEURON_TABLE_TASKS] && slot_object(t, i) != slot_owner(t, i)
            : slot_kind(t, i) == NEURON_CAP_DMA
                ? slot_object(t, i) < t[NEURON_TABLE_MEMORIES] && !is_text(t, slot_object(t, i)) &&
                  memory_at(t, slot_object(t, i), NEURON_MEMORY_OWNER) == slot_owner(t, i) &&
                  (memory_at(t, slot_object(t, i), NEURON_MEMORY_FLAGS) & NEURON_MEMORY_DMA) ==
                    NEURON_MEMORY_DMA
                : slot_kind(t, i) == NEURON_CAP_REGION ? slot_object(t, i) < t[NEURON_TABLE_MEMORIES]
                                                       : slot_object(t, i) == 0;
    predicate rule_slot_level{L}(u64 *t, integer i) =
      may_call(t, i) ==> task_at(t, slot_owner(t, i), NEURON_TASK_LEVEL) <
                           task_at(t, slot_object(t, i), NEURON_TASK_LEVEL);
    predicate rule_slot_badge{L}(u64 *t, integer i) = slot_badge(t, i) != 0 <==> may_call(t, i);
    predicate rule_slot_own_badge{L}(u64 *t, integer i) =
      \forall integer h; 0 <= h < i && may_call(t, h) && may_call(t, i) &&
        slot_target(t, h) == slot_target(t, i) ==> slot_badge(t, h) < slot_badge(t, i);
    predicate is_one_bit(integer a) = a != 0 && (a & (a - 1)) == 0;
    predicate rule_slot_bits{L}(u64 *t, integer i) =
      (slot_bits(t, i) != 0 <==> may_notify(t, i) || may_interrupt(t, i)) &&
      slot_bits(t, i) % (1 << NEURON_BIT_FIRST_FREE) == 0 &&
      (may_interrupt(t, i) ==> is_one_bit(slot_bits(t, i)));
    predicate rule_slot_own_bits{L}(u64 *t, integer i) =
      \forall integer h; 0 <= h < i && slot_target(t, h) == slot_target(t, i) ==>
        bits_apart(slot_bits(t, h), slot_bits(t, i));
    predicate rule_slot_authority{L}(u64 *t, integer i) =
      slot_kind(t, i) == NEURON_CAP_FACTORY || slot_kind(t, i) == NEURON_CAP_TASK ==>
        slot_owner(t, i) == t[NEURON_TABLE_INIT];
    predicate rule_slot_bounds{L}(u64 *t, integer i) =
      is_ceiling(t, i) ==>
        (\exists integer w; 0 <= w < t[NEURON_TABLE_WINDOWS] &&
           window_base(t, w) == slot_at(t, i, NEURON_SLOT_BASE)) &&
        (\exists integer w; 0 <= w < t[NEURON_TABLE_WINDOWS] &&
           slot_at(t, i, NEURON_SLOT_BASE) <= window_base(t, w) &&
           window_end(t, w) == slot_at(t, i, NEURON_SLOT_BASE) + slot_at(t, i, NEURON_SLOT_BYTES));
    predicate rule_slot_unused{L}(u64 *t, integer i) =
      is_ceiling(t, i) ||
      (slot_at(t, i, NEURON_SLOT_BASE) == 0 && slot_at(t, i, NEURON_SLOT_BYTES) == 0);
    predicate rule_slot_devices{L}(u64 *t, integer k) =
      ceilings_before(t, slots_before(t, k + 1)) - ceilings_before(t, slots_before(t, k)) <=
        NEURON_TASK_DEVICES_MAX;
    predicate slot_alone_wf{L}(u64 *t, integer i) =
      rule_slot_owner(t, i) && rule_slot_kind(t, i) && rule_slot_rights(t, i) &&
      rule_slot_object(t, i) && rule_slot_level(t, i) && rule_slot_badge(t, i) &&
      rule_slot_bits(t, i) && rule_slot_authority(t, i) && rule_slot_bounds(t, i) &&
      rule_slot_unused(t, i);
    predicate slot_wf{L}(u64 *t, integer i) =
      slot_alone_wf(t, i) && rule_slot_own_badge(t, i) && rule_slot_own_bits(t, i);
    predicate slots_wf{L}(u64 *t) =
      (\forall integer i; 0 <= i < t[NEURON_TABLE_SLOTS] ==> slot_wf(t, i)) &&
      (\forall integer k; 0 <= k < t[NEURON_TABLE_TASKS] ==> rule_slot_devices(t, k));
*/

/*@ predicate table_wf{L}(u64 *t, integer words) =
      header_wf(t, words) && tasks_wf(t) && memories_wf(t) && maps_wf(t) && windows_wf(t) &&
      slots_wf(t);

    // What is mapped to be written by anyone is mapped to be executed by nobody, at whatever address.
    lemma written_or_executed{L}:
      \forall u64 *t, integer words, i, j; table_wf(t, words) &&
        0 <= i < t[NEURON_TABLE_MAPS] && 0 <= j < t[NEURON_TABLE_MAPS] &&
        map_prot(t, i) == NEURON_PROT_RW && map_prot(t, j) == NEURON_PROT_RX ==>
        apart(memory_at(t, map_memory(t, i), NEURON_MEMORY_PHYS), memory_end(t, map_memory(t, i)),
              memory_at(t, map_memory(t, j), NEURON_MEMORY_PHYS), memory_end(t, map_memory(t, j)));
*/

#endif
