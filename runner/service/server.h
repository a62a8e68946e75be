/* SPDX-License-Identifier: MIT */
/* server.h - HTTP requests in, replies out, on a thread of its own.
 *
 * libmicrohttpd reads and writes the wire; what is asked for is decided by one handler, which knows
 * nothing of sockets: a request is plain data, and so is the reply that the handler fills in. All
 * handlers run on the server's one thread, one after the other. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/map.h"
#include "base/str.h"
#include "expr/expr.h"

#include <stdbool.h>
#include <stdint.h>

#define SERVER_BODY_LIMIT (4u << 20) /* of a body that is kept in memory */

struct server;
struct server_header {
	const char *name;
	struct wf_str value;
};

/* What goes back. Either body, or `size` bytes of fd from offset. */
struct server_reply {
	unsigned status; /* 0: not decided yet */
	const char *type; /* Content-Type, or NULL */
	struct wf_str body; /* in the request's arena */
	int fd; /* -1: none; closed when it was sent */
	uint64_t offset, size;
	struct server_header *headers;
	size_t nheaders, cap;
};

struct server_request {
	struct wf_arena *arena; /* this request's alone */
	struct wf_str method, path, query; /* as they came, percent-encoded */
	struct wf_map headers; /* name without case to a struct wf_str * */
	/* The body comes between begin and finish: gathered here, up to SERVER_BODY_LIMIT, … */
	struct wf_buf body;
	/* … unless begin() sets this, which is then given each piece. A reply that it sets is sent
	 * in place of what finish() would say; the rest of the body is dropped. */
	void (*on_body)(struct server_request *request, struct wf_str piece);
	void *data; /* the handler's, from begin() on */
	struct server_reply reply;
};

/* Who answers. */
struct server_handler {
	/* The head is here. A reply that is set now is sent without waiting for the body. */
	void (*begin)(void *data, struct server_request *request);
	/* The whole body is here; the reply must be set. */
	void (*finish)(void *data, struct server_request *request);
	/* The request is over, answered or broken off; called for each that begin() saw. */
	void (*gone)(void *data, struct server_request *request);
	void *data;
};

/* Listens on a port of the IPv4 address that is free. NULL and *err when it cannot. */
struct server *server_start(const char *address, const struct server_handler *handler,
    struct wf_error *err);
unsigned server_port(const struct server *server);
/* Breaks off what is open, and ends the thread. NULL is allowed. */
void server_stop(struct server *server);

/* ---- for handlers ---- */

/* A header of the request; p is NULL when it has none of this name. */
struct wf_str server_header(const struct server_request *request, const char *name);
/* A parameter of the query, decoded; p is NULL when it is not there. */
struct wf_str server_query(const struct server_request *request, const char *name);
/* Text with %XX (and + as a space when `plus`) undone. */
struct wf_str server_decode(struct wf_arena *arena, struct wf_str text, bool plus);
/* Sets the reply. */
void server_say(struct server_request *request, unsigned status, const char *type,
    struct wf_str body);
void server_say_json(struct server_request *request, unsigned status, struct expr_value value);
/* Sends part of an open file, which the server closes. */
void server_say_file(struct server_request *request, unsigned status, const char *type, int fd,
    uint64_t offset, uint64_t size);
/* Adds a header to the reply; the texts live in the request's arena, or for ever. */
void server_add_header(struct server_request *request, const char *name, struct wf_str value);
