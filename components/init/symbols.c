/* Looking up a pc in a .sym blob. */
#include "symbols.h"

#include <stddef.h>

enum { HEADER_WORDS = 5, ROW_WORDS = 2, LINE_BITS = 24 };

/* The parts of a blob whose sizes were checked against its end. */
struct blob {
    const uint8_t *functions;
    const uint8_t *lines;
    const uint8_t *files;
    const uint8_t *strings;
    uint64_t function_count;
    uint64_t line_count;
    uint64_t file_count;
    uint64_t string_bytes;
};

static uint32_t word(const uint8_t *bytes, uint64_t index)
{
    const uint8_t *w = bytes + index * 4;
    return (uint32_t)w[0] | (uint32_t)w[1] << 8 | (uint32_t)w[2] << 16 | (uint32_t)w[3] << 24;
}

static bool open_blob(const uint8_t *start, const uint8_t *end, struct blob *blob)
{
    if (start == NULL || end - start < HEADER_WORDS * 4 || word(start, 0) != SYMBOLS_MAGIC) {
        return false;
    }
    blob->function_count = word(start, 1);
    blob->line_count = word(start, 2);
    blob->file_count = word(start, 3);
    blob->string_bytes = word(start, 4);
    blob->functions = start + (size_t)HEADER_WORDS * 4;
    uint64_t rows = (blob->function_count + blob->line_count) * ROW_WORDS + blob->file_count;
    uint64_t left = (uint64_t)(end - blob->functions);
    if (rows > left / 4 || blob->string_bytes > left - rows * 4) {
        return false;
    }
    blob->lines = blob->functions + blob->function_count * ROW_WORDS * 4;
    blob->files = blob->lines + blob->line_count * ROW_WORDS * 4;
    blob->strings = blob->files + blob->file_count * 4;
    return blob->string_bytes == 0 || blob->strings[blob->string_bytes - 1] == 0;
}

/* The last row whose pc is not above the offset; count if there is none. */
static uint64_t last_row(const uint8_t *rows, uint64_t count, uint64_t offset)
{
    uint64_t low = 0;
    uint64_t high = count;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (word(rows, middle * ROW_WORDS) <= offset) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low > 0 ? low - 1 : count;
}

static const char *string_at(const struct blob *blob, uint64_t offset)
{
    return offset < blob->string_bytes ? (const char *)blob->strings + offset : NULL;
}

struct symbols_place symbols_find(const uint8_t *start, const uint8_t *end, uint64_t offset)
{
    struct symbols_place place = {NULL, NULL, 0};
    struct blob blob;
    if (!open_blob(start, end, &blob)) {
        return place;
    }
    uint64_t row = last_row(blob.functions, blob.function_count, offset);
    if (row < blob.function_count) {
        place.function = string_at(&blob, word(blob.functions, row * ROW_WORDS + 1));
    }
    row = last_row(blob.lines, blob.line_count, offset);
    if (row < blob.line_count) {
        uint32_t where = word(blob.lines, row * ROW_WORDS + 1);
        uint64_t file = where >> LINE_BITS;
        place.line = where % (1U << LINE_BITS);
        if (file < blob.file_count && place.line > 0) {
            place.file = string_at(&blob, word(blob.files, file));
        }
    }
    return place;
}
