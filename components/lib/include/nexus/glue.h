/*
 * What all generated glue shares: packing and checking of messages, calls, replies, and the protocol of
 * bulk extents. Only generated code includes this.
 *
 * A message is packed in the order of declaration, little-endian, each parameter from a multiple of NEXUS_UNIT
 * bytes on, with zeros in between; a string or bytes as a u64 length and its bytes. A direction of at most four
 * integers travels in registers, one each.
 *
 * Reading is sticky: the first thing that is wrong is kept in `status` and the rest reads as zero. Each
 * byte is fetched once, so the other side gains nothing by changing shared memory meanwhile.
 */
#ifndef NEXUS_GLUE_H
#define NEXUS_GLUE_H

#include <neuron/abi.h>
#include <nexus/bulk.h>
#include <nexus/serve.h>
#include <nexus/status.h>
#include <nexus/syscall.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "messages are little-endian");

/* Message pages, from the linker script. */
extern uint8_t __nexus_in[] __attribute__((aligned(NEURON_PAGE)));
extern uint8_t __nexus_out[] __attribute__((aligned(NEURON_PAGE)));

/* --- what instance.c says about the connections ------------------------------------------------ */

/* One client of this component; the row of client `id` is the one before index `id`. */
struct nexus_client_row {
    struct nexus_client client;
    uint32_t endpoint;        /* which `provides`, from 0 */
    uint32_t slot;            /* port on which `event out` is raised */
    const uint64_t *in_bits;  /* per `event in`: its bit in our notification word */
    const uint64_t *out_bits; /* per `event out`: its bit in the client's */
    void *const *dataports;   /* per dataport: where we see it */
    const uint32_t
        *dma_slots; /* per dataport: the slot for our devices, 0: none; NULL: no dataport has one */
    struct nexus_bulk *bulk; /* NULL if the interface needs none */
};

/* The server behind one `uses`; all zero but the slot if it is not connected. */
struct nexus_server_row {
    uint32_t slot;
    const uint64_t *in_bits;  /* per `event in`: its bit in the server's notification word */
    const uint64_t *out_bits; /* per `event out`: its bit in ours */
    void *const *dataports;
    struct nexus_bulk *bulk;
};

extern const struct nexus_client_row nexus_clients[];
extern const uint32_t nexus_client_count;
extern const struct nexus_server_row nexus_servers[]; /* in the order of the `uses` */

/* The row of a client; NULL if there is none. */
static inline const struct nexus_client_row *nexus_client_of(uint64_t badge)
{
    return badge - 1 < nexus_client_count ? &nexus_clients[badge - 1] : NULL;
}

/* What saves the registers that it needs itself, and not those of all that it is used by. */
#define NEXUS_APART __attribute__((noinline))

/* Of a call with a deadline and without: most components use one of the two, and the other is dropped. */
#define NEXUS_INLINE inline __attribute__((always_inline))

/* --- packing ----------------------------------------------------------------------------------- */

static inline void nexus_put(uint8_t **at, const void *from, size_t bytes)
{
    if (bytes != 0) {
        memcpy(*at, from, bytes);
        *at += bytes;
    }
}

/* Length of a string; bound + 1 if it is longer than its bound. */
static inline size_t nexus_length(const char *text, size_t bound)
{
    const char *end = memchr(text, '\0', bound + 1);
    return end != NULL ? (size_t)(end - text) : bound + 1;
}

/* Parameters begin at multiples of so many bytes. */
enum { NEXUS_UNIT = 8 };

/* Of so many bytes, those that fill up the last unit. */
static inline size_t nexus_padding(size_t bytes)
{
    return -bytes % NEXUS_UNIT;
}

static inline void nexus_put_zeros(uint8_t **at, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++) {
        *(*at)++ = 0;
    }
}

static inline void nexus_put_bytes(uint8_t **at, const void *from, size_t bytes)
{
    const uint64_t length = bytes;
    nexus_put(at, &length, sizeof(length));
    nexus_put(at, from, bytes);
    nexus_put_zeros(at, nexus_padding(bytes));
}

/* --- unpacking --------------------------------------------------------------------------------- */

struct nexus_reader {
    const uint8_t *at;
    size_t left;
    int status; /* 0, or what was wrong first */
};

static inline void nexus_wrong(struct nexus_reader *reader, int status)
{
    if (reader->status == 0) {
        reader->status = status;
    }
    reader->left = 0;
}

