/*
 * oauth_token.c: a token fetched, read from a file, or made up unsigned for a test cluster.
 */
#include "executor/kafka/oauth_token.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>
#include <openssl/crypto.h>

#include "rezone/error.h"

#define MAX_TOKEN_BYTES (64 * 1024)

/* ---- extensions (KIP-342): letters for a key, printable text for a value ---- */

static bool
is_extension(const char *key, const char *value)
{
    if (*key == '\0' || strcmp(key, "auth") == 0)
        return false;
    for (const char *c = key; *c != '\0'; c++)
        if (!g_ascii_isalpha(*c))
            return false;
    for (const char *c = value; *c != '\0'; c++)
        if (!g_ascii_isprint(*c) && *c != '\t')
            return false;
    return *value != '\0';
}

static bool
append_extension(GString *out, const char *key, const char *value, GError **error)
{
    if (!is_extension(key, value)) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE,
                    "SASL extension \"%s\": a key is letters only, its value printable", key);
        return false;
    }
    g_string_append_printf(out, "%s=%s\x01", key, value);
    return true;
}

/* "key=value,key=value" */
static bool
append_extension_list(GString *out, const char *list, GError **error)
{
    g_auto(GStrv) pairs = g_strsplit(list, ",", -1);
    for (char **pair = pairs; *pair != NULL; pair++) {
        char *equals = strchr(*pair, '=');
        if (equals == NULL) {
            g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE,
                        "sasl.oauthbearer.extensions: expected key=value[,key=value]");
            return false;
        }
        *equals = '\0';
        if (!append_extension(out, g_strstrip(*pair), equals + 1, error))
            return false;
    }
    return true;
}

/* ---- the unsigned token ---- */

typedef struct {
    const char *principal, *principal_claim;
    const char *scope, *scope_claim;
    int64_t life_s;
} Claims;

/* RFC 4648 base64url, no padding. */
static char *
base64url(const char *text)
{
    char *encoded = g_base64_encode((const guchar *)text, strlen(text));
    g_strdelimit(encoded, "+", '-');
    g_strdelimit(encoded, "/", '_');
    encoded[strcspn(encoded, "=")] = '\0';
    return encoded;
}

static json_t *
scope_array(const char *scopes)
{
    json_t *array = json_array();
    g_auto(GStrv) names = g_strsplit(scopes, ",", -1);
    for (char **name = names; *name != NULL; name++)
        if (**name != '\0')
            json_array_append_new(array, json_string(*name));
    return array;
}

static RzSecret *
unsigned_token(const Claims *claims, int64_t now_ms)
{
    json_t *body = json_object();
    json_object_set_new(body, claims->principal_claim, json_string(claims->principal));
    json_object_set_new(body, "iat", json_integer(now_ms / 1000));
    json_object_set_new(body, "exp", json_integer(now_ms / 1000 + claims->life_s));
    if (claims->scope != NULL)
        json_object_set_new(body, claims->scope_claim, scope_array(claims->scope));
    char *text = json_dumps(body, JSON_COMPACT);
    json_decref(body);
    g_autofree char *header = base64url("{\"alg\":\"none\"}");
    g_autofree char *payload = base64url(text);
    free(text);
    return g_strdup_printf("%s.%s.", header, payload);
}

static bool
set_claim(Claims *claims, const char *key, const char *value, GError **error)
{
    const struct {
        const char *key;
        const char **slot;
    } texts[] = {
        {"principal", &claims->principal},
        {"principalClaimName", &claims->principal_claim},
        {"scope", &claims->scope},
        {"scopeClaimName", &claims->scope_claim},
    };
    for (gsize i = 0; i < G_N_ELEMENTS(texts); i++) {
        if (strcmp(texts[i].key, key) == 0) {
            *texts[i].slot = value;
            return true;
        }
    }
    if (strcmp(key, "lifeSeconds") == 0)
        return g_ascii_string_to_signed(value, 10, 1, 365 * 24 * 3600, &claims->life_s, error);
    g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE, "unknown setting \"%s\"", key);
    return false;
}

/* Reads the settings into @claims, whose strings stay in @words. */
static bool
read_settings(char **words, Claims *claims, GString *extensions, GError **error)
{
    for (char **word = words; *word != NULL; word++) {
        if (**word == '\0')
            continue;
        char *equals = strchr(*word, '=');
        if (equals == NULL) {
            g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE, "expected key=value");
            return false;
        }
        *equals = '\0';
        bool ok =
            g_str_has_prefix(*word, "extension_")
                ? append_extension(extensions, *word + strlen("extension_"), equals + 1, error)
                : set_claim(claims, *word, equals + 1, error);
        if (!ok)
            return false;
    }
    if (claims->principal == NULL || *claims->principal == '\0') {
        g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE, "no principal=NAME");
        return false;
    }
    return true;
}

static RzSecret *
make_token(const char *settings, int64_t now_ms, GString *extensions, GError **error)
{
    g_auto(GStrv) words = g_strsplit_set(settings, " \t", -1);
    Claims claims = {.principal_claim = "sub", .scope_claim = "scope", .life_s = 3600};
    g_autoptr(GError) local = NULL;
    if (!read_settings(words, &claims, extensions, &local)) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE, "sasl.oauthbearer.config: %s", local->message);
        return NULL;
    }
    return unsigned_token(&claims, now_ms);
}

/* ---- the file ---- */

/* Anything else could break out of the SASL message. */
bool
rz_is_bearer_token(const char *text)
{
    size_t n = strlen(text);
    for (const char *c = text; *c != '\0'; c++)
        if (!g_ascii_isalnum(*c) && strchr("-._~+/=", *c) == NULL)
            return false;
    return n > 0 && n <= MAX_TOKEN_BYTES;
}

static RzSecret *
read_token(const char *file, GError **error)
{
    g_autofree char *text = NULL;
    g_autoptr(GError) local = NULL;
    gsize n = 0;
    if (!g_file_get_contents(file, &text, &n, &local)) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_FILE, "OAUTHBEARER token: %s", local->message);
        return NULL;
    }
    RzSecret *token = strlen(text) == n ? rz_secret_dup(g_strchug(g_strchomp(text))) : NULL;
    OPENSSL_cleanse(text, n);
    if (token != NULL && rz_is_bearer_token(token))
        return token;
    rz_secret_free(token);
    g_set_error(error, RZ_ERROR, RZ_ERROR_INPUT, "%s: not an OAuth bearer token", file);
    return NULL;
}

static RzSecret *
token_text(const RzSaslConfig *config, const RzSaslPeer *peer, GString *extensions, GError **error)
{
    if (config->oidc != NULL)
        return rz_oidc_token(config->oidc, peer->clock, peer->deadline_ms, error);
    if (config->token_file != NULL)
        return read_token(config->token_file, error);
    return make_token(config->unsecured_token, peer->clock->wall_ms(peer->clock), extensions,
                      error);
}

RzOauthToken *
rz_oauth_token_new(const RzSaslConfig *config, const RzSaslPeer *peer, GError **error)
{
    g_autoptr(GString) extensions = g_string_new(NULL);
    if (config->extensions != NULL && !append_extension_list(extensions, config->extensions, error))
        return NULL;
    RzSecret *text = token_text(config, peer, extensions, error);
    if (text == NULL)
        return NULL;
    RzOauthToken *token = g_new0(RzOauthToken, 1);
    token->text = text;
    token->extensions = g_strdup(extensions->str);
    return token;
}

void
rz_oauth_token_free(RzOauthToken *token)
{
    if (token == NULL)
        return;
    rz_secret_free(token->text);
    g_free(token->extensions);
    g_free(token);
}
