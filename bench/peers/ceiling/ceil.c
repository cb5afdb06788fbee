/* ceil: what this machine can do at all. A broadcaster in plain C on one thread with epoll: a message is framed once
 * and each member's socket gets the same bytes. It does no authentication, acknowledgement or history, so it is a
 * limit and no peer.
 *
 *   ceil PORT [join]      with "join", the frames of one turn of the loop go to a member in one write
 *
 * One port serves both
 *   WebSocket   GET any path; {"type":"join","room":R} -> {"type":"joined","room":R}
 *               {"type":"message","room":R,...,"content":C} -> {"type":"message:new",...} to everybody in R
 *   streams     GET /events?room=R; POST /publish?room=R with {"content":C} */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    RECEIVE_BYTES = 1 << 20,
    MESSAGE_BYTES = 1 << 17,
    ROOM_NAME_BYTES = 64,
    ROOM_BUCKETS = 4096,
    MAX_DIRTY_ROOMS = 65536,
    MAX_EVENTS = 1024,
    BACKLOG = 4096,
};

enum { OP_TEXT = 1, OP_BINARY = 2, OP_CLOSE = 8 };

typedef struct Room Room;

typedef struct {
    int fd;
    enum { HTTP, WEBSOCKET, EVENT_STREAM } mode;
    bool closed;
    bool wants_writable;
    Room *room;
    int place; /* in the room */
    char *input;
    size_t input_length;
    char *output; /* what the socket did not take */
    size_t output_length;
    size_t written;
} Connection;

struct Room {
    char name[ROOM_NAME_BYTES];
    Connection **members;
    int count, capacity;
    char *pending; /* frames of this turn, with "join" */
    size_t pending_length, pending_capacity;
    bool dirty;
    Room *next;
};

static Room *rooms[ROOM_BUCKETS];
static Room *dirty_rooms[MAX_DIRTY_ROOMS];
static int dirty_count;
static bool joins_frames;
static int epoll_fd;
static unsigned long last_id;
static char received[RECEIVE_BYTES];
static char message[MESSAGE_BYTES];
static char frame[MESSAGE_BYTES + 16];

/* ---------- rooms ---------- */

static Room *find_room(const char *name, size_t length)
{
    if (length >= ROOM_NAME_BYTES)
        length = ROOM_NAME_BYTES - 1;
    unsigned hash = 5381;
    for (size_t i = 0; i < length; i++)
        hash = hash * 33 + (unsigned char)name[i];
    Room **bucket = &rooms[hash % ROOM_BUCKETS];
    for (Room *room = *bucket; room; room = room->next)
        if (!strncmp(room->name, name, length) && !room->name[length])
            return room;
    Room *room = calloc(1, sizeof *room);
    memcpy(room->name, name, length);
    room->next = *bucket;
    return *bucket = room;
}

static void join_room(Connection *connection, Room *room)
{
    if (connection->room)
        return;
    if (room->count == room->capacity) {
        room->capacity = room->capacity ? room->capacity * 2 : 16;
        room->members = realloc(room->members, (size_t)room->capacity * sizeof *room->members);
    }
    connection->place = room->count;
    connection->room = room;
    room->members[room->count++] = connection;
}

static void leave_room(Connection *connection)
{
    Room *room = connection->room;
    if (!room)
        return;
    Connection *last = room->members[--room->count];
    room->members[connection->place] = last;
    last->place = connection->place;
    connection->room = NULL;
}

/* ---------- output ---------- */

/* The connection itself stays: an event for it may be waiting. So it leaks, a few hundred bytes each. */
static void close_connection(Connection *connection)
{
    if (connection->closed)
        return;
    connection->closed = true;
    close(connection->fd);
    leave_room(connection);
    free(connection->input);
    free(connection->output);
    connection->input = connection->output = NULL;
}

static void watch(Connection *connection, bool writable)
{
    connection->wants_writable = writable;
    struct epoll_event event = {.events = EPOLLIN | (writable ? EPOLLOUT : 0u), .data.ptr = connection};
    epoll_ctl(epoll_fd, EPOLL_CTL_MOD, connection->fd, &event);
}

