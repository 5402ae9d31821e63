/*
 * help.c: --help of the program and of each command.
 */
#include "cli/help.h"

#define HELP_WIDTH 96

/* Prints @text in lines of at most HELP_WIDTH characters, each behind @indent spaces. */
static void
print_wrapped(FILE *stream, const char *text, int indent, int column)
{
    g_auto(GStrv) words = g_strsplit(text, " ", -1);
    bool start = true;
    for (char **word = words; *word != NULL; word++) {
        int length = (int)g_utf8_strlen(*word, -1);
        if (!start && column + 1 + length > HELP_WIDTH) {
            fprintf(stream, "\n%*s", indent, "");
            column = indent;
            start = true;
        }
        fprintf(stream, "%s%s", start ? "" : " ", *word);
        column += length + (start ? 0 : 1);
        start = false;
    }
    fputc('\n', stream);
}

static void
print_option(FILE *stream, const RzOption *option)
{
    g_autoptr(GString) left = g_string_new("  ");
    if (option->letter != 0)
        g_string_append_printf(left, "-%c, ", option->letter);
    else
        g_string_append(left, "    ");
    g_string_append_printf(left, "--%s", option->name);
    if (option->value != NULL)
        g_string_append_printf(left, " %s", option->value);
    const int column = 34;
    if (left->len + 2 > (gsize)column)
        fprintf(stream, "%s\n%*s", left->str, column, "");
    else
        fprintf(stream, "%-*s", column, left->str);
    print_wrapped(stream, option->help, column, column);
}

void
rz_help_program(FILE *stream, const RzCommand *commands, guint n_commands)
{
    fputs("Usage: rezone COMMAND [options] [files]\n\n"
          "Moves a running Kafka cluster from one availability zone to two or more: plans the\n"
          "placement that moves the fewest bytes, proves it, and carries it out safely.\n\n"
          "Commands:\n",
          stream);
    for (guint i = 0; i < n_commands; i++) {
        fprintf(stream, "  %-10s  ", commands[i].name);
        print_wrapped(stream, commands[i].summary, 14, 14);
    }
    fputs("\nrezone COMMAND --help tells each one's options; rezone --version the version.\n"
          "Exit codes: 0 done, 1 the answer is no, 2 bad usage or input, 3 cluster out of reach,\n"
          "4 stopped early and resumable, 5 finished with leftovers.\n",
          stream);
}

void
rz_help_command(FILE *stream, const RzCommand *command)
{
    fprintf(stream, "Usage: rezone %s [options]%s%s\n\n", command->name,
            command->files[0] != '\0' ? " " : "", command->files);
    g_auto(GStrv) paragraphs = g_strsplit(command->description, "\n", -1);
    for (char **paragraph = paragraphs; *paragraph != NULL; paragraph++)
        print_wrapped(stream, *paragraph, 0, 0);
    for (int g = 0; g < RZ_MAX_GROUPS && command->groups[g] != NULL; g++) {
        fprintf(stream, "\n%s:\n", command->groups[g]->heading);
        for (const RzOption *o = command->groups[g]->options; o->name != NULL; o++)
            print_option(stream, o);
    }
    g_auto(GStrv) lines = g_strsplit(command->example, "\n", -1);
    fputs("\nExample:\n", stream);
    for (char **line = lines; *line != NULL; line++)
        fprintf(stream, "  %s\n", *line);
}
