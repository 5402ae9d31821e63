/*
 * jaas.c: a tokenizer and a grammar of one line (jaas.h).
 *
 * Words are letters, digits and some punctuation; strings stand in double or single quotes and know
 * C's escapes, octal ones included, because that is what Java's StreamTokenizer does: a password
 * must not mean something else here.
 */
#include "executor/kafka/jaas.h"

#include <stdbool.h>
#include <string.h>

#include <openssl/crypto.h>

#include "rezone/error.h"

typedef enum { END, WORD, STRING, EQUALS, SEMICOLON, BROKEN } Kind;

typedef struct {
    const char *at;
    Kind kind;
    GString *text; /* of a word or string; holds secrets */
} Tokenizer;

static bool
is_word(char c)
{
    return g_ascii_isalnum(c) || (c != '\0' && strchr("._-$/+*", c) != NULL) || (c & 0x80) != 0;
}

static void
skip_blanks(Tokenizer *t)
{
    while (g_ascii_isspace(*t->at))
        t->at++;
}

/* Up to three octal digits, as long as the value stays a byte of ASCII. */
static char
take_octal(Tokenizer *t)
{
    int code = 0;
    for (unsigned i = 0; i < 3 && *t->at >= '0' && *t->at <= '7' && code < 16; i++)
        code = code * 8 + (*t->at++ - '0');
    return (char)code;
}

static bool
take_escape(Tokenizer *t)
{
    static const char names[] = "abfnrtv", means[] = "\a\b\f\n\r\t\v";
    if (*t->at == '\0')
        return false;
    if (*t->at >= '0' && *t->at <= '7') {
        char c = take_octal(t);
        g_string_append_c(t->text, c);
        return c != '\0';
    }
    const char *name = strchr(names, *t->at);
    g_string_append_c(t->text, name != NULL ? means[name - names] : *t->at);
    t->at++;
    return true;
}

static Kind
take_string(Tokenizer *t)
{
    char quote = *t->at++;
    while (*t->at != quote) {
        if (*t->at == '\0' || *t->at == '\n' || *t->at == '\r')
            return BROKEN;
        if (*t->at != '\\') {
            g_string_append_c(t->text, *t->at++);
            continue;
        }
        t->at++;
        if (!take_escape(t))
            return BROKEN;
    }
    t->at++;
    return STRING;
}

static void
advance(Tokenizer *t)
{
    skip_blanks(t);
    OPENSSL_cleanse(t->text->str, t->text->len);
    g_string_truncate(t->text, 0);
    char c = *t->at;
    if (c == '\0') {
        t->kind = END;
    } else if (c == '"' || c == '\'') {
        t->kind = take_string(t);
    } else if (c == '=' || c == ';') {
        t->kind = c == '=' ? EQUALS : SEMICOLON;
        t->at++;
    } else if (is_word(c)) {
        while (is_word(*t->at))
            g_string_append_c(t->text, *t->at++);
        t->kind = WORD;
    } else {
        t->kind = BROKEN;
    }
}

/* ---- the grammar: MODULE FLAG { KEY "=" VALUE } ";" ---- */

static bool
is_flag(const char *word)
{
    static const char *const flags[] = {"required", "requisite", "sufficient", "optional"};
    for (gsize i = 0; i < G_N_ELEMENTS(flags); i++)
        if (g_ascii_strcasecmp(word, flags[i]) == 0)
            return true;
    return false;
}

/* NULL, or what was expected. */
static const char *
take_option(Tokenizer *t, RzJaas *jaas)
{
    g_autofree char *key = g_strdup(t->text->str);
    if (t->kind != WORD)
        return "key=\"value\" or a semicolon";
    advance(t);
    if (t->kind != EQUALS)
        return "= behind an option's name";
    advance(t);
    if (t->kind != WORD && t->kind != STRING)
        return "a value behind =, in double quotes";
    g_hash_table_replace(jaas->options, g_steal_pointer(&key), rz_secret_dup(t->text->str));
    advance(t);
    return NULL;
}

static const char *
take_all(Tokenizer *t, RzJaas *jaas)
{
    advance(t);
    if (t->kind != WORD)
        return "the class of a login module";
    const char *dot = strrchr(t->text->str, '.');
    jaas->module = g_strdup(dot == NULL ? t->text->str : dot + 1);
    advance(t);
    if (t->kind != WORD || !is_flag(t->text->str))
        return "\"required\" behind the login module";
    advance(t);
    while (t->kind != SEMICOLON) {
        const char *wanted = take_option(t, jaas);
        if (wanted != NULL)
            return wanted;
    }
    advance(t);
    return t->kind == END ? NULL : "nothing behind the semicolon: one login module";
}

RzJaas *
rz_jaas_parse(const char *text, GError **error)
{
    g_autoptr(RzJaas) jaas = g_new0(RzJaas, 1);
    jaas->options =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)rz_secret_free);
    Tokenizer tokenizer = {text, END, g_string_sized_new(strlen(text) + 1)};
    const char *wanted = take_all(&tokenizer, jaas);
    OPENSSL_cleanse(tokenizer.text->str, tokenizer.text->allocated_len);
    g_string_free(tokenizer.text, TRUE);
    if (wanted == NULL)
        return g_steal_pointer(&jaas);
    g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE, "sasl.jaas.config: expected %s", wanted);
    return NULL;
}

void
rz_jaas_free(RzJaas *jaas)
{
    if (jaas == NULL)
        return;
    g_free(jaas->module);
    g_hash_table_unref(jaas->options);
    g_free(jaas);
}
