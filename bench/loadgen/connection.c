#define _GNU_SOURCE
#include "connection.h"

#include "common.h"
#include "options.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    RECEIVE_BYTES = 1 << 20,
    RENDER_BYTES = 2 * MAX_FRAME_BYTES,
    MAX_EVENTS = 2048,
    FAILURES_SHOWN = 3,
};

enum { OP_CONTINUATION = 0, OP_TEXT = 1, OP_BINARY = 2, OP_CLOSE = 8, OP_PING = 9, OP_PONG = 10 };

enum { CHUNK_SIZE, CHUNK_SIZE_REST, CHUNK_DATA, CHUNK_END };

Network network;
char payload[MAX_FRAME_BYTES + 1];
size_t payload_length;

static int epoll_fd;
static Connection **queue; /* connections with new output */
static int queue_length;
static char received[RECEIVE_BYTES + 1];
static char rendered[RENDER_BYTES + 1];

/* ---------- buffers ---------- */

static char *buffer_room(Buffer *buffer, size_t more)
{
    if (buffer->length + more > buffer->capacity) {
        buffer->capacity = (buffer->length + more) * 2;
        buffer->data = must_realloc(buffer->data, buffer->capacity);
    }
    return buffer->data + buffer->length;
}

static void buffer_append(Buffer *buffer, const char *data, size_t length)
{
    memcpy(buffer_room(buffer, length), data, length);
    buffer->length += length;
}

static void buffer_free(Buffer *buffer)
{
    free(buffer->data);
    *buffer = (Buffer){NULL, 0, 0};
}

/* Keeps what is left to be completed by the next read. Ten thousand members must not each hold a buffer. */
static void buffer_keep(Buffer *buffer, const char *data, size_t length)
{
    buffer->length = 0;
    if (length)
        buffer_append(buffer, data, length);
    else if (buffer->data)
        buffer_free(buffer);
}

/* ---------- templates ---------- */

static size_t render(const Template *template, char *out, size_t capacity, const Connection *connection, uint32_t id)
{
    size_t length = 0;
    for (int i = 0; i < template->count; i++) {
        char number[80];
        const char *text = number;
        size_t part = 0;
        switch (template->parts[i].kind) {
        case PART_LITERAL:
            text = template->parts[i].literal;
            part = template->parts[i].length;
            break;
        case PART_PAYLOAD:
            text = payload;
            part = payload_length;
            break;
        case PART_TOKEN:
            text = options.token_count ? options.tokens[connection->uid % options.token_count] : "";
            part = strlen(text);
            break;
        case PART_UID:
            part = (size_t)snprintf(number, sizeof number, "%d", connection->uid);
            break;
        case PART_ROOM:
            part = (size_t)snprintf(number, sizeof number, "%.60s%d", options.room_prefix, connection->room);
            break;
        case PART_ID:
            part = (size_t)snprintf(number, sizeof number, "%u", id);
            break;
        case PART_HOST:
            part = (size_t)snprintf(number, sizeof number, "%.60s:%d", options.host, connection->port);
            break;
        }
        if (length + part > capacity)
            die("a message is too long");
        memcpy(out + length, text, part);
        length += part;
    }
    out[length] = 0;
    return length;
}

static size_t render_line(const char *start, const Template *template, const char *end, char *out, size_t capacity,
                          const Connection *connection, uint32_t id)
{
    size_t before = strlen(start), after = strlen(end);
    if (before + after > capacity)
        die("a request is too long");
    memcpy(out, start, before);
    size_t length = before + render(template, out + before, capacity - before - after, connection, id);
    memcpy(out + length, end, after + 1);
    return length + after;
}

static size_t render_headers(const Template *headers, int count, char *out, size_t capacity,
                             const Connection *connection)
{
    size_t length = 0;
    for (int i = 0; i < count; i++)
        length += render_line("", &headers[i], "\r\n", out + length, capacity - length, connection, 0);
    return length;
}

/* ---------- output ---------- */

static void watch_writable(Connection *connection, bool writable)
{
    if (connection->wants_writable == writable)
        return;
    connection->wants_writable = writable;
    struct epoll_event event = {.events = EPOLLIN | (writable ? EPOLLOUT : 0u), .data.ptr = connection};
    epoll_ctl(epoll_fd, EPOLL_CTL_MOD, connection->fd, &event);
}

