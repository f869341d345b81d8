/* Prints the table of the world of the guarded devices as the C array that the analysis boots. */
#include <inttypes.h>
#include <stdio.h>

#include "guarded.h"

int main(void)
{
    guarded_world();
    world_port(OTHER, DRIVER, NEURON_RIGHT_CALL | NEURON_RIGHT_NOTIFY, 1);
    world_port(DRIVER, INIT, NEURON_RIGHT_CALL | NEURON_RIGHT_NOTIFY, 1);
    world_slot(DRIVER, NEURON_CAP_POWER);
    world_map(DRIVER, world_extent(DRIVER, 2, 0, NEURON_PAGE + 5), NEURON_PROT_RW);
    world_map(OTHER, world_extent(OTHER, 1, NEURON_MEMORY_KEEP, 0), NEURON_PROT_RW);
    world.tasks[OTHER][NEURON_TASK_RUN_LIMIT] = NEURON_QUANTUM;
    u64 words = world_table();
    printf("#include <neuron/abi.h>\nconst uint64_t table[] = {\n");
    for (u64 i = 0; i < words; i++) {
        printf("0x%" PRIx64 "u,\n", world.words[i]);
    }
    printf("};\nconst uint64_t table_words = %" PRIu64 ";\n", words);
    return 0;
}
