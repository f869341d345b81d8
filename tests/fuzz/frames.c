/*
 * What clients send to statefsd, through the generated glue, over a disk in memory: whatever it is, a frame that is not well
 * made is refused as that; what is refused changes nothing, and what is done changes what it names; nobody is served what
 * policyd does not let it read; a window that changes while the disk is waited for changes nothing; and at the end the
 * disk holds what can be got, without damage.
 *
 * An input: steps of 64 bytes (step_byte).
 */
#define NEXUS_GLUE /* the attribute is defined here */
#include "cmocka_all.h"

#include "component_main.h"
#include "frames_world.h"
#include "statefsd.nexus.h"

#include <nexus/glue.h>
#include <setjmp.h>
#include <statefs.h>
#include <stdlib.h>

enum { STEP = 64, STEPS_MAX = 100, KEPT_MAX = 128, STAGED_MAX = 32, ERRORS = 14 };
enum { CALL, NOISE, WINDOW, DEATH, KINDS };
enum { PUT = 1, GET, REMOVE, SYNC, LIST, BEGIN, COMMIT, CANCEL, PUT_LONG, GET_LONG, METHODS };
enum step_byte {
    KIND = 0,
    SENDER = 1,
    METHOD = 2,
    PATH = 3,
    AFTER = 4,
    WORDS = 5, /* that the tag counts */
    CHANGING = 6,
    DAMAGE = 7,    /* is added to a byte of the message */
    DAMAGE_AT = 8, /* 2 bytes */
    MORE = 10,     /* 2 bytes: what the tag counts beyond the message */
    BYTES = 12,    /* 4: of the value */
    TEXT = 16
};

/* A value: what is kept, or is to be. */
struct kept {
    char path[STATE_PUT_PATH_MAX + 1];
    bool removed;
    size_t length;
    uint64_t hash;
};
static struct kept kept[KEPT_MAX], expected[KEPT_MAX];
static size_t kept_count, expected_count;

/* What a client has in its transaction. */
static struct {
    bool open;
    size_t count;
    struct kept changes[STAGED_MAX];
} staged[CLIENTS + 1];

/* The frame of this step, as this program reads it. */
static struct {
    uint64_t sender, method, words;
    size_t bytes, at;
    uint8_t page[NEURON_PAGE];
    bool sound;
    char path[STATE_PUT_PATH_MAX + 1], after[STATE_PUT_PATH_MAX + 1];
    const uint8_t *value;
    size_t value_length;
    uint32_t length;
} frame;

/* --- frames -------------------------------------------------------------------------------------- */

static const char *path_of(uint8_t number, const uint8_t *text)
{
    static const char *const paths[] = {
        "/state",          "/state/",           "/state/a",         "/state/a/",
        "/state/a/b",      "/state/ab",         "/state/keystore",  "/state/keystore/k",
        "/state/boot/b",   "/state/keystore/l", "/state/keystores", "/state/limited/x",
        "/state/../x",     "/state//x",         "/state/boot/../a", "/other",
        "/state/keystore/"};
    enum { PATHS = sizeof(paths) / sizeof(paths[0]), LONG_PATHS = 3, ALL = PATHS + LONG_PATHS + 1 };
    static char path[STATE_PUT_PATH_MAX + 1];

    number %= ALL;
    if (number < PATHS) {
        return paths[number];
    }
    memset(path, 0, sizeof(path));
    memcpy(path, text, STEP - TEXT);
    if (number < PATHS + LONG_PATHS) { /* as long as a key, with a slash behind it, or longer */
        memset(path, 'x', sizeof(path) - 1);
        memcpy(path, "/state/", strlen("/state/"));
        path[STATEFS_KEY_MAX] = number == PATHS ? '\0' : number == PATHS + 1 ? '/' : 'x';
    }
    return path;
}

static void put_text(uint8_t **at, const char *text)
{
    nexus_put_bytes(at, text, strlen(text));
}

/* A message as the glue of a client packs it. Its length. */
static size_t pack(const uint8_t *step)
{
    static uint8_t value[2 * STATE_GET_VALUE_MAX];
    uint8_t *at = __nexus_in;
    uint32_t length = 0;

    memcpy(&length, step + BYTES, sizeof(length));
    switch (step[METHOD]) {
    case SYNC:
    case BEGIN:
    case COMMIT:
    case CANCEL:
        return 0;
    default:
        put_text(&at, path_of(step[PATH], step + TEXT));
        break;
    }
    if (step[METHOD] == PUT) {
        memset(value, step[TEXT], sizeof(value));
        nexus_put_bytes(&at, value, length % (STATE_GET_VALUE_MAX + 9));
    } else if (step[METHOD] == LIST) {
        put_text(&at, step[AFTER] == 0 ? "" : path_of(step[AFTER], step + TEXT));
    } else if (step[METHOD] == PUT_LONG) {
        nexus_put_u32(&at, length);
        nexus_put_zeros(&at, 4);
    }
    return (size_t)(at - __nexus_in);
}