static inline void nexus_get(struct nexus_reader *reader, void *to, size_t bytes)
{
    if (bytes > reader->left) {
        nexus_wrong(reader, NEXUS_MALFORMED);
        memset(to, 0, bytes);
        return;
    }
    if (bytes != 0) {
        memcpy(to, reader->at, bytes);
        reader->at += bytes;
        reader->left -= bytes;
    }
    __asm__ volatile("" : : "r"(to) : "memory"); /* what is used from here on is the copy */
}

/* Arrays of integers. The compiler copies what it knows to be aligned by itself. */
#define NEXUS_ALIGNED(array) __builtin_assume_aligned(array, _Alignof(__typeof__(*(array))))
#define NEXUS_PUT_ARRAY(at, array) nexus_put(at, NEXUS_ALIGNED(array), sizeof(array))
#define NEXUS_GET_ARRAY(reader, array) nexus_get(reader, NEXUS_ALIGNED(array), sizeof(array))

/* nexus_put_T, nexus_get_T and nexus_word_T; a word must hold a value of the type. */
/* NOLINTBEGIN(bugprone-macro-parentheses): the arguments are types */
#define NEXUS_INTEGER(name, type, wide)                                                            \
    static inline void nexus_put_##name(uint8_t **at, type value)                                  \
    {                                                                                              \
        nexus_put(at, &value, sizeof(value));                                                      \
    }                                                                                              \
    static inline void nexus_get_##name(struct nexus_reader *reader, type *to)                     \
    {                                                                                              \
        nexus_get(reader, to, sizeof(*to));                                                        \
    }                                                                                              \
    static inline void nexus_word_##name(struct nexus_reader *reader, uint64_t word, type *to)     \
    {                                                                                              \
        *to = (type)word;                                                                          \
        if ((uint64_t)(wide)*to != word) {                                                         \
            nexus_wrong(reader, NEXUS_MALFORMED);                                                  \
        }                                                                                          \
    }
NEXUS_INTEGER(u8, uint8_t, uint64_t)
NEXUS_INTEGER(u16, uint16_t, uint64_t)
NEXUS_INTEGER(u32, uint32_t, uint64_t)
NEXUS_INTEGER(u64, uint64_t, uint64_t)
NEXUS_INTEGER(i8, int8_t, int64_t)
NEXUS_INTEGER(i16, int16_t, int64_t)
NEXUS_INTEGER(i32, int32_t, int64_t)
NEXUS_INTEGER(i64, int64_t, int64_t)
#undef NEXUS_INTEGER
/* NOLINTEND(bugprone-macro-parentheses) */

static inline void nexus_put_bool(uint8_t **at, bool value)
{
    nexus_put_u8(at, value ? 1 : 0);
}

static inline void nexus_word_bool(struct nexus_reader *reader, uint64_t word, bool *to)
{
    *to = word == 1;
    if (word > 1) {
        nexus_wrong(reader, NEXUS_BAD_ENUM);
    }
}

static inline void nexus_get_bool(struct nexus_reader *reader, bool *to)
{
    uint8_t byte;
    nexus_get_u8(reader, &byte);
    nexus_word_bool(reader, byte, to);
}

static inline void nexus_get_zeros(struct nexus_reader *reader, size_t bytes)
{
    if (bytes > reader->left) {
        nexus_wrong(reader, NEXUS_MALFORMED);
        return;
    }
    for (size_t i = 0; i < bytes; i++) {
        if (reader->at[i] != 0) {
            nexus_wrong(reader, NEXUS_MALFORMED);
            return;
        }
    }
    reader->at += bytes;
    reader->left -= bytes;
}

static inline size_t nexus_get_length(struct nexus_reader *reader, size_t bound)
{
    uint64_t length;
    nexus_get_u64(reader, &length);
    if (length > bound || length > reader->left) {
        nexus_wrong(reader, NEXUS_MALFORMED);
        return 0;
    }
    return length;
}

/* A string into `to`, which has room for bound + 1 bytes; always terminated. */
static inline void nexus_get_string(struct nexus_reader *reader, char *to, size_t bound)
{
    const size_t length = nexus_get_length(reader, bound);
    nexus_get(reader, to, length);
    nexus_get_zeros(reader, nexus_padding(length));
    to[length] = '\0';
    if (memchr(to, '\0', length + 1) != to + length) {
        nexus_wrong(reader, NEXUS_MALFORMED);
    }
}

static inline void nexus_get_bytes(struct nexus_reader *reader, void *to, size_t *bytes,
                                   size_t bound)
{
    *bytes = nexus_get_length(reader, bound);
    nexus_get(reader, to, *bytes);
    nexus_get_zeros(reader, nexus_padding(*bytes));
}