static void write_bytes(Connection *connection, const char *bytes, size_t length)
{
    if (connection->closed)
        return;
    if (connection->output_length == connection->written) {
        connection->output_length = connection->written = 0;
        ssize_t sent = send(connection->fd, bytes, length, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent == (ssize_t)length || (sent < 0 && errno != EAGAIN))
            return;
        if (sent > 0) {
            bytes += sent;
            length -= (size_t)sent;
        }
    }
    connection->output = realloc(connection->output, connection->output_length + length);
    memcpy(connection->output + connection->output_length, bytes, length);
    connection->output_length += length;
    if (!connection->wants_writable)
        watch(connection, true);
}

static void flush(Connection *connection)
{
    while (connection->written < connection->output_length) {
        ssize_t sent = send(connection->fd, connection->output + connection->written,
                            connection->output_length - connection->written, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0)
            return;
        connection->written += (size_t)sent;
    }
    free(connection->output);
    connection->output = NULL;
    connection->output_length = connection->written = 0;
    watch(connection, false);
}

static void write_to_members(const Room *room, const char *bytes, size_t length)
{
    for (int i = 0; i < room->count; i++)
        write_bytes(room->members[i], bytes, length);
}

static void broadcast(Room *room, const char *bytes, size_t length)
{
    if (!joins_frames) {
        write_to_members(room, bytes, length);
        return;
    }
    if (room->pending_length + length > room->pending_capacity) {
        room->pending_capacity = (room->pending_length + length) * 2;
        room->pending = realloc(room->pending, room->pending_capacity);
    }
    memcpy(room->pending + room->pending_length, bytes, length);
    room->pending_length += length;
    if (!room->dirty && dirty_count < MAX_DIRTY_ROOMS) {
        room->dirty = true;
        dirty_rooms[dirty_count++] = room;
    }
}

static void write_pending(void)
{
    while (dirty_count) {
        Room *room = dirty_rooms[--dirty_count];
        write_to_members(room, room->pending, room->pending_length);
        room->pending_length = 0;
        room->dirty = false;
    }
}

/* ---------- the handshake's SHA-1 and Base64 ---------- */

static uint32_t rotate(uint32_t value, int bits)
{
    return value << bits | value >> (32 - bits);
}

static void sha1_block(uint32_t state[5], const uint8_t *block)
{
    uint32_t words[80], a = state[0], b = state[1], c = state[2], d = state[3], e = state[4];
    for (int i = 0; i < 16; i++)
        words[i] = (uint32_t)block[i * 4] << 24 | (uint32_t)block[i * 4 + 1] << 16 | (uint32_t)block[i * 4 + 2] << 8
                   | block[i * 4 + 3];
    for (int i = 16; i < 80; i++)
        words[i] = rotate(words[i - 3] ^ words[i - 8] ^ words[i - 14] ^ words[i - 16], 1);
    for (int i = 0; i < 80; i++) {
        uint32_t mixed, constant;
        if (i < 20) {
            mixed = (b & c) | (~b & d);
            constant = 0x5A827999;
        } else if (i < 40) {
            mixed = b ^ c ^ d;
            constant = 0x6ED9EBA1;
        } else if (i < 60) {
            mixed = (b & c) | (b & d) | (c & d);
            constant = 0x8F1BBCDC;
        } else {
            mixed = b ^ c ^ d;
            constant = 0xCA62C1D6;
        }
        uint32_t next = rotate(a, 5) + mixed + e + constant + words[i];
        e = d;
        d = c;
        c = rotate(b, 30);
        b = a;
        a = next;
    }
    state[0] += a;
    state[1] += b;
    state[2] += c;
    state[3] += d;
    state[4] += e;
}

/* For at most 119 bytes: two blocks. */
static void sha1(const char *data, size_t length, uint8_t digest[20])
{
    uint32_t state[5] = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
    uint8_t padded[128] = {0};
    size_t total = (length + 8) / 64 * 64 + 64;
    memcpy(padded, data, length);
    padded[length] = 0x80;
    for (int i = 0; i < 8; i++)
        padded[total - 1 - (size_t)i] = (uint8_t)(length * 8 >> (8 * i));
    for (size_t block = 0; block < total; block += 64)
        sha1_block(state, padded + block);
    for (int i = 0; i < 20; i++)
        digest[i] = (uint8_t)(state[i / 4] >> (24 - 8 * (i % 4)));
}

