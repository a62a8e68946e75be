/* SPDX-License-Identifier: MIT */
/* engine.c - asks over HTTP, the version of the API, and errors in words that help. */
#include "runner/engine/engine.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define ANSWER_LARGEST ((size_t)32 << 20) /* bytes of an answer in JSON */
#define REFUSAL_LARGEST ((size_t)1 << 16)
#define IDLE_SECONDS 300 /* an engine that removes a large container is silent for long */

/* 1.35 came with Docker 17.12: since then an exec has a folder of its own to start in. */
#define VERSION_MAJOR 1u
#define VERSION_LEAST 35u
#define VERSION_MOST 43u

struct engine {
	uv_loop_t *loop;
	struct wf_arena *arena;
	struct engine_place place;
	struct http *http;
	unsigned minor; /* of the API's version that is spoken; 0: not known yet */
	struct http_call ping;
	bool pinging;
	struct engine_ask *waiting; /* for the version */
};

static void on_ping(struct http_call *call, const struct wf_error *err);

const struct engine_place *
engine_place(const struct engine *engine)
{
	return &engine->place;
}

bool
engine_is_local(const struct engine *engine)
{
	return engine->place.socket != NULL;
}

/* ---- errors ---- */

/* What the system says of a socket that cannot be connected to. */
static int
socket_trouble(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd, errnum = 0;

	if (strlen(path) >= sizeof(address.sun_path))
		return ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path));
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return errno;
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0)
		errnum = errno;
	close(fd);
	return errnum;
}

static const struct {
	int errnum;
	const char *what, *hint;
} troubles[] = {
	{ ENOENT, "there is no such socket", "is the engine started?" },
	{ ECONNREFUSED, "nobody listens there", "is the engine started?" },
	{ EACCES, "this user may not connect to it",
	    "join the group that the socket belongs to, or use an engine of your own: rootless "
	    "docker, podman" },
	{ ENAMETOOLONG, "the path is too long for a socket", "" },
};

/* The engine was not reached, or left in the middle. */
static bool
fail_reach(const struct engine *engine, const struct wf_error *cause, struct wf_error *err)
{
	const struct engine_place *place = &engine->place;
	int errnum = place->socket ? socket_trouble(place->socket) : 0;
	const char *brand = engine_brand_name(place->brand);

	for (size_t i = 0; i < WF_COUNT(troubles); i++) {
		if (troubles[i].errnum != errnum)
			continue;
		wf_fail(err, WF_ERR_MISSING, WF_NOWHERE, "the %s engine at %s (%s): %s", brand,
		    place->shown, place->found, troubles[i].what);
		return wf_hint(err, "%s", troubles[i].hint);
	}
	wf_fail(err, WF_ERR_MISSING, WF_NOWHERE, "the %s engine at %s (%s): %s", brand,
	    place->shown, place->found, cause->msg);
	return wf_hint(err, "%s", cause->hint);
}

/* {"message": "..."}, or whatever text it is. */
static bool
fail_refused(const struct engine_ask *ask, struct wf_error *err)
{
	const struct engine *engine = ask->engine;
	struct wf_str text = wf_buf_str(&ask->answer), message;
	struct expr_value value;

	message = expr_json_read(ask->arena, NULL, text, &value, NULL)
	              ? expr_path_str(ask->arena, value, "message")
	              : (struct wf_str){ NULL, 0 };
	if (!message.n)
		message = wf_str_sub(wf_str_trim(text), 0, 300);
	return wf_fail(err, WF_ERR_SYS, WF_NOWHERE, "%s: %.*s%s(status %ld)",
	    engine_brand_name(engine->place.brand), WF_ARG(message), message.n ? " " : "",
	    ask->status);
}

/* ---- one ask ---- */

static void
end_ask(struct engine_ask *ask, const struct wf_error *err)
{
	struct wf_arena *arena = ask->arena;
	struct wf_buf text = ask->text, answer = ask->answer;

	ask->under_way = false;
	ask->on_answer(ask, err); /* which may end its memory */
	wf_buf_release(&text);
	wf_buf_release(&answer);
	wf_arena_free(arena);
}

