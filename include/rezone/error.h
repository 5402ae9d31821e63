/*
 * error.h: what can go wrong in the world, as one GError domain.
 *
 * Few codes on purpose: a code exists where a caller acts differently, and each maps to one exit
 * code of the command line. The message carries the detail and names its thing (file, line, field,
 * broker, topic, ACL). Our own bugs are g_assert()ions, never errors.
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define RZ_ERROR (rz_error_quark())

/**
 * RzError:
 * @RZ_ERROR_USAGE: contradictory or unknown options (exit 2)
 * @RZ_ERROR_INPUT: a file that does not say what it should; names line and field (exit 2)
 * @RZ_ERROR_FILE: the file system refused: missing, unreadable, full (exit 2)
 * @RZ_ERROR_INFEASIBLE: no placement satisfies the policy; names who is short (exit 1)
 * @RZ_ERROR_REFUTED: a checker found the claim false; names where (exit 1)
 * @RZ_ERROR_UNREACHABLE: no connection; the request was certainly not carried out (exit 3)
 * @RZ_ERROR_AMBIGUOUS: sent, but no usable answer: it may or may not have happened (exit 3)
 * @RZ_ERROR_DENIED: authentication or authorization; names the ACL (exit 3)
 * @RZ_ERROR_UNSUPPORTED: the cluster lacks a needed API or version (exit 3)
 * @RZ_ERROR_PROTOCOL: an answer that breaks the protocol (exit 3)
 * @RZ_ERROR_KAFKA: any other error code that Kafka answered with (exit 3)
 * @RZ_ERROR_LOCKED: another executor holds the run; names its pid (exit 2)
 * @RZ_ERROR_STOPPED: a signal or a limit ended the run early; it can be resumed (exit 4)
 */
typedef enum {
    RZ_ERROR_USAGE,
    RZ_ERROR_INPUT,
    RZ_ERROR_FILE,
    RZ_ERROR_INFEASIBLE,
    RZ_ERROR_REFUTED,
    RZ_ERROR_UNREACHABLE,
    RZ_ERROR_AMBIGUOUS,
    RZ_ERROR_DENIED,
    RZ_ERROR_UNSUPPORTED,
    RZ_ERROR_PROTOCOL,
    RZ_ERROR_KAFKA,
    RZ_ERROR_LOCKED,
    RZ_ERROR_STOPPED,
} RzError;

GQuark rz_error_quark(void);

G_END_DECLS
