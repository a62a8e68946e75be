/* SPDX-License-Identifier: MIT */
/* service.c - jobs and their tokens, and which route answers a request. */
#include "runner/service/service_state.h"

#include "event/repo.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>

#define URL_SECONDS 3600 /* for which a signed URL is good */
#define API_KEY_LENGTH 32 /* hexadecimal digits */
#define JOB_SECONDS (24 * 3600) /* what a job's token says; it ends with the job */

struct service_told {
	struct wf_arena *arena;
	struct service_news news;
	struct service_told *next;
};

static const struct service_route *const routes[] = {
	artifact_routes,
	cache_routes,
	cache_v1_routes,
	blob_routes,
	identity_routes,
	api_routes,
};

/* ---- jobs ---- */

static void
release_guest(struct service *service, struct service_guest *guest)
{
	bool last;

	pthread_mutex_lock(&service->lock);
	last = --guest->users == 0;
	pthread_mutex_unlock(&service->lock);
	if (last)
		wf_arena_free(guest->arena);
}

/* Who has this token, or this key of the API. */
static struct service_guest *
find_guest(struct service *service, struct wf_str secret, bool is_key)
{
	struct service_guest *found = NULL;

	pthread_mutex_lock(&service->lock);
	for (size_t i = 0; i < service->nguests; i++)
		if (token_equal(is_key ? service->guests[i]->api_key : service->guests[i]->token,
		        secret))
			found = service->guests[i];
	if (found)
		found->users++;
	pthread_mutex_unlock(&service->lock);
	return found;
}

/* What clients read of it: the ids in `scp` (semantics.md 9.1). */
static struct wf_str
make_token(struct service *service, struct wf_arena *arena, const struct service_job *job)
{
	struct expr_object *payload = expr_object_new(arena);
	struct wf_str scope = wf_strf(arena, "Actions.Results:%lld:%llu", (long long)job->run_id,
	    (unsigned long long)job->job_id);
	time_t now = time(NULL);

	expr_object_set(payload, WF_S("scp"), expr_string(scope));
	expr_object_set(payload, WF_S("ac"),
	    expr_string(wf_strf(arena, "[{\"Scope\":\"%.*s\",\"Permission\":3}]",
	        WF_ARG(job->ref))));
	expr_object_set(payload, WF_S("orchid"),
	    expr_string(wf_strf(arena, "%lld.%llu", (long long)job->run_id,
	        (unsigned long long)job->job_id)));
	expr_object_set(payload, WF_S("iss"), expr_cstring("wfrun"));
	expr_object_set(payload, WF_S("iat"), expr_number((double)now));
	expr_object_set(payload, WF_S("nbf"), expr_number((double)now));
	expr_object_set(payload, WF_S("exp"), expr_number((double)(now + JOB_SECONDS)));
	return token_make(arena, service->key, expr_object_value(payload));
}

/* Said by no token, and no token can be made of it. */
static struct wf_str
api_key(struct service *service, struct wf_arena *arena, struct wf_str token)
{
	struct wf_str mac = token_mac(arena, service->key,
	    wf_strf(arena, "api\n%.*s", WF_ARG(token)));

	return wf_str_sub(mac, 0, API_KEY_LENGTH);
}

struct wf_str
service_api_url(struct service *service, struct wf_arena *arena, struct wf_str token)
{
	return wf_strf(arena, "%s/api/%.*s", service->origin,
	    WF_ARG(api_key(service, arena, token)));
}

struct wf_str
service_admit(struct service *service, struct wf_arena *arena, const struct service_job *job)
{
	struct wf_arena *own = wf_arena_new();
	struct service_guest *guest = wf_new(own, struct service_guest);

	guest->arena = own;
	guest->users = 1;
	guest->job = *job;
	guest->job.ref = wf_str_dup(own, job->ref);
	guest->job.base_ref = wf_str_dup(own, job->base_ref);
	guest->job.default_ref = wf_str_dup(own, job->default_ref);
	if (job->claims)
		guest->job.claims =
		    expr_copy(own, expr_object_value((struct expr_object *)job->claims)).object;
	guest->token = make_token(service, own, job);
	guest->api_key = api_key(service, own, guest->token);
	pthread_mutex_lock(&service->lock);
	*wf_push(service->arena, service->guests, service->nguests, service->cap) = guest;
	pthread_mutex_unlock(&service->lock);
	return wf_str_dup(arena, guest->token);
}

