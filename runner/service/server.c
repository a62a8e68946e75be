/* SPDX-License-Identifier: MIT */
/* server.c - libmicrohttpd's daemon, connection by connection turned into requests. The only file
 * that knows the library, which is loaded when the first job wants the service. */
#include "runner/service/server.h"

#include "base/fs.h"
#include "base/lazy.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>

#define IDLE_SECONDS 120 /* after which a silent connection is closed */
#define CONNECTION_BYTES ((size_t)256 << 10) /* what is read at once */

#define MHD_CALLS(CALL)                                                                            \
	CALL(MHD_start_daemon)                                                                     \
	CALL(MHD_stop_daemon)                                                                      \
	CALL(MHD_get_daemon_info)                                                                  \
	CALL(MHD_get_connection_values)                                                            \
	CALL(MHD_queue_response)                                                                   \
	CALL(MHD_create_response_from_buffer)                                                      \
	CALL(MHD_create_response_from_fd_at_offset64)                                              \
	CALL(MHD_add_response_header)                                                              \
	CALL(MHD_destroy_response)

struct mhd_calls {
	MHD_CALLS(WF_LAZY_FIELD)
};
#define MHD_CALL(fn) WF_LAZY_CALL(struct mhd_calls, fn)
static const struct wf_lazy_call mhd_list[] = { MHD_CALLS(MHD_CALL) };

struct server {
	struct wf_arena *arena;
	struct mhd_calls mhd;
	struct server_handler handler;
	struct MHD_Daemon *daemon;
	unsigned port;
};

/* ---- one request ---- */

struct exchange {
	struct server_request request;
	struct server *server;
	bool begun; /* the handler knows it */
	struct wf_str uri; /* as it came */
};

static void *
on_uri(void *data, const char *uri, struct MHD_Connection *connection)
{
	struct wf_arena *arena = wf_arena_new();
	struct exchange *exchange = wf_new(arena, struct exchange);

	(void)connection;
	exchange->request.arena = arena;
	exchange->request.reply.fd = -1;
	exchange->server = data;
	exchange->uri = wf_str_dup(arena, wf_str(uri));
	wf_map_init(&exchange->request.headers, arena, true);
	return exchange;
}

static enum MHD_Result
take_header(void *data, enum MHD_ValueKind kind, const char *name, const char *value)
{
	struct server_request *request = data;
	struct wf_str *text = wf_new(request->arena, struct wf_str);

	(void)kind;
	*text = wf_str_dup(request->arena, wf_str(value));
	wf_map_set(&request->headers, wf_str_dup(request->arena, wf_str(name)), text);
	return MHD_YES;
}

static void
begin(struct exchange *exchange, struct MHD_Connection *connection, const char *method)
{
	struct server_request *request = &exchange->request;
	struct server *server = exchange->server;

	request->method = wf_str_dup(request->arena, wf_str(method));
	request->query = exchange->uri;
	request->path = wf_str_cut(&request->query, '?');
	server->mhd.MHD_get_connection_values(connection, MHD_HEADER_KIND, take_header, request);
	exchange->begun = true;
	server->handler.begin(server->handler.data, request);
}

static void
take_body(struct server_request *request, struct wf_str piece)
{
	if (request->reply.status)
		return;
	if (request->on_body)
		request->on_body(request, piece);
	else if (request->body.n + piece.n > SERVER_BODY_LIMIT)
		server_say(request, MHD_HTTP_CONTENT_TOO_LARGE, "text/plain",
		    WF_S("the body is too large\n"));
	else
		wf_buf_add(&request->body, piece);
}

static enum MHD_Result
send_reply(struct exchange *exchange, struct MHD_Connection *connection)
{
	const struct mhd_calls *mhd = &exchange->server->mhd;
	struct server_reply *reply = &exchange->request.reply;
	struct MHD_Response *response;
	enum MHD_Result result;

	if (reply->fd >= 0)
		response = mhd->MHD_create_response_from_fd_at_offset64(reply->size, reply->fd,
		    reply->offset);
	else
		response = mhd->MHD_create_response_from_buffer(reply->body.n,
		    (void *)reply->body.p, MHD_RESPMEM_PERSISTENT);
	if (!response)
		return MHD_NO;
	reply->fd = -1; /* the response's now */
	if (reply->type)
		mhd->MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, reply->type);
	for (size_t i = 0; i < reply->nheaders; i++)
		mhd->MHD_add_response_header(response, reply->headers[i].name,
		    wf_cstr(exchange->request.arena, reply->headers[i].value));
	result = mhd->MHD_queue_response(connection, reply->status, response);
	mhd->MHD_destroy_response(response);
	return result;
}

/* Called with the head, then with each piece of the body, then without any. */
static enum MHD_Result
on_access(void *data, struct MHD_Connection *connection, const char *url, const char *method,
    const char *version, const char *upload, size_t *upload_size, void **exchange_of)
{
	struct server *server = data;
	struct exchange *exchange = *exchange_of;

	(void)url, (void)version;
	if (!exchange->begun) {
		begin(exchange, connection, method);
		return exchange->request.reply.status ? send_reply(exchange, connection) : MHD_YES;
	}
	if (*upload_size) {
		take_body(&exchange->request, (struct wf_str){ upload, *upload_size });
		*upload_size = 0;
		return MHD_YES;
	}
	if (!exchange->request.reply.status)
		server->handler.finish(server->handler.data, &exchange->request);
	return send_reply(exchange, connection);
}

