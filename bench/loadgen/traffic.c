#define _GNU_SOURCE
#include "traffic.h"

#include "common.h"
#include "options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A payload begins with "~T", the sender's number in its room, its sequence number and the time of sending in
 * nanoseconds, all in hex; the server must give it back unchanged. The rest is filled up. */
enum {
    MARK_BYTES = 2,
    PUBLISHER_DIGITS = 4,
    SEQUENCE_DIGITS = 8,
    TIME_DIGITS = 16,
    STAMP_BYTES = MARK_BYTES + PUBLISHER_DIGITS + SEQUENCE_DIGITS + TIME_DIGITS,
};

enum { ACK_SLOTS = 1 << 18, ERRORS_SHOWN = 3 };
static const uint64_t STALL_NS = 3 * NANOS_PER_SECOND;

typedef struct Sender {
    Connection *connection;
    uint32_t sequence;
    int outstanding;       /* messages that are not done */
    bool awaiting_answer;  /* to an HTTP publication */
    uint32_t *still_to_come; /* deliveries of the latest messages, a ring by sequence number */
} Sender;

/* What one member got from one sender: the highest sequence number, and a ring of bits for those just below. */
typedef struct {
    uint64_t last;
    uint64_t seen[];
} Track;

typedef struct {
    uint64_t sent_ns;
    uint32_t id;
    int sender;
} AckSlot;

Window window;
Traffic traffic;

static Connection *connections;
static int connection_count;
static int members_in_room;
static Sender *senders; /* those of room 0, then of room 1, ... */
static int sender_count;
static size_t track_bytes;
static uint32_t track_bits;
static uint32_t ring_mask;
static AckSlot *ack_slots;
static uint32_t last_id;
static bool sending;
static uint64_t next_due_ns;
static uint64_t last_progress_ns;
static uint64_t last_progress_count;
static int next_sender;

/* ---------- preparing ---------- */

static uint32_t power_of_two(uint32_t least)
{
    uint32_t power = 64;
    while (power < least)
        power *= 2;
    return power;
}

static Track *track_of(const Connection *member, int publisher)
{
    return (Track *)(member->tracks + (size_t)publisher * track_bytes);
}

static void bind_sender(Sender *sender, Connection *connection)
{
    sender->connection = connection;
    connection->sender = sender;
}

void traffic_prepare(void)
{
    members_in_room = options.connections / options.rooms;
    sender_count = options.idle ? 0 : options.rooms * options.publishers;
    int http_publishers = dialect.is_event_stream ? sender_count : 0;
    connection_count = options.connections + http_publishers;
    connections = must_calloc((size_t)connection_count, sizeof *connections);
    senders = must_calloc((size_t)sender_count, sizeof *senders);
    ack_slots = must_calloc(ACK_SLOTS, sizeof *ack_slots);

    /* In a loop closed by deliveries, no more than in_flight messages of a sender are on their way. */
    bool bounded = options.in_flight && !options.until_ack;
    uint32_t ring = power_of_two(bounded ? (uint32_t)options.in_flight * 2 : 1024);
    ring_mask = ring - 1;
    track_bits = power_of_two((uint32_t)options.in_flight * 2);
    track_bytes = sizeof(Track) + track_bits / 8;
    uint32_t *rings = must_calloc((size_t)sender_count * ring, sizeof *rings);
    char *tracks = must_calloc((size_t)options.connections * (size_t)options.publishers, track_bytes);

    for (int i = 0; i < sender_count; i++)
        senders[i].still_to_come = rings + (size_t)i * ring;
    for (int i = 0; i < connection_count; i++) {
        Connection *connection = &connections[i];
        bool is_member = i < options.connections;
        int number = is_member ? i : i - options.connections;
        connection->fd = -1;
        connection->state = CLOSED;
        connection->uid = options.first_uid + i;
        connection->port = options.ports[(number / options.rooms) % options.port_count];
        if (is_member) {
            connection->kind = dialect.is_event_stream ? EVENT_STREAM : WEBSOCKET;
            connection->room = i % options.rooms;
            connection->tracks = tracks + (size_t)i * (size_t)options.publishers * track_bytes;
            int place = i / options.rooms;
            if (sender_count && !dialect.is_event_stream && place < options.publishers)
                bind_sender(&senders[connection->room * options.publishers + place], connection);
        } else {
            connection->kind = PUBLISHER;
            connection->room = number / options.publishers;
            bind_sender(&senders[number], connection);
        }
    }

    payload_length = (size_t)(options.payload_bytes < STAMP_BYTES ? STAMP_BYTES : options.payload_bytes);
    if (payload_length > MAX_FRAME_BYTES)
        die("the payload is too long");
    memset(payload, 'x', payload_length);
    memcpy(payload, "~T", MARK_BYTES);
}