static bool
read_answer(struct engine_ask *ask, struct wf_error *err)
{
	struct wf_str text = wf_buf_str(&ask->answer);

	if (ask->status >= 400 || ask->status == 0)
		return fail_refused(ask, err);
	if (ask->on_chunk || !wf_str_trim(text).n)
		return true;
	if (!expr_json_read(ask->arena, NULL, text, &ask->value, NULL))
		ask->value = EXPR_NULL_VALUE; /* "OK": said where JSON would have been no use */
	return true;
}

static void
on_end(struct http_call *call, const struct wf_error *err)
{
	struct engine_ask *ask = call->data;
	struct wf_error why;

	ask->status = call->status;
	if (err ? fail_reach(ask->engine, err, &why) : read_answer(ask, &why))
		end_ask(ask, NULL);
	else
		end_ask(ask, &why);
}

static bool
on_chunk(struct http_call *call, struct wf_str chunk)
{
	struct engine_ask *ask = call->data;
	bool good = call->status < 400;
	size_t most = good ? ANSWER_LARGEST : REFUSAL_LARGEST;

	if (good && ask->on_chunk)
		ask->on_chunk(ask, chunk);
	else if (ask->answer.n < most)
		wf_buf_add(&ask->answer, wf_str_sub(chunk, 0, most - ask->answer.n));
	return true;
}

/* Podman has an API of its own beside docker's, with versions of its own. */
static const char *
ask_url(const struct engine_ask *ask)
{
	const struct engine *engine = ask->engine;

	if (wf_str_starts(wf_str(ask->path), WF_S("/libpod/")))
		return wf_strf(ask->arena, "%s/v4.0.0%s", engine->place.base, ask->path).p;
	return wf_strf(ask->arena, "%s/v%u.%u%s", engine->place.base, VERSION_MAJOR, engine->minor,
	    ask->path)
	    .p;
}

static void
send_ask(struct engine_ask *ask)
{
	struct engine *engine = ask->engine;
	struct http_request *request = &ask->call.request;
	size_t n = 0;

	if (ask->body)
		expr_json_compact(&ask->text, expr_object_value(ask->body));
	if (ask->body || ask->tar.p)
		ask->headers[n++] = ask->body ? "Content-Type: application/json"
		                              : "Content-Type: application/x-tar";
	if (ask->header)
		ask->headers[n++] = ask->header;
	ask->headers[n] = NULL;
	ask->call = (struct http_call){ .on_chunk = on_chunk, .on_end = on_end, .data = ask };
	*request = (struct http_request){
		.method = ask->method,
		.url = ask_url(ask),
		.socket = engine->place.socket,
		.headers = ask->headers,
		.body = ask->body ? wf_buf_str(&ask->text) : ask->tar,
		.idle_seconds = ask->patient ? HTTP_NO_IDLE : IDLE_SECONDS,
		.tls = &engine->place.tls,
	};
	http_start(engine->http, &ask->call);
}

/* ---- the version ---- */

/* "1.41" to 41; 0: it is none that is known here. */
static unsigned
read_minor(struct wf_str version)
{
	struct wf_str major = wf_str_cut(&version, '.');
	uint64_t minor;

	if (!wf_str_is(major, "1") || !wf_str_u64(version, &minor) || minor > 1000)
		return 0;
	return (unsigned)minor;
}

static bool
choose_version(struct engine *engine, const struct http_call *call, struct wf_error *err)
{
	const struct engine_place *place = &engine->place;
	struct wf_str version = http_header(call, "Api-Version");
	unsigned theirs = read_minor(version);

	if (!version.p)
		return wf_fail(err, WF_ERR_MISSING, WF_NOWHERE,
		    "what answers at %s (%s) is no engine: it does not say which version of the "
		    "Engine API it speaks (status %ld)",
		    place->shown, place->found, call->status);
	if (theirs < VERSION_LEAST) {
		wf_fail(err, WF_ERR_MISSING, WF_NOWHERE,
		    "the %s engine at %s (%s) speaks version %.*s of the Engine API: wfrun needs "
		    "%u.%u or later",
		    engine_brand_name(place->brand), place->shown, place->found, WF_ARG(version),
		    VERSION_MAJOR, VERSION_LEAST);
		return wf_hint(err, "install Docker 17.12 or later, or Podman 3 or later");
	}
	engine->minor = theirs < VERSION_MOST ? theirs : VERSION_MOST;
	return true;
}

