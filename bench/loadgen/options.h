/* What the command line asked for. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include "procstat.h"

#include <stdbool.h>

enum { MAX_PORTS = 16, MAX_GROUPS = 8, MAX_WINDOWS = 32 };

typedef struct {
    const char *name;
    const char *dialect;
    const char *host;
    int ports[MAX_PORTS];
    int port_count;
    int connections;
    int rooms;
    int publishers; /* in each room */
    const char *room_prefix;
    int first_uid;
    char **tokens;
    int token_count;
    int payload_bytes;
    int in_flight;   /* of each sender; 0: open loop at `rate` */
    double rate;     /* messages a second, of all senders together */
    bool until_ack;  /* a message is done when it is acknowledged, else when every member has it */
    double warm_s;
    double window_s;
    int windows;
    bool idle;
    double hold_s;
    int core;
    int opening; /* connections being opened at the same time */
    int source_addresses;
    int time_limit_s;
    ProcessGroup groups[MAX_GROUPS]; /* the first one is the server */
    int group_count;
} Options;

extern Options options;

void options_parse(int count, char **arguments);

#endif
