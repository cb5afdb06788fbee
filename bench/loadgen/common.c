#define _GNU_SOURCE
#include "common.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

noreturn void die(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("rtload: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(2);
}

static void *checked(void *memory)
{
    if (!memory)
        die("out of memory");
    return memory;
}

void *must_calloc(size_t count, size_t size)
{
    return checked(calloc(count ? count : 1, size));
}

void *must_realloc(void *memory, size_t size)
{
    return checked(realloc(memory, size ? size : 1));
}

char *must_strdup(const char *text)
{
    return checked(strdup(text));
}