static void
start_ping(struct engine *engine)
{
	engine->ping = (struct http_call){
		.request = {
			.url = wf_strf(engine->arena, "%s/_ping", engine->place.base).p,
			.socket = engine->place.socket,
			.keep = REFUSAL_LARGEST,
			.tls = &engine->place.tls,
		},
		.on_end = on_ping,
		.data = engine,
	};
	engine->pinging = true;
	http_start(engine->http, &engine->ping);
}

static void
on_ping(struct http_call *call, const struct wf_error *err)
{
	struct engine *engine = call->data;
	struct engine_ask *ask;
	struct wf_error why;
	bool ok = err ? fail_reach(engine, err, &why) : choose_version(engine, call, &why);

	engine->pinging = false;
	while (!engine->pinging && (ask = engine->waiting)) {
		engine->waiting = ask->next;
		if (ok)
			send_ask(ask);
		else
			end_ask(ask, &why);
	}
}

void
engine_ask(struct engine *engine, struct engine_ask *ask)
{
	struct engine_ask **link = &engine->waiting;

	ask->engine = engine;
	ask->arena = wf_arena_new();
	ask->text = ask->answer = WF_BUF_INIT;
	ask->value = EXPR_NULL_VALUE;
	ask->status = 0;
	ask->under_way = true;
	ask->next = NULL;
	if (engine->minor > 0) {
		send_ask(ask);
		return;
	}
	while (*link)
		link = &(*link)->next;
	*link = ask;
	if (!engine->pinging)
		start_ping(engine);
}

void
engine_cancel(struct engine_ask *ask)
{
	if (!ask->under_way)
		return;
	if (ask->engine->minor > 0)
		http_cancel(&ask->call);
	else
		http_cancel(&ask->engine->ping); /* all that wait for it end */
}

/* ---- open and close ---- */

struct engine *
engine_new(uv_loop_t *loop, enum engine_brand brand, struct wf_error *err)
{
	struct wf_arena *arena = wf_arena_new();
	struct engine *engine = wf_new(arena, struct engine);

	engine->loop = loop;
	engine->arena = arena;
	if (engine_place_find(arena, brand, &engine_surroundings, &engine->place, err) &&
	    (engine->http = http_new(loop, err)))
		return engine;
	wf_arena_free(arena);
	return NULL;
}

static void
on_closed(void *data)
{
	struct engine *engine = data;

	wf_arena_free(engine->arena);
}

void
engine_close(struct engine *engine)
{
	if (engine)
		http_close(engine->http, on_closed, engine);
}

/* ---- bodies ---- */

struct expr_object *
engine_object(struct wf_arena *arena, const struct engine_pair *pairs)
{
	struct expr_object *object = expr_object_new(arena);

	object->exact = true;
	for (; pairs->key; pairs++)
		expr_object_set(object, wf_str(pairs->key), pairs->value);
	return object;
}

struct expr_value
engine_list(struct wf_arena *arena, const char *const *list)
{
	struct expr_array *array = expr_array_new(arena);

	for (; list && *list; list++)
		expr_array_push(array, expr_cstring(*list));
	return expr_array_value(array);
}

struct wf_str
engine_escape(struct wf_arena *arena, struct wf_str text)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                            "0123456789-._~/:";
	wf_auto(wf_buf_release) struct wf_buf out = WF_BUF_INIT;

	wf_buf_reserve(&out, text.n);
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] && strchr(plain, text.p[i]))
			wf_buf_addc(&out, text.p[i]);
		else
			wf_buf_addf(&out, "%%%02X", (unsigned char)text.p[i]);
	return wf_str_dup(arena, wf_buf_str(&out));
}
