/* SPDX-License-Identifier: MIT */
/* cache_api.c - github.actions.results.api.v1.CacheService (semantics.md 9.4), and what it shares
 * with the older one. */
#include "runner/service/cache_api.h"

#include <inttypes.h>

/* ---- for both ---- */

bool
cache_api_find(struct service_call *call, const struct wf_str *keys, size_t n,
    struct wf_str version, struct cache_entry *out)
{
	const struct service_job *job = &call->guest->job;
	struct wf_str scopes[CACHES_SCOPES_MAX], damaged;
	struct cache_query query = { keys, n, version, scopes, 0 };
	struct wf_error err;

	if (n > CACHES_KEYS_MAX) {
		service_refuse(call, 400, "invalid_argument",
		    "Key Validation Error: Keys are limited to a maximum of %d.", CACHES_KEYS_MAX);
		return false;
	}
	for (size_t i = 0; i < n; i++)
		if (!caches_key_ok(keys[i], &err)) {
			service_broken(call, &err);
			return false;
		}
	query.nscopes = caches_scopes(job->ref, job->base_ref, job->default_ref, scopes);
	return caches_find(call->service->caches, call->request->arena, &query, out, &damaged);
}

struct wf_str
cache_api_url(struct service_call *call, const char *mode, int64_t id)
{
	return service_sign(call, mode,
	    wf_strf(call->request->arena, "/blobs/caches/%" PRId64, id));
}

bool
cache_api_commit(struct service_call *call, int64_t id, struct wf_str size)
{
	struct caches *caches = call->service->caches;
	struct wf_error err;
	uint64_t bytes = 0;

	wf_str_u64(size, &bytes);
	if (caches_commit(caches, id, (int64_t)bytes, &err))
		return true;
	caches_forget(caches, id); /* else the key would be taken for ever */
	service_broken(call, &err);
	return false;
}

/* ---- version 2 ---- */

static void
reply_ok(struct service_call *call, bool ok, const char *key, struct wf_str value)
{
	struct expr_object *reply = expr_object_new(call->request->arena);

	expr_object_set(reply, WF_S("ok"), expr_bool(ok));
	if (key)
		expr_object_set(reply, wf_str(key), expr_string(value));
	server_say_json(call->request, 200, expr_object_value(reply));
}

static struct wf_str *
read_keys(struct service_call *call, size_t *n)
{
	struct wf_arena *arena = call->request->arena;
	struct expr_value more = expr_object_get(call->json.object, WF_S("restore_keys"));
	struct wf_str *keys;

	if (more.kind == EXPR_NULL)
		more = expr_object_get(call->json.object, WF_S("restoreKeys"));
	*n = more.kind == EXPR_ARRAY ? more.array->n : 0;
	keys = wf_new_array(arena, *n + 1, struct wf_str);
	keys[0] = service_field(call, "key");
	for (size_t i = 0; i < *n; i++)
		keys[i + 1] = expr_to_string(arena, more.array->items[i]);
	*n += 1;
	return keys;
}

static void
find(struct service_call *call)
{
	struct wf_arena *arena = call->request->arena;
	struct expr_object *reply = expr_object_new(arena);
	struct cache_entry entry;
	size_t n;
	struct wf_str *keys = read_keys(call, &n);

	if (!cache_api_find(call, keys, n, service_field(call, "version"), &entry)) {
		if (!call->request->reply.status)
			reply_ok(call, false, NULL, WF_S(""));
		return;
	}
	expr_object_set(reply, WF_S("ok"), expr_bool(true));
	expr_object_set(reply, WF_S("signed_download_url"),
	    expr_string(cache_api_url(call, "r", entry.id)));
	expr_object_set(reply, WF_S("matched_key"), expr_string(entry.key));
	server_say_json(call->request, 200, expr_object_value(reply));
}

static void
reserve(struct service_call *call)
{
	struct wf_error err;
	int64_t id;

	if (!caches_reserve(call->service->caches, service_field(call, "key"),
	        service_field(call, "version"), call->guest->job.ref, &id, &err))
		service_broken(call, &err);
	else if (!id)
		service_refuse(call, 409, "already_exists",
		    "cache entry with the same key, version, and scope already exists");
	else
		reply_ok(call, true, "signed_upload_url", cache_api_url(call, "w", id));
}

static void
finalize(struct service_call *call)
{
	struct wf_str key = service_field(call, "key");
	int64_t id = caches_reserved(call->service->caches, key, service_field(call, "version"),
	    call->guest->job.ref);

	if (!id)
		service_refuse(call, 404, "not_found", "nothing is reserved for the key '%.*s'",
		    WF_ARG(key));
	else if (cache_api_commit(call, id, service_field(call, "size_bytes")))
		reply_ok(call, true, "entry_id", wf_strf(call->request->arena, "%" PRId64, id));
}

#define METHOD(name) "POST", "/twirp/github.actions.results.api.v1.CacheService/" name

const struct service_route cache_routes[] = {
	{ METHOD("GetCacheEntryDownloadURL"), SERVICE_TOKEN, NULL, find, NULL },
	{ METHOD("CreateCacheEntry"), SERVICE_TOKEN, NULL, reserve, NULL },
	{ METHOD("FinalizeCacheEntryUpload"), SERVICE_TOKEN, NULL, finalize, NULL },
	{ .method = NULL },
};
