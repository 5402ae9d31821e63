/*
 * preflight.c: the table of checks and how it is walked.
 */
#include "executor/preflight/preflight.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "executor/preflight/context.h"

typedef struct {
    const char *name;
    RzCheckFunc check;
} Check;

static const Check checks[] = {
    {"api-versions", rz_check_api_versions},
    {"mixed-versions", rz_check_mixed_versions},
    {"permissions", rz_check_permissions},
    {"plan-fresh", rz_check_plan_fresh},
    {"targets", rz_check_targets},
    {"zones", rz_check_zones},
    {"offline", rz_check_offline},
    {"under-min-isr", rz_check_under_min_isr},
    {"under-replicated", rz_check_under_replicated},
    {"foreign-moves", rz_check_foreign_moves},
    {"foreign-throttles", rz_check_foreign_throttles},
    {"disk", rz_check_disk},
    {"stage", rz_check_stage},
    {"write-rate", rz_check_write_rate},
    {"headroom", rz_check_headroom},
    {"window", rz_check_window},
    {"leader-rebalance", rz_check_leader_rebalance},
    {"zone-loss", rz_check_zone_loss},
    {"clients", rz_check_clients},
};

const char *
rz_verdict_name(RzVerdict verdict)
{
    static const char *const names[] = {"ok", "warn", "fail", "unknown"};
    return names[verdict];
}

/* ---- findings ---- */

/* How much a verdict outweighs another: what we do not know is less than what we know is wrong. */
static int
weight(RzVerdict verdict)
{
    static const int weights[] = {[RZ_VERDICT_OK] = 0,
                                  [RZ_VERDICT_UNKNOWN] = 1,
                                  [RZ_VERDICT_WARN] = 2,
                                  [RZ_VERDICT_FAIL] = 3};
    return weights[verdict];
}

G_GNUC_PRINTF(2, 0)
static void
append_sentence(GString *text, const char *format, va_list values)
{
    if (text->len > 0)
        g_string_append(text, "; ");
    g_string_append_vprintf(text, format, values);
}

void
rz_findings_add(RzFindings *findings, RzVerdict verdict, const char *format, ...)
{
    if (weight(verdict) > weight(findings->verdict))
        findings->verdict = verdict;
    va_list values;
    va_start(values, format);
    append_sentence(findings->evidence, format, values);
    va_end(values);
}

void
rz_findings_advise(RzFindings *findings, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    append_sentence(findings->advice, format, values);
    va_end(values);
}

static int
compare_topic(const void *key, const void *element)
{
    return strcmp(key, ((const RzPlanTopic *)element)->name);
}

bool
rz_plan_has_partition(const RzPlan *plan, const char *topic, int32_t partition)
{
    const RzPlanTopic *found = plan->n_topics == 0 ? NULL
                                                   : bsearch(topic, plan->topics, plan->n_topics,
                                                             sizeof *plan->topics, compare_topic);
    for (uint32_t i = 0; found != NULL && i < found->n_moves; i++)
        if (plan->moves[found->first_move + i].partition == partition)
            return true;
    return false;
}

/* ---- context ---- */

static bool
context_read(RzPreflightContext *context, GError **error)
{
    context->metadata = rz_cluster_metadata(context->cluster, NULL, 0, error);
    if (context->metadata == NULL)
        return false;
    context->permissions = RZ_MAY_UNKNOWN;
    context->registered = rz_cluster_describe(context->cluster, &context->permissions, NULL);
    context->reassignments =
        rz_cluster_list_reassignments(context->cluster, NULL, 0, &context->reassignments_error);
    rz_preflight_read_traffic(context);
    return true;
}

static void
context_clear(RzPreflightContext *context)
{
    rz_cluster_metadata_free(context->metadata);
    rz_cluster_metadata_free(context->registered);
    rz_cluster_reassignments_free(context->reassignments);
    g_clear_error(&context->reassignments_error);
    for (uint32_t i = 0; i < context->n_receivers; i++)
        rz_cluster_log_dirs_free(context->receivers[i].log_dirs);
    g_free(context->receivers);
    g_free(context->traffic);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(RzPreflightContext, context_clear)

/* ---- walking the table ---- */

static bool
is_accepted(const char *const *accept, const char *name)
{
    for (; accept != NULL && *accept != NULL; accept++)
        if (strcmp(*accept, name) == 0)
            return true;
    return false;
}

static bool
validate_accept(const char *const *accept, GError **error)
{
    for (; accept != NULL && *accept != NULL; accept++) {
        bool known = false;
        for (gsize i = 0; i < G_N_ELEMENTS(checks); i++)
            known = known || strcmp(checks[i].name, *accept) == 0;
        if (known)
            continue;
        g_set_error(error, RZ_ERROR, RZ_ERROR_USAGE, "--accept: there is no check \"%s\"", *accept);
        return false;
    }
    return true;
}

static RzPreflightResult
run_check(const Check *check, const RzPreflightContext *context)
{
    RzFindings findings = {RZ_VERDICT_OK, g_string_new(NULL), g_string_new(NULL)};
    check->check(context, &findings);
    g_assert(findings.evidence->len > 0);
    RzPreflightResult result = {
        .check = check->name,
        .verdict = findings.verdict,
        .evidence = g_string_free(findings.evidence, FALSE),
        .advice = findings.advice->len > 0 ? g_strdup(findings.advice->str) : NULL,
        .accepted = findings.verdict == RZ_VERDICT_FAIL &&
                    is_accepted(context->options->accept, check->name),
    };
    g_string_free(findings.advice, TRUE);
    return result;
}

RzPreflight *
rz_preflight(const RzPlan *plan, RzCluster *cluster, const RzPreflightOptions *options,
             GError **error)
{
    if (!validate_accept(options->accept, error))
        return NULL;
    g_auto(RzPreflightContext)
        context = {.plan = plan, .cluster = cluster, .options = options, .now = options->now};
    if (!context_read(&context, error))
        return NULL;
    RzPreflight *preflight = g_new0(RzPreflight, 1);
    preflight->n_results = G_N_ELEMENTS(checks);
    preflight->results = g_new0(RzPreflightResult, preflight->n_results);
    preflight->ok = true;
    for (uint32_t i = 0; i < preflight->n_results; i++) {
        RzPreflightResult *result = &preflight->results[i];
        *result = run_check(&checks[i], &context);
        preflight->ok = preflight->ok && (result->verdict != RZ_VERDICT_FAIL || result->accepted);
    }
    return preflight;
}

void
rz_preflight_free(RzPreflight *preflight)
{
    if (preflight == NULL)
        return;
    for (uint32_t i = 0; i < preflight->n_results; i++) {
        g_free(preflight->results[i].evidence);
        g_free(preflight->results[i].advice);
    }
    g_free(preflight->results);
    g_free(preflight);
}

char *
rz_preflight_to_json(const RzPreflight *preflight)
{
    json_t *list = json_array();
    for (uint32_t i = 0; i < preflight->n_results; i++) {
        const RzPreflightResult *result = &preflight->results[i];
        json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s?, s:b}", "check", result->check,
                                              "verdict", rz_verdict_name(result->verdict),
                                              "evidence", result->evidence, "advice",
                                              result->advice, "accepted", result->accepted));
    }
    json_t *root = json_pack("{s:b, s:o}", "ok", preflight->ok, "checks", list);
    g_assert(root != NULL);
    char *raw = json_dumps(root, JSON_INDENT(2));
    char *text = g_strdup(raw);
    free(raw);
    json_decref(root);
    return text;
}