int traffic_connection_count(void)
{
    return connection_count;
}

Connection *traffic_connection(int index)
{
    return &connections[index];
}

/* ---------- sending ---------- */

static void put_hex(char *out, uint64_t value, int digits)
{
    for (int i = digits - 1; i >= 0; i--) {
        out[i] = "0123456789abcdef"[value & 15];
        value >>= 4;
    }
}

static void stamp_payload(int publisher, uint32_t sequence, uint64_t time)
{
    char *at = payload + MARK_BYTES;
    put_hex(at, (uint64_t)publisher, PUBLISHER_DIGITS);
    put_hex(at + PUBLISHER_DIGITS, sequence, SEQUENCE_DIGITS);
    put_hex(at + PUBLISHER_DIGITS + SEQUENCE_DIGITS, time, TIME_DIGITS);
}

static void send_message(Sender *sender, uint64_t time)
{
    Connection *connection = sender->connection;
    int number = (int)(sender - senders);
    uint32_t sequence = ++sender->sequence;
    uint32_t receivers = (uint32_t)(members_in_room - (dialect.sender_receives_own ? 0 : 1));
    uint32_t id = ++last_id;
    sender->still_to_come[sequence & ring_mask] = receivers;
    sender->outstanding++;
    traffic.sent++;
    traffic.expected += receivers;
    if (window.open)
        window.sent++;
    if (dialect.ack)
        ack_slots[id % ACK_SLOTS] = (AckSlot){.sent_ns = time, .id = id, .sender = number};

    stamp_payload(number % options.publishers, sequence, time);
    if (connection->kind == PUBLISHER) {
        sender->awaiting_answer = true;
        connection_publish(connection, id);
    } else {
        connection_send_message(connection, id);
    }
}

static bool can_send(const Sender *sender)
{
    return sender->connection->state == READY && !sender->awaiting_answer;
}

/* Fills up what the sender may have in flight. */
static void pump(Sender *sender)
{
    while (sending && sender->outstanding < options.in_flight && can_send(sender))
        send_message(sender, now_ns());
}

void traffic_start(void)
{
    sending = true;
    next_due_ns = last_progress_ns = now_ns();
    for (int i = 0; i < sender_count; i++)
        pump(&senders[i]);
}

void traffic_stop(void)
{
    sending = false;
}

uint64_t traffic_send_due(uint64_t now)
{
    if (!sending || options.in_flight)
        return UINT64_MAX;
    while (next_due_ns <= now) {
        Sender *sender = &senders[next_sender++ % sender_count];
        if (can_send(sender))
            send_message(sender, next_due_ns);
        else
            traffic.stalls++;
        next_due_ns += (uint64_t)(NANOS_PER_SECOND / options.rate);
    }
    return next_due_ns - now;
}

void traffic_unstick(uint64_t now)
{
    uint64_t count = traffic.deliveries + traffic.acks;
    if (count != last_progress_count) {
        last_progress_count = count;
        last_progress_ns = now;
    } else if (sending && options.in_flight && now - last_progress_ns > STALL_NS) {
        last_progress_ns = now;
        traffic.stalls++;
        for (int i = 0; i < sender_count; i++) {
            senders[i].outstanding = 0;
            senders[i].awaiting_answer = false;
            pump(&senders[i]);
        }
    }
}

void traffic_publisher_ready(Connection *connection)
{
    connection->sender->awaiting_answer = false;
    pump(connection->sender);
}

/* ---------- receiving ---------- */

static uint64_t get_hex(const char *text, int digits)
{
    uint64_t value = 0;
    for (int i = 0; i < digits; i++) {
        int digit = text[i] <= '9' ? text[i] - '0' : (text[i] | 0x20) - 'a' + 10;
        value = value << 4 | (uint64_t)(digit & 15);
    }
    return value;
}