/* Bytes where they lie: for memory that nobody else can write. */
static inline const void *nexus_take_bytes(struct nexus_reader *reader, size_t *bytes, size_t bound)
{
    *bytes = nexus_get_length(reader, bound);
    const void *start = reader->at;
    reader->at += *bytes;
    reader->left -= *bytes;
    nexus_get_zeros(reader, nexus_padding(*bytes));
    return start;
}

/* A message of so many words, whatever its label; their values are read with nexus_word_T. */
static inline struct nexus_reader nexus_read_words(uint64_t tag, uint64_t words)
{
    const bool right = tag - NEURON_TAG_LABEL(tag) == NEURON_TAG(0, words, 0);
    return (struct nexus_reader){NULL, 0, right ? 0 : NEXUS_MALFORMED};
}

/* A message in a message page. */
static inline struct nexus_reader nexus_read_page(uint64_t tag, const uint8_t *page)
{
    if (NEURON_TAG_WORDS(tag) != 0 || NEURON_TAG_BYTES(tag) > NEURON_MESSAGE_BYTES) {
        return (struct nexus_reader){page, 0, NEXUS_MALFORMED};
    }
    return (struct nexus_reader){page, NEURON_TAG_BYTES(tag), 0};
}

/* At the end of a message nothing may be left. */
static inline int nexus_read_end(struct nexus_reader *reader)
{
    if (reader->left != 0) {
        nexus_wrong(reader, NEXUS_MALFORMED);
    }
    return reader->status;
}

/* The same for a reply: whatever is wrong, the caller learns that the reply is. */
static inline int nexus_reply_end(struct nexus_reader *reader)
{
    return nexus_read_end(reader) == 0 ? 0 : NEXUS_BAD_REPLY;
}

/* --- the client's side ------------------------------------------------------------------------- */

/* The result that a reply's label stands for; `errors` is how many the interface declares. */
static inline int nexus_result_of(uint64_t tag, uint64_t errors)
{
    const uint64_t label = NEURON_TAG_LABEL(tag);
    if (label == 0) {
        return 0;
    }
    if (NEURON_TAG_WORDS(tag) != 0 || NEURON_TAG_BYTES(tag) != 0) {
        return NEXUS_BAD_REPLY;
    }
    if (label <= errors) {
        return (int)label;
    }
    if (label >= NEXUS_LABEL_STATUS && label <= NEXUS_LABEL_OF(NEXUS_STATUS_LAST)) {
        return NEXUS_STATUS_OF(label);
    }
    return NEXUS_BAD_REPLY;
}

/* Why a call did not end with the tag that it should have. */
static inline __attribute__((cold)) int nexus_failure_of(int64_t status, uint64_t tag,
                                                         uint64_t errors)
{
    const int result = status != NEURON_OK ? (int)status : nexus_result_of(tag, errors);
    return result != 0 ? result : NEXUS_BAD_REPLY;
}

/* Calls with a packed message in the bulk extent that ends at `end`; `reader` is set at the reply. */
static inline int nexus_bulk_call(const struct nexus_server_row *server, uint64_t method,
                                  const uint8_t *end, uint64_t deadline, uint64_t errors,
                                  struct nexus_reader *reader)
{
    struct nexus_bulk *bulk = server->bulk;
    const uint64_t words[NEURON_MESSAGE_WORDS] = {bulk->in->tag,
                                                  (uint64_t)(end - nexus_bulk_body(bulk->in))};
    struct neuron_call_out out;

    bulk->in->length = words[1];
    const int64_t status = neuron_call(server->slot, NEURON_TAG(method, 2, 0), words[0], words[1],
                                       0, 0, deadline, &out);
    if (status != NEURON_OK) {
        nexus_bulk_failed(bulk, status);
        return (int)status;
    }
    if (out.tag != NEURON_TAG(0, 2, 0)) {
        return nexus_failure_of(status, out.tag, errors);
    }
    if (out.w0 != words[0] || out.w1 > bulk->out_room) {
        return NEXUS_BAD_REPLY;
    }
    *reader = (struct nexus_reader){nexus_bulk_body(bulk->out), out.w1, 0};
    return 0;
}

/* Raises an event at the server behind a `uses`. */
static inline int nexus_raise(const struct nexus_server_row *server, uint32_t event)
{
    return server->in_bits == NULL ? NEURON_EMPTY_SLOT
                                   : (int)neuron_notify(server->slot, server->in_bits[event]);
}

