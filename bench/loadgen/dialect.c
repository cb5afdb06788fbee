#define _GNU_SOURCE
#include "dialect.h"

#include "common.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

Dialect dialect;

static const struct {
    const char *name;
    PartKind kind;
} VARIABLES[] = {
    {"{uid}", PART_UID},         {"{room}", PART_ROOM}, {"{id}", PART_ID},
    {"{payload}", PART_PAYLOAD}, {"{host}", PART_HOST}, {"{token}", PART_TOKEN},
};
enum { VARIABLE_COUNT = sizeof VARIABLES / sizeof *VARIABLES };

static int variable_at(const char *text)
{
    for (int i = 0; i < VARIABLE_COUNT; i++)
        if (!strncmp(text, VARIABLES[i].name, strlen(VARIABLES[i].name)))
            return i;
    return -1;
}

static void add_part(Template *template, PartKind kind, const char *literal, size_t length)
{
    if (template->count == MAX_TEMPLATE_PARTS)
        die("a template of the dialect has too many parts");
    template->parts[template->count].kind = kind;
    template->parts[template->count].length = length;
    template->parts[template->count].literal = literal ? strndup(literal, length) : NULL;
    template->count++;
}

static Template parse_template(const char *text)
{
    Template template = {.count = 0};
    const char *literal = text;
    for (const char *at = text;;) {
        int variable = variable_at(at);
        if (*at && variable < 0) {
            at++;
            continue;
        }
        if (at > literal)
            add_part(&template, PART_LITERAL, literal, (size_t)(at - literal));
        if (!*at)
            return template;
        add_part(&template, VARIABLES[variable].kind, NULL, 0);
        at += strlen(VARIABLES[variable].name);
        literal = at;
    }
}

static void add_header(Template *headers, int *count, const char *value)
{
    if (*count == MAX_HEADERS)
        die("too many headers in the dialect");
    headers[(*count)++] = parse_template(value);
}

static void add_step(const char *value)
{
    if (dialect.step_count == MAX_STEPS)
        die("too many steps in the dialect");
    Step *step = &dialect.steps[dialect.step_count++];
    if (!strncmp(value, "send ", 5)) {
        step->is_send = true;
        step->send = parse_template(value + 5);
    } else if (!strncmp(value, "expect ", 7)) {
        step->expected = must_strdup(value + 7);
    } else {
        die("a step begins with send or expect: %s", value);
    }
}

static void set_ping(const char *value)
{
    char *ping = must_strdup(value);
    char *arrow = strchr(ping, '>');
    if (!arrow)
        die("pingpong wants PING>PONG: %s", value);
    *arrow = 0;
    dialect.ping = ping;
    dialect.pong = arrow + 1;
}

static void set(const char *key, const char *value)
{
    if (!strcmp(key, "kind"))
        dialect.is_event_stream = !strcmp(value, "sse");
    else if (!strcmp(key, "path"))
        dialect.path = parse_template(value);
    else if (!strcmp(key, "header"))
        add_header(dialect.headers, &dialect.header_count, value);
    else if (!strcmp(key, "step"))
        add_step(value);
    else if (!strcmp(key, "send"))
        dialect.send = parse_template(value);
    else if (!strcmp(key, "match"))
        dialect.match = must_strdup(value);
    else if (!strcmp(key, "ack"))
        dialect.ack = must_strdup(value);
    else if (!strcmp(key, "error"))
        dialect.error = must_strdup(value);
    else if (!strcmp(key, "pingpong"))
        set_ping(value);
    else if (!strcmp(key, "self"))
        dialect.sender_receives_own = atoi(value);
    else if (!strcmp(key, "multi"))
        dialect.several_per_frame = atoi(value);
    else if (!strcmp(key, "pub_path"))
        dialect.publish_path = parse_template(value);
    else if (!strcmp(key, "pub_body"))
        dialect.publish_body = parse_template(value);
    else if (!strcmp(key, "pub_header"))
        add_header(dialect.publish_headers, &dialect.publish_header_count, value);
    else
        die("unknown key in the dialect: %s", key);
}

void dialect_load(const char *file_name)
{
    FILE *file = fopen(file_name, "r");
    if (!file)
        die("cannot open the dialect %s", file_name);
    dialect.sender_receives_own = true;
    char line[8192];
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\r\n")] = 0;
        if (!*line || *line == '#')
            continue;
        char *equals = strchr(line, '=');
        if (!equals)
            die("a line of the dialect is no key=value: %s", line);
        *equals = 0;
        set(line, equals + 1);
    }
    fclose(file);
}
