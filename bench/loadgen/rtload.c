/* rtload: a lean load generator for real-time servers (WebSocket, Socket.IO, Server-Sent Events). One thread, plain
 * sockets, epoll. It stays on the loopback range, is bounded in time, and prints one JSON line. See ../README.md. */
#define _GNU_SOURCE
#include "common.h"
#include "connection.h"
#include "dialect.h"
#include "histogram.h"
#include "options.h"
#include "procstat.h"
#include "traffic.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static const uint64_t MAX_POLL_NS = 20000000;
static const uint64_t QUIET_NS = 300000000;
static const uint64_t QUIET_LIMIT_NS = 60 * NANOS_PER_SECOND;
static const uint64_t DRAIN_NS = 2500000000;

/* What one measuring window showed; a column of these becomes a median and its runs. */
typedef struct {
    double deliveries_per_s, messages_per_s, acks_per_s;
    double p50, p90, p99, p999, max;
    double ack_p50, ack_p99, ack_p999;
    double cpu_s, cpu_us_per_delivery, system_share;
    double cpu_us_per_message[MAX_GROUPS];
    double core_busy_s, generator_cpu, deliveries_per_read;
} Result;

static Result results[MAX_WINDOWS];
static int next_to_open;

typedef enum { AT_DEADLINE, WHEN_CONNECTED, WHEN_QUIET, WHEN_DRAINED, WHEN_INPUT_ENDS } Stop;

/* ---------- phases ---------- */

static bool input_has_ended(void)
{
    char byte;
    return read(STDIN_FILENO, &byte, 1) == 0;
}

static bool may_stop(Stop stop, uint64_t now)
{
    switch (stop) {
    case WHEN_CONNECTED:
        return next_to_open == traffic_connection_count() && network.opening == 0;
    case WHEN_QUIET:
        return now > network.last_read_ns + QUIET_NS;
    case WHEN_DRAINED:
        return traffic.deliveries >= traffic.expected;
    case WHEN_INPUT_ENDS:
        return input_has_ended();
    case AT_DEADLINE:
        break;
    }
    return false;
}

static void run_until(uint64_t deadline, Stop stop)
{
    for (uint64_t now = now_ns(); now < deadline && !may_stop(stop, now); now = now_ns()) {
        uint64_t wait = deadline - now < MAX_POLL_NS ? deadline - now : MAX_POLL_NS;
        uint64_t due = traffic_send_due(now);
        network_poll(due < wait ? due : wait);
        traffic_unstick(now_ns());
        while (next_to_open < traffic_connection_count() && network.opening < options.opening)
            connection_open(traffic_connection(next_to_open++));
    }
}

static void run_for(double seconds, Stop stop)
{
    run_until(now_ns() + (uint64_t)(seconds * NANOS_PER_SECOND), stop);
}