static void base64(const uint8_t *data, int length, char *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (int i = 0; i < length; i += 3) {
        bool second = i + 1 < length, third = i + 2 < length;
        uint32_t bits = (uint32_t)data[i] << 16 | (uint32_t)(second ? data[i + 1] << 8 : 0) | (third ? data[i + 2] : 0u);
        *out++ = digits[bits >> 18];
        *out++ = digits[bits >> 12 & 63];
        *out++ = second ? digits[bits >> 6 & 63] : '=';
        *out++ = third ? digits[bits & 63] : '=';
    }
    *out = 0;
}

/* ---------- WebSocket ---------- */

/* Finds the text of a string member, still escaped. Returns NULL when there is none. */
static const char *json_text(const char *json, size_t length, const char *key, size_t *text_length)
{
    char start[32];
    int start_length = snprintf(start, sizeof start, "\"%s\":\"", key);
    const char *end = json + length, *text = memmem(json, length, start, (size_t)start_length);
    if (!text)
        return NULL;
    text += start_length;
    const char *at = text;
    while (at < end && *at != '"')
        at += *at == '\\' ? 2 : 1;
    if (at >= end)
        return NULL;
    *text_length = (size_t)(at - text);
    return text;
}

static size_t make_frame(const char *text, size_t length)
{
    size_t header = 0;
    frame[header++] = (char)(0x80 | OP_TEXT);
    if (length < 126) {
        frame[header++] = (char)length;
    } else {
        frame[header++] = 126;
        frame[header++] = (char)(length >> 8);
        frame[header++] = (char)length;
    }
    memcpy(frame + header, text, length);
    return header + length;
}

static void handle_message(Connection *connection, const char *text, size_t length)
{
    size_t type_length, room_length, content_length;
    const char *type = json_text(text, length, "type", &type_length);
    const char *room = json_text(text, length, "room", &room_length);
    if (!type || !room)
        return;
    if (!strncmp(type, "join", 4)) {
        join_room(connection, find_room(room, room_length));
        int size = snprintf(message, sizeof message, "{\"type\":\"joined\",\"room\":\"%.*s\"}", (int)room_length, room);
        write_bytes(connection, frame, make_frame(message, (size_t)size));
        return;
    }
    const char *content = json_text(text, length, "content", &content_length);
    if (!content)
        return;
    int size = snprintf(message, sizeof message,
                        "{\"type\":\"message:new\",\"message\":{\"id\":%lu,\"channelId\":\"%.*s\",\"content\":\"%.*s\"}}",
                        ++last_id, (int)room_length, room, (int)content_length, content);
    broadcast(find_room(room, room_length), frame, make_frame(message, (size_t)size));
}

/* Handles the complete frames and returns their length. */
static size_t handle_frames(Connection *connection, char *data, size_t length)
{
    size_t done = 0;
    while (length - done >= 2) {
        const uint8_t *head = (const uint8_t *)data + done;
        size_t header = 6, size = head[1] & 127;
        if (size == 127) { /* no message of the benchmark is so long */
            close_connection(connection);
            return length;
        }
        if (size == 126) {
            header = 8;
            if (length - done < header)
                break;
            size = (size_t)(head[2] << 8 | head[3]);
        }
        if (length - done < header + size)
            break;
        const char *mask = data + done + header - 4;
        char *body = data + done + header;
        for (size_t i = 0; i < size; i++)
            body[i] ^= mask[i & 3];
        int opcode = head[0] & 15;
        if (opcode == OP_CLOSE) {
            close_connection(connection);
            return length;
        }
        if (opcode == OP_TEXT || opcode == OP_BINARY)
            handle_message(connection, body, size);
        done += header + size;
    }
    return done;
}

/* ---------- HTTP ---------- */

static void upgrade(Connection *connection, const char *key)
{
    static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    char keyed[24 + sizeof guid], accept[40], answer[256];
    uint8_t digest[20];
    memcpy(keyed, key, 24);
    memcpy(keyed + 24, guid, sizeof guid);
    sha1(keyed, 24 + sizeof guid - 1, digest);
    base64(digest, sizeof digest, accept);
    int length = snprintf(answer, sizeof answer,
                          "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                          "Sec-WebSocket-Accept: %s\r\n\r\n",
                          accept);
    write_bytes(connection, answer, (size_t)length);
    connection->mode = WEBSOCKET;
}