/* --- the server's side ------------------------------------------------------------------------- */

/* The tag of a reply that carries nothing but a result. A result that is not declared is a bad reply. */
static inline uint64_t nexus_result_tag(int result, int errors)
{
    if (result > 0 && result <= errors) {
        return NEURON_TAG(result, 0, 0);
    }
    if (result <= NEXUS_MALFORMED && result >= NEXUS_STATUS_LAST) {
        return NEURON_TAG(NEXUS_LABEL_OF(result), 0, 0);
    }
    return NEURON_TAG(NEXUS_LABEL_OF(NEXUS_BAD_REPLY), 0, 0);
}

/* What a handler that does not answer OK sends: nothing yet, or its result alone. */
static inline __attribute__((cold)) uint64_t nexus_no_outputs(int result, int errors)
{
    return result == NEXUS_DEFER ? NEXUS_NO_REPLY : nexus_result_tag(result, errors);
}

static inline int nexus_reply_later(struct nexus_token token, uint64_t tag,
                                    const uint64_t words[NEURON_MESSAGE_WORDS])
{
    return (int)neuron_reply(token.value, tag, words[0], words[1], words[2], words[3]);
}

/*
 * A deferred reply that is longer than registers leaves from the IN page, which may hold the request
 * that is being handled now: the two change places for the time of the call.
 */
static inline int nexus_reply_page_later(struct nexus_token token, uint64_t tag, uint8_t *packed)
{
    static const uint64_t none[NEURON_MESSAGE_WORDS];
    const size_t bytes = NEURON_TAG_BYTES(tag);
    int status = 0;

    for (int turn = 0; turn < 2; turn++) {
        for (size_t i = 0; i < bytes; i++) {
            const uint8_t byte = packed[i];
            packed[i] = __nexus_in[i];
            __nexus_in[i] = byte;
        }
        status = turn == 0 ? nexus_reply_later(token, tag, none) : status;
    }
    return status;
}

/* Copies the message of a bulk request to private memory and starts reading it there. */
static inline struct nexus_reader nexus_bulk_take(const struct nexus_client_row *row, uint64_t tag,
                                                  uint64_t call, uint64_t length, uint8_t *copy)
{
    if (nexus_read_words(tag, 2).status != 0 || length > row->bulk->in_room) {
        return (struct nexus_reader){copy, 0, NEXUS_MALFORMED};
    }
    nexus_bulk_started(row->bulk, call);
    memcpy(copy, nexus_bulk_body(row->bulk->in), length);
    return (struct nexus_reader){copy, length, 0};
}

/* Ends a bulk call; `packed` holds label and length. Returns the tag of the reply and its words. */
static inline uint64_t nexus_bulk_answer(const struct nexus_client_row *row, uint64_t call,
                                         uint64_t packed, uint64_t words[NEURON_MESSAGE_WORDS])
{
    nexus_bulk_done(row->bulk, call, NEURON_TAG_BYTES(packed));
    if (NEURON_TAG_LABEL(packed) != 0) {
        return NEURON_TAG(NEURON_TAG_LABEL(packed), 0, 0);
    }
    words[0] = call;
    words[1] = NEURON_TAG_BYTES(packed);
    return NEURON_TAG(0, 2, 0);
}

/* Raises an event at a client. */
static inline int nexus_raise_at(struct nexus_client client, uint32_t endpoint, uint32_t event)
{
    const struct nexus_client_row *row = nexus_client_of(client.id);
    return row == NULL || row->endpoint != endpoint
               ? NEURON_EMPTY_SLOT
               : (int)neuron_notify(row->slot, row->out_bits[event]);
}

/* A dataport of a client's connection; NULL if the client is not one of this endpoint. */
static inline void *nexus_dataport_of(struct nexus_client client, uint32_t endpoint,
                                      uint32_t dataport)
{
    const struct nexus_client_row *row = nexus_client_of(client.id);
    return row == NULL || row->endpoint != endpoint ? NULL : row->dataports[dataport];
}

/* The slot in which our devices find that dataport. */
static inline int nexus_dma_slot_of(struct nexus_client client, uint32_t endpoint,
                                    uint32_t dataport)
{
    const struct nexus_client_row *row = nexus_client_of(client.id);
    return row == NULL || row->endpoint != endpoint ? NEURON_EMPTY_SLOT
                                                    : (int)row->dma_slots[dataport];
}

#endif
