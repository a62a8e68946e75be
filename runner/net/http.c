/* SPDX-License-Identifier: MIT */
/* http.c - libcurl's multi interface on a uv loop.
 *
 * libcurl says which sockets it waits for and until when; libuv waits and tells it. What owners ask
 * for (start, resume, cancel) is only noted, and done by on_later() from the loop: libcurl cannot
 * be asked from within its own callbacks. */
#include "runner/net/http.h"

#include "base/lazy.h"

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>

#define CONNECT_SECONDS 30L
#define MAX_REDIRECTS 10L
#define MAX_CONNECTIONS 16L
#define MAX_HEADERS ((size_t)1 << 18) /* bytes of all headers of one answer */

#define CURL_CALLS(CALL)                                                                           \
	CALL(curl_global_init)                                                                     \
	CALL(curl_easy_init)                                                                       \
	CALL(curl_easy_setopt)                                                                     \
	CALL(curl_easy_getinfo)                                                                    \
	CALL(curl_easy_pause)                                                                      \
	CALL(curl_easy_cleanup)                                                                    \
	CALL(curl_easy_strerror)                                                                   \
	CALL(curl_slist_append)                                                                    \
	CALL(curl_slist_free_all)                                                                  \
	CALL(curl_multi_init)                                                                      \
	CALL(curl_multi_setopt)                                                                    \
	CALL(curl_multi_add_handle)                                                                \
	CALL(curl_multi_remove_handle)                                                             \
	CALL(curl_multi_assign)                                                                    \
	CALL(curl_multi_socket_action)                                                             \
	CALL(curl_multi_info_read)                                                                 \
	CALL(curl_multi_cleanup)

struct curl_calls {
	CURL_CALLS(WF_LAZY_FIELD)
};
#define CURL_CALL(fn) WF_LAZY_CALL(struct curl_calls, fn)
static const struct wf_lazy_call curl_list[] = { CURL_CALLS(CURL_CALL) };

struct http {
	struct curl_calls curl;
	uv_loop_t *loop;
	CURLM *multi;
	uv_timer_t timer; /* libcurl's own time */
	uv_timer_t later; /* what owners asked for */
	struct http_transfer *transfers; /* all that have not ended */
	unsigned nopen; /* handles whose close callback has not run */
	bool closing;
	void (*closed)(void *data);
	void *data;
};

struct http_transfer {
	struct http *http;
	struct http_call *call;
	struct http_transfer *next;
	CURL *easy;
	struct curl_slist *headers;
	struct wf_buf answer; /* its headers, one a line */
	char why[CURL_ERROR_SIZE]; /* libcurl's words */
	bool added, resumed, cancelled;
	bool too_large; /* the answer, its headers included */
};

/* One socket that libcurl waits for. */
struct http_socket {
	uv_poll_t poll;
	struct http *http;
	curl_socket_t fd;
};

static void on_later(uv_timer_t *timer);
static void drive(struct http *http, curl_socket_t fd, int events);

/* ---- names of hosts ---- */

/* "https://user@host:5000/path" to "host:5000" */
static struct wf_str
authority(struct wf_str url)
{
	ptrdiff_t scheme = wf_str_find(url, WF_S("://"));
	struct wf_str host;

	if (scheme >= 0)
		url = wf_str_skip(url, (size_t)scheme + 3);
	host = wf_str_cut(&url, '/');
	host = wf_str_cut(&host, '?');
	host = wf_str_cut(&host, '#');
	return wf_str_skip(host, (size_t)(wf_str_rfind_char(host, '@') + 1));
}

/* 127.x.y.z */
static bool
is_loopback_number(struct wf_str host)
{
	for (size_t i = 0; i < host.n; i++)
		if (!strchr("0123456789.", host.p[i]))
			return false;
	return wf_str_starts(host, WF_S("127."));
}

bool
http_is_loopback(struct wf_str url)
{
	struct wf_str host = authority(url);

	if (wf_str_starts(host, WF_S("[::1]")))
		return true;
	host = wf_str_cut(&host, ':');
	return wf_str_ieq(host, WF_S("localhost")) || is_loopback_number(host);
}

/* ---- errors ---- */