static void close_connection(Connection *connection)
{
    if (connection->state == CLOSED)
        return;
    if (connection->state != READY)
        network.opening--;
    else if (connection->kind != PUBLISHER)
        network.ready--;
    connection->state = CLOSED;
    close(connection->fd);
    connection->fd = -1;
    connection->written = 0;
    buffer_free(&connection->input);
    buffer_free(&connection->fragments);
    buffer_free(&connection->output);
}

static void lose_connection(Connection *connection)
{
    if (connection->kind == PUBLISHER) { /* servers end kept-alive connections when they like */
        close_connection(connection);
        connection_open(connection);
    } else if (connection->state != CLOSED) {
        close_connection(connection);
        network.closed++;
    }
}

static void flush(Connection *connection)
{
    if (connection->state == CLOSED)
        return;
    while (connection->written < connection->output.length) {
        ssize_t sent = send(connection->fd, connection->output.data + connection->written,
                            connection->output.length - connection->written, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent < 0 && errno == EAGAIN) {
            watch_writable(connection, true);
            return;
        }
        if (sent < 0) {
            lose_connection(connection);
            return;
        }
        connection->written += (size_t)sent;
    }
    connection->output.length = connection->written = 0;
    watch_writable(connection, false);
    if (!connection->sender && connection->output.data)
        buffer_free(&connection->output);
}

static void flush_queue(void)
{
    while (queue_length) {
        Connection *connection = queue[--queue_length];
        connection->queued = false;
        flush(connection);
    }
}

static char *output_room(Connection *connection, size_t length)
{
    if (!connection->queued) {
        connection->queued = true;
        queue[queue_length++] = connection;
    }
    return buffer_room(&connection->output, length);
}

static void send_bytes(Connection *connection, const char *data, size_t length)
{
    memcpy(output_room(connection, length), data, length);
    connection->output.length += length;
}

static uint32_t next_mask(void)
{
    static uint32_t state = 0x12345;
    state ^= state << 13;
    state ^= state >> 17;
    state ^= state << 5;
    return state;
}

static void send_frame(Connection *connection, int opcode, const char *data, size_t length)
{
    if (length > MAX_FRAME_BYTES)
        die("a frame is too long");
    char *frame = output_room(connection, length + 8);
    size_t header = 0;
    frame[header++] = (char)(0x80 | opcode);
    if (length < 126) {
        frame[header++] = (char)(0x80 | length);
    } else {
        frame[header++] = (char)(0x80 | 126);
        frame[header++] = (char)(length >> 8);
        frame[header++] = (char)length;
    }
    uint32_t mask = next_mask();
    char mask_bytes[4];
    memcpy(mask_bytes, &mask, 4);
    memcpy(frame + header, mask_bytes, 4);
    header += 4;
    for (size_t i = 0; i < length; i++)
        frame[header + i] = data[i] ^ mask_bytes[i & 3];
    connection->output.length += header + length;
}

void connection_send_text(Connection *connection, const char *text, size_t length)
{
    send_frame(connection, OP_TEXT, text, length);
}

void connection_send_message(Connection *connection, uint32_t id)
{
    size_t length = render(&dialect.send, rendered, RENDER_BYTES, connection, id);
    connection_send_text(connection, rendered, length);
}

void connection_publish(Connection *connection, uint32_t id)
{
    static char body[MAX_FRAME_BYTES + 1];
    size_t body_length = render(&dialect.publish_body, body, MAX_FRAME_BYTES, connection, id);
    size_t length =
        render_line("POST ", &dialect.publish_path, " HTTP/1.1\r\n", rendered, RENDER_BYTES, connection, id);
    length += (size_t)snprintf(rendered + length, RENDER_BYTES - length,
                               "Host: %s:%d\r\nContent-Type: application/json\r\nContent-Length: %zu\r\n",
                               options.host, connection->port, body_length);
    length += render_headers(dialect.publish_headers, dialect.publish_header_count, rendered + length,
                             RENDER_BYTES - length, connection);
    send_bytes(connection, rendered, length);
    send_bytes(connection, "\r\n", 2);
    send_bytes(connection, body, body_length);
}

/* ---------- the way to ready ---------- */

