/* Frames that clients send to statefsd: as their glue packs them, with damage, or noise. */
#define NEXUS_GLUE /* the attribute is defined elsewhere */
#include "frames_sent.h"

#include "frames_world.h"

#include <nexus/glue.h>
#include <statefs.h>
#include <string.h>

struct frame frame;

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
        memcpy(path, "/state/", sizeof("/state/"));
        memset(path + strlen("/state/"), 'x', sizeof(path) - 1 - strlen("/state/"));
        path[STATEFS_KEY_MAX] = number == PATHS ? '\0' : number == PATHS + 1 ? '/' : 'x';
    }
    return path;
}

void put_text(uint8_t **at, const char *text)
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

void make_frame(const uint8_t *step)
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
