/* Latencies in buckets of less than 1.6 % width: 64 for each power of two nanoseconds. */
#ifndef HISTOGRAM_H
#define HISTOGRAM_H

#include <stdint.h>
#include <string.h>

enum { HISTOGRAM_BUCKETS = 4096, BUCKETS_PER_OCTAVE = 64 };

typedef struct {
    uint32_t counts[HISTOGRAM_BUCKETS];
} Histogram;

static inline void histogram_clear(Histogram *histogram)
{
    memset(histogram, 0, sizeof *histogram);
}

static inline int histogram_bucket(uint64_t nanos)
{
    if (nanos < BUCKETS_PER_OCTAVE)
        return (int)nanos;
    int exponent = 63 - __builtin_clzll(nanos);
    int bucket = (exponent - 5) * BUCKETS_PER_OCTAVE + (int)(nanos >> (exponent - 6) & 63);
    return bucket < HISTOGRAM_BUCKETS ? bucket : HISTOGRAM_BUCKETS - 1;
}

static inline void histogram_add(Histogram *histogram, uint64_t nanos)
{
    histogram->counts[histogram_bucket(nanos)]++;
}

static inline double histogram_bucket_nanos(int bucket)
{
    if (bucket < BUCKETS_PER_OCTAVE)
        return bucket;
    int exponent = bucket / BUCKETS_PER_OCTAVE + 5;
    double start = (double)(1ull << exponent);
    return start + (bucket % BUCKETS_PER_OCTAVE + 0.5) * start / BUCKETS_PER_OCTAVE;
}

/* The latency in microseconds that `percent` of the values do not exceed; 0 without values. */
static inline double histogram_percentile_us(const Histogram *histogram, double percent)
{
    uint64_t total = 0;
    for (int i = 0; i < HISTOGRAM_BUCKETS; i++)
        total += histogram->counts[i];
    if (!total)
        return 0;
    uint64_t rank = (uint64_t)((double)total * percent / 100.0);
    if (rank >= total)
        rank = total - 1;
    uint64_t seen = 0;
    for (int i = 0; i < HISTOGRAM_BUCKETS; i++) {
        seen += histogram->counts[i];
        if (seen > rank)
            return histogram_bucket_nanos(i) / 1000.0;
    }
    return 0;
}

#endif
