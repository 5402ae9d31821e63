/*
 * tls_error.c: OpenSSL's verdicts in words that say what to do.
 *
 * Two tables: why we do not accept the broker's certificate, and what the broker's alerts mean.
 * Names from certificates come from strangers, so they are printed by OpenSSL's RFC 2253 rules,
 * which escape control characters.
 */
#include <string.h>

#include <openssl/err.h>
#include <openssl/sslerr.h>
#include <openssl/x509v3.h>

#include "executor/kafka/tls_private.h"
#include "rezone/error.h"

const char *
rz_tls_last_reason(void)
{
    unsigned long code = ERR_peek_last_error();
    const char *reason = ERR_reason_error_string(code);
    ERR_clear_error();
    return reason != NULL ? reason : "no reason given";
}

/* ---- the broker's certificate ---- */

typedef enum { PLAIN, SINCE, UNTIL, ISSUER, NAMES } Detail;

static const struct {
    int code;
    const char *says;
    Detail detail; /* what of the certificate is shown after it */
} refusals[] = {
    {X509_V_ERR_CERT_HAS_EXPIRED, "expired at ", UNTIL},
    {X509_V_ERR_CERT_NOT_YET_VALID, "not valid yet; check this machine's clock; valid from ",
     SINCE},
    {X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT,
     "self-signed, and not trusted here; if it is the right one, set ssl.ca.location to it", PLAIN},
    {X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN,
     "an authority that is not trusted here (ssl.ca.location)", PLAIN},
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT,
     "the authority is not trusted here (ssl.ca.location); issued by ", ISSUER},
    {X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
     "the authority is not trusted here (ssl.ca.location); issued by ", ISSUER},
    {X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE,
     "the authority is not trusted here (ssl.ca.location); issued by ", ISSUER},
    {X509_V_ERR_CERT_SIGNATURE_FAILURE, "its signature is false; it claims to be issued by ",
     ISSUER},
    {X509_V_ERR_CERT_REVOKED, "revoked by ", ISSUER},
    {X509_V_ERR_UNABLE_TO_GET_CRL, "ssl.crl.location has no revocation list of ", ISSUER},
    {X509_V_ERR_CRL_HAS_EXPIRED, "the revocation list in ssl.crl.location is out of date, of ",
     ISSUER},
    {X509_V_ERR_INVALID_PURPOSE, "not meant for TLS servers", PLAIN},
    {X509_V_ERR_HOSTNAME_MISMATCH, "made out to ", NAMES},
    {X509_V_ERR_IP_ADDRESS_MISMATCH, "made out to ", NAMES},
};

/* Everything that was printed to @bio, which is freed. */
static char *
take_text(BIO *bio)
{
    char *data = NULL;
    long n = BIO_get_mem_data(bio, &data);
    char *text = g_strndup(data, n > 0 ? (gsize)n : 0);
    BIO_free(bio);
    return text;
}

static char *
name_text(const X509_NAME *name)
{
    BIO *bio = BIO_new(BIO_s_mem());
    X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253);
    return take_text(bio);
}

static char *
time_text(const ASN1_TIME *time)
{
    BIO *bio = BIO_new(BIO_s_mem());
    ASN1_TIME_print(bio, time);
    return take_text(bio);
}

static void
append_ip(GString *list, const ASN1_OCTET_STRING *ip)
{
    const unsigned char *b = ASN1_STRING_get0_data(ip);
    if (ASN1_STRING_length(ip) == 4) {
        g_string_append_printf(list, "%u.%u.%u.%u", b[0], b[1], b[2], b[3]);
        return;
    }
    for (int i = 0; i + 1 < ASN1_STRING_length(ip); i += 2)
        g_string_append_printf(list, "%s%x", i > 0 ? ":" : "", b[i] << 8 | b[i + 1]);
}

static void
append_dns(GString *list, const ASN1_IA5STRING *dns)
{
    g_autofree char *text =
        g_strndup((const char *)ASN1_STRING_get0_data(dns), (gsize)ASN1_STRING_length(dns));
    g_autofree char *safe = g_strescape(text, NULL);
    g_string_append(list, safe);
}

/* The names that it does vouch for, where a wrong one was dialled. */
static char *
names_text(X509 *certificate)
{
    GString *list = g_string_new(NULL);
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    for (int i = 0; i < MIN(sk_GENERAL_NAME_num(names), 8); i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        if (name->type != GEN_DNS && name->type != GEN_IPADD)
            continue;
        g_string_append(list, list->len > 0 ? ", " : "");
        if (name->type == GEN_DNS)
            append_dns(list, name->d.dNSName);
        else
            append_ip(list, name->d.iPAddress);
    }
    GENERAL_NAMES_free(names);
    if (list->len == 0)
        g_string_append(list, "no host at all");
    return g_string_free(list, FALSE);
}

