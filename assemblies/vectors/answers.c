/*
 * Known answers: RFC 8032, 7.1 (Ed25519), and examples of NIST for SHA-256 and SHA-512 (FIPS 180-4). And what
 * is to be refused. The same code is run on the host and on the target.
 */
#include "answers.h"

#include <sodium/crypto_hash_sha256.h>
#include <sodium/crypto_hash_sha512.h>
#include <sodium/crypto_sign_ed25519.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { KEY = 32, PAIR = 64, SIGNATURE = 64, MESSAGE_MAX = 1024, MILLION = 1000000 };

struct signed_message {
    const char *name, *seed, *key, *signature, *message; /* in hexadecimal */
};

struct hashed_text {
    const char *text, *sha256, *sha512;
    uint32_t times; /* the text, one after the other */
};

static const struct signed_message signed_messages[] = {
    {"rfc 8032 test 1", "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e3970"
     "1cf9b46bd25bf5f0595bbe24655141438e7a100b",
     ""},
    {"rfc 8032 test 2", "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613"
     "d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
     "72"},
    {"rfc 8032 test 3", "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760"
     "984dc6594a7c15e9716ed28dc027beceea1ec40a",
     "af82"},
    {"rfc 8032 test 1024", "f5e5767cf153319517630f226876b86c8160cc583bc013744c6bf255f5cc0ee5",
     "278117fc144c72340f67d0f2316e8386ceffbf2b2428c9c51fef7c597f1d426e",
     "0aab4c900501b3e24d7cdf4663326a3a87df5e4843b2cbdb67cbf6e460fec350aa5371b1508f9f4528ecea23"
     "c436d94b5e8fcd4f681e30a6ac00a9704a188a03",
     "08b8b2b733424243760fe426a4b54908632110a66c2f6591eabd3345e3e4eb98fa6e264bf09efe12ee50f8f5"
     "4e9f77b1e355f6c50544e23fb1433ddf73be84d879de7c0046dc4996d9e773f4bc9efe5738829adb26c81b37"
     "c93a1b270b20329d658675fc6ea534e0810a4432826bf58c941efb65d57a338bbd2e26640f89ffbc1a858efc"
     "b8550ee3a5e1998bd177e93a7363c344fe6b199ee5d02e82d522c4feba15452f80288a821a579116ec6dad2b"
     "3b310da903401aa62100ab5d1a36553e06203b33890cc9b832f79ef80560ccb9a39ce767967ed628c6ad573c"
     "b116dbefefd75499da96bd68a8a97b928a8bbc103b6621fcde2beca1231d206be6cd9ec7aff6f6c94fcd7204"
     "ed3455c68c83f4a41da4af2b74ef5c53f1d8ac70bdcb7ed185ce81bd84359d44254d95629e9855a94a7c1958"
     "d1f8ada5d0532ed8a5aa3fb2d17ba70eb6248e594e1a2297acbbb39d502f1a8c6eb6f1ce22b3de1a1f40cc24"
     "554119a831a9aad6079cad88425de6bde1a9187ebb6092cf67bf2b13fd65f27088d78b7e883c8759d2c4f5c6"
     "5adb7553878ad575f9fad878e80a0c9ba63bcbcc2732e69485bbc9c90bfbd62481d9089beccf80cfe2df16a2"
     "cf65bd92dd597b0707e0917af48bbb75fed413d238f5555a7a569d80c3414a8d0859dc65a46128bab27af87a"
     "71314f318c782b23ebfe808b82b0ce26401d2e22f04d83d1255dc51addd3b75a2b1ae0784504df543af8969b"
     "e3ea7082ff7fc9888c144da2af58429ec96031dbcad3dad9af0dcbaaaf268cb8fcffead94f3c7ca495e056a9"
     "b47acdb751fb73e666c6c655ade8297297d07ad1ba5e43f1bca32301651339e22904cc8c42f58c30c04aafdb"
     "038dda0847dd988dcda6f3bfd15c4b4c4525004aa06eeff8ca61783aacec57fb3d1f92b0fe2fd1a85f672451"
     "7b65e614ad6808d6f6ee34dff7310fdc82aebfd904b01e1dc54b2927094b2db68d6f903b68401adebf5a7e08"
     "d78ff4ef5d63653a65040cf9bfd4aca7984a74d37145986780fc0b16ac451649de6188a7dbdf191f64b5fc5e"
     "2ab47b57f7f7276cd419c17a3ca8e1b939ae49e488acba6b965610b5480109c8b17b80e1b7b750dfc7598d5d"
     "5011fd2dcc5600a32ef5b52a1ecc820e308aa342721aac0943bf6686b64b2579376504ccc493d97e6aed3fb0"
     "f9cd71a43dd497f01f17c0e2cb3797aa2a2f256656168e6c496afc5fb93246f6b1116398a346f1a641f3b041"
     "e989f7914f90cc2c7fff357876e506b50d334ba77c225bc307ba537152f3f1610e4eafe595f6d9d90d11faa9"
     "33a15ef1369546868a7f3a45a96768d40fd9d03412c091c6315cf4fde7cb68606937380db2eaaa707b4c4185"
     "c32eddcdd306705e4dc1ffc872eeee475a64dfac86aba41c0618983f8741c5ef68d3a101e8a3b8cac60c905c"
     "15fc910840b94c00a0b9d0"},
    {"rfc 8032 test sha(abc)", "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
     "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
     "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c6"
     "6431e0303dca179c138ac17ad9bef1177331a704",
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23"
     "a3feebbd454d4423643ce80e2a9ac94fa54ca49f"},
};

