/* Processor time and memory of other processes, read from /proc. */
#ifndef PROCSTAT_H
#define PROCSTAT_H

#include <stdbool.h>

enum { GROUP_PROCESSES = 512 };

/* Processes that are counted together. With `with_children` the first one's descendants belong to it too. */
typedef struct {
    char name[32];
    int pids[GROUP_PROCESSES];
    int count;
    bool with_children;
} ProcessGroup;

typedef struct {
    double total_s;
    double system_s;
} CpuTime;

/* Reads "NAME:PID,PID". */
ProcessGroup process_group_parse(const char *text, bool with_children);
CpuTime process_group_cpu(ProcessGroup *group);
double process_group_rss_mib(ProcessGroup *group);

/* Busy time of one processor core since the machine started, whoever used it. */
double core_busy_s(int core);

#endif
