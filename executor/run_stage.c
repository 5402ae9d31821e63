/*
 * run_stage.c: a run's staged partitions: which they are, where they stand, who leads next.
 *
 * The steps depend on the zones of the brokers, which a resume may see differently: so they are
 * decided once, in the first reading, and journaled before anything is sent. Where a partition is
 * on its way is not journaled but read from the cluster, like everything else about it.
 */
#include "executor/run_private.h"

#include "executor/stage.h"

#define PARTS_A_RECORD 500
#define LEAD_AGAIN_MS 5000

/* ---- deciding ---- */

static const char *
zone_of(int32_t broker, void *run)
{
    return rz_run_broker(run, broker)->zone;
}

static json_t *
steps_json(const RzJournal *journal, uint32_t index)
{
    const RzJournalPart *part = &g_array_index(journal->parts, RzJournalPart, index);
    json_t *item = json_array();
    json_array_append_new(item, json_integer(index));
    for (uint16_t s = 0; s < part->n_steps; s++) {
        const RzJournalList *list =
            &g_array_index(journal->steps, RzJournalList, part->first_step + s);
        json_t *ids = json_array();
        for (uint16_t i = 0; i < list->n; i++)
            json_array_append_new(
                ids, json_integer(g_array_index(journal->ids, int32_t, (guint)list->first + i)));
        json_array_append_new(item, ids);
    }
    return item;
}

static bool
write_steps(RzRun *run, json_t *list, bool last, GError **error)
{
    return rz_journal_write(
        &run->writer, json_pack("{s:s, s:o, s:b}", "t", "steps", "of", list, "last", last), error);
}

/* False: it is as well sent in one go. */
static bool
decide(RzRun *run, RzPart *part)
{
    RzJournalPart *known =
        &g_array_index(run->journal->parts, RzJournalPart, (guint)(part - run->parts));
    if (part->bytes == 0 || part->touched || known->n_steps > 0)
        return false;
    const RzStageAsk ask = {run->ids + part->first_from,
                            run->ids + part->first_to,
                            part->n_from,
                            part->n_to,
                            zone_of,
                            run};
    g_autoptr(RzStageSteps) steps = rz_stage_steps(&ask);
    const int32_t *ids = (const int32_t *)(void *)steps->ids->data;
    for (guint s = 0; s < steps->lengths->len; s++) {
        uint16_t n = g_array_index(steps->lengths, uint16_t, s);
        rz_journal_add_step(run->journal, known, ids, n);
        ids += n;
    }
    run->ids = (int32_t *)(void *)run->journal->ids->data;
    return steps->lengths->len > 0;
}

static void
adopt_steps(RzRun *run)
{
    run->n_staged = 0;
    for (uint32_t i = 0; i < run->n_parts; i++) {
        const RzJournalPart *known = &g_array_index(run->journal->parts, RzJournalPart, i);
        run->parts[i].first_step = known->first_step;
        run->parts[i].n_steps = known->n_steps;
        run->n_staged += known->n_steps > 0;
    }
}

bool
rz_run_stage(RzRun *run, GError **error)
{
    if (run->journal->settings.stage != 1)
        return true;
    json_t *list = json_array();
    for (uint32_t i = 0; !run->journal->staged && i < run->n_parts; i++) {
        if (decide(run, &run->parts[i]))
            json_array_append_new(list, steps_json(run->journal, i));
        if (json_array_size(list) < PARTS_A_RECORD)
            continue;
        if (!write_steps(run, list, false, error))
            return false;
        list = json_array();
    }
    adopt_steps(run);
    if (run->journal->staged) {
        json_decref(list);
        return true;
    }
    run->journal->staged = true;
    return write_steps(run, list, true, error);
}

/* ---- where it is ---- */

static RzPartList
list_at(const RzRun *run, const RzPart *part, uint16_t index)
{
    if (index == 0)
        return (RzPartList){run->ids + part->first_from, part->n_from};
    if (index > part->n_steps)
        return (RzPartList){run->ids + part->first_to, part->n_to};
    const RzJournalList *list =
        &g_array_index(run->journal->steps, RzJournalList, part->first_step + index - 1);
    return (RzPartList){run->ids + list->first, list->n};
}

const int32_t *
rz_part_step(const RzRun *run, const RzPart *part, uint16_t index, uint16_t *n)
{
    RzPartList list = list_at(run, part, index);
    *n = list.n;
    return list.ids;
}

RzPartList *
rz_part_way(const RzRun *run, const RzPart *part)
{
    RzPartList *way = g_new(RzPartList, part->n_steps + 2U);
    for (uint16_t i = 0; i < part->n_steps + 2; i++)
        way[i] = list_at(run, part, i);
    return way;
}

/*
 * Forward, a list that it is at counts as one that it is about to have reached: the table then sees
 * whether it is in sync and who leads. On the way back only where it starts from matters.
 */
void
rz_part_locate(RzRun *run, RzPart *part)
{
    if (part->n_steps == 0 || part->in_window)
        return;
    const RzRunTopic *topic = &run->topics[part->topic];
    const RzClusterTopic *seen = rz_cluster_find_topic(run->live, topic->name);
    const RzClusterPartition *live =
        seen != NULL ? rz_cluster_find_partition(seen, part->number) : NULL;
    const RzClusterReassignment *listed =
        rz_cluster_find_reassignment(run->listed, topic->name, part->number);
    g_autofree RzPartList *way = rz_part_way(run, part);
    RzPartAim aim = {.back = part->back, .way = way, .n_way = part->n_steps + 2};
    bool exact = false;
    uint16_t at = rz_part_place(&aim, listed, live, part->back ? part->n_steps + 1 : 0, &exact);
    if (listed == NULL && !part->back && exact && at > 0)
        at--;
    if (listed != NULL && part->back && at == 0 && listed->n_adding > 0)
        at = part->n_steps + 1; /* already copying its way back */
    part->at = at;
}

/* ---- the leader of the next step ---- */

/* Those whose leader has not moved yet, and were not asked a moment ago. */
GArray *
rz_run_to_lead(RzRun *run)
{
    GArray *parts = g_array_new(FALSE, FALSE, sizeof(uint32_t));
    for (guint i = 0; run->counts[RZ_PART_STEPPING] > 0 && i < run->active->len; i++) {
        uint32_t index = g_array_index(run->active, uint32_t, i);
        RzPart *part = &run->parts[index];
        if (part->state != RZ_PART_STEPPING || part->seen != RZ_SEEN_AT_STEP ||
            (part->acted_ms != 0 && run->cycle_ms - part->acted_ms < LEAD_AGAIN_MS))
            continue;
        part->acted_ms = run->cycle_ms;
        g_array_append_val(parts, index);
    }
    return parts;
}