static double own_cpu_s(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec)
           + (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static Result measure(void)
{
    Result result = {0};
    CpuTime before[MAX_GROUPS], after[MAX_GROUPS];
    window = (Window){.open = false};
    for (int i = 0; i < options.group_count; i++)
        before[i] = process_group_cpu(&options.groups[i]);
    double busy_before = options.core >= 0 ? core_busy_s(options.core) : 0;
    double own_before = own_cpu_s();
    uint64_t reads_before = network.reads;
    uint64_t start = now_ns();

    window.open = true;
    run_for(options.window_s, AT_DEADLINE);
    window.open = false;

    double seconds = (double)(now_ns() - start) / NANOS_PER_SECOND;
    double own = own_cpu_s() - own_before;
    for (int i = 0; i < options.group_count; i++)
        after[i] = process_group_cpu(&options.groups[i]);
    if (options.core >= 0)
        result.core_busy_s = core_busy_s(options.core) - busy_before;

    const Histogram *latency = &window.delivery_latency, *ack_latency = &window.ack_latency;
    double deliveries = (double)window.deliveries, sent = (double)window.sent;
    double reads = (double)(network.reads - reads_before);
    result.deliveries_per_s = deliveries / seconds;
    result.messages_per_s = sent / seconds;
    result.acks_per_s = (double)window.acks / seconds;
    result.p50 = histogram_percentile_us(latency, 50);
    result.p90 = histogram_percentile_us(latency, 90);
    result.p99 = histogram_percentile_us(latency, 99);
    result.p999 = histogram_percentile_us(latency, 99.9);
    result.max = histogram_percentile_us(latency, 100);
    result.ack_p50 = histogram_percentile_us(ack_latency, 50);
    result.ack_p99 = histogram_percentile_us(ack_latency, 99);
    result.ack_p999 = histogram_percentile_us(ack_latency, 99.9);
    result.generator_cpu = own / seconds;
    result.deliveries_per_read = reads > 0 ? deliveries / reads : 0;
    for (int i = 0; i < options.group_count; i++)
        result.cpu_us_per_message[i] = sent > 0 ? (after[i].total_s - before[i].total_s) * 1e6 / sent : 0;
    if (options.group_count) {
        result.cpu_s = after[0].total_s - before[0].total_s;
        result.cpu_us_per_delivery = deliveries > 0 ? result.cpu_s * 1e6 / deliveries : 0;
        result.system_share = result.cpu_s > 0 ? (after[0].system_s - before[0].system_s) / result.cpu_s : 0;
    }
    return result;
}

/* ---------- output ---------- */

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(const double *values, int count)
{
    double sorted[MAX_WINDOWS];
    memcpy(sorted, values, (size_t)count * sizeof *values);
    qsort(sorted, (size_t)count, sizeof *sorted, compare);
    return count % 2 ? sorted[count / 2] : (sorted[count / 2 - 1] + sorted[count / 2]) / 2;
}

/* Prints the median of one column and, if there are several windows, each one's value. */
static void print_column(const char *key, size_t offset, int decimals)
{
    double values[MAX_WINDOWS];
    for (int i = 0; i < options.windows; i++)
        memcpy(&values[i], (const char *)&results[i] + offset, sizeof *values);
    printf(",\"%s\":%.*f", key, decimals, median(values, options.windows));
    if (options.windows == 1)
        return;
    printf(",\"%s_runs\":[", key);
    for (int i = 0; i < options.windows; i++)
        printf("%s%.*f", i ? "," : "", decimals, values[i]);
    putchar(']');
}

static const struct {
    const char *key;
    size_t offset;
    int decimals;
} COLUMNS[] = {
    {"deliv_per_s", offsetof(Result, deliveries_per_s), 0},
    {"msgs_per_s", offsetof(Result, messages_per_s), 1},
    {"p50_us", offsetof(Result, p50), 1},
    {"p90_us", offsetof(Result, p90), 1},
    {"p99_us", offsetof(Result, p99), 1},
    {"p999_us", offsetof(Result, p999), 1},
    {"max_us", offsetof(Result, max), 0},
    {"acks_per_s", offsetof(Result, acks_per_s), 1},
    {"ack_p50_us", offsetof(Result, ack_p50), 1},
    {"ack_p99_us", offsetof(Result, ack_p99), 1},
    {"ack_p999_us", offsetof(Result, ack_p999), 1},
    {"cpu_s", offsetof(Result, cpu_s), 2},
    {"cpu_us_per_delivery", offsetof(Result, cpu_us_per_delivery), 3},
    {"sys_share", offsetof(Result, system_share), 2},
    {"core_busy_s", offsetof(Result, core_busy_s), 2},
    {"gen_cpu", offsetof(Result, generator_cpu), 3},
    {"deliv_per_read", offsetof(Result, deliveries_per_read), 2},
};

static void print_load_results(void)
{
    printf("{\"name\":\"%s\",\"conns\":%d,\"rooms\":%d,\"pubs\":%d,\"size\":%d,\"window\":%d,\"rate\":%.0f,"
           "\"until\":\"%s\",\"secs\":%.1f,\"repeat\":%d",
           options.name, options.connections, options.rooms, options.publishers, options.payload_bytes,
           options.in_flight, options.rate, options.until_ack ? "ack" : "delivery", options.window_s,
           options.windows);
    for (size_t i = 0; i < sizeof COLUMNS / sizeof *COLUMNS; i++)
        print_column(COLUMNS[i].key, COLUMNS[i].offset, COLUMNS[i].decimals);
    for (int i = 0; i < options.group_count; i++) {
        char key[64];
        snprintf(key, sizeof key, "cpu_us_per_msg_%s", options.groups[i].name);
        print_column(key, offsetof(Result, cpu_us_per_message) + (size_t)i * sizeof(double), 1);
        printf(",\"rss_mib_%s\":%.1f", options.groups[i].name, process_group_rss_mib(&options.groups[i]));
    }
    printf(",\"sent\":%lu,\"acks\":%lu,\"expected\":%lu,\"received\":%lu,\"lost\":%ld,\"dup\":%ld,\"ooo\":%ld,"
           "\"errors\":%ld,\"stalls\":%ld,\"closed\":%d,\"http_refused\":%ld}\n",
           traffic.sent, traffic.acks, traffic.expected, traffic.deliveries,
           (long)(traffic.expected - traffic.deliveries), traffic.duplicates, traffic.out_of_order, traffic.errors,
           traffic.stalls, network.closed, network.refused);
}

/* ---------- main ---------- */

static void stop_at_time_limit(int signal)
{
    static const char message[] = "rtload: hard time limit\n";
    (void)signal;
    ssize_t ignored = write(STDERR_FILENO, message, sizeof message - 1);
    (void)ignored;
    _exit(3);
}

static void raise_open_files(void)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    if ((rlim_t)options.connections + 64 > limit.rlim_max)
        die("the hard limit of open files is %lu: use several generators with --uidbase",
            (unsigned long)limit.rlim_max);
}