static const struct failure {
	CURLcode code;
	bool broken; /* asking again may help */
	const char *what, *hint;
} failures[] = {
	{ CURLE_COULDNT_RESOLVE_HOST, false, "no such host",
	    "is the name right, and this machine online?" },
	{ CURLE_COULDNT_RESOLVE_PROXY, false, "no such proxy host",
	    "look at the variables https_proxy and http_proxy" },
	{ CURLE_COULDNT_CONNECT, false, "no connection", "is a server listening there?" },
	{ CURLE_OPERATION_TIMEDOUT, true, "no answer for too long", "try again later" },
	{ CURLE_PEER_FAILED_VERIFICATION, false, "nobody vouches for its certificate",
	    "install the certificate of its authority on this machine" },
	{ CURLE_SSL_CONNECT_ERROR, false, "no TLS connection", "does the server speak TLS there?" },
	{ CURLE_TOO_MANY_REDIRECTS, false, "it redirects without end", "" },
	{ CURLE_PARTIAL_FILE, true, "the answer ended in the middle", "try again later" },
	{ CURLE_GOT_NOTHING, true, "the connection ended without an answer", "try again later" },
	{ CURLE_RECV_ERROR, true, "the connection broke", "try again later" },
	{ CURLE_SEND_ERROR, true, "the connection broke", "try again later" },
	{ CURLE_UNSUPPORTED_PROTOCOL, false, "the address is neither http:// nor https://", "" },
};

static const struct failure *
find_failure(CURLcode code)
{
	for (size_t i = 0; i < WF_COUNT(failures); i++)
		if (failures[i].code == code)
			return &failures[i];
	return NULL;
}

static bool
fail(const struct http_transfer *t, CURLcode code, struct wf_error *err)
{
	const struct http_request *request = &t->call->request;
	struct wf_str host = request->socket ? wf_str(request->socket)
	                                     : authority(wf_str(request->url));
	const struct failure *failure = find_failure(code);
	const char *why = t->why[0] ? t->why : t->http->curl.curl_easy_strerror(code);

	if (t->cancelled)
		return wf_fail(err, WF_ERR_MISSING, WF_NOWHERE, "%.*s: cancelled", WF_ARG(host));
	if (t->too_large)
		return wf_fail(err, WF_ERR_MISSING, WF_NOWHERE,
		    "%.*s: the answer is too large for what was asked", WF_ARG(host));
	if (!failure)
		return wf_fail(err, WF_ERR_MISSING, WF_NOWHERE, "%.*s: %s", WF_ARG(host), why);
	t->call->broken = failure->broken;
	wf_fail(err, WF_ERR_MISSING, WF_NOWHERE, "%.*s: %s (%s)", WF_ARG(host), failure->what, why);
	if (failure->hint[0])
		wf_hint(err, "%s", failure->hint);
	return false;
}

/* ---- what libcurl asks for ---- */

static void
on_socket(uv_poll_t *poll, int status, int events)
{
	struct http_socket *socket = poll->data;
	int happened = 0;

	if (status < 0)
		happened = CURL_CSELECT_ERR;
	if (events & UV_READABLE)
		happened |= CURL_CSELECT_IN;
	if (events & UV_WRITABLE)
		happened |= CURL_CSELECT_OUT;
	drive(socket->http, socket->fd, happened);
}

static void
free_when_done(struct http *http)
{
	void (*closed)(void *data) = http->closed;
	void *data = http->data;

	if (--http->nopen > 0)
		return;
	free(http);
	if (closed)
		closed(data);
}

static void
on_socket_closed(uv_handle_t *handle)
{
	struct http_socket *socket = handle->data;
	struct http *http = socket->http;

	free(socket);
	free_when_done(http);
}

static struct http_socket *
socket_new(struct http *http, curl_socket_t fd)
{
	struct http_socket *socket = calloc(1, sizeof(*socket));

	if (!socket)
		abort();
	socket->http = http;
	socket->fd = fd;
	if (uv_poll_init(http->loop, &socket->poll, fd) < 0) {
		free(socket);
		return NULL;
	}
	socket->poll.data = socket;
	http->nopen++;
	http->curl.curl_multi_assign(http->multi, fd, socket);
	return socket;
}

