/*
 * ask_secret.c: termios without echo (ask_secret.h).
 *
 * The line is read byte by byte into memory that is cleared, not through stdio, whose buffers would
 * keep it. Keys make no signals meanwhile, since one would leave the terminal without its echo; ^C
 * just ends the question.
 */
#include "cli/ask_secret.h"

#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum { MAX_LENGTH = 1024, CONTROL_C = 3 };

static void
put(int terminal, const char *text)
{
    for (size_t n = strlen(text); n > 0;) {
        ssize_t written = write(terminal, text, n);
        if (written <= 0)
            return;
        text += written;
        n -= (size_t)written;
    }
}

/* Up to the end of the line; NULL when it is empty or too long to be meant. */
static RzSecret *
read_line(int terminal)
{
    RzSecret *line = g_malloc0(MAX_LENGTH + 1);
    size_t n = 0;
    while (n < MAX_LENGTH && read(terminal, line + n, 1) == 1 && line[n] != '\n' &&
           line[n] != CONTROL_C)
        n++;
    bool whole = n > 0 && line[n] == '\n';
    line[n] = '\0';
    if (whole)
        return line;
    rz_secret_free(line);
    return NULL;
}

RzSecret *
rz_ask_secret(const char *property, void *data)
{
    (void)data;
    struct termios normal, silent;
    int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (terminal < 0)
        return NULL;
    RzSecret *answer = NULL;
    if (tcgetattr(terminal, &normal) == 0) {
        silent = normal;
        silent.c_lflag &= ~(tcflag_t)(ECHO | ISIG);
        put(terminal, property);
        put(terminal, ": ");
        if (tcsetattr(terminal, TCSAFLUSH, &silent) == 0) {
            answer = read_line(terminal);
            (void)tcsetattr(terminal, TCSAFLUSH, &normal);
        }
        put(terminal, "\n");
    }
    close(terminal);
    return answer;
}
