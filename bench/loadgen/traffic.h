/* Who sends what to whom, and what arrived of it. */
#ifndef TRAFFIC_H
#define TRAFFIC_H

#include "connection.h"
#include "histogram.h"

#include <stdbool.h>
#include <stdint.h>

/* What happened during a measuring window. */
typedef struct {
    bool open;
    uint64_t sent;
    uint64_t deliveries;
    uint64_t acks;
    Histogram delivery_latency;
    Histogram ack_latency;
} Window;

/* Counters since the start. */
typedef struct {
    uint64_t sent;
    uint64_t expected; /* deliveries, of all that was sent */
    uint64_t deliveries;
    uint64_t acks;
    long duplicates;
    long out_of_order; /* within one sender's messages to one member */
    long errors;       /* messages that the dialect calls an error */
    long stalls;       /* times that the load had to be pushed on, or a due message was left out */
} Traffic;

extern Window window;
extern Traffic traffic;

/* Makes the members, the first ones in each room being its senders, and for streams the HTTP publishers. */
void traffic_prepare(void);
int traffic_connection_count(void);
Connection *traffic_connection(int index);

void traffic_start(void);
void traffic_stop(void);

/* Sends what is due in an open loop. Returns the nanoseconds until more is. */
uint64_t traffic_send_due(uint64_t now);

/* In a closed loop one lost message would end all sending: forgets it when nothing has arrived for 3 s. */
void traffic_unstick(uint64_t now);

#endif