static int
want_socket(CURL *easy, curl_socket_t fd, int what, void *data, void *known)
{
	struct http *http = data;
	struct http_socket *socket = known;
	int events = 0;

	(void)easy;
	if (what == CURL_POLL_REMOVE) {
		if (socket)
			uv_close((uv_handle_t *)&socket->poll, on_socket_closed);
		return 0;
	}
	if (!socket && !(socket = socket_new(http, fd)))
		return -1;
	if (what & CURL_POLL_IN)
		events |= UV_READABLE;
	if (what & CURL_POLL_OUT)
		events |= UV_WRITABLE;
	return uv_poll_start(&socket->poll, events, on_socket) < 0 ? -1 : 0;
}

static void
on_timer(uv_timer_t *timer)
{
	drive(timer->data, CURL_SOCKET_TIMEOUT, 0);
}

static int
want_time(CURLM *multi, long ms, void *data)
{
	struct http *http = data;

	(void)multi;
	if (ms < 0)
		uv_timer_stop(&http->timer);
	else
		uv_timer_start(&http->timer, on_timer, (uint64_t)ms, 0);
	return 0;
}

/* ---- bytes ---- */

static size_t
take_header(char *bytes, size_t size, size_t n, void *data)
{
	struct http_transfer *t = data;
	struct wf_str line = { bytes, size * n };

	if (wf_str_starts(line, WF_S("HTTP/")))
		wf_buf_clear(&t->answer); /* those before it belong to a redirect */
	t->too_large = t->answer.n + line.n > MAX_HEADERS;
	if (t->too_large)
		return 0;
	wf_buf_add(&t->answer, wf_str_trim(line));
	wf_buf_addc(&t->answer, '\n');
	return line.n;
}

static size_t
take_body(char *bytes, size_t size, size_t n, void *data)
{
	struct http_transfer *t = data;
	struct http_call *call = t->call;
	struct wf_str chunk = { bytes, size * n };

	t->http->curl.curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &call->status);
	if (call->on_chunk)
		return call->on_chunk(call, chunk) ? chunk.n : CURL_WRITEFUNC_PAUSE;
	t->too_large = call->request.keep - call->body.n < chunk.n;
	if (t->too_large)
		return 0;
	wf_buf_add(&call->body, chunk);
	return chunk.n;
}

static size_t
give_body(char *room, size_t size, size_t n, void *data)
{
	struct http_transfer *t = data;
	ptrdiff_t given = t->call->on_send(t->call, room, size * n);

	return given < 0 ? CURL_READFUNC_PAUSE : (size_t)given;
}

struct wf_str
http_header(const struct http_call *call, const char *name)
{
	struct wf_str rest = { NULL, 0 };

	if (call->transfer)
		rest = wf_buf_str(&call->transfer->answer);
	while (rest.p) {
		struct wf_str value = wf_str_cut(&rest, '\n');
		struct wf_str key = wf_str_cut(&value, ':');

		if (value.p && wf_str_ieq(key, wf_str(name)))
			return wf_str_trim(value);
	}
	return (struct wf_str){ NULL, 0 };
}

/* ---- a call ---- */

static void
set_body(struct http_transfer *t)
{
	const struct curl_calls *curl = &t->http->curl;
	const struct http_request *request = &t->call->request;

	if (request->upload) {
		curl->curl_easy_setopt(t->easy, CURLOPT_UPLOAD, 1L);
		curl->curl_easy_setopt(t->easy, CURLOPT_READFUNCTION, give_body);
		curl->curl_easy_setopt(t->easy, CURLOPT_READDATA, t);
		curl->curl_easy_setopt(t->easy, CURLOPT_INFILESIZE_LARGE,
		    (curl_off_t)request->upload_size);
	} else if (request->body.p) {
		curl->curl_easy_setopt(t->easy, CURLOPT_POST, 1L);
		curl->curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE_LARGE,
		    (curl_off_t)request->body.n);
		curl->curl_easy_setopt(t->easy, CURLOPT_POSTFIELDS, request->body.p);
	}
	if (request->method && strcmp(request->method, "HEAD") == 0)
		curl->curl_easy_setopt(t->easy, CURLOPT_NOBODY, 1L);
	else if (request->method)
		curl->curl_easy_setopt(t->easy, CURLOPT_CUSTOMREQUEST, request->method);
}

static void
set_headers(struct http_transfer *t)
{
	const struct curl_calls *curl = &t->http->curl;
	const char *const *header = t->call->request.headers;

	for (; header && *header; header++)
		t->headers = curl->curl_slist_append(t->headers, *header);
	/* no pause before a body, which servers that do not know it would make a second long */
	t->headers = curl->curl_slist_append(t->headers, "Expect:");
	curl->curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->headers);
	curl->curl_easy_setopt(t->easy, CURLOPT_USERAGENT, "wfrun/" WFRUN_VERSION);
}