void
service_dismiss(struct service *service, struct wf_str token)
{
	struct service_guest *gone = NULL;

	pthread_mutex_lock(&service->lock);
	for (size_t i = 0; i < service->nguests && !gone; i++)
		if (token_equal(service->guests[i]->token, token)) {
			gone = service->guests[i];
			service->guests[i] = service->guests[--service->nguests];
		}
	pthread_mutex_unlock(&service->lock);
	if (gone)
		release_guest(service, gone);
}

/* ---- news ---- */

static struct service_news
copy_news(struct wf_arena *arena, const struct service_news *news)
{
	struct service_news copy = *news;

	copy.text = wf_str_dup(arena, news->text);
	copy.body = wf_str_dup(arena, news->body);
	copy.artifact.name = wf_str_dup(arena, news->artifact.name);
	copy.artifact.path = wf_str_dup(arena, news->artifact.path);
	return copy;
}

void
service_tell(struct service *service, const struct service_news *news)
{
	struct wf_arena *arena = wf_arena_new();
	struct service_told *told = wf_new(arena, struct service_told);

	told->arena = arena;
	told->news = copy_news(arena, news);
	pthread_mutex_lock(&service->lock);
	*service->news_tail = told;
	service->news_tail = &told->next;
	if (service->wake)
		service->wake(service->wake_data);
	pthread_mutex_unlock(&service->lock);
}

void
service_on_news(struct service *service, void (*wake)(void *data), void *data)
{
	pthread_mutex_lock(&service->lock);
	service->wake = wake;
	service->wake_data = data;
	pthread_mutex_unlock(&service->lock);
}

bool
service_next_news(struct service *service, struct wf_arena *arena, struct service_news *out)
{
	struct service_told *told;

	pthread_mutex_lock(&service->lock);
	told = service->news;
	if (told && !(service->news = told->next))
		service->news_tail = &service->news;
	pthread_mutex_unlock(&service->lock);
	if (!told)
		return false;
	*out = copy_news(arena, &told->news);
	wf_arena_free(told->arena);
	return true;
}

/* ---- requests ---- */

void
service_refuse(struct service_call *call, unsigned status, const char *code, const char *fmt, ...)
{
	struct wf_arena *arena = call->request->arena;
	struct expr_object *reply = expr_object_new(arena);
	va_list ap;

	va_start(ap, fmt);
	expr_object_set(reply, WF_S("code"), expr_cstring(code));
	expr_object_set(reply, WF_S("msg"), expr_string(wf_vstrf(arena, fmt, ap)));
	va_end(ap);
	server_say_json(call->request, status, expr_object_value(reply));
}

void
service_broken(struct service_call *call, const struct wf_error *err)
{
	if (err->kind == WF_ERR_USAGE)
		service_refuse(call, 400, "invalid_argument", "%s", err->msg);
	else
		service_refuse(call, 500, "internal", "%s", err->msg);
}

