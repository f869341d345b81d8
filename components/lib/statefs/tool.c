/* The host's tool for disk images: statefs COMMAND IMAGE [ARGUMENTS]. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "statefs.h"

#define SECTOR 512u

struct arguments {
    const char *words[3]; /* command, image, key */
    int count;
    uint64_t first_sector; /* of the part of the image that is a statefs */
    bool force;
    bool json;
};

struct image {
    int file;
    uint64_t first_byte;
};

static struct statefs fs;
static uint8_t value[STATEFS_VALUE_MAX + 1];

static int file_read(void *context, uint64_t block, void *bytes)
{
    const struct image *image = context;

    return pread(image->file, bytes, STATEFS_BLOCK,
                 (off_t)(image->first_byte + block * STATEFS_BLOCK)) != STATEFS_BLOCK;
}

static int file_write(void *context, uint64_t block, const void *bytes)
{
    const struct image *image = context;

    return pwrite(image->file, bytes, STATEFS_BLOCK,
                  (off_t)(image->first_byte + block * STATEFS_BLOCK)) != STATEFS_BLOCK;
}

static int file_flush(void *context)
{
    return fsync(((const struct image *)context)->file);
}

static int fail(const char *where, enum statefs_status status)
{
    const char *cure = "";

    if (status == STATEFS_BLANK) {
        cure = "; statefs mkfs makes a statefs of it";
    } else if (status == STATEFS_FOREIGN) {
        cure = "; does it begin at another sector (--at), or was its size changed? "
               "statefs mkfs --force erases it";
    } else if (status == STATEFS_INVALID_KEY) {
        cure = "; keys are UTF-8 and look like /state/part/part, no part is empty, . or ..";
    } else if (status == STATEFS_CORRUPT) {
        cure = "; statefs fsck says what";
    } else if (status == STATEFS_NO_SPACE) {
        cure = "; nothing was changed";
    }
    fprintf(stderr, "statefs: %s: %s%s\n", where, statefs_status_name(status), cure);
    return 1;
}

static void print_json_string(const char *text)
{
    putchar('"');
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c < 0x20 || c == '"' || c == '\\') {
            printf("\\u%04x", c);
        } else {
            putchar(c);
        }
    }
    putchar('"');
}

/* In hexadecimal, or null if it is damaged. */
static bool print_json_value(const char *key)
{
    uint32_t length = 0;

    if (statefs_get(&fs, key, value, sizeof(value), &length) != STATEFS_OK) {
        printf("null");
        return false;
    }
    putchar('"');
    for (uint32_t i = 0; i < length; i++) {
        printf("%02x", value[i]);
    }
    putchar('"');
    return true;
}

static int dump(void)
{
    const struct statefs_entry *entry;
    bool whole = true;

    printf("{\"v1\": %s, \"damaged\": %s, \"records\": %" PRIu64 ", \"keys\": [",
           fs.log.v1 ? "true" : "false", fs.damaged ? "true" : "false", fs.records);
    for (uint32_t i = 0; (entry = statefs_list(&fs, "/state/", i)) != NULL; i++) {
        printf("%s\n  {\"key\": ", i > 0 ? "," : "");
        print_json_string(entry->key);
        printf(", \"sequence\": %" PRIu64 ", \"record\": %u, \"length\": %u, \"value\": ",
               entry->sequence, entry->record, entry->length);
        whole = print_json_value(entry->key) && whole;
        putchar('}');
    }
    printf("]}\n");
    return whole ? 0 : 1;
}

static int list(void)
{
    const struct statefs_entry *entry;

    for (uint32_t i = 0; (entry = statefs_list(&fs, "/state/", i)) != NULL; i++) {
        printf("%8u %s\n", entry->length, entry->key);
    }
    return 0;
}

static int get(const char *key)
{
    uint32_t length;
    enum statefs_status status = statefs_get(&fs, key, value, sizeof(value), &length);

    if (status != STATEFS_OK) {
        return fail(key, status);
    }
    return fwrite(value, 1, length, stdout) != length;
}

static int put(const char *key)
{
    size_t length = fread(value, 1, sizeof(value), stdin);
    struct statefs_operation operation = {key, value, (uint32_t)length};
    enum statefs_status status =
        ferror(stdin) ? STATEFS_IO_ERROR : statefs_commit(&fs, &operation, 1);

    return status == STATEFS_OK ? 0 : fail(key, status);
}

static void print_finding(void *context, const struct statefs_finding *finding)
{
    const char *image = *(const char **)context;
    const char *key = finding->key[0] != 0 ? finding->key : "no key known";

    switch (finding->fault) {
    case STATEFS_BAD_SUPERBLOCK:
        printf("%s: superblock in block %" PRIu64
               ": cut or damaged; the other one counts, the next write repairs it\n",
               image, finding->number);
        break;
    case STATEFS_BAD_VALUE:
    case STATEFS_BAD_RECORD:
        printf("%s: crc mismatch (record=%" PRIu64 "): %s\n", image, finding->number, key);
        break;
    case STATEFS_LOST_RECORD:
        printf("%s: record %" PRIu64 " does not count, the next write erases it: %s %s\n", image,
               finding->number, finding->is_delete ? "delete" : "put", key);
        break;
    }
}

