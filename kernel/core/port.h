/*
 * Messages. A call goes through a PORT capability to a server, which receives it with a token and
 * replies to that token: at once, later, or never. Each port queues its callers by priority.
 *
 * A token is the number of the caller's call times 64 plus the caller's index. Numbers are never reused, in
 * no life, so a token is good exactly while that one call is being served; otherwise the reply is STALE, which
 * is normal (the caller's deadline passed, or it died) and changes nothing.
 *
 * All functions act for the current task and return an enum neuron_status that is all that it gets, or
 * BLOCKED: its result is in its registers, or will be.
 */
#ifndef CORE_PORT_H
#define CORE_PORT_H

#include "state.h"

#define BLOCKED 2 /* not a status */

int port_call(u64 slot, u64 tag, u64 w0, u64 w1, u64 w2, u64 w3, u64 deadline);
int port_recv(u64 deadline);
int port_reply(u64 token, u64 tag, u64 w0, u64 w1, u64 w2, u64 w3);
int port_reply_recv(u64 token, u64 tag, u64 w0, u64 w1, u64 w2, u64 w3, u64 deadline);

#endif
