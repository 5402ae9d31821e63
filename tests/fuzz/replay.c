/*
 * replay.c: runs a fuzz target over the files of its corpus, for builds without libFuzzer.
 */
#include <stdio.h>

#include <glib.h>

#include "tests/fuzz/fuzz_target.h"

/* A copy of exact size, so that a sanitizer sees every step past the end. */
static gboolean
replay_file(const char *path)
{
    g_autofree char *content = NULL;
    gsize size = 0;
    if (!g_file_get_contents(path, &content, &size, NULL))
        return FALSE;
    g_autofree uint8_t *exact = g_memdup2(content, size);
    (void)LLVMFuzzerTestOneInput(exact, size);
    return TRUE;
}

int
main(int argc, char **argv)
{
    unsigned n = 0;
    for (int i = 1; i < argc; i++) {
        g_autoptr(GDir) folder = g_dir_open(argv[i], 0, NULL);
        const char *name;
        while (folder != NULL && (name = g_dir_read_name(folder)) != NULL) {
            g_autofree char *path = g_build_filename(argv[i], name, NULL);
            if (!replay_file(path))
                return 1;
            n++;
        }
    }
    printf("%u inputs replayed\n", n);
    return n == 0; /* an empty corpus tests nothing */
}
