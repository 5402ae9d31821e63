/*
 * man.c: the tables as man pages (man(7) macros).
 */
#include "cli/docgen/docgen.h"

#include <stdio.h>

typedef struct {
    const char *code, *meaning;
} ExitCode;

static const ExitCode exit_codes[] = {
    {"0", "done, nothing to report"},
    {"1", "the answer is no: violations found, a check failed, no feasible plan"},
    {"2", "bad usage or bad input; nothing was changed"},
    {"3", "the cluster could not be reached, refused us, or lacks a needed API"},
    {"4", "the run stopped before its end and can be resumed"},
    {"5",
     "the run ended with leftovers: partitions skipped, or a throttle that a dead broker still "
     "holds"},
};

void
rz_docgen_put(FILE *stream, char character, bool line_start)
{
    if (line_start && (character == '.' || character == '\''))
        fputs("\\&", stream);
    if (character == '\\')
        fputs("\\e", stream);
    else if (character == '-')
        fputs("\\-", stream);
    else
        fputc(character, stream);
}

static void
print_text(FILE *stream, const char *text)
{
    for (const char *at = text; *at != '\0'; at++)
        rz_docgen_put(stream, *at, at == text || at[-1] == '\n');
}

/* Without a date: equal input gives equal pages. */
void
rz_docgen_man_head(FILE *stream, const char *page, int section, const char *version,
                   const char *summary)
{
    g_autofree char *title = g_ascii_strup(page, -1);
    fputs(".TH ", stream);
    print_text(stream, title);
    fprintf(stream, " %d \"\" \"rezone %s\" \"rezone manual\"\n.SH NAME\n", section, version);
    print_text(stream, page);
    fputs(" \\- ", stream);
    print_text(stream, summary);
    fputc('\n', stream);
}

static void
print_exit_codes(FILE *stream)
{
    fputs(".SH EXIT STATUS\n", stream);
    for (gsize i = 0; i < G_N_ELEMENTS(exit_codes); i++) {
        fprintf(stream, ".TP\n.B %s\n", exit_codes[i].code);
        print_text(stream, exit_codes[i].meaning);
        fputc('\n', stream);
    }
}

static void
print_option(FILE *stream, const RzOption *option)
{
    fputs(".TP\n", stream);
    if (option->letter != 0)
        fprintf(stream, "\\fB\\-%c\\fR, ", option->letter);
    fputs("\\fB\\-\\-", stream);
    print_text(stream, option->name);
    fputs("\\fR", stream);
    if (option->value != NULL) {
        fputs(" \\fI", stream);
        print_text(stream, option->value);
        fputs("\\fR", stream);
    }
    fputc('\n', stream);
    print_text(stream, option->help);
    fputc('\n', stream);
}

static void
print_example(FILE *stream, const char *example)
{
    fputs(".SH EXAMPLES\n.nf\n", stream);
    print_text(stream, example);
    fputs("\n.fi\n", stream);
}

void
rz_docgen_man_command(FILE *stream, const char *version, const RzCommand *command)
{
    g_autofree char *page = g_strdup_printf("rezone-%s", command->name);
    rz_docgen_man_head(stream, page, 1, version, command->summary);
    fprintf(stream, ".SH SYNOPSIS\n.B rezone %s\n[options]\n", command->name);
    print_text(stream, command->files);
    fputs("\n.SH DESCRIPTION\n", stream);
    g_auto(GStrv) paragraphs = g_strsplit(command->description, "\n", -1);
    for (char **paragraph = paragraphs; *paragraph != NULL; paragraph++) {
        fputs(paragraph == paragraphs ? "" : ".PP\n", stream);
        print_text(stream, *paragraph);
        fputc('\n', stream);
    }
    for (int g = 0; g < RZ_MAX_GROUPS && command->groups[g] != NULL; g++) {
        g_autofree char *heading = g_ascii_strup(command->groups[g]->heading, -1);
        fprintf(stream, ".SH \"OPTIONS: %s\"\n", heading);
        for (const RzOption *o = command->groups[g]->options; o->name != NULL; o++)
            print_option(stream, o);
    }
    print_exit_codes(stream);
    print_example(stream, command->example);
    fputs(".SH SEE ALSO\n.BR rezone (1)\n", stream);
}

void
rz_docgen_man_program(FILE *stream, const char *version, const RzCommand *commands,
                      guint n_commands)
{
    rz_docgen_man_head(stream, "rezone", 1, version, "spread a running Kafka cluster over zones");
    fputs(".SH SYNOPSIS\n.B rezone\n.I COMMAND\n[options] [files]\n.SH DESCRIPTION\n", stream);
    print_text(stream,
               "Moves a running Apache Kafka cluster from one availability zone to two or more: "
               "plans the placement that moves the fewest bytes, proves it, and carries it out "
               "throttled, journaled and reversible.");
    fputs("\n.SH COMMANDS\n", stream);
    for (guint i = 0; i < n_commands; i++) {
        fputs(".TP\n.BR rezone\\-", stream);
        print_text(stream, commands[i].name);
        fputs(" (1)\n", stream);
        print_text(stream, commands[i].summary);
        fputc('\n', stream);
    }
    print_exit_codes(stream);
    fputs(".SH FILES\n.BR rezone\\-formats (5)\nand\n.BR rezone\\-run (5)\ndescribe them.\n",
          stream);
    fputs(".SH ENVIRONMENT\n.TP\n.B NO_COLOR\nno colour, whatever the terminal\n", stream);
}
