#define _GNU_SOURCE
#include "options.h"

#include "common.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

Options options = {
    .name = "?",
    .host = "127.0.0.1",
    .connections = 100,
    .rooms = 1,
    .publishers = 1,
    .room_prefix = "r",
    .payload_bytes = 100,
    .in_flight = 1,
    .warm_s = 2,
    .window_s = 3,
    .windows = 1,
    .hold_s = 60,
    .core = -1,
    .opening = 128,
    .source_addresses = 8,
    .time_limit_s = 280,
};

static const char HELP[] =
    "rtload: load for real-time servers, on loopback only, bounded in time\n"
    "\n"
    "  --dialect FILE     how to talk to the server (see README.md)\n"
    "  --ports P[,P]      one port for each node of the server\n"
    "  --host ADDRESS     127.0.0.1\n"
    "  --name TEXT        goes into the result\n"
    "  --conns N          members in all, spread over the rooms (100)\n"
    "  --rooms N          (1)\n"
    "  --pubs N           senders in each room (1)\n"
    "  --room PREFIX      room names are this and a number (r)\n"
    "  --uidbase N        number of the first user (0)\n"
    "  --tokens FILE      a line for each user, for {token}; HTTP publishers come after the members\n"
    "  --size BYTES       of the payload, 30 or more (100)\n"
    "  --window N         closed loop: messages that each sender keeps in flight (1)\n"
    "  --rate N           open loop instead: messages a second, latency from the intended time\n"
    "  --until ack        a message is done when it is acknowledged, not when all members have it\n"
    "  --warm SECONDS     (2), then --repeat windows (1) of --secs SECONDS (3), then the rest is received\n"
    "  --idle             only connect, say so, and stay until the input ends or --hold SECONDS (60) are over\n"
    "  --pid NAME:PID,..  processes whose time is taken; the first group is the server\n"
    "  --tree NAME:PID    the same with all children\n"
    "  --cpu N            core whose use by anybody is taken\n"
    "  --inflight N       connections being opened at the same time (128)\n"
    "  --srcs N           source addresses 127.0.0.2 and up that clients are spread over (8)\n"
    "  --max SECONDS      hard limit (280)\n";

static void parse_ports(const char *text)
{
    char *list = must_strdup(text);
    for (char *port = strtok(list, ","); port && options.port_count < MAX_PORTS; port = strtok(NULL, ","))
        options.ports[options.port_count++] = atoi(port);
    free(list);
}

static void read_tokens(const char *file_name)
{
    FILE *file = fopen(file_name, "r");
    if (!file)
        die("cannot open the tokens %s", file_name);
    int capacity = 0;
    char line[8192];
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\r\n")] = 0;
        if (options.token_count == capacity) {
            capacity = capacity ? capacity * 2 : 1024;
            options.tokens = must_realloc(options.tokens, (size_t)capacity * sizeof *options.tokens);
        }
        options.tokens[options.token_count++] = must_strdup(line);
    }
    fclose(file);
}

static void add_group(const char *text, bool with_children)
{
    if (options.group_count == MAX_GROUPS)
        die("too many groups of processes");
    options.groups[options.group_count++] = process_group_parse(text, with_children);
}

static void set(const char *key, const char *value)
{
    if (!strcmp(key, "--dialect"))
        options.dialect = value;
    else if (!strcmp(key, "--ports"))
        parse_ports(value);
    else if (!strcmp(key, "--host"))
        options.host = value;
    else if (!strcmp(key, "--name"))
        options.name = value;
    else if (!strcmp(key, "--conns"))
        options.connections = atoi(value);
    else if (!strcmp(key, "--rooms"))
        options.rooms = atoi(value);
    else if (!strcmp(key, "--pubs"))
        options.publishers = atoi(value);
    else if (!strcmp(key, "--room"))
        options.room_prefix = value;
    else if (!strcmp(key, "--uidbase"))
        options.first_uid = atoi(value);
    else if (!strcmp(key, "--tokens"))
        read_tokens(value);
    else if (!strcmp(key, "--size"))
        options.payload_bytes = atoi(value);
    else if (!strcmp(key, "--window"))
        options.in_flight = atoi(value);
    else if (!strcmp(key, "--rate")) {
        options.rate = atof(value);
        options.in_flight = 0;
    } else if (!strcmp(key, "--until"))
        options.until_ack = !strcmp(value, "ack");
    else if (!strcmp(key, "--warm"))
        options.warm_s = atof(value);
    else if (!strcmp(key, "--secs"))
        options.window_s = atof(value);
    else if (!strcmp(key, "--repeat"))
        options.windows = atoi(value);
    else if (!strcmp(key, "--hold"))
        options.hold_s = atof(value);
    else if (!strcmp(key, "--pid"))
        add_group(value, false);
    else if (!strcmp(key, "--tree"))
        add_group(value, true);
    else if (!strcmp(key, "--cpu"))
        options.core = atoi(value);
    else if (!strcmp(key, "--inflight"))
        options.opening = atoi(value);
    else if (!strcmp(key, "--srcs"))
        options.source_addresses = atoi(value);
    else if (!strcmp(key, "--max"))
        options.time_limit_s = atoi(value);
    else
        die("unknown option %s (--help)", key);
}

static void check(void)
{
    if (!options.dialect || !options.port_count)
        die("--dialect FILE and --ports P[,P] are needed (--help)");
    if (options.rooms < 1 || options.publishers < 1 || options.connections < options.rooms * options.publishers)
        die("there are fewer members than senders");
    if (options.connections % options.rooms)
        die("the members must spread evenly over the rooms");
    if (options.publishers > 0xffff)
        die("too many senders in a room");
    if (options.windows < 1 || options.windows > MAX_WINDOWS)
        die("--repeat is 1 to %d", MAX_WINDOWS);
    if (options.in_flight < 1 && options.rate <= 0)
        die("--window or --rate must be positive");
    struct in_addr address;
    if (inet_pton(AF_INET, options.host, &address) != 1 || ntohl(address.s_addr) >> 24 != 127)
        die("only the loopback range is allowed");
}

void options_parse(int count, char **arguments)
{
    for (int i = 1; i < count; i++) {
        const char *key = arguments[i];
        if (!strcmp(key, "--help")) {
            fputs(HELP, stdout);
            exit(0);
        }
        if (!strcmp(key, "--idle")) {
            options.idle = true;
            continue;
        }
        if (i + 1 == count)
            die("%s wants a value", key);
        set(key, arguments[++i]);
    }
    check();
}
