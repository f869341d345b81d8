/* The typed server: bulk data, strings, enums, deferred replies, a dataport and an event. */
#include "bulky.nexus.h"

#include <nexus/time.h>
#include <stdio.h>
#include <string.h>

int bulk_reverse(struct nexus_client client, const void *data, size_t data_len, void *result,
                 size_t *result_len)
{
    const unsigned char *from = data;
    unsigned char *to = result;

    (void)client;
    if (data_len == 1) {
        return BULK_REFUSED;
    }
    for (size_t i = 0; i < data_len; i++) {
        to[i] = from[data_len - 1 - i];
    }
    *result_len = data_len;
    return 0;
}

int bulk_slow_reverse(struct nexus_client client, uint32_t milliseconds, const void *data,
                      size_t data_len, void *result, size_t *result_len)
{
    nexus_sleep_until(nexus_now() + NEXUS_MS(milliseconds));
    return bulk_reverse(client, data, data_len, result, result_len);
}

int bulk_who(struct nexus_client client, char *name)
{
    (void)snprintf(name, 33, "%s", client.name);
    return 0;
}

int bulk_mix(struct nexus_client client, enum Colour colour, bool flag, int16_t number,
             const char *text, enum Colour *other, int64_t *sum)
{
    (void)client;
    *other = colour == COLOUR_RED ? COLOUR_GREEN : COLOUR_RED;
    *sum = number + (int64_t)strlen(text) + (flag ? 1000 : 0);
    return 0;
}

static struct nexus_token later_token;
static uint32_t later_value;
static int later_open;

/* Two calls with the same value in flight would be two clients; here the first is answered by its
 * notice on the board. */
int bulk_later(struct nexus_client client, uint32_t value, uint32_t *doubled)
{
    (void)doubled;
    later_token = nexus_defer();
    later_value = value;
    later_open = 1;
    char *board = bulk_board(client);
    board[0] = 'd';
    board[BULK_BOARD_BYTES - 1] = 'e';
    (void)bulk_done(client);
    return NEXUS_DEFER;
}

int main(void)
{
    for (;;) {
        nexus_serve_until(nexus_now() + NEXUS_MS(5));
        if (later_open) {
            later_open = 0;
            (void)bulk_later_reply(later_token, 0, 2 * later_value);
        }
    }
}
