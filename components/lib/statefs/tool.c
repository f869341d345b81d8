/* The host's tool for disk images: statefs COMMAND IMAGE [ARGUMENTS]. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "statefs.h"

static struct statefs fs;
static uint8_t value[STATEFS_VALUE_MAX + 1];

static int file_read(void *context, uint64_t block, void *bytes)
{
    return pread(*(int *)context, bytes, STATEFS_BLOCK, (off_t)(block * STATEFS_BLOCK)) !=
           STATEFS_BLOCK;
}

static int file_write(void *context, uint64_t block, const void *bytes)
{
    return pwrite(*(int *)context, bytes, STATEFS_BLOCK, (off_t)(block * STATEFS_BLOCK)) !=
           STATEFS_BLOCK;
}

static int file_flush(void *context)
{
    return fsync(*(int *)context);
}

static int fail(const char *what, enum statefs_status status)
{
    fprintf(stderr, "statefs: %s: %s\n", what, statefs_status_name(status));
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

static int list(bool json)
{
    const struct statefs_entry *entry;

    if (json) {
        printf("{\"v1\": %s, \"damaged\": %s, \"records\": %llu, \"keys\": [",
               fs.log.v1 ? "true" : "false", fs.damaged ? "true" : "false",
               (unsigned long long)fs.records);
    }
    for (uint32_t i = 0; (entry = statefs_list(&fs, "/state/", i)) != NULL; i++) {
        if (json) {
            printf("%s\n  {\"key\": ", i > 0 ? "," : "");
            print_json_string(entry->key);
            printf(", \"sequence\": %llu, \"length\": %u}", (unsigned long long)entry->sequence,
                   entry->length);
        } else {
            printf("%8u %s\n", entry->length, entry->key);
        }
    }
    if (json) {
        printf("]}\n");
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

static int fsck(const char *image)
{
    uint32_t bad;
    enum statefs_status status = statefs_fsck(&fs, &bad);

    printf("%s: %u keys, %llu records, %u damaged values\n", image, fs.count,
           (unsigned long long)fs.records, bad);
    if (fs.damaged) {
        printf("%s: a superblock is damaged or not the newest, or bytes follow record %llu: a cut "
               "batch or damage\n",
               image, (unsigned long long)fs.records);
    }
    return status == STATEFS_OK ? 0 : fail(image, status);
}

static int usage(void)
{
    fprintf(stderr,
            "usage: statefs ls IMAGE | get IMAGE KEY | put IMAGE KEY <VALUE | fsck IMAGE |\n"
            "       mkfs IMAGE [--force] | dump IMAGE --json\n");
    return 2;
}

static int run(int argc, char **argv, const struct statefs_disk *disk)
{
    const char *command = argv[1];
    const char *argument = argc == 4 ? argv[3] : "";

    if (strcmp(command, "mkfs") == 0 && (argc == 3 || strcmp(argument, "--force") == 0)) {
        enum statefs_status status = statefs_mkfs(&fs, disk, argc == 4);
        return status == STATEFS_OK ? 0 : fail(argv[2], status);
    }
    enum statefs_status status = statefs_open(&fs, disk);
    if (status != STATEFS_OK) {
        return fail(argv[2], status);
    }
    if (argc == 3) {
        return strcmp(command, "ls") == 0     ? list(false)
               : strcmp(command, "fsck") == 0 ? fsck(argv[2])
                                              : usage();
    }
    if (strcmp(command, "get") == 0) {
        return get(argument);
    }
    if (strcmp(command, "put") == 0) {
        return put(argument);
    }
    return strcmp(command, "dump") == 0 && strcmp(argument, "--json") == 0 ? list(true) : usage();
}

int main(int argc, char **argv)
{
    if (argc < 3 || argc > 4) {
        return usage();
    }
    bool writes = strcmp(argv[1], "put") == 0 || strcmp(argv[1], "mkfs") == 0;
    int file = open(argv[2], writes ? O_RDWR : O_RDONLY);
    struct stat about;
    if (file < 0 || fstat(file, &about) != 0) {
        perror(argv[2]);
        return 1;
    }
    struct statefs_disk disk = {&file, (uint64_t)about.st_size / STATEFS_BLOCK, file_read,
                                file_write, file_flush};
    int result = run(argc, argv, &disk);
    return close(file) != 0 || fflush(stdout) != 0 ? 1 : result;
}
