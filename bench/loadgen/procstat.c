#define _GNU_SOURCE
#include "procstat.h"

#include "common.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_PROCESSES = 8192, CHILD_GENERATIONS = 3 };

ProcessGroup process_group_parse(const char *text, bool with_children)
{
    ProcessGroup group = {.with_children = with_children};
    const char *colon = strchr(text, ':');
    if (!colon)
        die("processes are given as NAME:PID[,PID]: %s", text);
    snprintf(group.name, sizeof group.name, "%.*s", (int)(colon - text), text);
    char *list = must_strdup(colon + 1);
    for (char *pid = strtok(list, ","); pid && group.count < GROUP_PROCESSES; pid = strtok(NULL, ","))
        group.pids[group.count++] = atoi(pid);
    free(list);
    return group;
}

/* Reads /proc/PID/stat from its third field (the state) on: the name before it may hold anything. */
static const char *read_stat(int pid, char *buffer, size_t size)
{
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *file = fopen(path, "r");
    if (!file)
        return NULL;
    size_t length = fread(buffer, 1, size - 1, file);
    fclose(file);
    buffer[length] = 0;
    char *name_end = strrchr(buffer, ')');
    return name_end ? name_end + 2 : NULL;
}

static int parent_of(int pid)
{
    char buffer[1024];
    int parent = -1;
    const char *stat = read_stat(pid, buffer, sizeof buffer);
    if (stat)
        sscanf(stat, "%*c %d", &parent);
    return parent;
}

static bool holds(const ProcessGroup *group, int pid)
{
    for (int i = 0; i < group->count; i++)
        if (group->pids[i] == pid)
            return true;
    return false;
}

static void find_children(ProcessGroup *group)
{
    if (!group->with_children)
        return;
    static int pids[MAX_PROCESSES];
    int count = 0;
    DIR *directory = opendir("/proc");
    for (struct dirent *entry; directory && (entry = readdir(directory));)
        if (isdigit((unsigned char)*entry->d_name) && count < MAX_PROCESSES)
            pids[count++] = atoi(entry->d_name);
    if (directory)
        closedir(directory);

    group->count = 1;
    for (int generation = 0; generation < CHILD_GENERATIONS; generation++)
        for (int i = 0; i < count; i++)
            if (group->count < GROUP_PROCESSES && !holds(group, pids[i]) && holds(group, parent_of(pids[i])))
                group->pids[group->count++] = pids[i];
}

CpuTime process_group_cpu(ProcessGroup *group)
{
    CpuTime time = {0, 0};
    double ticks_per_s = (double)sysconf(_SC_CLK_TCK);
    find_children(group);
    for (int i = 0; i < group->count; i++) {
        char buffer[1024];
        const char *stat = read_stat(group->pids[i], buffer, sizeof buffer);
        unsigned long user, system, ended_user, ended_system;
        if (!stat
            || sscanf(stat, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %lu %lu", &user, &system,
                      &ended_user, &ended_system) != 4)
            continue;
        time.total_s += (double)(user + system) / ticks_per_s;
        time.system_s += (double)system / ticks_per_s;
        if (i == 0 && group->with_children)
            time.total_s += (double)(ended_user + ended_system) / ticks_per_s;
    }
    return time;
}

double process_group_rss_mib(ProcessGroup *group)
{
    double kib = 0;
    find_children(group);
    for (int i = 0; i < group->count; i++) {
        char path[64], line[256];
        snprintf(path, sizeof path, "/proc/%d/status", group->pids[i]);
        FILE *file = fopen(path, "r");
        while (file && fgets(line, sizeof line, file))
            if (!strncmp(line, "VmRSS:", 6))
                kib += atof(line + 6);
        if (file)
            fclose(file);
    }
    return kib / 1024;
}

double core_busy_s(int core)
{
    char prefix[16], line[512];
    double ticks = 0;
    snprintf(prefix, sizeof prefix, "cpu%d ", core);
    FILE *file = fopen("/proc/stat", "r");
    while (file && fgets(line, sizeof line, file)) {
        unsigned long user, nice, system, idle, wait, interrupt, soft_interrupt;
        if (!strncmp(line, prefix, strlen(prefix))
            && sscanf(line + strlen(prefix), "%lu %lu %lu %lu %lu %lu %lu", &user, &nice, &system, &idle, &wait,
                      &interrupt, &soft_interrupt) == 7)
            ticks = (double)(user + nice + system + interrupt + soft_interrupt);
    }
    if (file)
        fclose(file);
    return ticks / (double)sysconf(_SC_CLK_TCK);
}
