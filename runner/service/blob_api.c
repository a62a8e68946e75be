/* SPDX-License-Identifier: MIT */
/* blob_api.c - the bytes behind signed URLs, as clients of Azure's blob storage send and fetch
 * them: whole, or in blocks that a list puts in order (semantics.md 9.3). */
#include "runner/service/service_state.h"

#include "base/fs.h"
#include "runner/store/blob.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/stat.h>

/* What the path names. */
struct place {
	const char *path; /* of its bytes; NULL: there is no such thing */
	bool open; /* being uploaded */
	struct wf_str type;
	struct blob_piece piece;
};

static void
find_artifact(struct service_call *call, int64_t id, struct place *place)
{
	struct artifacts *store = call->service->artifacts;
	struct wf_arena *arena = call->request->arena;
	struct artifact artifact;

	if (!artifacts_get(store, arena, id, &artifact, &place->open))
		return;
	place->path = artifacts_path(store, arena, artifact.run_id, id);
	place->type = artifact.type;
}

static void
find_cache(struct service_call *call, int64_t id, struct place *place)
{
	struct caches *store = call->service->caches;
	struct cache_entry entry;

	place->open = caches_waits(store, id);
	if (place->open || caches_get(store, call->request->arena, id, &entry))
		place->path = caches_path(store, call->request->arena, id);
	place->type = WF_S("application/octet-stream");
}

static struct place *
find_place(struct service_call *call)
{
	struct place *place = wf_new(call->request->arena, struct place);
	uint64_t id;

	place->piece.fd = -1;
	call->data = place;
	if (!wf_str_u64(call->segments[1], &id) || id > INT64_MAX)
		return place;
	if (wf_str_is(call->segments[0], "artifacts"))
		find_artifact(call, (int64_t)id, place);
	else if (wf_str_is(call->segments[0], "caches"))
		find_cache(call, (int64_t)id, place);
	return place;
}

/* ---- up ---- */

static void
write_piece(struct server_request *request, struct wf_str bytes)
{
	struct service_call *call = request->data;
	struct place *place = call->data;
	struct wf_error err;

	if (!blob_write(&place->piece, bytes, &err))
		service_broken(call, &err);
}

static void
begin_put(struct service_call *call)
{
	struct server_request *request = call->request;
	struct place *place = find_place(call);
	struct wf_str comp = server_query(request, "comp");
	struct wf_error err;
	bool ok;

	if (!place->path || !place->open) {
		service_refuse(call, place->path ? 409 : 404, "BlobImmutable",
		    place->path ? "the upload is finished already" : "there is no such upload");
		return;
	}
	if (wf_str_is(comp, "blocklist"))
		return;
	if (wf_str_is(comp, "block"))
		ok = blob_open_block(request->arena, place->path, server_query(request, "blockid"),
		    &place->piece, &err);
	else
		ok = blob_open_whole(request->arena, place->path, &place->piece, &err);
	if (!ok)
		service_broken(call, &err);
	request->on_body = write_piece;
}

/* The text of the elements inside <BlockList>, whatever their names: Latest, Committed,
 * Uncommitted. Ids are base64, so that no entity can stand in them. */
static struct wf_str *
read_block_list(struct wf_arena *arena, struct wf_str xml, size_t *n)
{
	struct wf_str *ids = NULL;
	size_t cap = 0;

	*n = 0;
	while (xml.p) {
		struct wf_str text = wf_str_cut(&xml, '<'), tag = wf_str_cut(&xml, '>');

		if (tag.n && tag.p[0] == '/' && !wf_str_is(tag, "/BlockList"))
			*wf_push(arena, ids, *n, cap) = wf_str_trim(text);
	}
	return ids;
}

static void
finish_put(struct service_call *call)
{
	struct server_request *request = call->request;
	struct place *place = call->data;
	struct wf_error err;
	bool ok;

	if (wf_str_is(server_query(request, "comp"), "blocklist")) {
		size_t n;
		struct wf_str *ids = read_block_list(request->arena, wf_buf_str(&request->body),
		    &n);

		ok = blob_commit(request->arena, place->path, ids, n, &err);
	} else {
		ok = blob_keep(&place->piece, &err);
	}
	if (!ok) {
		service_broken(call, &err);
		return;
	}
	server_add_header(request, "ETag", WF_S("\"0x1\""));
	server_add_header(request, "Last-Modified", WF_S("Thu, 01 Jan 1970 00:00:00 GMT"));
	server_add_header(request, "x-ms-request-id", WF_S("00000000-0000-0000-0000-000000000000"));
	server_say(request, 201, NULL, WF_S(""));
}

static void
gone_put(struct service_call *call)
{
	struct place *place = call->data;

	if (place)
		blob_drop(&place->piece);
}

/* ---- down ---- */

/* "bytes=FIRST-", "bytes=FIRST-LAST", "bytes=-COUNT"; false when it asks for nothing that is there.
 * Anything else is taken as no range at all, as HTTP wants it. */
static bool
read_range(struct wf_str text, uint64_t size, uint64_t *from, uint64_t *n)
{
	uint64_t first = 0, last = 0;
	struct wf_str rest = wf_str_skip(text, strlen("bytes="));
	struct wf_str begin = wf_str_cut(&rest, '-');
	bool has_first = wf_str_u64(begin, &first), has_last = wf_str_u64(rest, &last);

	*from = 0;
	*n = size;
	if (!wf_str_starts(text, WF_S("bytes=")) || (!has_first && (begin.n || !has_last)) ||
	    (has_first && rest.n && !has_last))
		return true;
	if (!has_first) {
		first = last < size ? size - last : 0;
		last = size - 1;
		has_last = true;
	}
	if (first >= size || (has_last && last < first))
		return false;
	*from = first;
	*n = (has_last && last < size ? last + 1 : size) - first;
	return true;
}

static void
send_file(struct service_call *call, int fd, uint64_t size)
{
	struct server_request *request = call->request;
	struct place *place = call->data;
	struct wf_str range = server_header(request, "Range");
	uint64_t from, n;

	if (!range.p)
		range = server_header(request, "x-ms-range");
	if (!read_range(range, size, &from, &n)) {
		wf_close_fd(&fd);
		service_refuse(call, 416, "InvalidRange", "the blob has %" PRIu64 " bytes", size);
		return;
	}
	if (n != size)
		server_add_header(request, "Content-Range",
		    wf_strf(request->arena, "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64, from,
		        from + n - 1, size));
	server_add_header(request, "Accept-Ranges", WF_S("bytes"));
	server_add_header(request, "x-ms-blob-type", WF_S("BlockBlob"));
	server_say_file(request, n != size ? 206 : 200, wf_cstr(request->arena, place->type), fd,
	    from, n);
}

static void
get(struct service_call *call)
{
	struct place *place = find_place(call);
	struct stat st;
	int fd;

	if (!place->path || place->open) {
		service_refuse(call, 404, "BlobNotFound", "there is no such blob");
		return;
	}
	fd = open(place->path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 || fstat(fd, &st) < 0) {
		service_refuse(call, 500, "internal", "the blob cannot be read: %s",
		    strerror(errno));
		wf_close_fd(&fd);
		return;
	}
	send_file(call, fd, (uint64_t)st.st_size);
}

const struct service_route blob_routes[] = {
	{ "PUT", "/blobs/*/*", SERVICE_SIGNED, begin_put, finish_put, gone_put },
	{ "GET", "/blobs/*/*", SERVICE_SIGNED, NULL, get, NULL },
	{ "HEAD", "/blobs/*/*", SERVICE_SIGNED, NULL, get, NULL },
	{ .method = NULL },
};
