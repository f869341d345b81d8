/* The author's side of the server: notes what comes in, gives out what the test has set. */
#include "store.nexus.h"

#include "server.h"

#include <stdio.h>
#include <string.h>

struct server server;

static int note(struct nexus_client client)
{
    server.calls++;
    server.client = client.id;
    (void)snprintf(server.client_name, sizeof(server.client_name), "%s", client.name);
    if (server.defer) {
        server.token = nexus_defer();
        return NEXUS_DEFER;
    }
    return server.result;
}

int store_ping(struct nexus_client client)
{
    return note(client);
}

int store_add(struct nexus_client client, uint32_t a, int16_t b, int64_t *sum)
{
    server.a = a;
    server.b = b;
    *sum += (int64_t)a + b; /* it starts as zero */
    return note(client);
}

int store_paint(struct nexus_client client, enum Colour colour, bool wet, enum Colour *before)
{
    *before = server.colour;
    server.colour = colour;
    server.wet = wet;
    return note(client);
}

int store_greet(struct nexus_client client, const char *name, char *text)
{
    if (text[0] != '\0' || text[64] != '\0') {
        return -1; /* not cleared: the test sees a bad reply */
    }
    (void)snprintf(text, 65, "%s", server.text);
    (void)snprintf(server.text, sizeof(server.text), "%s", name);
    return note(client);
}

int store_move(struct nexus_client client, const struct Shape *shape, const struct Point *by,
               struct Shape *moved)
{
    *moved = *shape;
    moved->corners[1].x += by->x;
    moved->corners[1].y += by->y;
    server.shape = *shape;
    server.point = *by;
    return note(client);
}

int store_every(struct nexus_client client, uint8_t in_u8, uint64_t in_u64, int8_t in_i8,
                int64_t in_i64, bool in_bool, uint8_t *out_u8, uint64_t *out_u64, int8_t *out_i8,
                int64_t *out_i64, bool *out_bool)
{
    *out_u8 = in_u8;
    *out_u64 = in_u64;
    *out_i8 = in_i8;
    *out_i64 = in_i64;
    *out_bool = in_bool;
    return note(client);
}

static void keep(const void *data, size_t data_len)
{
    server.data_len = data_len;
    if (data_len != 0) {
        memcpy(server.data, data, data_len);
    }
}

static void give(const void *data, size_t data_len, void *back, size_t *back_len)
{
    if (data_len != 0) {
        memcpy(back, data, data_len);
    }
    *back_len = data_len;
}

int store_blob(struct nexus_client client, const void *data, size_t data_len, uint16_t offset,
               void *back, size_t *back_len)
{
    if (server.inside != 0) {
        server.inside();
    }
    keep(data, data_len);
    server.a = offset;
    give(data, data_len, back, back_len);
    return note(client);
}

int store_full(struct nexus_client client, const void *data, size_t data_len, void *back,
               size_t *back_len)
{
    keep(data, data_len);
    give(data, data_len, back, back_len);
    return note(client);
}

int store_load(struct nexus_client client, uint64_t offset, void *data, size_t *data_len,
               uint32_t *more)
{
    server.u64 = offset;
    if (server.back <= 20000) {
        memcpy(data, server.data, server.back);
    }
    *data_len = server.back;
    *more = 77;
    return note(client);
}

int store_save(struct nexus_client client, const char *label, const void *data, size_t data_len,
               uint32_t *kept)
{
    (void)snprintf(server.text, sizeof(server.text), "%s", label);
    keep(data, data_len);
    *kept = (uint32_t)data_len;
    return note(client);
}

void dev_interrupt(void)
{
    server.interrupts++;
}

void store_kick(struct nexus_client client)
{
    server.client = client.id;
    server.kicks++;
}

void store_flush(struct nexus_client client)
{
    (void)client;
    server.flushes++;
}

void quiet_poke(struct nexus_client client)
{
    server.client = client.id;
    server.pokes++;
}

void store_client_died(struct nexus_client client)
{
    server.client = client.id;
    server.deaths++;
}

void store_client_refused(struct nexus_client client, int status)
{
    server.client = client.id;
    server.client_task = client.task;
    server.refused = status;
}

int server_reply_add(int result, int64_t sum)
{
    return store_add_reply(server.token, result, sum);
}

int server_reply_greet(int result, const char *text)
{
    return store_greet_reply(server.token, result, text);
}

int server_reply_load(int result, const void *data, size_t data_len, uint32_t more)
{
    return store_load_reply(server.token, result, data, data_len, more);
}

int server_raise_ready(uint32_t client)
{
    return store_ready((struct nexus_client){.id = client});
}

int server_raise_low(uint32_t client)
{
    return store_low((struct nexus_client){.id = client});
}

void *server_ring(uint32_t client)
{
    return store_ring((struct nexus_client){.id = client});
}

int server_ring_slot(uint32_t client)
{
    return store_ring_slot((struct nexus_client){.id = client});
}

void server_notified(uint64_t bits)
{
    nexus_glue_notified(bits);
}

void server_start(void)
{
    nexus_glue_start();
}