static char *
detail_text(X509 *certificate, Detail detail, const char *host)
{
    switch (detail) {
    case SINCE:
        return time_text(X509_get0_notBefore(certificate));
    case UNTIL:
        return time_text(X509_get0_notAfter(certificate));
    case ISSUER:
        return name_text(X509_get_issuer_name(certificate));
    case NAMES: {
        g_autofree char *names = names_text(certificate);
        return g_strdup_printf("%s, not to \"%s\" (ssl.endpoint.identification.algorithm)", names,
                               host);
    }
    case PLAIN:
        break;
    }
    return g_strdup("");
}

char *
rz_tls_describe_refusal(X509 *certificate, int code, const char *host)
{
    if (certificate == NULL)
        return g_strdup(X509_verify_cert_error_string(code));
    g_autofree char *subject = name_text(X509_get_subject_name(certificate));
    for (gsize i = 0; i < G_N_ELEMENTS(refusals); i++) {
        if (refusals[i].code != code)
            continue;
        g_autofree char *detail = detail_text(certificate, refusals[i].detail, host);
        return g_strdup_printf("certificate \"%s\": %s%s", subject, refusals[i].says, detail);
    }
    return g_strdup_printf("certificate \"%s\": %s", subject, X509_verify_cert_error_string(code));
}

/* ---- alerts and other failures ---- */

/* Alerts by which a broker speaks about our certificate, if it asked for one. */
static const struct {
    int reason;
    const char *says;
} client_alerts[] = {
    {SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED, "none was sent"},
    {SSL_R_SSLV3_ALERT_BAD_CERTIFICATE, "it is not acceptable"},
    {SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE, "its kind is not supported"},
    {SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED, "it is revoked"},
    {SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED, "it has expired"},
    {SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN, "it is not known there"},
    {SSL_R_TLSV1_ALERT_UNKNOWN_CA, "its issuer is not trusted there"},
    {SSL_R_TLSV1_ALERT_ACCESS_DENIED, "access is denied"},
    {SSL_R_TLSV1_ALERT_DECRYPT_ERROR, "its signature was not understood"},
    {SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE, "no reason given"},
};

static const struct {
    int reason;
    const char *says;
} other_reasons[] = {
    {SSL_R_WRONG_VERSION_NUMBER, "this is not a TLS listener (security.protocol)"},
    {SSL_R_HTTP_REQUEST, "this is not a TLS listener (security.protocol)"},
    {SSL_R_TLSV1_ALERT_PROTOCOL_VERSION, "no TLS version in common (1.2 or newer is spoken here)"},
    {SSL_R_UNSUPPORTED_PROTOCOL, "no TLS version in common (1.2 or newer is spoken here)"},
    {SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE,
     "no cipher, curve or signature in common (ssl.cipher.suites)"},
    {SSL_R_TLSV1_UNRECOGNIZED_NAME, "the broker does not serve this host name"},
    {SSL_R_UNEXPECTED_EOF_WHILE_READING, "the broker closed the connection"},
};

static const char *
find_client_alert(const RzTlsStory *story, int reason)
{
    for (gsize i = 0; story->asked && i < G_N_ELEMENTS(client_alerts); i++)
        if (client_alerts[i].reason == reason)
            return client_alerts[i].says;
    return NULL;
}

static const char *
find_reason(unsigned long code)
{
    for (gsize i = 0; i < G_N_ELEMENTS(other_reasons); i++)
        if (other_reasons[i].reason == ERR_GET_REASON(code))
            return other_reasons[i].says;
    const char *text = ERR_reason_error_string(code);
    return text != NULL ? text : "the stream is broken";
}

void
rz_tls_set_error(const RzTlsStory *story, const char *doing, GError **error)
{
    unsigned long code = ERR_peek_last_error();
    const char *alert =
        ERR_GET_LIB(code) == ERR_LIB_SSL ? find_client_alert(story, ERR_GET_REASON(code)) : NULL;
    if (story->refusal != NULL)
        g_set_error(error, RZ_ERROR, RZ_ERROR_DENIED, "%s", story->refusal);
    else if (alert != NULL && !story->has_certificate)
        g_set_error(error, RZ_ERROR, RZ_ERROR_DENIED,
                    "the broker requires a client certificate, and none is given: set "
                    "ssl.keystore.location, or ssl.certificate.location and ssl.key.location");
    else if (alert != NULL)
        g_set_error(error, RZ_ERROR, RZ_ERROR_DENIED,
                    "the broker refused our client certificate: %s", alert);
    else
        g_set_error(error, RZ_ERROR, RZ_ERROR_UNREACHABLE, "%s: %s", doing, find_reason(code));
    ERR_clear_error();
}
