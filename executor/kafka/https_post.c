/*
 * https_post.c: libcurl's easy interface, as little of it as does (https_post.h).
 */
#include "executor/kafka/https_post.h"

#include <stdlib.h>
#include <string.h>

#include <curl/curl.h>
#include <openssl/crypto.h>

#include "executor/kafka/secret.h"
#include "rezone/error.h"

typedef struct {
    GByteArray *answer;
    size_t room;
} Sink;

bool
rz_https_is_built(void)
{
    return true;
}

/* Fewer bytes taken than given make libcurl stop. */
static size_t
take(char *bytes, size_t size, size_t n, void *data)
{
    Sink *sink = data;
    n *= size;
    if (n > sink->room - sink->answer->len)
        return 0;
    g_byte_array_append(sink->answer, (const guint8 *)bytes, (guint)n);
    return n;
}

static CURL *
new_handle(void)
{
    static gsize ready = 0;
    if (g_once_init_enter(&ready)) {
        curl_global_init(CURL_GLOBAL_DEFAULT);
        g_once_init_leave(&ready, 1);
    }
    CURL *curl = curl_easy_init();
    g_assert(curl != NULL); /* out of memory, which ends GLib programs anyway */
    return curl;
}

/* A list with a copy of its own of the secret. */
static struct curl_slist *
new_headers(const char *authorization)
{
    g_autoptr(RzSecret) line = g_strconcat("Authorization: ", authorization, NULL);
    struct curl_slist *headers = curl_slist_append(NULL, line);
    return curl_slist_append(headers, "Accept: application/json");
}

static void
free_headers(struct curl_slist *headers)
{
    OPENSSL_cleanse(headers->data, strlen(headers->data));
    curl_slist_free_all(headers);
}

/* What is trusted. libcurl's defaults are the system's authorities, in a file and a folder. */
static void
set_trust(CURL *curl, const RzHttpsPost *post)
{
    struct curl_blob pem = {(void *)(uintptr_t)post->ca_pem, 0, CURL_BLOB_COPY};
    const char *location = post->ca_location;
    if (post->ca_pem != NULL) {
        pem.len = strlen(post->ca_pem);
        curl_easy_setopt(curl, CURLOPT_CAINFO_BLOB, &pem);
        curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
    } else if (location != NULL) {
        bool is_folder = g_file_test(location, G_FILE_TEST_IS_DIR);
        if (is_folder || !post->also_system)
            curl_easy_setopt(curl, CURLOPT_CAPATH, is_folder ? location : NULL);
        if (!is_folder || !post->also_system)
            curl_easy_setopt(curl, CURLOPT_CAINFO, is_folder ? NULL : location);
    }
}

static void
set_request(CURL *curl, const RzHttpsPost *post, int64_t timeout_ms)
{
    long limit_ms = (long)CLAMP(timeout_ms, 1, 24 * 3600 * 1000);
    curl_easy_setopt(curl, CURLOPT_URL, post->url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, limit_ms);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, limit_ms);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "rezone");
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, post->form);
    set_trust(curl, post);
}

static int
code_of(CURLcode result)
{
    switch (result) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_ISSUER_ERROR:
        return RZ_ERROR_DENIED;
    case CURLE_SSL_CACERT_BADFILE:
        return RZ_ERROR_FILE;
    case CURLE_URL_MALFORMAT:
        return RZ_ERROR_USAGE;
    case CURLE_WRITE_ERROR:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL: /* HTTP/0.9 */
        return RZ_ERROR_PROTOCOL;
    default:
        return RZ_ERROR_UNREACHABLE;
    }
}

/* libcurl's own words may quote the server's. */
static void
set_error(CURLcode result, const char *detail, GError **error)
{
    g_autofree char *safe =
        g_strescape(*detail != '\0' ? detail : curl_easy_strerror(result), "\"");
    g_set_error(error, RZ_ERROR, code_of(result), "%s",
                result == CURLE_WRITE_ERROR ? "its answer is too long" : safe);
}

bool
rz_https_post(const RzHttpsPost *post, int64_t timeout_ms, size_t room, long *status,
              GByteArray *answer, GError **error)
{
    char detail[CURL_ERROR_SIZE] = "";
    Sink sink = {answer, room};
    CURL *curl = new_handle();
    struct curl_slist *headers = new_headers(post->authorization);
    set_request(curl, post, timeout_ms);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, detail);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &sink);
    CURLcode result = curl_easy_perform(curl);
    *status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, status);
    if (result != CURLE_OK)
        set_error(result, detail, error);
    curl_easy_cleanup(curl);
    free_headers(headers);
    return result == CURLE_OK;
}
