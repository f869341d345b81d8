/* The pairs of call and result code that can occur. */
#include "lockstep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

u64 possible[CALLS];

void read_pairs(const char *path)
{
#define NEURON_SYSCALL(number, name, in, out) [number] = #name,
    static const char *const names[CALLS] = {
#include <neuron/syscalls.def>
        [CALLS - 1] = "unknown"};
#undef NEURON_SYSCALL
    static char line[2048];
    FILE *file = fopen(path, "r");

    if (file == NULL) {
        perror(path);
        exit(2);
    }
    while (fgets(line, sizeof(line), file) != NULL) {
        char *save = NULL;
        if (line[0] == '#' || strtok_r(line, "|", &save) == NULL) {
            continue;
        }
        long code = strtol(line, NULL, 10);
        (void)strtok_r(NULL, "|", &save);
        char *word = strtok_r(NULL, "|", &save);
        char *words = NULL;
        for (word = word == NULL ? NULL : strtok_r(word, " ", &words); word != NULL;
             word = strtok_r(NULL, " ", &words)) {
            for (u32 c = 0; c < CALLS; c++) {
                if (strcmp(word, names[c]) == 0) {
                    possible[c] |= UINT64_C(1) << (code + CODE_BASE);
                }
            }
        }
    }
    (void)fclose(file);
}