static const struct hashed_text hashed_texts[] = {
    {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
     "cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce47d0d13c5d85f2b0ff8318d2"
     "877eec2f63b931bd47417a81a538327af927da3e",
     1},
    {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23"
     "a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
     1},
    {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
     "204a8fc6dda82f0a0ced7beb8e08a41657c16ef468b228a8279be331a703c33596fd15c13b1b07f9aa1d3bea"
     "57789ca031ad85c7a71dd70354ec631238ca3445",
     1},
    {"aaaaaaaaaa", "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0",
     "e718483d0ce769644e2e42c7bc15b4638e1f98b13b2044285632a803afa973ebde0ff244877ea60a4cb0432c"
     "e577c31beb009c5c2c49aa2e4eadb217ad8cc09b",
     MILLION / 10},
};

/* The signature of test 2 with the order of the group added to its scalar: equal, and not canonical. */
static const char malleable[] =
    "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69daf52db7415978abc61b2c2eb6"
    "aeebfca0387b2eaeb4302aeeb00d291612bb0c10";

/* Keys of which every message has a signature that is the same: points of small order. */
static const char *const small_orders[] = {
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
};

static uint8_t digit(char c)
{
    return (uint8_t)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* Reads hexadecimal. The number of bytes. */
static size_t bytes_of(const char *text, uint8_t *bytes)
{
    const size_t count = strlen(text) / 2;

    for (size_t i = 0; i < count; i++) {
        bytes[i] = (uint8_t)(digit(text[2 * i]) << 4 | digit(text[2 * i + 1]));
    }
    return count;
}

static bool verifies(const uint8_t *signature, const uint8_t *message, size_t bytes,
                     const uint8_t *key)
{
    return crypto_sign_ed25519_verify_detached(signature, message, bytes, key) == 0;
}

/* With one bit of it changed, nothing verifies. */
static bool refuses_changes(uint8_t *changed, size_t step, size_t bits, const uint8_t *signature,
                            const uint8_t *message, size_t bytes, const uint8_t *key)
{
    for (size_t bit = 0; bit < bits; bit += step) {
        changed[bit / 8] ^= (uint8_t)(1 << bit % 8);
        if (verifies(signature, message, bytes, key)) {
            return false;
        }
        changed[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
    return verifies(signature, message, bytes, key);
}

static bool signs(const struct signed_message *known)
{
    static uint8_t message[MESSAGE_MAX];
    uint8_t seed[KEY], wanted_key[KEY], wanted[SIGNATURE];
    uint8_t key[KEY], pair[PAIR], signature[SIGNATURE];
    const size_t bytes = bytes_of(known->message, message);

    (void)bytes_of(known->seed, seed);
    (void)bytes_of(known->key, wanted_key);
    (void)bytes_of(known->signature, wanted);
    (void)crypto_sign_ed25519_seed_keypair(key, pair, seed);
    (void)crypto_sign_ed25519_detached(signature, NULL, message, bytes, pair);
    return memcmp(key, wanted_key, KEY) == 0 && memcmp(signature, wanted, SIGNATURE) == 0 &&
           refuses_changes(signature, 17, 8 * sizeof(signature), signature, message, bytes, key) &&
           refuses_changes(key, 37, 8 * sizeof(key), signature, message, bytes, key) &&
           refuses_changes(message, 997, 8 * bytes, signature, message, bytes, key) &&
           !verifies(signature, message, bytes + 1, key);
}

static bool refuses_forgeries(void)
{
    uint8_t signature[SIGNATURE] = {1};
    uint8_t key[KEY], message[1];

    for (size_t i = 0; i < sizeof(small_orders) / sizeof(small_orders[0]); i++) {
        (void)bytes_of(small_orders[i], key);
        if (verifies(signature, message, 0, key)) {
            return false;
        }
    }
    (void)bytes_of(malleable, signature);
    (void)bytes_of(signed_messages[1].key, key);
    const size_t bytes = bytes_of(signed_messages[1].message, message);
    return !verifies(signature, message, bytes, key);
}

static bool hashes(const struct hashed_text *known)
{
    const uint8_t *text = (const uint8_t *)known->text;
    uint8_t wanted[crypto_hash_sha512_BYTES] = {0}, hash[crypto_hash_sha512_BYTES];
    crypto_hash_sha256_state small;
    crypto_hash_sha512_state large;

    (void)crypto_hash_sha256_init(&small);
    (void)crypto_hash_sha512_init(&large);
    for (uint32_t i = 0; i < known->times; i++) {
        (void)crypto_hash_sha256_update(&small, text, strlen(known->text));
        (void)crypto_hash_sha512_update(&large, text, strlen(known->text));
    }
    (void)crypto_hash_sha256_final(&small, hash);
    size_t length = bytes_of(known->sha256, wanted);
    if (memcmp(hash, wanted, length) != 0) {
        return false;
    }
    (void)crypto_hash_sha512_final(&large, hash);
    length = bytes_of(known->sha512, wanted);
    return memcmp(hash, wanted, length) == 0;
}

const char *wrong_answer(void)
{
    for (size_t i = 0; i < sizeof(hashed_texts) / sizeof(hashed_texts[0]); i++) {
        if (!hashes(&hashed_texts[i])) {
            return hashed_texts[i].text;
        }
    }
    for (size_t i = 0; i < sizeof(signed_messages) / sizeof(signed_messages[0]); i++) {
        if (!signs(&signed_messages[i])) {
            return signed_messages[i].name;
        }
    }
    return refuses_forgeries() ? NULL : "forgeries";
}