static void
set_route(struct http_transfer *t)
{
	const struct curl_calls *curl = &t->http->curl;
	const struct http_request *request = &t->call->request;
	bool plain = wf_str_starts(wf_str(request->url), WF_S("http:"));
	const struct http_tls *tls = request->tls;

	curl->curl_easy_setopt(t->easy, CURLOPT_URL, request->url);
	curl->curl_easy_setopt(t->easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl->curl_easy_setopt(t->easy, CURLOPT_REDIR_PROTOCOLS_STR,
	    plain ? "http,https" : "https");
	curl->curl_easy_setopt(t->easy, CURLOPT_FOLLOWLOCATION, (long)request->follow);
	curl->curl_easy_setopt(t->easy, CURLOPT_MAXREDIRS, MAX_REDIRECTS);
	if (request->socket)
		curl->curl_easy_setopt(t->easy, CURLOPT_UNIX_SOCKET_PATH, request->socket);
	if (request->socket || http_is_loopback(wf_str(request->url)))
		curl->curl_easy_setopt(t->easy, CURLOPT_PROXY, "");
	if (tls && tls->ca_file)
		curl->curl_easy_setopt(t->easy, CURLOPT_CAINFO, tls->ca_file);
	if (tls && tls->cert_file)
		curl->curl_easy_setopt(t->easy, CURLOPT_SSLCERT, tls->cert_file);
	if (tls && tls->key_file)
		curl->curl_easy_setopt(t->easy, CURLOPT_SSLKEY, tls->key_file);
}

static void
set_limits(struct http_transfer *t)
{
	const struct curl_calls *curl = &t->http->curl;
	unsigned idle = t->call->request.idle_seconds;

	curl->curl_easy_setopt(t->easy, CURLOPT_NOSIGNAL, 1L);
	curl->curl_easy_setopt(t->easy, CURLOPT_CONNECTTIMEOUT, CONNECT_SECONDS);
	if (idle == HTTP_NO_IDLE)
		return;
	curl->curl_easy_setopt(t->easy, CURLOPT_LOW_SPEED_LIMIT, 1L);
	curl->curl_easy_setopt(t->easy, CURLOPT_LOW_SPEED_TIME,
	    idle ? (long)idle : (long)HTTP_IDLE_SECONDS);
}

static void
set_up(struct http_transfer *t)
{
	const struct curl_calls *curl = &t->http->curl;

	t->easy = curl->curl_easy_init();
	if (!t->easy)
		abort(); /* out of memory */
	curl->curl_easy_setopt(t->easy, CURLOPT_PRIVATE, t);
	curl->curl_easy_setopt(t->easy, CURLOPT_ERRORBUFFER, t->why);
	curl->curl_easy_setopt(t->easy, CURLOPT_HEADERFUNCTION, take_header);
	curl->curl_easy_setopt(t->easy, CURLOPT_HEADERDATA, t);
	curl->curl_easy_setopt(t->easy, CURLOPT_WRITEFUNCTION, take_body);
	curl->curl_easy_setopt(t->easy, CURLOPT_WRITEDATA, t);
	if (t->call->request.from > 0)
		curl->curl_easy_setopt(t->easy, CURLOPT_RESUME_FROM_LARGE,
		    (curl_off_t)t->call->request.from);
	set_route(t);
	set_headers(t);
	set_limits(t);
	set_body(t);
}

static void
note(struct http *http)
{
	if (!uv_is_active((uv_handle_t *)&http->later))
		uv_timer_start(&http->later, on_later, 0, 0);
}

void
http_start(struct http *http, struct http_call *call)
{
	struct http_transfer *t = calloc(1, sizeof(*t));

	if (!t)
		abort();
	t->http = http;
	t->call = call;
	t->next = http->transfers;
	http->transfers = t;
	call->transfer = t;
	call->status = 0;
	call->broken = call->cancelled = false;
	call->body = WF_BUF_INIT;
	note(http);
}

void
http_resume(struct http_call *call)
{
	if (!call->transfer)
		return;
	call->transfer->resumed = true;
	note(call->transfer->http);
}

void
http_cancel(struct http_call *call)
{
	if (!call->transfer)
		return;
	call->transfer->cancelled = true;
	call->cancelled = true;
	note(call->transfer->http);
}

/* The last word of a call; its memory may be gone afterwards. */
static void
end(struct http_transfer *t, CURLcode code)
{
	struct http *http = t->http;
	struct http_call *call = t->call;
	struct http_transfer **link = &http->transfers;
	struct wf_buf body = WF_BUF_INIT;
	struct wf_error err;

	while (*link != t)
		link = &(*link)->next;
	*link = t->next;
	if (t->added)
		http->curl.curl_multi_remove_handle(http->multi, t->easy);
	if (t->easy)
		http->curl.curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &call->status);
	if (code != CURLE_OK)
		fail(t, code, &err);
	body = call->body;
	call->on_end(call, code == CURLE_OK ? NULL : &err);
	wf_buf_release(&body);
	if (t->easy)
		http->curl.curl_easy_cleanup(t->easy);
	http->curl.curl_slist_free_all(t->headers);
	wf_buf_release(&t->answer);
	free(t);
}

