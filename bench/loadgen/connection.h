/* Client connections: WebSockets, event streams, and the HTTP connections that publish to streams.
 * Everything happens on one thread, inside network_poll. */
#ifndef CONNECTION_H
#define CONNECTION_H

#include "dialect.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MAX_FRAME_BYTES = 65535 };

typedef enum { WEBSOCKET, EVENT_STREAM, PUBLISHER } ConnectionKind;

typedef enum {
    CONNECTING,
    UPGRADING, /* the request is sent, its answer is not complete */
    JOINING,   /* the steps of the dialect */
    READY,
    CLOSED,
} ConnectionState;

typedef struct {
    char *data;
    size_t length;
    size_t capacity;
} Buffer;

typedef struct Connection {
    int fd;
    int port;
    int uid;
    int room;
    ConnectionKind kind;
    ConnectionState state;
    int step;
    bool wants_writable; /* epoll is asked for it */
    bool queued;         /* holds output for the next flush */
    bool chunked;
    int chunk_part;
    size_t chunk_left;
    Buffer input;     /* the beginning of what is not complete yet */
    Buffer fragments; /* of a WebSocket message */
    Buffer output;
    size_t written; /* of the output */
    struct Sender *sender;
    char *tracks; /* see traffic.c */
} Connection;

/* Counters since the start. */
typedef struct {
    int ready;   /* members that are ready now */
    int opening; /* connections between connect and ready */
    int closed;
    int failed;
    long refused; /* HTTP answers other than the hoped-for */
    uint64_t reads;
    uint64_t last_read_ns;
} Network;

extern Network network;

/* The payload and the token behind {payload} and {token}; set by traffic.c before rendering. */
extern char payload[MAX_FRAME_BYTES + 1];
extern size_t payload_length;

void network_start(int max_connections);

/* Sends what is queued, then handles what arrives within the given time, once. */
void network_poll(uint64_t max_wait_ns);

void connection_open(Connection *connection);
void connection_send_message(Connection *connection, uint32_t id);
void connection_publish(Connection *connection, uint32_t id);
void connection_send_text(Connection *connection, const char *text, size_t length);

/* Implemented by traffic.c. */
void traffic_message(Connection *connection, const char *text, size_t length, uint64_t now);
void traffic_publisher_ready(Connection *connection); /* connected, or its last publication was answered */

#endif