/* Notes a sequence number. Returns false for one that was there before. */
static bool note(Track *track, uint64_t sequence)
{
    uint64_t *word = &track->seen[sequence % track_bits / 64];
    uint64_t bit = 1ull << (sequence & 63);
    if (sequence > track->last) {
        uint64_t missing = sequence - track->last - 1;
        if (missing > track_bits)
            missing = track_bits;
        for (uint64_t i = sequence - missing; i < sequence; i++)
            track->seen[i % track_bits / 64] &= ~(1ull << (i & 63));
        track->last = sequence;
    } else if (track->last - sequence >= track_bits || *word & bit) {
        return false;
    } else {
        traffic.out_of_order++;
    }
    *word |= bit;
    return true;
}

static void handle_delivery(const Connection *member, const char *stamp, uint64_t now)
{
    const char *at = stamp + MARK_BYTES;
    int publisher = (int)get_hex(at, PUBLISHER_DIGITS);
    uint32_t sequence = (uint32_t)get_hex(at + PUBLISHER_DIGITS, SEQUENCE_DIGITS);
    uint64_t sent_ns = get_hex(at + PUBLISHER_DIGITS + SEQUENCE_DIGITS, TIME_DIGITS);
    if (publisher >= options.publishers) {
        traffic.errors++;
        return;
    }
    if (!note(track_of(member, publisher), sequence)) {
        traffic.duplicates++;
        return;
    }
    traffic.deliveries++;
    if (window.open) {
        window.deliveries++;
        histogram_add(&window.delivery_latency, now > sent_ns ? now - sent_ns : 0);
    }
    Sender *sender = &senders[member->room * options.publishers + publisher];
    if (--sender->still_to_come[sequence & ring_mask] == 0 && !options.until_ack) {
        sender->outstanding--;
        pump(sender);
    }
}

static void handle_ack(uint32_t id, uint64_t now)
{
    AckSlot *slot = &ack_slots[id % ACK_SLOTS];
    if (!id || slot->id != id)
        return;
    slot->id = 0;
    traffic.acks++;
    if (window.open) {
        window.acks++;
        histogram_add(&window.ack_latency, now - slot->sent_ns);
    }
    if (options.until_ack) {
        Sender *sender = &senders[slot->sender];
        sender->outstanding--;
        pump(sender);
    }
}

/* Looks where the text was found the last time before it searches: messages of one kind look alike. */
static const char *find(const char *text, size_t length, const char *wanted, size_t wanted_length, size_t *hint)
{
    if (*hint + wanted_length <= length && !memcmp(text + *hint, wanted, wanted_length))
        return text + *hint;
    const char *found = memmem(text, length, wanted, wanted_length);
    if (found)
        *hint = (size_t)(found - text);
    return found;
}

static const char *find_stamp(const char *text, const char *end)
{
    const char *stamp = memmem(text, (size_t)(end - text), "~T", MARK_BYTES);
    return stamp && end - stamp >= STAMP_BYTES ? stamp : NULL;
}

static bool handle_deliveries(const Connection *connection, const char *text, size_t length, uint64_t now)
{
    static size_t stamp_hint, match_hint;
    const char *end = text + length;
    const char *stamp = find(text, length, "~T", MARK_BYTES, &stamp_hint);
    if (!stamp || end - stamp < STAMP_BYTES || !sender_count)
        return false;
    if (dialect.match && !find(text, length, dialect.match, strlen(dialect.match), &match_hint))
        return false;
    handle_delivery(connection, stamp, now);
    while (dialect.several_per_frame && (stamp = find_stamp(stamp + STAMP_BYTES, end)))
        handle_delivery(connection, stamp, now);
    return true;
}

void traffic_message(Connection *connection, const char *text, size_t length, uint64_t now)
{
    if (handle_deliveries(connection, text, length, now))
        return;
    if (dialect.ack && connection->sender) {
        const char *at = memmem(text, length, dialect.ack, strlen(dialect.ack)), *end = text + length;
        if (at) {
            uint32_t id = 0;
            for (at += strlen(dialect.ack); at < end && *at >= '0' && *at <= '9'; at++)
                id = id * 10 + (uint32_t)(*at - '0');
            handle_ack(id, now);
            return;
        }
    }
    if (dialect.ping && length == strlen(dialect.ping) && !memcmp(text, dialect.ping, length)) {
        connection_send_text(connection, dialect.pong, strlen(dialect.pong));
        return;
    }
    if (dialect.error && memmem(text, length, dialect.error, strlen(dialect.error))) {
        if (traffic.errors++ < ERRORS_SHOWN)
            fprintf(stderr, "rtload: the server answers %.*s\n", (int)(length < 300 ? length : 300), text);
    }
}
