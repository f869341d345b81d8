/*
 * nexus-validate PAYLOAD...: the check that the kernel makes at boot, made while building, by the same
 * source. Says the rule and the row that a payload breaks; exits with 0 only if all are accepted.
 */
#include "../core/payload.h"
#include "../core/table.h"

#include <stdio.h>
#include <stdlib.h>

static const char *rule_name(u32 rule)
{
    static const char *const names[] = {
#define RULE_NAME(name, text) #name,
        NEURON_RULE_LIST(RULE_NAME)
#undef RULE_NAME
    };
    return rule < NEURON_RULES ? names[rule] : "unknown";
}

static const char *rule_text(u32 rule)
{
    static const char *const texts[] = {
#define RULE_TEXT(name, text) text,
        NEURON_RULE_LIST(RULE_TEXT)
#undef RULE_TEXT
    };
    return rule < NEURON_RULES ? texts[rule] : "unknown";
}

/* The file's bytes in whole words, the last padded with zeros. NULL if it cannot be read. */
static u64 *read_words(const char *path, u64 *bytes)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return NULL;
    }
    u64 *words = NULL;
    if (fseek(file, 0, SEEK_END) == 0) {
        long size = ftell(file);
        if (size >= 0 && fseek(file, 0, SEEK_SET) == 0) {
            words = calloc((size_t)size / sizeof(u64) + 1, sizeof(u64));
            if (words != NULL && fread(words, 1, (size_t)size, file) != (size_t)size) {
                free(words);
                words = NULL;
            }
            *bytes = (u64)size;
        }
    }
    (void)fclose(file); /* only read from */
    return words;
}

static int validate(const char *path)
{
    u64 bytes = 0;
    u64 *words = read_words(path, &bytes);
    int good = 0;
    if (words == NULL) {
        fprintf(stderr, "nexus-validate: cannot read %s\n", path);
    } else if (!payload_header_ok(words, bytes)) {
        fprintf(stderr, "nexus-validate: %s: the payload header is damaged\n", path);
    } else if (!payload_checksum_ok(words)) {
        fprintf(stderr, "nexus-validate: %s: the payload's checksum does not match\n", path);
    } else {
        struct table_verdict verdict =
            table_validate(words + NEURON_PAYLOAD_HEADER_WORDS, words[NEURON_PAYLOAD_TABLE_WORDS]);
        good = verdict.rule == NEURON_RULE_OK;
        if (!good) {
            fprintf(stderr, "nexus-validate: %s: rule %s, row %llu: %s\n", path,
                    rule_name(verdict.rule), (unsigned long long)verdict.row,
                    rule_text(verdict.rule));
        } else if (payload_end(words) !=
                   words[NEURON_PAYLOAD_HEADER_WORDS + NEURON_TABLE_PAYLOAD_END]) {
            fprintf(stderr, "nexus-validate: %s: table and payload do not agree on its end\n",
                    path);
            good = 0;
        }
    }
    free(words);
    return good;
}

int main(int argc, char **argv)
{
    int good = argc > 1;
    for (int i = 1; i < argc; i++) {
        good = validate(argv[i]) && good;
    }
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