static void report_failure(const char *what, const char *detail, size_t length)
{
    static int shown;
    if (shown++ < FAILURES_SHOWN)
        fprintf(stderr, "rtload: %s: %.*s\n", what, (int)length, detail);
}

static void become_ready(Connection *connection)
{
    connection->state = READY;
    network.opening--;
    if (connection->kind == PUBLISHER)
        traffic_publisher_ready(connection);
    else
        network.ready++;
}

/* Says what the dialect says until it waits for an answer. */
static void take_steps(Connection *connection)
{
    while (connection->step < dialect.step_count && dialect.steps[connection->step].is_send) {
        const Template *template = &dialect.steps[connection->step++].send;
        size_t length = render(template, rendered, RENDER_BYTES, connection, 0);
        connection_send_text(connection, rendered, length);
    }
    if (connection->step == dialect.step_count)
        become_ready(connection);
}

static void handle_message(Connection *connection, const char *text, size_t length, uint64_t now)
{
    if (connection->state == JOINING) {
        const char *expected = dialect.steps[connection->step].expected;
        if (memmem(text, length, expected, strlen(expected))) {
            connection->step++;
            take_steps(connection);
            return;
        }
    }
    traffic_message(connection, text, length, now);
}

void connection_open(Connection *connection)
{
    struct sockaddr_in source = {.sin_family = AF_INET};
    struct sockaddr_in server = {.sin_family = AF_INET, .sin_port = htons((uint16_t)connection->port)};
    inet_pton(AF_INET, options.host, &server.sin_addr);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        die("no socket: %s", strerror(errno));
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (options.source_addresses > 0) { /* one address has too few ports for very many connections */
        setsockopt(fd, SOL_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
        source.sin_addr.s_addr = htonl(0x7f000002u + (uint32_t)(connection->uid % options.source_addresses));
        if (bind(fd, (struct sockaddr *)&source, sizeof source))
            die("cannot bind a source address: %s", strerror(errno));
    }
    connection->fd = fd;
    connection->state = CONNECTING;
    connection->step = 0;
    connection->wants_writable = true;
    network.opening++;
    if (connect(fd, (struct sockaddr *)&server, sizeof server) && errno != EINPROGRESS) {
        report_failure("cannot connect", strerror(errno), strlen(strerror(errno)));
        network.failed++;
        close_connection(connection);
        return;
    }
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT, .data.ptr = connection};
    epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

static void handle_connected(Connection *connection)
{
    int error = 0;
    socklen_t size = sizeof error;
    getsockopt(connection->fd, SOL_SOCKET, SO_ERROR, &error, &size);
    if (error) {
        report_failure("cannot connect", strerror(error), strlen(strerror(error)));
        network.failed++;
        close_connection(connection);
        return;
    }
    watch_writable(connection, false);
    if (connection->kind == PUBLISHER) {
        become_ready(connection);
        return;
    }
    connection->state = UPGRADING;
    const char *protocol_headers =
        connection->kind == WEBSOCKET ? "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                                        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                                      : "Accept: text/event-stream\r\n";
    size_t length = render_line("GET ", &dialect.path, " HTTP/1.1\r\n", rendered, RENDER_BYTES, connection, 0);
    length += (size_t)snprintf(rendered + length, RENDER_BYTES - length, "Host: %s:%d\r\n%s", options.host,
                               connection->port, protocol_headers);
    length += render_headers(dialect.headers, dialect.header_count, rendered + length, RENDER_BYTES - length,
                             connection);
    send_bytes(connection, rendered, length);
    send_bytes(connection, "\r\n", 2);
}

/* ---------- input ---------- */

/* Finds the end of an HTTP head and ends it with a NUL. */
static char *http_head_end(char *data, size_t length)
{
    char *end = memmem(data, length, "\r\n\r\n", 4);
    if (!end)
        return NULL;
    *end = 0;
    return end + 4;
}

static int http_status(const char *head)
{
    int status = 0;
    sscanf(head, "HTTP/1.1 %d", &status);
    return status;
}

static bool http_is_chunked(const char *head)
{
    return strcasestr(head, "\r\ntransfer-encoding: chunked") != NULL;
}

/* Handles the answer to the upgrade. Returns where the rest of the data begins, or NULL when that is all. */
static char *handle_upgrade(Connection *connection, char *data, size_t length)
{
    char *rest = http_head_end(data, length);
    if (!rest) {
        buffer_keep(&connection->input, data, length);
        return NULL;
    }
    if (http_status(data) != (connection->kind == WEBSOCKET ? 101 : 200)) {
        report_failure("the handshake is refused", data, strcspn(data, "\r\n"));
        network.refused++;
        lose_connection(connection);
        return NULL;
    }
    connection->chunked = http_is_chunked(data);
    connection->chunk_part = CHUNK_SIZE;
    connection->chunk_left = 0;
    connection->state = JOINING;
    buffer_keep(&connection->input, NULL, 0);
    if (connection->kind == WEBSOCKET || !dialect.step_count)
        take_steps(connection);
    return rest;
}

/* Handles the complete WebSocket frames and returns their length. */
static size_t handle_frames(Connection *connection, const char *data, size_t length, uint64_t now)
{
    size_t done = 0;
    while (length - done >= 2 && connection->state != CLOSED) {
        const uint8_t *head = (const uint8_t *)data + done;
        size_t available = length - done, header = 2;
        uint64_t size = head[1] & 127;
        if (size == 126) {
            header = 4;
            if (available < header)
                break;
            size = (uint64_t)(head[2] << 8 | head[3]);
        } else if (size == 127) {
            header = 10;
            if (available < header)
                break;
            size = 0;
            for (int i = 2; i < 10; i++)
                size = size << 8 | head[i];
        }
        if (size > RECEIVE_BYTES / 2)
            die("the server sent a frame of %lu bytes", (unsigned long)size);
        if (available - header < size)
            break;
        const char *body = data + done + header;
        bool final = head[0] & 0x80;
        switch (head[0] & 15) {
        case OP_TEXT:
        case OP_BINARY:
            if (final)
                handle_message(connection, body, size, now);
            else
                buffer_append(&connection->fragments, body, size);
            break;
        case OP_CONTINUATION:
            buffer_append(&connection->fragments, body, size);
            if (final) {
                handle_message(connection, connection->fragments.data, connection->fragments.length, now);
                buffer_free(&connection->fragments);
            }
            break;
        case OP_PING:
            send_frame(connection, OP_PONG, body, size);
            break;
        case OP_CLOSE:
            report_failure("the server closes", size > 2 ? body + 2 : "", size > 2 ? size - 2 : 0);
            lose_connection(connection);
            return length;
        default:
            break;
        }
        done += header + size;
    }
    return done;
}

/* Handles the complete events, which end with an empty line, and returns their length. */
static size_t handle_events(Connection *connection, const char *data, size_t length, uint64_t now)
{
    const char *end = data + length, *event = data, *newline = data;
    while ((newline = memchr(newline, '\n', (size_t)(end - newline)))) {
        const char *next = newline + 1;
        if (next < end && *next == '\r')
            next++;
        if (next < end && *next == '\n') {
            handle_message(connection, event, (size_t)(newline - event), now);
            event = newline = next + 1;
        } else {
            newline++;
        }
    }
    return (size_t)(event - data);
}

static int hex_digit(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    digit |= 0x20;
    return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

/* Takes the chunks' data out of their framing, in place, and returns its length. */
static size_t unchunk(Connection *connection, char *data, size_t length)
{
    size_t in = 0, out = 0;
    while (in < length) {
        size_t part;
        int digit;
        switch (connection->chunk_part) {
        case CHUNK_SIZE:
            digit = hex_digit(data[in]);
            if (digit >= 0) {
                connection->chunk_left = connection->chunk_left * 16 + (size_t)digit;
                in++;
            } else {
                connection->chunk_part = CHUNK_SIZE_REST;
            }
            break;
        case CHUNK_SIZE_REST:
            if (data[in++] == '\n')
                connection->chunk_part = connection->chunk_left ? CHUNK_DATA : CHUNK_SIZE;
            break;
        case CHUNK_DATA:
            part = length - in < connection->chunk_left ? length - in : connection->chunk_left;
            memmove(data + out, data + in, part);
            in += part;
            out += part;
            connection->chunk_left -= part;
            if (!connection->chunk_left)
                connection->chunk_part = CHUNK_END;
            break;
        default: /* the line's end after the data */
            if (data[in++] == '\n')
                connection->chunk_part = CHUNK_SIZE;
            break;
        }
    }
    return out;
}

static void handle_stream(Connection *connection, char *data, size_t length, uint64_t now)
{
    if (connection->chunked)
        length = unchunk(connection, data, length);
    if (connection->input.length) {
        buffer_append(&connection->input, data, length);
        Buffer joined = connection->input;
        connection->input = (Buffer){NULL, 0, 0};
        size_t done = handle_events(connection, joined.data, joined.length, now);
        buffer_keep(&connection->input, joined.data + done, joined.length - done);
        buffer_free(&joined);
    } else {
        size_t done = handle_events(connection, data, length, now);
        buffer_keep(&connection->input, data + done, length - done);
    }
}

/* Handles the answers to publications. */
static void handle_answers(Connection *connection, char *data, size_t length)
{
    for (;;) {
        char *end = data + length, *body = memmem(data, length, "\r\n\r\n", 4);
        if (!body)
            break;
        *body = 0;
        body += 4;
        const char *content_length = strcasestr(data, "\r\ncontent-length:");
        bool chunked = http_is_chunked(data);
        bool closes = strcasestr(data, "\r\nconnection: close") != NULL;
        int status = http_status(data);
        size_t body_length = content_length ? (size_t)atol(content_length + 17) : 0;
        const char *last_chunk = chunked ? memmem(body, (size_t)(end - body), "0\r\n\r\n", 5) : NULL;
        if (last_chunk)
            body_length = (size_t)(last_chunk + 5 - body);
        if ((chunked && !last_chunk) || (size_t)(end - body) < body_length) {
            body[-4] = '\r';
            break;
        }
        if (status >= 300) {
            report_failure("a publication is refused", data, strcspn(data, "\r\n"));
            network.refused++;
        }
        data = body + body_length;
        length = (size_t)(end - data);
        if (closes) {
            close_connection(connection);
            connection_open(connection);
            return;
        }
        traffic_publisher_ready(connection);
    }
    buffer_keep(&connection->input, data, length);
}

static void handle_readable(Connection *connection)
{
    bool is_stream = connection->kind == EVENT_STREAM && connection->state >= JOINING;
    size_t kept = is_stream ? 0 : connection->input.length;
    if (kept)
        memcpy(received, connection->input.data, kept);
    ssize_t count = recv(connection->fd, received + kept, RECEIVE_BYTES - kept, MSG_DONTWAIT);
    if (count < 0 && errno == EAGAIN)
        return;
    if (count <= 0) {
        lose_connection(connection);
        return;
    }
    uint64_t now = now_ns();
    network.reads++;
    network.last_read_ns = now;

    char *data = received;
    size_t length = kept + (size_t)count;
    received[length] = 0;
    if (connection->state == UPGRADING) {
        data = handle_upgrade(connection, received, length);
        if (!data)
            return;
        length -= (size_t)(data - received);
    }
    switch (connection->kind) {
    case WEBSOCKET: {
        size_t done = handle_frames(connection, data, length, now);
        if (connection->state != CLOSED)
            buffer_keep(&connection->input, data + done, length - done);
        break;
    }
    case EVENT_STREAM:
        handle_stream(connection, data, length, now);
        break;
    case PUBLISHER:
        handle_answers(connection, data, length);
        break;
    }
}

void network_start(int max_connections)
{
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    queue = must_calloc((size_t)max_connections + 1, sizeof *queue);
}

void network_poll(uint64_t max_wait_ns)
{
    static struct epoll_event events[MAX_EVENTS];
    flush_queue();
    struct timespec wait = {(time_t)(max_wait_ns / NANOS_PER_SECOND), (long)(max_wait_ns % NANOS_PER_SECOND)};
    int count = epoll_pwait2(epoll_fd, events, MAX_EVENTS, &wait, NULL);
    for (int i = 0; i < count; i++) {
        Connection *connection = events[i].data.ptr;
        uint32_t what = events[i].events;
        if (connection->state == CONNECTING) {
            if (what & (EPOLLOUT | EPOLLERR | EPOLLHUP))
                handle_connected(connection);
            continue;
        }
        if (connection->state != CLOSED && what & EPOLLOUT)
            flush(connection);
        if (connection->state != CLOSED && what & (EPOLLIN | EPOLLHUP | EPOLLERR))
            handle_readable(connection);
    }
    flush_queue();
}