/* Connects everybody, and waits until greetings, histories and presence have ebbed away. */
static double connect_all(void)
{
    uint64_t start = now_ns();
    run_for(options.time_limit_s, WHEN_CONNECTED);
    double seconds = (double)(now_ns() - start) / NANOS_PER_SECOND;
    if (network.ready < options.connections)
        die("only %d of %d members are ready (%d failed, %ld refused, %d closed)", network.ready,
            options.connections, network.failed, network.refused, network.closed);
    run_until(now_ns() + QUIET_LIMIT_NS, WHEN_QUIET);
    return seconds;
}

static void stay_idle(double connect_s)
{
    printf("{\"name\":\"%s\",\"conns\":%d,\"ready\":%d,\"connect_s\":%.2f,\"connects_per_s\":%.0f}\n", options.name,
           options.connections, network.ready, connect_s, network.ready / connect_s);
    fflush(stdout);
    fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK);
    run_for(options.hold_s, WHEN_INPUT_ENDS);
    printf("{\"name\":\"%s\",\"closed\":%d}\n", options.name, network.closed);
}

static void load(void)
{
    traffic_start();
    run_for(options.warm_s, AT_DEADLINE);
    for (int i = 0; i < options.windows; i++)
        results[i] = measure();
    traffic_stop();
    run_until(now_ns() + DRAIN_NS, WHEN_DRAINED);
    print_load_results();
}

int main(int argument_count, char **arguments)
{
    options_parse(argument_count, arguments);
    dialect_load(options.dialect);
    signal(SIGPIPE, SIG_IGN);
    signal(SIGALRM, stop_at_time_limit);
    alarm((unsigned)options.time_limit_s);
    raise_open_files();
    traffic_prepare();
    network_start(traffic_connection_count());

    double connect_s = connect_all();
    if (options.idle)
        stay_idle(connect_s);
    else
        load();
    return 0;
}
