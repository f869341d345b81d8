/* What clients have put and removed in transactions that they have not committed: in memory that is fixed. */
#ifndef STATEFSD_TRANSACTIONS_H
#define STATEFSD_TRANSACTIONS_H

#include <statefs.h>
#include <stdbool.h>
#include <stdint.h>

enum { TRANSACTIONS = 4, OPERATIONS = 32, STAGED_BYTES = STATEFS_VALUE_MAX + 8192 };

struct transaction {
    uint32_t client; /* its connection; 0: nobody's */
    uint32_t count;
    uint32_t used; /* of `values` */
    struct statefs_operation operations[OPERATIONS];
    char keys[OPERATIONS][STATEFS_KEY_MAX + 1];
    uint8_t values[STAGED_BYTES];
};

/* NULL: the client has none. */
struct transaction *transaction_of(uint32_t client);

/* Begins one for a client that has none. NULL: there are too many. */
struct transaction *transaction_begin(uint32_t client);

/* Adds an operation, with copies of all it names. False: there is no room, nothing was added. */
bool transaction_add(struct transaction *transaction, const struct statefs_operation *operation);

void transaction_end(struct transaction *transaction);

#endif