static void
on_completed(void *data, struct MHD_Connection *connection, void **exchange_of,
    enum MHD_RequestTerminationCode how)
{
	struct server *server = data;
	struct exchange *exchange = *exchange_of;

	(void)connection, (void)how;
	if (!exchange)
		return;
	if (exchange->begun)
		server->handler.gone(server->handler.data, &exchange->request);
	wf_close_fd(&exchange->request.reply.fd);
	wf_buf_release(&exchange->request.body);
	wf_arena_free(exchange->request.arena);
	*exchange_of = NULL;
}

/* ---- the daemon ---- */

/* Paths and queries are taken apart here, not in the library: %2F is no slash. */
static size_t
keep_encoded(void *data, struct MHD_Connection *connection, char *text)
{
	(void)data, (void)connection;
	return strlen(text);
}

/* Requests that are broken off are no news. */
static void
ignore_log(void *data, const char *format, va_list ap)
{
	(void)data, (void)format, (void)ap;
}

static bool
start_daemon(struct server *server, const struct sockaddr_in *address, struct wf_error *err)
{
	const union MHD_DaemonInfo *info;
	sigset_t all, before;

	/* the thread takes the mask along: signals are the loop's */
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	server->daemon = server->mhd.MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD |
	                                                  MHD_USE_ERROR_LOG | MHD_USE_ITC,
	    0, NULL, NULL, on_access, server, MHD_OPTION_EXTERNAL_LOGGER, ignore_log, NULL,
	    MHD_OPTION_SOCK_ADDR, address, MHD_OPTION_URI_LOG_CALLBACK, on_uri, server,
	    MHD_OPTION_NOTIFY_COMPLETED, on_completed, server, MHD_OPTION_UNESCAPE_CALLBACK,
	    keep_encoded, NULL, MHD_OPTION_CONNECTION_TIMEOUT, IDLE_SECONDS,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, CONNECTION_BYTES,
	    MHD_OPTION_CONNECTION_MEMORY_INCREMENT, CONNECTION_BYTES / 2, MHD_OPTION_END);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	info = server->daemon
	           ? server->mhd.MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT)
	           : NULL;
	if (!info)
		return wf_fail_sys(err, errno, "the service for actions cannot listen");
	server->port = info->port;
	return true;
}

struct server *
server_start(const char *address, const struct server_handler *handler, struct wf_error *err)
{
	struct wf_arena *arena = wf_arena_new();
	struct server *server = wf_new(arena, struct server);
	struct sockaddr_in where = { .sin_family = AF_INET };

	server->arena = arena;
	server->handler = *handler;
	if (inet_pton(AF_INET, address, &where.sin_addr) != 1)
		wf_fail(err, WF_ERR_USAGE, WF_NOWHERE, "'%s' is no IPv4 address", address);
	else if (wf_lazy_load(&server->mhd, "libmicrohttpd.so.12", mhd_list, WF_COUNT(mhd_list),
	             err) &&
	         start_daemon(server, &where, err))
		return server;
	server_stop(server);
	return NULL;
}

unsigned
server_port(const struct server *server)
{
	return server->port;
}

void
server_stop(struct server *server)
{
	if (!server)
		return;
	if (server->daemon)
		server->mhd.MHD_stop_daemon(server->daemon);
	wf_arena_free(server->arena);
}

/* ---- for handlers ---- */

struct wf_str
server_header(const struct server_request *request, const char *name)
{
	const struct wf_str *value = wf_map_get(&request->headers, wf_str(name));

	return value ? *value : (struct wf_str){ NULL, 0 };
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

struct wf_str
server_decode(struct wf_arena *arena, struct wf_str text, bool plus)
{
	char *out = wf_alloc(arena, text.n + 1, 1);
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++) {
		int high = -1, low = -1;

		if (text.p[i] == '%' && i + 2 < text.n) {
			high = hex_digit(text.p[i + 1]);
			low = hex_digit(text.p[i + 2]);
		}
		if (high >= 0 && low >= 0) {
			out[n++] = (char)(high << 4 | low);
			i += 2;
		} else {
			out[n++] = plus && text.p[i] == '+' ? ' ' : text.p[i];
		}
	}
	return (struct wf_str){ out, n };
}

struct wf_str
server_query(const struct server_request *request, const char *name)
{
	struct wf_str rest = request->query;

	while (rest.p) {
		struct wf_str value = wf_str_cut(&rest, '&');
		struct wf_str key = wf_str_cut(&value, '=');

		if (wf_str_is(server_decode(request->arena, key, true), name))
			return server_decode(request->arena, value, true);
	}
	return (struct wf_str){ NULL, 0 };
}

void
server_say(struct server_request *request, unsigned status, const char *type, struct wf_str body)
{
	request->reply.status = status;
	request->reply.type = type;
	request->reply.body = body;
}

void
server_say_json(struct server_request *request, unsigned status, struct expr_value value)
{
	struct wf_buf text = WF_BUF_INIT;

	expr_json_compact(&text, value);
	server_say(request, status, "application/json", wf_buf_take(&text, request->arena));
}

void
server_say_file(struct server_request *request, unsigned status, const char *type, int fd,
    uint64_t offset, uint64_t size)
{
	server_say(request, status, type, WF_S(""));
	request->reply.fd = fd;
	request->reply.offset = offset;
	request->reply.size = size;
}

void
server_add_header(struct server_request *request, const char *name, struct wf_str value)
{
	struct server_reply *reply = &request->reply;
	struct server_header *header = wf_push(request->arena, reply->headers, reply->nheaders,
	    reply->cap);

	header->name = name;
	header->value = value;
}
