/* Inputs made of records: reading them, and mutations that keep their borders. */
#include <string.h>

#include "input.h"

size_t records_in(size_t size)
{
    return size < HEADER_BYTES ? 0 : (size - HEADER_BYTES) / RECORD_BYTES;
}

struct record record_at(const u8 *data, size_t index)
{
    const u8 *bytes = data + HEADER_BYTES + index * RECORD_BYTES;
    struct record record = {.op = bytes[0]};

    memcpy(record.pick, bytes + 1, PICKS);
    for (u32 i = 0; i < 8; i++) {
        record.raw |= (u64)bytes[8 + i] << (8 * i);
    }
    return record;
}

static u64 chance;

/* xorshift64*, Vigna 2016 */
static size_t draw_below(size_t below)
{
    chance ^= chance >> 12;
    chance ^= chance << 25;
    chance ^= chance >> 27;
    return (size_t)((chance * UINT64_C(2685821657736338717) >> 11) % below);
}

static void begin(unsigned int seed)
{
    chance = (u64)seed + 1;
    (void)draw_below(2);
}

static u8 *place(u8 *data, size_t index)
{
    return data + HEADER_BYTES + index * RECORD_BYTES;
}

/* Makes room for a record at `index` of `count`. */
static u8 *open_gap(u8 *data, size_t index, size_t count)
{
    memmove(place(data, index + 1), place(data, index), (count - index) * RECORD_BYTES);
    return place(data, index);
}

static void random_record(u8 *to)
{
    for (u32 i = 0; i < RECORD_BYTES; i++) {
        to[i] = i < 8 || draw_below(4) == 0 ? (u8)draw_below(256) : 0;
    }
}

/* One record becomes two: a new one, or a copy of another. Returns the number of records. */
static size_t add_record(u8 *data, size_t count)
{
    u8 copy[RECORD_BYTES];

    if (count > 0 && draw_below(2) == 0) {
        memcpy(copy, place(data, draw_below(count)), RECORD_BYTES);
    } else {
        random_record(copy);
    }
    memcpy(open_gap(data, draw_below(count + 1), count), copy, RECORD_BYTES);
    return count + 1;
}

static size_t remove_record(u8 *data, size_t count)
{
    size_t index = draw_below(count);

    memmove(place(data, index), place(data, index + 1), (count - index - 1) * RECORD_BYTES);
    return count - 1;
}

static void exchange_records(u8 *data, size_t count)
{
    u8 copy[RECORD_BYTES];
    u8 *one = place(data, draw_below(count));
    u8 *two = place(data, draw_below(count));

    memcpy(copy, one, RECORD_BYTES);
    memcpy(one, two, RECORD_BYTES);
    memcpy(two, copy, RECORD_BYTES);
}

/* libFuzzer's own mutations, which know what values the code compares with, within some bytes. */
static void change_bytes(u8 *bytes, size_t length)
{
    size_t left = LLVMFuzzerMutate(bytes, length, length);

    memset(bytes + left, 0, length - left);
}

size_t LLVMFuzzerCustomMutator(u8 *data, size_t size, size_t max_size, unsigned int seed)
{
    size_t count = records_in(size);

    begin(seed);
    if (max_size < HEADER_BYTES + RECORD_BYTES) {
        return LLVMFuzzerMutate(data, size, max_size);
    }
    if (size < HEADER_BYTES) {
        memset(data + size, 0, HEADER_BYTES - size);
    }
    switch (count == 0 ? 6 : draw_below(10)) {
    case 0:
        change_bytes(data, HEADER_BYTES);
        break;
    case 1:
        count = remove_record(data, count);
        break;
    case 2:
        exchange_records(data, count);
        break;
    case 3:
    case 4:
        change_bytes(place(data, draw_below(count)), RECORD_BYTES);
        break;
    case 5:
        place(data, draw_below(count))[draw_below(RECORD_BYTES)] = (u8)draw_below(256);
        break;
    default:
        for (size_t n = 1 + draw_below(3); n > 0; n--) {
            if (HEADER_BYTES + (count + 1) * RECORD_BYTES <= max_size) {
                count = add_record(data, count);
            }
        }
        break;
    }
    return HEADER_BYTES + count * RECORD_BYTES;
}

size_t LLVMFuzzerCustomCrossOver(const u8 *one, size_t one_size, const u8 *two, size_t two_size,
                                 u8 *out, size_t out_size, unsigned int seed)
{
    size_t first = records_in(one_size);
    size_t second = records_in(two_size);

    begin(seed);
    if (one_size < HEADER_BYTES || two_size < HEADER_BYTES || out_size < HEADER_BYTES) {
        return 0;
    }
    size_t head = draw_below(first + 1);
    size_t skip = draw_below(second + 1);
    size_t room = records_in(out_size);
    head = head < room ? head : room;
    size_t tail = second - skip < room - head ? second - skip : room - head;
    memcpy(out, one, HEADER_BYTES + head * RECORD_BYTES);
    memcpy(place(out, head), two + HEADER_BYTES + skip * RECORD_BYTES, tail * RECORD_BYTES);
    return HEADER_BYTES + (head + tail) * RECORD_BYTES;
}
