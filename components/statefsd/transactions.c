/* Transactions that are not committed. */
#include "transactions.h"

#include <string.h>

static struct transaction transactions[TRANSACTIONS];

struct transaction *transaction_of(uint32_t client)
{
    for (uint32_t i = 0; i < TRANSACTIONS; i++) {
        if (transactions[i].client == client) {
            return &transactions[i];
        }
    }
    return NULL;
}

struct transaction *transaction_begin(uint32_t client)
{
    struct transaction *transaction = transaction_of(0);

    if (transaction != NULL) {
        transaction->client = client;
    }
    return transaction;
}

bool transaction_add(struct transaction *transaction, const struct statefs_operation *operation)
{
    if (transaction->count == OPERATIONS ||
        operation->length > sizeof(transaction->values) - transaction->used) {
        return false;
    }
    struct statefs_operation *copy = &transaction->operations[transaction->count];
    char *key = transaction->keys[transaction->count];
    uint8_t *value = transaction->values + transaction->used;
    memcpy(key, operation->key, strlen(operation->key) + 1);
    *copy = (struct statefs_operation){.key = key, .length = operation->length};
    if (operation->value != NULL) {
        memcpy(value, operation->value, operation->length);
        copy->value = value;
    }
    transaction->count++;
    transaction->used += operation->length;
    return true;
}

void transaction_end(struct transaction *transaction)
{
    memset(transaction->values, 0, transaction->used); /* it may have been a secret */
    transaction->client = 0;
    transaction->count = 0;
    transaction->used = 0;
}
