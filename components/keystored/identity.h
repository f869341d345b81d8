/*
 * The identity of the device: an Ed25519 key pair, kept with statefsd. The private key is in the memory of
 * keystored while it makes it, reads it or signs, and at no other time. Results are those of Keystore.
 */
#ifndef KEYSTORED_IDENTITY_H
#define KEYSTORED_IDENTITY_H

#include <stddef.h>
#include <stdint.h>

enum { IDENTITY_KEY_BYTES = 32, IDENTITY_SIGNATURE_BYTES = 64 };

/* Makes it if there is none. Never a second one: that it cannot be read is no reason to make one. */
int identity_make(void);

int identity_public_key(uint8_t key[IDENTITY_KEY_BYTES]);
int identity_sign(const void *message, size_t bytes, uint8_t signature[IDENTITY_SIGNATURE_BYTES]);

/* Forgets what is known of it, then reads it. */
int identity_reload(void);

#endif
