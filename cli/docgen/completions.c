/*
 * completions.c: the tables as completion scripts for bash, zsh and fish.
 */
#include "cli/docgen/docgen.h"

#include <stdio.h>
#include <string.h>

/* Words of "a|b|c" values, separated by spaces; "" when the value is free text. */
static char *
choices_of(const RzOption *option)
{
    if (option->value == NULL || strchr(option->value, '|') == NULL)
        return g_strdup("");
    GString *words = g_string_new(NULL);
    g_auto(GStrv) parts = g_strsplit(option->value, "|", -1);
    for (char **part = parts; *part != NULL; part++) {
        bool word = true;
        for (const char *c = *part; *c != '\0'; c++)
            word = word && (g_ascii_islower(*c) || *c == '-');
        if (word)
            g_string_append_printf(words, "%s%s", words->len > 0 ? " " : "", *part);
    }
    return g_string_free(words, FALSE);
}

static bool
is_file(const RzOption *option)
{
    return option->value != NULL &&
           (strcmp(option->value, "FILE") == 0 || strcmp(option->value, "DIR") == 0);
}

typedef void (*OptionPrinter)(FILE *stream, const RzCommand *command, const RzOption *option);

static void
each_option(FILE *stream, const RzCommand *command, OptionPrinter print)
{
    for (int g = 0; g < RZ_MAX_GROUPS && command->groups[g] != NULL; g++)
        for (const RzOption *o = command->groups[g]->options; o->name != NULL; o++)
            print(stream, command, o);
}

/* ---- bash ---- */

static void
bash_word(FILE *stream, const RzCommand *command, const RzOption *option)
{
    (void)command;
    fprintf(stream, " --%s", option->name);
    if (option->letter != 0)
        fprintf(stream, " -%c", option->letter);
}

static void
bash_value(FILE *stream, const RzCommand *command, const RzOption *option)
{
    g_autofree char *choices = choices_of(option);
    if (option->value == NULL)
        return;
    fprintf(stream, "        %s:--%s", command->name, option->name);
    if (option->letter != 0)
        fprintf(stream, "|%s:-%c", command->name, option->letter);
    if (is_file(option))
        fputs(") COMPREPLY=($(compgen -f -- \"$word\")); return ;;\n", stream);
    else
        fprintf(stream, ") COMPREPLY=($(compgen -W \"%s\" -- \"$word\")); return ;;\n", choices);
}

void
rz_docgen_bash(FILE *stream, const RzCommand *commands, guint n_commands)
{
    fputs("# bash completion for rezone; generated from its option tables\n"
          "_rezone() {\n"
          "    local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n"
          "    local command=${COMP_WORDS[1]}\n"
          "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
          "        COMPREPLY=($(compgen -W \"",
          stream);
    for (guint i = 0; i < n_commands; i++)
        fprintf(stream, "%s ", commands[i].name);
    fputs("--help --version\" -- \"$word\"))\n        return\n    fi\n"
          "    case \"$command:$previous\" in\n",
          stream);
    for (guint i = 0; i < n_commands; i++)
        each_option(stream, &commands[i], bash_value);
    fputs(
        "    esac\n    if [[ $word != -* ]]; then COMPREPLY=($(compgen -f -- \"$word\")); return; "
        "fi\n    case \"$command\" in\n",
        stream);
    for (guint i = 0; i < n_commands; i++) {
        fprintf(stream, "        %s) COMPREPLY=($(compgen -W \"--help -h", commands[i].name);
        each_option(stream, &commands[i], bash_word);
        fputs("\" -- \"$word\")) ;;\n", stream);
    }
    fputs("    esac\n}\ncomplete -o filenames -F _rezone rezone\n", stream);
}

/* ---- zsh: text inside a specification must not hold brackets, colons or quotes ---- */

static char *
zsh_text(const char *text)
{
    GString *safe = g_string_new(NULL);
    for (const char *at = text; *at != '\0'; at++) {
        if (strchr("[]:\\", *at) != NULL)
            g_string_append_c(safe, '\\');
        if (*at == '\'')
            g_string_append(safe, "'\\'");
        g_string_append_c(safe, *at);
    }
    return g_string_free(safe, FALSE);
}

static void
zsh_option(FILE *stream, const RzCommand *command, const RzOption *option)
{
    (void)command;
    g_autofree char *help = zsh_text(option->help);
    g_autofree char *choices = choices_of(option);
    fprintf(stream, "            '%s--%s[%s]", option->kind == RZ_OPTION_LIST ? "*" : "",
            option->name, help);
    if (option->value != NULL) {
        g_autofree char *value = zsh_text(option->value);
        fprintf(stream, ":%s:", value);
        if (is_file(option))
            fputs("_files", stream);
        else if (choices[0] != '\0')
            fprintf(stream, "(%s)", choices);
        else
            fputc(' ', stream);
    }
    fputs("' \\\n", stream);
}

void
rz_docgen_zsh(FILE *stream, const RzCommand *commands, guint n_commands)
{
    fputs("#compdef rezone\n# generated from rezone's option tables\n_rezone() {\n"
          "    local -a commands\n    commands=(\n",
          stream);
    for (guint i = 0; i < n_commands; i++) {
        g_autofree char *summary = zsh_text(commands[i].summary);
        fprintf(stream, "        '%s:%s'\n", commands[i].name, summary);
    }
    fputs("    )\n    if (( CURRENT == 2 )); then\n        _describe command commands\n"
          "        return\n    fi\n    case $words[2] in\n",
          stream);
    for (guint i = 0; i < n_commands; i++) {
        fprintf(stream, "        %s) _arguments \\\n", commands[i].name);
        each_option(stream, &commands[i], zsh_option);
        fputs("            '--help[show the options]' '*:file:_files' ;;\n", stream);
    }
    fputs("    esac\n}\n_rezone \"$@\"\n", stream);
}

/* ---- fish ---- */

static char *
fish_text(const char *text)
{
    g_auto(GStrv) parts = g_strsplit(text, "'", -1);
    return g_strjoinv("\\'", parts);
}

static void
fish_option(FILE *stream, const RzCommand *command, const RzOption *option)
{
    g_autofree char *help = fish_text(option->help);
    g_autofree char *choices = choices_of(option);
    fprintf(stream, "complete -c rezone -n '__fish_seen_subcommand_from %s' -l %s", command->name,
            option->name);
    if (option->letter != 0)
        fprintf(stream, " -s %c", option->letter);
    if (option->value != NULL)
        fputs(is_file(option) ? " -rF" : " -x", stream);
    if (choices[0] != '\0')
        fprintf(stream, " -a '%s'", choices);
    fprintf(stream, " -d '%s'\n", help);
}

void
rz_docgen_fish(FILE *stream, const RzCommand *commands, guint n_commands)
{
    fputs("# fish completion for rezone; generated from its option tables\n", stream);
    for (guint i = 0; i < n_commands; i++) {
        g_autofree char *summary = fish_text(commands[i].summary);
        fprintf(stream, "complete -c rezone -f -n __fish_use_subcommand -a %s -d '%s'\n",
                commands[i].name, summary);
        each_option(stream, &commands[i], fish_option);
    }
}
