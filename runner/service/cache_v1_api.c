/* SPDX-License-Identifier: MIT */
/* cache_v1_api.c - the older cache service, for clients before ACTIONS_CACHE_SERVICE_V2
 * (semantics.md 9.5): uploads come as ranges, in any order. */
#include "runner/service/cache_api.h"

#include "base/fs.h"
#include "runner/store/blob.h"

#include <errno.h>
#include <inttypes.h>
#include <unistd.h>

static struct expr_value
describe(struct wf_arena *arena, const struct cache_entry *entry)
{
	struct expr_object *reply = expr_object_new(arena);

	expr_object_set(reply, WF_S("cacheKey"), expr_string(entry->key));
	expr_object_set(reply, WF_S("scope"), expr_string(entry->scope));
	expr_object_set(reply, WF_S("cacheVersion"), expr_string(entry->version));
	expr_object_set(reply, WF_S("creationTime"),
	    expr_string(service_time(arena, entry->created)));
	return expr_object_value(reply);
}

static void
find(struct service_call *call)
{
	struct wf_arena *arena = call->request->arena;
	struct wf_str rest = server_query(call->request, "keys");
	struct wf_str *keys = NULL;
	size_t n = 0, cap = 0;
	struct cache_entry entry;
	struct expr_value reply;

	while (rest.p)
		*wf_push(arena, keys, n, cap) = wf_str_trim(wf_str_cut(&rest, ','));
	if (!cache_api_find(call, keys, n, server_query(call->request, "version"), &entry)) {
		if (!call->request->reply.status)
			server_say(call->request, 204, NULL, WF_S(""));
		return;
	}
	reply = describe(arena, &entry);
	expr_object_set(reply.object, WF_S("archiveLocation"),
	    expr_string(cache_api_url(call, "r", entry.id)));
	server_say_json(call->request, 200, reply);
}

static void
list(struct service_call *call)
{
	struct wf_arena *arena = call->request->arena;
	struct expr_object *reply = expr_object_new(arena);
	struct expr_array *found = expr_array_new(arena);
	struct cache_entry *entries;
	struct wf_error err;
	size_t n;

	if (!caches_list(call->service->caches, arena, server_query(call->request, "key"), &entries,
	        &n, &err)) {
		service_broken(call, &err);
		return;
	}
	for (size_t i = 0; i < n; i++)
		expr_array_push(found, describe(arena, &entries[i]));
	expr_object_set(reply, WF_S("totalCount"), expr_number((double)n));
	expr_object_set(reply, WF_S("artifactCaches"), expr_array_value(found));
	server_say_json(call->request, 200, expr_object_value(reply));
}

static void
reserve(struct service_call *call)
{
	struct expr_object *reply = expr_object_new(call->request->arena);
	struct wf_str key = service_field(call, "key");
	struct wf_error err;
	int64_t id;

	if (!caches_reserve(call->service->caches, key, service_field(call, "version"),
	        call->guest->job.ref, &id, &err)) {
		service_broken(call, &err);
		return;
	}
	if (!id) {
		service_refuse(call, 409, "already_exists", "Cache already exists. Key: %.*s",
		    WF_ARG(key));
		return;
	}
	expr_object_set(reply, WF_S("cacheId"), expr_number((double)id));
	server_say_json(call->request, 201, expr_object_value(reply));
}

/* ---- ranges ---- */

struct range {
	int fd;
	uint64_t at, left;
};

/* "bytes FIRST-LAST/", and the total or a star. */
static bool
read_range(struct wf_str text, struct range *out)
{
	uint64_t last;

	if (!wf_str_starts(text, WF_S("bytes ")))
		return false;
	text = wf_str_skip(text, strlen("bytes "));
	text = wf_str_cut(&text, '/');
	if (!wf_str_u64(wf_str_cut(&text, '-'), &out->at) || !wf_str_u64(text, &last) ||
	    last < out->at || last > INT64_MAX - 1)
		return false;
	out->left = last - out->at + 1;
	return true;
}

/* The entry that the path names, if this job may write it. */
static bool
own_entry(struct service_call *call, int64_t *id)
{
	uint64_t number;

	if (wf_str_u64(call->segments[0], &number) && number <= INT64_MAX &&
	    caches_waits(call->service->caches, (int64_t)number)) {
		*id = (int64_t)number;
		return true;
	}
	service_refuse(call, 404, "not_found", "no upload is open for the cache %.*s",
	    WF_ARG(call->segments[0]));
	return false;
}

static void
write_range(struct server_request *request, struct wf_str piece)
{
	struct service_call *call = request->data;
	struct range *range = call->data;
	ssize_t n = 0;

	if (piece.n > range->left) {
		service_refuse(call, 400, "out_of_range", "the body is larger than its range");
		return;
	}
	for (; piece.n && n >= 0; piece = wf_str_skip(piece, (size_t)n)) {
		n = pwrite(range->fd, piece.p, piece.n, (off_t)range->at);
		range->at += n > 0 ? (uint64_t)n : 0;
		range->left -= n > 0 ? (uint64_t)n : 0;
	}
	if (n < 0)
		service_refuse(call, 500, "internal", "the cache cannot be written: %s",
		    strerror(errno));
}

static void
begin_range(struct service_call *call)
{
	struct wf_arena *arena = call->request->arena;
	struct range *range = wf_new(arena, struct range);
	struct wf_error err;
	int64_t id;

	range->fd = -1;
	call->data = range;
	if (!own_entry(call, &id))
		return;
	if (!read_range(server_header(call->request, "Content-Range"), range)) {
		service_refuse(call, 400, "invalid_argument", "Content-Range is missing or wrong");
		return;
	}
	range->fd = blob_open_ranges(arena, caches_path(call->service->caches, arena, id), &err);
	if (range->fd < 0)
		service_broken(call, &err);
	call->request->on_body = write_range;
}

static void
finish_range(struct service_call *call)
{
	const struct range *range = call->data;

	if (range->left)
		service_refuse(call, 400, "out_of_range", "the body is shorter than its range");
	else
		server_say(call->request, 204, NULL, WF_S(""));
}

static void
end_range(struct service_call *call)
{
	struct range *range = call->data;

	if (range)
		wf_close_fd(&range->fd);
}

static void
commit(struct service_call *call)
{
	struct wf_arena *arena = call->request->arena;
	struct wf_error err;
	int64_t id;

	if (!own_entry(call, &id))
		return;
	if (!blob_seal(arena, caches_path(call->service->caches, arena, id), &err))
		service_broken(call, &err);
	else if (cache_api_commit(call, id, service_field(call, "size")))
		server_say(call->request, 204, NULL, WF_S(""));
}

#define BASE "/_apis/artifactcache/"

const struct service_route cache_v1_routes[] = {
	{ "GET", BASE "cache", SERVICE_TOKEN, NULL, find, NULL },
	{ "GET", BASE "caches", SERVICE_TOKEN, NULL, list, NULL },
	{ "POST", BASE "caches", SERVICE_TOKEN, NULL, reserve, NULL },
	{ "PATCH", BASE "caches/*", SERVICE_TOKEN, begin_range, finish_range, end_range },
	{ "POST", BASE "caches/*", SERVICE_TOKEN, NULL, commit, NULL },
	{ .method = NULL },
};