static void
attend(struct http_transfer *t)
{
	struct http *http = t->http;

	if (t->cancelled) {
		end(t, CURLE_ABORTED_BY_CALLBACK);
		return;
	}
	if (!t->added) {
		set_up(t);
		http->curl.curl_multi_add_handle(http->multi, t->easy);
		t->added = true;
	} else if (t->resumed) {
		t->resumed = false;
		http->curl.curl_easy_pause(t->easy, CURLPAUSE_CONT);
	}
}

/* An on_end() may start, cancel and resume others: they are looked at from the front again. */
static struct http_transfer *
next_noted(const struct http *http)
{
	for (struct http_transfer *t = http->transfers; t; t = t->next)
		if (t->cancelled || !t->added || t->resumed)
			return t;
	return NULL;
}

static void
on_later(uv_timer_t *timer)
{
	struct http *http = timer->data;
	struct http_transfer *t;

	while ((t = next_noted(http)))
		attend(t);
}

static void
drive(struct http *http, curl_socket_t fd, int events)
{
	int running, left;
	CURLMsg *message;

	http->curl.curl_multi_socket_action(http->multi, fd, events, &running);
	while ((message = http->curl.curl_multi_info_read(http->multi, &left))) {
		CURLcode code = message->data.result;
		struct http_transfer *t = NULL;

		if (message->msg != CURLMSG_DONE)
			continue;
		http->curl.curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &t);
		end(t, code);
	}
}

/* ---- open and close ---- */

struct http *
http_new(uv_loop_t *loop, struct wf_error *err)
{
	struct http *http = calloc(1, sizeof(*http));

	if (!http)
		abort();
	if (!wf_lazy_load(&http->curl, "libcurl.so.4", curl_list, WF_COUNT(curl_list), err)) {
		free(http);
		return NULL;
	}
	http->curl.curl_global_init(CURL_GLOBAL_ALL);
	http->multi = http->curl.curl_multi_init();
	if (!http->multi)
		abort(); /* out of memory */
	http->loop = loop;
	uv_timer_init(loop, &http->timer);
	uv_timer_init(loop, &http->later);
	http->timer.data = http->later.data = http;
	http->nopen = 2;
	http->curl.curl_multi_setopt(http->multi, CURLMOPT_SOCKETFUNCTION, want_socket);
	http->curl.curl_multi_setopt(http->multi, CURLMOPT_SOCKETDATA, http);
	http->curl.curl_multi_setopt(http->multi, CURLMOPT_TIMERFUNCTION, want_time);
	http->curl.curl_multi_setopt(http->multi, CURLMOPT_TIMERDATA, http);
	http->curl.curl_multi_setopt(http->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, MAX_CONNECTIONS);
	return http;
}

static void
on_closed(uv_handle_t *handle)
{
	free_when_done(handle->data);
}

void
http_close(struct http *http, void (*closed)(void *data), void *data)
{
	http->closed = closed;
	http->data = data;
	while (http->transfers) {
		http->transfers->cancelled = true;
		end(http->transfers, CURLE_ABORTED_BY_CALLBACK);
	}
	http->curl.curl_multi_cleanup(http->multi);
	uv_close((uv_handle_t *)&http->timer, on_closed);
	uv_close((uv_handle_t *)&http->later, on_closed);
}
