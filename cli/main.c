/*
 * main.c: the program's entry.
 */
#include <stdio.h>

int
main(void)
{
    puts("rezone 0.1.0");
    return 0;
}