static size_t make_noise(const uint8_t *step)
{
    for (size_t i = 0; i < NEURON_PAGE; i++) {
        __nexus_in[i] = step[TEXT + i % (STEP - TEXT)];
    }
    return step[BYTES] % (STEP - TEXT);
}

static bool read_number(void *to, size_t bytes)
{
    if (frame.bytes - frame.at < bytes) {
        return false;
    }
    memcpy(to, frame.page + frame.at, bytes);
    frame.at += bytes;
    return true;
}

/* Zeros up to the next multiple of 8. */
static bool read_padding(void)
{
    while (frame.at % 8 != 0) {
        if (frame.at == frame.bytes || frame.page[frame.at++] != 0) {
            return false;
        }
    }
    return true;
}

static bool read_bytes(const uint8_t **bytes, size_t *length, size_t most)
{
    uint64_t count = 0;

    if (!read_number(&count, sizeof(count)) || count > most || count > frame.bytes - frame.at) {
        return false;
    }
    *bytes = frame.page + frame.at;
    *length = count;
    frame.at += count;
    return read_padding();
}

static bool read_text(char *to)
{
    const uint8_t *bytes = NULL;
    size_t length = 0;

    if (!read_bytes(&bytes, &length, STATE_PUT_PATH_MAX) || memchr(bytes, 0, length) != NULL) {
        return false;
    }
    memcpy(to, bytes, length);
    to[length] = '\0';
    return true;
}

static bool read_parameters(void)
{
    switch (frame.method) {
    case SYNC:
    case BEGIN:
    case COMMIT:
    case CANCEL:
        return true;
    case PUT:
        return read_text(frame.path) &&
               read_bytes(&frame.value, &frame.value_length, STATE_GET_VALUE_MAX);
    case LIST:
        return read_text(frame.path) && read_text(frame.after);
    case PUT_LONG:
        return read_text(frame.path) && read_number(&frame.length, sizeof(frame.length)) &&
               read_padding();
    default:
        return read_text(frame.path);
    }
}

static void make_frame(const uint8_t *step)
{
    uint16_t damage_at = 0;
    int16_t more = 0;

    memset(&frame, 0, sizeof(frame));
    memcpy(&damage_at, step + DAMAGE_AT, sizeof(damage_at));
    memcpy(&more, step + MORE, sizeof(more));
    frame.sender = step[SENDER] % (CLIENTS + 1);
    frame.sender += frame.sender == LOOKING ? 1 : 0; /* that, and 0, is nobody */
    frame.method = step[METHOD];
    frame.words = step[WORDS] % (NEURON_MESSAGE_WORDS + 1);
    const size_t packed = step[KIND] % KINDS == NOISE ? make_noise(step) : pack(step);
    __nexus_in[damage_at % (packed + 1)] += step[DAMAGE];
    frame.bytes = (packed + (size_t)more) % (NEURON_MESSAGE_BYTES + 1);
    memcpy(frame.page, __nexus_in, sizeof(frame.page));
    frame.sound = frame.words == 0 && read_parameters() && frame.at == frame.bytes;
}

/* --- what is kept -------------------------------------------------------------------------------- */

/* The label of the answer. */
static uint64_t send(uint64_t sender, uint64_t method, uint64_t words, size_t bytes)
{
    const struct nexus_request request = {
        NEURON_TAG(method, words, bytes), {7, 7, 7, 7}, sender, 1};

    nexus_answer.pending = false;
    nexus_glue_dispatch(&request);
    assert_true(nexus_answer.pending);
    return NEURON_TAG_LABEL(nexus_answer.tag);
}

static uint64_t hash_of(const uint8_t *bytes, size_t length)
{
    uint64_t hash = 14695981039346656037u;

    for (size_t i = 0; i < length; i++) {
        hash = (hash ^ bytes[i]) * 1099511628211u;
    }
    return hash;
}

static struct kept *find(struct kept *values, size_t count, const char *path)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(values[i].path, path) == 0) {
            return &values[i];
        }
    }
    return NULL;
}

