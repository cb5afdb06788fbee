/* Small things that every part of the load generator uses. */
#ifndef COMMON_H
#define COMMON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdnoreturn.h>
#include <time.h>

#define NANOS_PER_SECOND 1000000000ull

static inline uint64_t now_ns(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * NANOS_PER_SECOND + (uint64_t)time.tv_nsec;
}

/* Prints "rtload: " and the message, and ends the process with status 2. */
noreturn void die(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* As malloc, calloc, realloc and strdup, but they end the process when there is no memory. */
void *must_calloc(size_t count, size_t size);
void *must_realloc(void *memory, size_t size);
char *must_strdup(const char *text);

#endif