static int fsck(const char *image)
{
    printf("%s: %u keys, %" PRIu64 " records%s\n", image, fs.count, fs.records,
           fs.damaged ? " before a cut or damage" : "");
    enum statefs_status status = statefs_fsck(&fs, print_finding, &image);
    if (status == STATEFS_CORRUPT) {
        return 1;
    }
    return status == STATEFS_OK ? 0 : fail(image, status);
}

static int usage(void)
{
    fprintf(stderr,
            "usage: statefs ls IMAGE | get IMAGE KEY | put IMAGE KEY <VALUE | fsck IMAGE |\n"
            "       mkfs IMAGE [--force] | dump IMAGE --json\n"
            "       --at SECTOR: the statefs begins there, and ends with the image\n");
    return 2;
}

static bool parse(int argc, char **argv, struct arguments *arguments)
{
    for (int i = 1; i < argc; i++) {
        char *end = NULL;
        if (strcmp(argv[i], "--force") == 0) {
            arguments->force = true;
        } else if (strcmp(argv[i], "--json") == 0) {
            arguments->json = true;
        } else if (strcmp(argv[i], "--at") == 0 && i + 1 < argc) {
            arguments->first_sector = strtoull(argv[++i], &end, 10);
            if (*end != 0 || arguments->first_sector > INT64_MAX / SECTOR) {
                return false;
            }
        } else if (arguments->count < 3) {
            arguments->words[arguments->count++] = argv[i];
        } else {
            return false;
        }
    }
    return arguments->count >= 2;
}

static bool is(const struct arguments *arguments, const char *command, int count)
{
    return arguments->count == count && strcmp(arguments->words[0], command) == 0 &&
           arguments->force <= (strcmp(command, "mkfs") == 0) &&
           arguments->json == (strcmp(command, "dump") == 0);
}

static int run(const struct arguments *arguments, const struct statefs_disk *disk)
{
    const char *image = arguments->words[1];
    char key[STATEFS_KEY_MAX + 1] = "";
    bool has_key = is(arguments, "get", 3) || is(arguments, "put", 3);

    if (is(arguments, "mkfs", 2)) {
        enum statefs_status status = statefs_mkfs(&fs, disk, arguments->force);
        return status == STATEFS_OK ? 0 : fail(image, status);
    }
    enum statefs_status status = has_key ? statefs_key(arguments->words[2], key) : STATEFS_OK;
    if (status != STATEFS_OK) {
        return fail(arguments->words[2], status);
    }
    status = statefs_open(&fs, disk);
    if (status != STATEFS_OK) {
        return fail(image, status);
    }
    if (is(arguments, "fsck", 2)) {
        return fsck(image);
    }
    if (fs.damaged) {
        fprintf(stderr,
                "statefs: %s: cut or damaged at record %" PRIu64 "; statefs fsck says more\n",
                image, fs.records);
    }
    return is(arguments, "ls", 2)     ? list()
           : is(arguments, "dump", 2) ? dump()
           : is(arguments, "get", 3)  ? get(key)
                                      : put(key);
}

static int fail_to_open(const char *name, bool writes)
{
    const char *cure = errno == ENOENT && writes ? "; truncate -s 8M makes a blank one" : "";

    fprintf(stderr, "statefs: %s: cannot be opened%s: %s%s\n", name, writes ? " for writing" : "",
            strerror(errno), cure);
    return 1;
}

int main(int argc, char **argv)
{
    struct arguments arguments = {0};

    if (!parse(argc, argv, &arguments)) {
        return usage();
    }
    bool writes = is(&arguments, "mkfs", 2) || is(&arguments, "put", 3);
    if (!writes && !is(&arguments, "ls", 2) && !is(&arguments, "get", 3) &&
        !is(&arguments, "fsck", 2) && !is(&arguments, "dump", 2)) {
        return usage();
    }
    const char *name = arguments.words[1];
    struct image image = {open(name, writes ? O_RDWR : O_RDONLY), arguments.first_sector * SECTOR};
    off_t end = image.file < 0 ? -1 : lseek(image.file, 0, SEEK_END);
    if (end < 0) {
        return fail_to_open(name, writes);
    }
    uint64_t bytes = (uint64_t)end > image.first_byte ? (uint64_t)end - image.first_byte : 0;
    if (bytes % STATEFS_BLOCK != 0) {
        fprintf(stderr,
                "statefs: %s: %" PRIu64 " bytes from sector %" PRIu64
                " on are not whole blocks of %u: is "
                "a part missing? truncate -s -%" PRIu64 " takes off what is too much\n",
                name, bytes, arguments.first_sector, STATEFS_BLOCK, bytes % STATEFS_BLOCK);
        return 1;
    }
    struct statefs_disk disk = {&image, bytes / STATEFS_BLOCK, file_read, file_write, file_flush};
    int result = run(&arguments, &disk);
    return close(image.file) != 0 || fflush(stdout) != 0 ? 1 : result;
}