/* Looks as a client that may all. */
static void look(void)
{
    const char *last = "";

    for (kept_count = 0;; kept_count++) {
        struct kept *value = &kept[kept_count];
        uint8_t *at = __nexus_in;
        put_text(&at, "/state");
        put_text(&at, last);
        const uint64_t label = send(LOOKING, LIST, 0, (size_t)(at - __nexus_in));
        if (label == STATE_NOT_FOUND) {
            return;
        }
        assert_true(label == 0 && kept_count < KEPT_MAX);
        memset(value, 0, sizeof(*value));
        memcpy(value->path, __nexus_in + 8, __nexus_in[0]);
        at = __nexus_in;
        put_text(&at, value->path);
        assert_int_equal(send(LOOKING, GET_LONG, 0, (size_t)(at - __nexus_in)), 0);
        value->length = nexus_answer.words[0];
        assert_true(value->length <= STATE_WINDOW_BYTES && strcmp(last, value->path) < 0);
        value->hash = hash_of(windows[LOOKING], value->length);
        last = value->path;
    }
}

static void apply(const struct kept *change)
{
    struct kept *old = find(expected, expected_count, change->path);

    if (!change->removed) {
        assert_true(old != NULL || expected_count < KEPT_MAX);
        *(old != NULL ? old : &expected[expected_count++]) = *change;
    } else if (old != NULL) {
        *old = expected[--expected_count];
    }
}

/* What is kept is what was, with these changes. */
static void check_changes(const struct kept *changes, size_t count)
{
    memcpy(expected, kept, sizeof(kept));
    expected_count = kept_count;
    for (size_t i = 0; i < count; i++) {
        apply(&changes[i]);
    }
    look();
    assert_int_equal(kept_count, expected_count);
    for (size_t i = 0; i < kept_count; i++) {
        const struct kept *value = find(expected, expected_count, kept[i].path);
        assert_non_null(value);
        assert_int_equal(value->length, kept[i].length);
        assert_true(value->hash == kept[i].hash);
    }
}

/* --- what was answered --------------------------------------------------------------------------- */

static void end_transaction(uint64_t client)
{
    staged[client].open = false;
    staged[client].count = 0;
}

/* A put or remove that was done, or will be with the others. */
static void check_written(void)
{
    struct kept change = {.removed = frame.method == REMOVE, .length = frame.value_length};

    assert_int_equal(statefs_key(frame.path, change.path), STATEFS_OK);
    assert_true(may_write(frame.sender, change.path));
    change.hash = hash_of(frame.value, frame.value_length);
    if (frame.method == PUT_LONG) {
        assert_true(frame.length <= STATE_WINDOW_BYTES);
        change.length = frame.length;
        change.hash = hash_of(window_sent(), frame.length);
    }
    if (!staged[frame.sender].open) {
        check_changes(&change, 1);
        return;
    }
    assert_true(staged[frame.sender].count < STAGED_MAX);
    staged[frame.sender].changes[staged[frame.sender].count++] = change;
    check_changes(NULL, 0);
}

/* What lies at `bytes` is the value at the path of the frame, and for its sender. */
static void check_read(const uint8_t *bytes, size_t length)
{
    char key[STATEFS_KEY_MAX + 1];

    assert_int_equal(statefs_key(frame.path, key), STATEFS_OK);
    assert_true(may_read(frame.sender, key));
    const struct kept *value = find(kept, kept_count, key);
    assert_non_null(value);
    assert_int_equal(value->length, length);
    assert_true(value->hash == hash_of(bytes, length));
}

/* Whether a path is one of those that the frame, a list, can be answered with. */
static bool is_listed(const char *path)
{
    size_t length = strlen(frame.path);

    length -= length > 0 && frame.path[length - 1] == '/';
    return strncmp(path, frame.path, length) == 0 && path[length] == '/' &&
           strcmp(path, frame.after) > 0 && may_read(frame.sender, path);
}

/* `found`: the answer to a list; NULL: there is nothing. */
static void check_listed(const char *found)
{
    for (size_t i = 0; i < kept_count; i++) {
        if (is_listed(kept[i].path)) { /* the first one: they are sorted */
            assert_non_null(found);
            assert_string_equal(found, kept[i].path);
            return;
        }
    }
    assert_null(found);
}