struct wf_str
service_time(struct wf_arena *arena, int64_t ms)
{
	time_t seconds = (time_t)(ms / 1000);
	char text[40];
	struct tm tm;

	gmtime_r(&seconds, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	return wf_strf(arena, "%s.%03dZ", text, (int)(ms % 1000));
}

/* A name in lower case with underscores, or as its camelCase (9.2). */
static bool
is_name(struct wf_str key, const char *name)
{
	size_t i = 0;

	for (; *name; name++) {
		bool raised = *name == '_' && i < key.n && key.p[i] != '_';
		char c = raised ? (char)(*++name - 'a' + 'A') : *name;

		if (i >= key.n || key.p[i++] != c)
			return false;
	}
	return i == key.n;
}

struct wf_str
service_field(const struct service_call *call, const char *name)
{
	const struct expr_object *object = call->json.object;

	for (size_t i = 0; i < object->n; i++)
		if (is_name(object->pairs[i].key, name))
			return expr_to_string(call->request->arena, object->pairs[i].value);
	return WF_S("");
}

static struct wf_str
url_mac(struct service_call *call, struct wf_str mode, struct wf_str path, struct wf_str until)
{
	struct wf_arena *arena = call->request->arena;

	return token_mac(arena, call->service->key,
	    wf_strf(arena, "%.*s\n%.*s\n%.*s", WF_ARG(mode), WF_ARG(path), WF_ARG(until)));
}

struct wf_str
service_sign(struct service_call *call, const char *mode, struct wf_str path)
{
	struct wf_arena *arena = call->request->arena;
	struct wf_str until = wf_strf(arena, "%lld", (long long)time(NULL) + URL_SECONDS);

	return wf_strf(arena, "%s%.*s?sp=%s&se=%.*s&sig=%.*s", call->service->origin, WF_ARG(path),
	    mode, WF_ARG(until), WF_ARG(url_mac(call, wf_str(mode), path, until)));
}

/* A URL made for reading cannot be written to, and none lives for ever. */
static bool
is_signed(struct service_call *call)
{
	struct server_request *request = call->request;
	struct wf_str mode = server_query(request, "sp"), until = server_query(request, "se");
	struct wf_str signature = server_query(request, "sig");
	bool writes = wf_str_is(request->method, "PUT");
	uint64_t end;

	return signature.p && wf_str_is(mode, writes ? "w" : "r") && wf_str_u64(until, &end) &&
	       end >= (uint64_t)time(NULL) &&
	       token_equal(signature, url_mac(call, mode, request->path, until));
}

static bool
is_admitted(struct service_call *call)
{
	struct wf_str token = server_header(call->request, "Authorization");
	struct wf_str scheme = wf_str_cut(&token, ' ');

	if (wf_str_ieq(scheme, WF_S("Bearer")) && token.n)
		call->guest = find_guest(call->service, token, false);
	return call->guest != NULL;
}

static bool
has_access(struct service_call *call)
{
	switch (call->route->access) {
	case SERVICE_TOKEN:
		if (!is_admitted(call))
			service_refuse(call, 401, "unauthenticated",
			    "the token is not that of a job that runs");
		return call->guest != NULL;
	case SERVICE_API:
		call->guest = find_guest(call->service, call->segments[0], true);
		if (!call->guest)
			service_refuse(call, 401, "unauthenticated",
			    "the URL is not that of a job that runs");
		return call->guest != NULL;
	case SERVICE_SIGNED:
		if (is_signed(call))
			return true;
		service_refuse(call, 403, "permission_denied",
		    "the URL is not signed for this, or no longer good");
		return false;
	case SERVICE_OPEN: return true;
	}
	abort();
}

static bool
match(struct service_call *call, const struct service_route *route)
{
	struct wf_str pattern = wf_str(route->path), path = call->request->path;
	size_t open = 0;

	if (!wf_str_is(call->request->method, route->method))
		return false;
	while (pattern.p && path.p) {
		struct wf_str want = wf_str_cut(&pattern, '/'), have = wf_str_cut(&path, '/');

		if (wf_str_is(want, "**"))
			return true;
		if (wf_str_is(want, "*") && have.n)
			call->segments[open++] = server_decode(call->request->arena, have, false);
		else if (!wf_str_eq(want, have))
			return false;
	}
	return !pattern.p && !path.p;
}

static const struct service_route *
find_route(struct service_call *call)
{
	for (size_t i = 0; i < WF_COUNT(routes); i++)
		for (const struct service_route *route = routes[i]; route->method; route++)
			if (match(call, route))
				return route;
	return NULL;
}

static void
begin(void *data, struct server_request *request)
{
	struct service_call *call = wf_new(request->arena, struct service_call);

	request->data = call;
	call->service = data;
	call->request = request;
	call->route = find_route(call);
	if (!call->route)
		service_refuse(call, 404, "bad_route", "wfrun knows no %.*s %.*s",
		    WF_ARG(request->method), WF_ARG(request->path));
	else if (has_access(call) && call->route->begin)
		call->route->begin(call);
}

/* A gathered body is JSON where the client says so. */
static bool
read_json(struct service_call *call)
{
	struct server_request *request = call->request;
	struct wf_str type = server_header(request, "Content-Type");
	struct wf_error err;

	call->json = expr_object_value(expr_object_new(request->arena));
	if (!wf_str_starts(type, WF_S("application/json")) || !request->body.n)
		return true;
	if (!expr_json_read(request->arena, NULL, wf_buf_str(&request->body), &call->json, &err))
		service_refuse(call, 400, "malformed", "the body is no JSON: %s", err.msg);
	else if (call->json.kind != EXPR_OBJECT)
		service_refuse(call, 400, "malformed", "the body is no JSON object");
	return request->reply.status == 0;
}

static void
finish(void *data, struct server_request *request)
{
	struct service_call *call = request->data;

	(void)data;
	if (read_json(call))
		call->route->finish(call);
}

static void
gone(void *data, struct server_request *request)
{
	struct service_call *call = request->data;

	if (call->route && call->route->gone)
		call->route->gone(call);
	if (call->guest)
		release_guest(data, call->guest);
}

/* ---- start and end ---- */

struct server_handler
service_handler(struct service *service)
{
	return (struct server_handler){ begin, finish, gone, service };
}

static void
copy_repository(struct service *service, const struct service_repository *from)
{
	struct service_repository *to = &service->repository;
	struct wf_arena *arena = service->arena;

	to->dir = from->dir ? wf_cstr(arena, wf_str(from->dir)) : NULL;
	to->full_name = wf_str_dup(arena, from->full_name);
	to->default_branch = wf_str_dup(arena, from->default_branch);
	to->html_url = wf_str_dup(arena, from->html_url);
	if (from->payload)
		to->payload =
		    expr_copy(arena, expr_object_value((struct expr_object *)from->payload)).object;
	if (to->dir)
		service->repo = repo_open(to->dir, NULL);
}

struct service *
service_new(const struct service_options *options, struct wf_error *err)
{
	struct wf_arena *arena = wf_arena_new();
	struct service *service = wf_new(arena, struct service);

	service->arena = arena;
	service->news_tail = &service->news;
	service->origin = "";
	service->runs = wf_cstr(arena, wf_str(options->runs));
	copy_repository(service, &options->repository);
	pthread_mutex_init(&service->lock, NULL);
	if (RAND_bytes(service->key, SERVICE_KEY) == 1 &&
	    (service->artifacts = artifacts_open(options->runs, err)) != NULL &&
	    (service->caches = caches_open(options->caches, options->cache_limit, err)) != NULL)
		return service;
	service_stop(service);
	return NULL;
}

struct service *
service_start(const struct service_options *options, struct wf_error *err)
{
	struct service *service = service_new(options, err);
	struct server_handler handler;

	if (!service)
		return NULL;
	handler = service_handler(service);
	service->server = server_start(options->address, &handler, err);
	if (!service->server) {
		service_stop(service);
		return NULL;
	}
	service->origin = wf_strf(service->arena, "http://%s:%u", options->address,
	    server_port(service->server))
	                      .p;
	return service;
}

const char *
service_origin(const struct service *service)
{
	return service->origin;
}

void
service_stop(struct service *service)
{
	struct service_news rest;

	if (!service)
		return;
	server_stop(service->server);
	while (service->nguests)
		service_dismiss(service, service->guests[0]->token);
	while (service_next_news(service, service->arena, &rest)) {
	}
	repo_close(service->repo);
	EVP_PKEY_free(service->identity);
	caches_close(service->caches);
	artifacts_close(service->artifacts);
	pthread_mutex_destroy(&service->lock);
	wf_arena_free(service->arena);
}
