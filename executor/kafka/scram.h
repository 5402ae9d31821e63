/*
 * scram.h: the arithmetic of SCRAM (RFC 5802, RFC 7677), the same for both sides.
 *
 * Kafka's flavour: SHA-256 or SHA-512, no channel binding, the password as raw UTF-8 (no SASLprep).
 * The client is scram.c; a test's server uses the same functions from the other side.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/evp.h>

/* Below it a stolen verifier is cheap to break, and Kafka itself stores none; above it a hostile
 * broker could keep us busy for as long as it likes. */
#define RZ_SCRAM_MIN_ITERATIONS 4096
#define RZ_SCRAM_MAX_ITERATIONS 1000000

typedef struct {
    const EVP_MD *md;
    size_t n;                                 /* bytes of a hash */
    uint8_t salted_password[EVP_MAX_MD_SIZE]; /* SaltedPassword of RFC 5802 */
} RzScramKeys;

/* False only if the library fails. Clear the keys with OPENSSL_cleanse(). */
bool rz_scram_derive(RzScramKeys *keys, const EVP_MD *md, const char *password, const uint8_t *salt,
                     size_t n_salt, int iterations);
/* The client's proof and the server's signature over @auth_message; each keys->n bytes. */
bool rz_scram_proof(const RzScramKeys *keys, const char *auth_message, uint8_t *proof);
bool rz_scram_signature(const RzScramKeys *keys, const char *auth_message, uint8_t *signature);
