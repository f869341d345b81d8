/* The parts of the conductor's test, and how each tells what it found. */
#ifndef IPCTEST_CONDUCTOR_H
#define IPCTEST_CONDUCTOR_H

#include "conductor.nexus.h"
#include "raw.h"

#include <neuron/abi.h>
#include <nexus/selftest.h>
#include <nexus/syscall.h>
#include <nexus/time.h>
#include <stdbool.h>

extern char __nexus_in[], __nexus_out[];

/* A call of the raw server without words but w0 and w1; returns the status, the reply's w0 in *word. */
int64_t raw_call(enum label label, uint64_t w0, uint64_t w1, uint64_t deadline, uint64_t *word);

/* The same, which must succeed; returns the reply's w0. */
uint64_t raw_ask(enum label label, uint64_t w0, uint64_t w1);

/* After the server was restarted: takes the one PEER_RESTARTED, then finds it working. */
void expect_restarted(void);

void test_registers(void);
void test_death(void);
void test_typed(void);

#endif
