/*
 * plan_from_snapshot.c: reads a snapshot on stdin and writes the plan for it to stdout, through
 * nothing but the installed headers.
 *
 *   cc plan_from_snapshot.c $(pkg-config --cflags --libs rezone-planner) -o plan_from_snapshot
 *   ./plan_from_snapshot < before.json > plan.json
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>

#include <rezone/plan.h>

static bool
print_line(const char *line, gsize length, void *data, GError **error)
{
    (void)data;
    (void)error;
    return fwrite(line, 1, length, stdout) == length && putchar('\n') != EOF;
}

static RzSnapshot *
read_snapshot(GError **error)
{
    g_autoptr(RzSnapshotReader) reader = rz_snapshot_reader_new();
    char *line = NULL;
    size_t room = 0;
    ssize_t length = 0;
    bool good = true;
    while (good && (length = getline(&line, &room, stdin)) > 0)
        good = rz_snapshot_reader_line(reader, line, (gsize)length, error);
    free(line);
    return good ? rz_snapshot_reader_finish(reader, error) : NULL;
}

int
main(void)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RzSnapshot) snapshot = read_snapshot(&error);
    g_autoptr(RzPolicy) policy = rz_policy_new();
    g_autoptr(RzPlan) plan = snapshot != NULL ? rz_plan_new(snapshot, policy, &error) : NULL;
    if (plan == NULL || !rz_plan_write(plan, print_line, NULL, &error)) {
        fprintf(stderr, "%s\n", error != NULL ? error->message : "stdout cannot be written");
        return 1;
    }
    return 0;
}