static void check_done(void)
{
    char found[STATE_LIST_PATH_MAX + 1] = "";
    size_t length = 0;

    switch (frame.method) {
    case PUT:
    case PUT_LONG:
    case REMOVE:
        check_written();
        return;
    case GET:
        memcpy(&length, __nexus_in, sizeof(length));
        assert_true(length <= STATE_GET_VALUE_MAX);
        check_read(__nexus_in + sizeof(length), length);
        break;
    case GET_LONG:
        assert_true(nexus_answer.words[0] <= STATE_WINDOW_BYTES);
        check_read(windows[frame.sender], nexus_answer.words[0]);
        window_written(frame.sender, nexus_answer.words[0]);
        break;
    case LIST:
        memcpy(found, __nexus_in + 8, __nexus_in[0]);
        check_listed(found);
        break;
    case COMMIT:
        assert_true(staged[frame.sender].open);
        check_changes(staged[frame.sender].changes, staged[frame.sender].count);
        end_transaction(frame.sender);
        return;
    case BEGIN:
        assert_true(may_write_any(frame.sender) && !staged[frame.sender].open);
        staged[frame.sender].open = true;
        break;
    case CANCEL:
        assert_true(staged[frame.sender].open);
        end_transaction(frame.sender);
        break;
    default:
        assert_true(may_write_any(frame.sender));
        break;
    }
    check_changes(NULL, 0);
}

static void check_refused(uint64_t label, uint32_t written)
{
    const bool known = is_client(frame.sender) && frame.method > 0 && frame.method < METHODS;

    assert_true(NEURON_TAG_WORDS(nexus_answer.tag) == 0 && NEURON_TAG_BYTES(nexus_answer.tag) == 0);
    if (!known) {
        assert_int_equal(label, NEXUS_LABEL_OF(NEXUS_UNKNOWN_METHOD));
    } else if (!frame.sound) {
        assert_int_equal(label, NEXUS_LABEL_OF(NEXUS_MALFORMED));
    } else {
        assert_true(label <= ERRORS);
    }
    if (label > ERRORS || label == STATE_ACCESS_DENIED) {
        assert_int_equal(disk_writes, written);
    }
    if (known && frame.sound && frame.method == LIST && label == STATE_NOT_FOUND) {
        check_listed(NULL);
    }
    if (known && frame.sound && frame.method == COMMIT) {
        end_transaction(frame.sender);
    }
    check_changes(NULL, 0);
}

static void call(const uint8_t *step)
{
    const uint32_t written = disk_writes;

    make_frame(step);
    window_begin(frame.sender, (step[CHANGING] & 1) != 0);
    const uint64_t label = send(frame.sender, frame.method, frame.words, frame.bytes);
    window_end();
    if (label == 0) {
        assert_true(frame.sound);
        check_done();
    } else {
        check_refused(label, written);
    }
    windows_check();
}

/* --- a run --------------------------------------------------------------------------------------- */

static const uint8_t *input;
static size_t input_bytes;
static jmp_buf end;

static void die(uint64_t client)
{
    if (is_client(client)) {
        nexus_glue_peers(UINT64_C(1) << nexus_clients[client - 1].client.task);
        end_transaction(client);
        check_changes(NULL, 0);
    }
}

void nexus_serve(void)
{
    look();
    for (size_t at = 0; at + STEP <= input_bytes && at < (size_t)STEP * STEPS_MAX; at += STEP) {
        switch (input[at + KIND] % KINDS) {
        case WINDOW:
            window_fill(input[at + SENDER] % CLIENTS, input[at + TEXT]);
            break;
        case DEATH:
            die(input[at + SENDER] % CLIENTS);
            break;
        default:
            call(input + at);
            break;
        }
    }
    nexus_glue_peers(UINT64_MAX);
    memset(staged, 0, sizeof(staged));
    assert_int_equal(send(LOOKING, SYNC, 0, 0), 0);
    longjmp(end, 1);
}

/* What was kept at last is on the disk. */
static void check_disk(void)
{
    static struct statefs fs;
    static uint8_t value[STATEFS_VALUE_MAX];
    const struct statefs_disk disk = disk_itself();
    uint32_t length = 0;

    assert_int_equal(statefs_open(&fs, &disk), STATEFS_OK);
    assert_false(fs.damaged);
    assert_int_equal(fs.count, kept_count);
    for (size_t i = 0; i < kept_count; i++) {
        assert_int_equal(statefs_get(&fs, kept[i].path, value, sizeof(value), &length), STATEFS_OK);
        assert_true(length == kept[i].length && hash_of(value, length) == kept[i].hash);
    }
    assert_int_equal(statefs_fsck(&fs, finding_is_wrong, NULL), STATEFS_OK);
}

/* What libFuzzer calls. */
int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A failed assertion ends the process, so that libFuzzer keeps the input. */
int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    return setenv("CMOCKA_TEST_ABORT", "1", 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    input = data;
    input_bytes = size;
    world_begin();
    if (setjmp(end) == 0) {
        (void)component_main();
        fail();
    }
    check_disk();
    return 0;
}
