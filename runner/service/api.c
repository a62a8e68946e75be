/* SPDX-License-Identifier: MIT */
/* api.c - which call it is, whether it would change something, and how lists are cut into pages. */
#include "runner/service/api.h"

#include "event/shape.h"

#include <inttypes.h>
#include <stdarg.h>

#define PAGE_USUAL 30
#define PAGE_LARGEST 100
#define BODY_SHOWN 200 /* bytes of a write's body that the record shows */

/* ---- replies ---- */

void
api_say(struct api_call *api, unsigned status, struct expr_object *object)
{
	server_say_json(api->call->request, status, expr_object_value(object));
}

static void
say_message(struct api_call *api, unsigned status, const char *message)
{
	struct expr_object *reply = expr_object_new(api->arena);

	shape_text(reply, "message", wf_str(message));
	shape_text(reply, "documentation_url", WF_S("https://docs.github.com/rest"));
	shape_text(reply, "status", wf_strf(api->arena, "%u", status));
	api_say(api, status, reply);
}

void
api_not_found(struct api_call *api)
{
	say_message(api, 404, "Not Found");
}

void
api_broken(struct api_call *api, const struct wf_error *err)
{
	say_message(api, 500, err->msg);
}

struct wf_str
api_query(const struct api_call *api, const char *name)
{
	struct wf_str value = server_query(api->call->request, name);

	return value.p ? value : WF_S("");
}

int64_t
api_number(const struct api_call *api, size_t segment)
{
	uint64_t number;

	return wf_str_u64(api->segments[segment], &number) && number <= INT64_MAX ? (int64_t)number
	                                                                          : 0;
}

struct wf_str
api_url(const struct api_call *api, const char *fmt, ...)
{
	struct wf_str rest;
	va_list ap;

	va_start(ap, fmt);
	rest = wf_vstrf(api->arena, fmt, ap);
	va_end(ap);
	return wf_strf(api->arena, "%s/api/%.*s/repos/%.*s%s%.*s", api->call->service->origin,
	    WF_ARG(api->call->guest->api_key), WF_ARG(api->facts->full_name), rest.n ? "/" : "",
	    WF_ARG(rest));
}

/* ---- pages ---- */

static uint64_t
number_of(const struct api_call *api, const char *name, uint64_t usual, uint64_t largest)
{
	uint64_t number;

	if (!wf_str_u64(api_query(api, name), &number) || number == 0)
		return usual;
	return number < largest ? number : largest;
}

/* The request's own URL with another page. */
static void
add_link(struct api_call *api, struct wf_buf *out, uint64_t page, const char *rel)
{
	const struct server_request *request = api->call->request;
	struct wf_str rest = request->query;

	wf_buf_addf(out, "%s<%s%.*s?page=%" PRIu64, out->n ? ", " : "", api->call->service->origin,
	    WF_ARG(request->path), page);
	while (rest.n) {
		struct wf_str pair = wf_str_cut(&rest, '&');

		if (!wf_str_starts(pair, WF_S("page=")))
			wf_buf_addf(out, "&%.*s", WF_ARG(pair));
	}
	wf_buf_addf(out, ">; rel=\"%s\"", rel);
}

static void
add_links(struct api_call *api, uint64_t page, uint64_t last)
{
	struct wf_buf links = WF_BUF_INIT;

	if (page > 1)
		add_link(api, &links, page - 1, "prev");
	if (page < last) {
		add_link(api, &links, page + 1, "next");
		add_link(api, &links, last, "last");
	}
	if (page > 1)
		add_link(api, &links, 1, "first");
	if (links.n)
		server_add_header(api->call->request, "Link", wf_buf_take(&links, api->arena));
	wf_buf_release(&links);
}

void
api_say_page(struct api_call *api, const struct expr_array *all, const char *key)
{
	uint64_t size = number_of(api, "per_page", PAGE_USUAL, PAGE_LARGEST);
	uint64_t page = number_of(api, "page", 1, UINT32_MAX);
	struct expr_array *items = expr_array_new(api->arena);
	struct expr_object *reply = expr_object_new(api->arena);

	for (uint64_t i = (page - 1) * size; i < page * size && i < all->n; i++)
		expr_array_push(items, all->items[i]);
	add_links(api, page, (all->n + size - 1) / size);
	if (!key) {
		server_say_json(api->call->request, 200, expr_array_value(items));
		return;
	}
	shape_number(reply, "total_count", (double)all->n);
	shape_array(reply, key, items);
	api_say(api, 200, reply);
}

/* ---- what is told ---- */

static void
tell(struct api_call *api, enum service_news_kind kind, struct wf_str path)
{
	struct server_request *request = api->call->request;
	const struct service_news news = {
		.kind = kind,
		.run_id = api->call->guest->job.run_id,
		.text = wf_strf(api->arena, "%.*s /%.*s", WF_ARG(request->method), WF_ARG(path)),
		.body = wf_str_sub(wf_buf_str(&request->body), 0, BODY_SHOWN),
	};

	service_tell(api->call->service, &news);
}

