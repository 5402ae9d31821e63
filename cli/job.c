/*
 * job.c: what add-zone was asked, and how far it has come, as its run directory tells it.
 */
#include "cli/job.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "cli/commands.h"
#include "cli/io.h"
#include "executor/journal.h"
#include "rezone/error.h"

#define JOB_FILE "job.json"
#define JOURNAL_FILE "journal"

bool
rz_job_remember(const RzArgs *args, const char *dir, GError **error)
{
    if (g_mkdir_with_parents(dir, 0700) != 0) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_FILE, "%s: cannot be created: %s", dir,
                    g_strerror(errno));
        return false;
    }
    json_t *words = json_array();
    const RzCommand *command = rz_args_command(args);
    for (int g = 0; g < RZ_MAX_GROUPS && command->groups[g] != NULL; g++) {
        for (const RzOption *o = command->groups[g]->options; o->name != NULL; o++) {
            const GPtrArray *values = rz_args_list(args, o->name);
            for (guint i = 0; o->letter != 'X' && i < values->len; i++) {
                const char *value = g_ptr_array_index(values, i);
                g_autofree char *word = o->kind == RZ_OPTION_FLAG
                                            ? g_strdup_printf("--%s", o->name)
                                            : g_strdup_printf("--%s=%s", o->name, value);
                json_array_append_new(words, json_string(word));
            }
        }
    }
    json_array_append_new(words, json_string("--"));
    json_array_append_new(words, json_string(rz_args_file(args, 0)));
    json_t *root =
        json_pack("{s:s, s:i, s:o}", "format", "rezone-job", "version", 1, "arguments", words);
    char *text = json_dumps(root, JSON_INDENT(1));
    json_decref(root);
    g_autofree char *path = g_build_filename(dir, JOB_FILE, NULL);
    bool good = rz_save_text(path, text, error);
    free(text);
    return good;
}

/* What is said when going on counts more than what was said at first. */
static const char *const anew[] = {"bootstrap-server", "command-config", "yes", "json", "quiet"};

static bool
is_given_anew(const char *word, const RzArgs *resume_args)
{
    for (gsize i = 0; word != NULL && i < G_N_ELEMENTS(anew); i++) {
        g_autofree char *flag = g_strdup_printf("--%s", anew[i]);
        g_autofree char *value = g_strdup_printf("--%s=", anew[i]);
        if (strcmp(word, flag) == 0 || g_str_has_prefix(word, value))
            return rz_args_flag(resume_args, anew[i]);
    }
    return word == NULL;
}

static void
take_over(const RzArgs *resume_args, GPtrArray *argv)
{
    const GPtrArray *properties = rz_args_list(resume_args, "property");
    for (guint i = 0; i < properties->len; i++)
        g_ptr_array_add(
            argv, g_strdup_printf("--property=%s", (const char *)g_ptr_array_index(properties, i)));
    for (gsize i = 0; i < G_N_ELEMENTS(anew); i++) {
        const char *value = rz_args_value_if_known(resume_args, anew[i]);
        if (value != NULL)
            g_ptr_array_add(argv, value[0] == '\0' ? g_strdup_printf("--%s", anew[i])
                                                   : g_strdup_printf("--%s=%s", anew[i], value));
    }
}

RzArgs *
rz_job_recall(const RzArgs *resume_args, const char *dir, GError **error)
{
    g_autofree char *path = g_build_filename(dir, JOB_FILE, NULL);
    json_error_t wrong;
    json_t *root = json_load_file(path, JSON_REJECT_DUPLICATES, &wrong);
    const json_t *words = json_object_get(root, "arguments");
    if (!json_is_array(words)) {
        g_set_error(error, RZ_ERROR, RZ_ERROR_INPUT, "%s: is no job of add-zone%s%s", path,
                    root == NULL ? ": " : "", root == NULL ? wrong.text : "");
        json_decref(root);
        return NULL;
    }
    g_autoptr(GPtrArray) argv = g_ptr_array_new_with_free_func(g_free);
    take_over(resume_args, argv);
    size_t i = 0;
    json_t *word = NULL;
    json_array_foreach(words, i, word) if (!is_given_anew(json_string_value(word), resume_args))
        g_ptr_array_add(argv, g_strdup(json_string_value(word)));
    json_decref(root);
    return rz_args_parse(rz_find_command("add-zone"), (int)argv->len, (char **)argv->pdata, error);
}

static bool
is_job(const char *dir)
{
    g_autofree char *path = g_build_filename(dir, JOB_FILE, NULL);
    return g_file_test(path, G_FILE_TEST_EXISTS);
}

/* Killed while the journal was being begun, a run has sent nothing: only "begin" counts. */
RzJobStage
rz_job_stage(const char *dir)
{
    g_autofree char *path = g_build_filename(dir, JOURNAL_FILE, NULL);
    g_autofree char *text = NULL;
    gsize length = 0, valid = 0;
    if (!g_file_get_contents(path, &text, &length, NULL))
        return RZ_JOB_PENDING;
    g_autoptr(RzJournal) journal = rz_journal_parse(text, length, &valid, NULL);
    if (journal == NULL)
        return RZ_JOB_RUNNING; /* resume says what is wrong with it */
    if (!journal->begun)
        return RZ_JOB_PENDING;
    if (!journal->finished)
        return RZ_JOB_RUNNING;
    if (g_strcmp0(journal->final_state, "rolled_back") == 0)
        return RZ_JOB_BACK;
    return g_strcmp0(journal->final_state, "done") == 0 ? RZ_JOB_MOVED : RZ_JOB_RUNNING;
}

RzJobStage
rz_add_zone_stage(const char *dir)
{
    return is_job(dir) ? rz_job_stage(dir) : RZ_JOB_NONE;
}
