/* keystored: what clients may ask for. Who may is checked by the generated code before. */
#include "keystored.nexus.h"

#include "identity.h"
#include "state.h"
#include "values.h"

#include <nexus/serve.h>
#include <sodium/crypto_sign_ed25519.h>
#include <stdio.h>

/* --- the identity -------------------------------------------------------------------------------- */

int keystore_keygen(struct nexus_client client)
{
    (void)client;
    return identity_make();
}

int keystore_public_key(struct nexus_client client, void *key, size_t *key_len)
{
    (void)client;
    *key_len = IDENTITY_KEY_BYTES;
    return identity_public_key(key);
}

int keystore_sign(struct nexus_client client, const void *message, size_t message_len,
                  void *signature, size_t *signature_len)
{
    (void)client;
    *signature_len = IDENTITY_SIGNATURE_BYTES;
    return identity_sign(message, message_len, signature);
}

int keystore_verify(struct nexus_client client, const void *key, size_t key_len,
                    const void *message, size_t message_len, const void *signature,
                    size_t signature_len)
{
    (void)client;
    if (key_len != IDENTITY_KEY_BYTES || signature_len != IDENTITY_SIGNATURE_BYTES) {
        return KEYSTORE_BAD_SIGNATURE;
    }
    const int wrong = crypto_sign_ed25519_verify_detached(signature, message, message_len, key);
    return wrong != 0 ? KEYSTORE_BAD_SIGNATURE : 0;
}

int keystore_reload(struct nexus_client client)
{
    (void)client;
    return identity_reload();
}

int keystore_export_private_key(struct nexus_client client)
{
    (void)client;
    return KEYSTORE_EXPORT_REFUSED; /* no code here answers with it */
}

/* --- values -------------------------------------------------------------------------------------- */

int keystore_put(struct nexus_client client, const char *key, const void *value, size_t value_len)
{
    return values_put(client.name, key, value, value_len);
}

int keystore_get(struct nexus_client client, const char *key, void *value, size_t *value_len)
{
    return values_get(client.name, key, value, KEYSTORE_GET_VALUE_MAX, value_len);
}

int keystore_remove(struct nexus_client client, const char *key)
{
    return values_remove(client.name, key);
}

int main(void)
{
    printf("ready\n");
    nexus_serve();
}
