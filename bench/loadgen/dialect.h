/* A dialect says how to talk to one kind of server: lines of key=value, described in ../README.md. */
#ifndef DIALECT_H
#define DIALECT_H

#include <stdbool.h>
#include <stddef.h>

enum { MAX_TEMPLATE_PARTS = 40, MAX_HEADERS = 16, MAX_STEPS = 16 };

typedef enum {
    PART_LITERAL,
    PART_UID,
    PART_ROOM,
    PART_ID,
    PART_PAYLOAD,
    PART_HOST,
    PART_TOKEN,
} PartKind;

/* Text with variables, cut up once so that rendering it is a few copies. */
typedef struct {
    struct {
        PartKind kind;
        size_t length;
        char *literal;
    } parts[MAX_TEMPLATE_PARTS];
    int count;
} Template;

/* One step of the conversation that makes a new connection ready: say something, or wait to hear it. */
typedef struct {
    bool is_send;
    Template send;
    const char *expected;
} Step;

typedef struct {
    bool is_event_stream; /* else WebSocket */
    Template path;
    Template headers[MAX_HEADERS];
    int header_count;
    Step steps[MAX_STEPS];
    int step_count;
    Template send;
    const char *match; /* in a delivered message, or NULL */
    const char *ack;   /* just before an acknowledged id, or NULL */
    const char *error; /* in a refusal, or NULL */
    const char *ping;  /* text frame to be answered by pong, or NULL */
    const char *pong;
    bool sender_receives_own;
    bool several_per_frame;
    Template publish_path;
    Template publish_body;
    Template publish_headers[MAX_HEADERS];
    int publish_header_count;
} Dialect;

extern Dialect dialect;

void dialect_load(const char *file_name);

#endif
