/*
 * main.c: from the command line to a command and from its outcome to an exit code.
 */
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/help.h"
#include "cli/output.h"
#include "rezone/error.h"

/* interface: 0 done, 1 the answer is no, 2 bad input, 3 cluster, 4 resumable, 5 leftovers. */
static const int exit_codes[] = {
    [RZ_ERROR_USAGE] = 2,      [RZ_ERROR_INPUT] = 2,   [RZ_ERROR_FILE] = 2,
    [RZ_ERROR_INFEASIBLE] = 1, [RZ_ERROR_REFUTED] = 1, [RZ_ERROR_UNREACHABLE] = 3,
    [RZ_ERROR_AMBIGUOUS] = 3,  [RZ_ERROR_DENIED] = 3,  [RZ_ERROR_UNSUPPORTED] = 3,
    [RZ_ERROR_PROTOCOL] = 3,   [RZ_ERROR_KAFKA] = 3,   [RZ_ERROR_LOCKED] = 2,
    [RZ_ERROR_STOPPED] = 4,
};

static int
report(const char *command, const GError *error)
{
    g_autofree char *text = rz_printable(error->message);
    g_autofree char *head = rz_tone(stderr, RZ_BAD, "error: ");
    fprintf(stderr, "%s%s\n", head, text);
    if (error->domain != RZ_ERROR)
        return 2;
    if (error->code == RZ_ERROR_USAGE && command != NULL)
        fprintf(stderr, "rezone %s --help tells its options\n", command);
    return exit_codes[error->code];
}

static int
run_command(const RzCommand *command, int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(RzArgs) args = rz_args_parse(command, argc, argv, &error);
    if (args == NULL)
        return report(command->name, error);
    if (rz_args_wants_help(args)) {
        rz_help_command(stdout, command);
        return 0;
    }
    int code = command->run(args, &error);
    return error != NULL ? report(command->name, error) : code;
}

static int
dispatch(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "--help";
    if (strcmp(name, "--version") == 0) {
        puts("rezone " RZ_VERSION);
        return 0;
    }
    if (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0 || strcmp(name, "help") == 0) {
        rz_help_program(argc > 1 ? stdout : stderr, rz_commands, rz_n_commands);
        return argc > 1 ? 0 : 2;
    }
    const RzCommand *command = rz_find_command(name);
    if (command != NULL)
        return run_command(command, argc - 2, argv + 2);
    g_autofree char *shown = rz_printable(name);
    fprintf(stderr, "error: unknown command or option \"%s\"; rezone --help lists them\n", shown);
    return 2;
}

int
main(int argc, char **argv)
{
    setlocale(LC_ALL, "");
    signal(SIGPIPE, SIG_IGN);
    int code = dispatch(argc, argv);
    /* A result that did not reach its file is a failure, whatever the command thought. */
    if ((fflush(stdout) != 0 || ferror(stdout)) && code != 2) {
        fprintf(stderr, "error: stdout: %s\n", g_strerror(errno));
        code = 2;
    }
    return code;
}
