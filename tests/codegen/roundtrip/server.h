/* What the server of the round-trip test was told, and what it shall answer. Include a NAME.nexus.h first. */
#ifndef SERVER_H
#define SERVER_H

#include <nexus/serve.h>
#include <stdbool.h>

struct server {
    int result;      /* of every handler */
    unsigned calls;  /* handlers run so far */
    uint32_t client; /* of the last */
    char client_name[16];
    bool defer; /* answer later */
    struct nexus_token token;
    void (*inside)(void); /* runs inside the handler of blob() */
    size_t back;          /* bytes that load() gives back */
    uint32_t a;
    int16_t b;
    enum Colour colour;
    bool wet;
    char text[65]; /* last string in, next string out */
    struct Shape shape;
    struct Point point;
    uint8_t u8;
    uint64_t u64;
    int8_t i8;
    int64_t i64;
    bool flag;
    uint8_t data[20000]; /* last bytes in, next bytes out */
    size_t data_len;
    unsigned kicks, flushes, pokes, deaths, interrupts;
    uint32_t client_task; /* of the last client whose message was refused */
    int refused;          /* and why */
};
extern struct server server;

/* Answer the call that was deferred last. */
int server_reply_add(int result, int64_t sum);
int server_reply_greet(int result, const char *text);
int server_reply_load(int result, const void *data, size_t data_len, uint32_t more);
int server_raise_ready(uint32_t client);
int server_raise_low(uint32_t client);
void *server_ring(uint32_t client);
int server_ring_slot(uint32_t client);

/* The glue of the server, which has the same name as the client's. */
void server_notified(uint64_t bits);
void server_start(void);

#endif