static void open_stream(Connection *connection, Room *room)
{
    static const char answer[] = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-cache\r\n"
                                 "Connection: close\r\n\r\n: connected\n\n";
    write_bytes(connection, answer, sizeof answer - 1);
    connection->mode = EVENT_STREAM;
    join_room(connection, room);
}

static void publish(Room *room, const char *body, size_t length)
{
    size_t content_length;
    const char *content = json_text(body, length, "content", &content_length);
    if (!content)
        return;
    int size = snprintf(message, sizeof message, "id: %lu\nevent: notification\ndata: {\"content\":\"%.*s\"}\n\n",
                        ++last_id, (int)content_length, content);
    broadcast(room, message, (size_t)size);
}

/* Handles the complete requests and returns their length. */
static size_t handle_requests(Connection *connection, char *data, size_t length)
{
    size_t done = 0;
    while (done < length && connection->mode == HTTP) {
        char *request = data + done, *body = memmem(request, length - done, "\r\n\r\n", 4);
        if (!body)
            break;
        body += 4;
        size_t head_length = (size_t)(body - request);
        const char *key = memmem(request, head_length, "Sec-WebSocket-Key: ", 19);
        if (key) {
            upgrade(connection, key + 19);
            return done + head_length;
        }
        const char *name = memmem(request, head_length, "room=", 5);
        if (!name) {
            close_connection(connection);
            return length;
        }
        name += 5;
        Room *room = find_room(name, strcspn(name, " &\r"));
        if (!strncmp(request, "GET ", 4)) {
            open_stream(connection, room);
            return done + head_length;
        }
        const char *content_length = memmem(request, head_length, "Content-Length: ", 16);
        size_t body_length = content_length ? (size_t)atol(content_length + 16) : 0;
        if (length - done - head_length < body_length)
            break;
        publish(room, body, body_length);
        static const char answer[] = "HTTP/1.1 204 No Content\r\n\r\n";
        write_bytes(connection, answer, sizeof answer - 1);
        done += head_length + body_length;
    }
    return done;
}

/* ---------- the loop ---------- */

static void handle_readable(Connection *connection)
{
    size_t kept = connection->input_length;
    if (kept)
        memcpy(received, connection->input, kept);
    ssize_t count = recv(connection->fd, received + kept, sizeof received - kept, MSG_DONTWAIT);
    if (count < 0 && errno == EAGAIN)
        return;
    if (count <= 0) {
        close_connection(connection);
        return;
    }
    size_t length = kept + (size_t)count, done = 0;
    if (connection->mode == HTTP)
        done = handle_requests(connection, received, length);
    if (connection->mode == WEBSOCKET && !connection->closed)
        done += handle_frames(connection, received + done, length - done);
    if (connection->closed)
        return;
    size_t left = connection->mode == EVENT_STREAM ? 0 : length - done;
    if (left) {
        connection->input = realloc(connection->input, left);
        memcpy(connection->input, received + done, left);
    }
    connection->input_length = left;
}

static void accept_all(int listener)
{
    int fd, on = 1;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        Connection *connection = calloc(1, sizeof *connection);
        connection->fd = fd;
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
        epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event);
    }
}

static int listen_on(int port)
{
    int on = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, BACKLOG)) {
        perror("ceil");
        exit(1);
    }
    return listener;
}

int main(int argument_count, char **arguments)
{
    if (argument_count < 2) {
        fputs("usage: ceil PORT [join]\n", stderr);
        return 1;
    }
    joins_frames = argument_count > 2 && !strcmp(arguments[2], "join");
    signal(SIGPIPE, SIG_IGN);
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);

    int listener = listen_on(atoi(arguments[1]));
    epoll_fd = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listener, &event);
    static struct epoll_event events[MAX_EVENTS];
    for (;;) {
        int count = epoll_wait(epoll_fd, events, MAX_EVENTS, -1);
        for (int i = 0; i < count; i++) {
            Connection *connection = events[i].data.ptr;
            if (!connection) {
                accept_all(listener);
                continue;
            }
            if (!connection->closed && events[i].events & EPOLLOUT)
                flush(connection);
            if (!connection->closed && events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))
                handle_readable(connection);
        }
        write_pending();
    }
}