/* As the list of an issue's labels that GitHub gives back, when labels are added. */
static void
say_labels(struct api_call *api)
{
	struct expr_value sent = expr_object_get(api->call->json.object, WF_S("labels"));
	struct expr_array *labels = expr_array_new(api->arena);

	for (size_t i = 0; sent.kind == EXPR_ARRAY && i < sent.array->n; i++) {
		struct expr_object *label = expr_object_new(api->arena);

		shape_text(label, "name", expr_to_string(api->arena, sent.array->items[i]));
		expr_array_push(labels, expr_object_value(label));
	}
	server_say_json(api->call->request, 200, expr_array_value(labels));
}

/* What GitHub answers: the thing that was made, which has what was sent and an id. */
static void
pretend(struct api_call *api, struct wf_str path)
{
	struct server_request *request = api->call->request;
	struct expr_object *reply = expr_object_new(api->arena);
	bool made = wf_str_is(request->method, "POST");

	tell(api, SERVICE_WRITE, path);
	if (wf_str_is(request->method, "DELETE") || wf_str_ends(path, WF_S("/dispatches"))) {
		server_say(request, 204, NULL, WF_S(""));
		return;
	}
	if (wf_str_ends(path, WF_S("/labels")) && wf_str_find(path, WF_S("/issues/")) >= 0) {
		say_labels(api);
		return;
	}
	shape_number(reply, "id", shape_id("write", path));
	shape_text(reply, "url",
	    wf_strf(api->arena, "%s%.*s", api->call->service->origin, WF_ARG(request->path)));
	shape_text(reply, "html_url", api->facts->html_url);
	for (size_t i = 0; i < api->call->json.object->n; i++)
		expr_object_set(reply, api->call->json.object->pairs[i].key,
		    api->call->json.object->pairs[i].value);
	api_say(api, made ? 201 : 200, reply);
}

/* ---- routes ---- */

/* `path` is what follows repos/OWNER/NAME/, encoded. */
static bool
match(struct api_call *api, const struct api_route *route, struct wf_str path)
{
	struct wf_str pattern = wf_str(route->path);
	size_t n = 0;

	if (!wf_str_is(api->call->request->method, route->method))
		return false;
	while (pattern.p && path.p) {
		struct wf_str want = wf_str_cut(&pattern, '/'), have;

		if (wf_str_is(want, "**")) {
			api->segments[n] = server_decode(api->arena, path, false);
			return path.n > 0;
		}
		have = wf_str_cut(&path, '/');
		if (wf_str_is(want, "*") && have.n)
			api->segments[n++] = server_decode(api->arena, have, false);
		else if (!wf_str_eq(want, have))
			return false;
	}
	return !pattern.p && !path.p;
}

static const struct api_route *
find_route(struct api_call *api, struct wf_str path)
{
	static const struct api_route *const tables[] = { api_git_routes, api_run_routes };

	for (size_t i = 0; i < WF_COUNT(tables); i++)
		for (const struct api_route *route = tables[i]; route->method; route++)
			if (match(api, route, path))
				return route;
	return NULL;
}

/* Cuts repos/OWNER/NAME off; false when it is not this repository. */
static bool
cut_repository(struct api_call *api, struct wf_str *path)
{
	struct wf_str owner, name;

	if (!wf_str_is(wf_str_cut(path, '/'), "repos"))
		return false;
	owner = server_decode(api->arena, wf_str_cut(path, '/'), false);
	name = server_decode(api->arena, wf_str_cut(path, '/'), false);
	if (!path->p)
		*path = WF_S("");
	return wf_str_ieq(wf_strf(api->arena, "%.*s/%.*s", WF_ARG(owner), WF_ARG(name)),
	    api->facts->full_name);
}

static void
say_unknown(struct api_call *api, struct wf_str path)
{
	tell(api, SERVICE_UNKNOWN, path);
	if (wf_str_is(path, "graphql"))
		say_message(api, 404, "wfrun answers no GraphQL");
	else
		api_not_found(api);
}

static bool
is_reading(const struct service_call *call)
{
	struct wf_str method = call->request->method;

	return wf_str_is(method, "GET") || wf_str_is(method, "HEAD");
}

static void
answer(struct service_call *call)
{
	struct api_call api = {
		.call = call,
		.arena = call->request->arena,
		.facts = &call->service->repository,
		.repo = call->service->repo,
	};
	struct wf_str path = wf_str_skip(call->request->path, 1), rest;
	const struct api_route *route = NULL;
	bool here;

	wf_str_cut(&path, '/'); /* "api" */
	wf_str_cut(&path, '/'); /* the key */
	rest = path;
	here = cut_repository(&api, &rest);
	if (here)
		route = find_route(&api, rest);
	if (route)
		route->answer(&api);
	else if (!is_reading(call) && !wf_str_is(path, "graphql"))
		pretend(&api, path);
	else
		say_unknown(&api, path);
}

const struct service_route api_routes[] = {
	{ "GET", "/api/*/**", SERVICE_API, NULL, answer, NULL },
	{ "HEAD", "/api/*/**", SERVICE_API, NULL, answer, NULL },
	{ "POST", "/api/*/**", SERVICE_API, NULL, answer, NULL },
	{ "PUT", "/api/*/**", SERVICE_API, NULL, answer, NULL },
	{ "PATCH", "/api/*/**", SERVICE_API, NULL, answer, NULL },
	{ "DELETE", "/api/*/**", SERVICE_API, NULL, answer, NULL },
	{ .method = NULL },
};
