/* SPDX-License-Identifier: MIT */
/* cache.c - actions/cache, its restore and its save, straight in and out of the store of caches.
 *
 * The version of an entry is made as GitHub's client makes it, and the archive is what its tar
 * would be, so that the action and this one find each other's entries. */
#include "runner/builtin/builtin.h"

#include "base/fs.h"
#include "runner/archive/pack.h"
#include "runner/archive/unpack.h"
#include "runner/builtin/glob.h"
#include "runner/store/blob.h"
#include "runner/store/caches.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <openssl/evp.h>
#include <unistd.h>

#define MEGABYTE (1024 * 1024)
#define PRIMARY_KEY "CACHE_KEY" /* what the main remembers for its post */
#define MATCHED_KEY "CACHE_RESULT"

/* Which of the three actions, or the post of the first. */
enum stage { STAGE_WHOLE, STAGE_RESTORE, STAGE_SAVE, STAGE_AFTER };

struct cache {
	struct builtin_call *call;
	enum stage stage;
	struct builtin_stores stores;
	struct wf_str *keys; /* the primary one first */
	size_t nkeys;
	struct wf_str *paths;
	size_t npaths;
	struct wf_str version;
	enum pack_kind kind;
	bool lookup_only;
	int root;
	/* what the pool answers */
	struct wf_buf log;
	struct cache_entry entry;
	bool found; /* of a restore: a hit; of a save: it is saved */
	struct wf_error err; /* a warning, and the same as a miss */
	bool failed; /* err is set */
	bool taken; /* of a save: somebody else has the key */
};

/* ---- what an entry is found by ---- */

/* Whether the job has a zstd, by which GitHub's client decides how to compress. */
static bool
has_zstd(struct builtin_call *call)
{
	struct wf_str path = builtin_env(call, "PATH");

	while (path.p) {
		struct wf_str folder = wf_str_cut(&path, ':');
		wf_auto(wf_close_fd) int fd = -1;

		if (!folder.n)
			continue;
		fd = box_open(call->box, wf_strf(call->arena, "%.*s/zstd", WF_ARG(folder)).p,
		    O_PATH, NULL);
		if (fd >= 0)
			return true;
	}
	return false;
}

/* semantics.md 9.6 */
static struct wf_str
make_version(const struct cache *cache)
{
	struct wf_buf text = WF_BUF_INIT;
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned n;

	for (size_t i = 0; i < cache->npaths; i++)
		wf_buf_addf(&text, "%.*s|", WF_ARG(cache->paths[i]));
	wf_buf_adds(&text, cache->kind == PACK_TAR_ZSTD ? "zstd-without-long|" : "gzip|");
	wf_buf_adds(&text, "1.0");
	EVP_Digest(text.p, text.n, digest, &n, EVP_sha256(), NULL);
	wf_buf_release(&text);
	return wf_hex(cache->call->arena, digest, n);
}

/* "! x" excludes as "!x" does, and counts as that. */
static void
read_paths(struct cache *cache)
{
	struct wf_arena *arena = cache->call->arena;

	cache->paths = builtin_lines(cache->call, "path", &cache->npaths);
	for (size_t i = 0; i < cache->npaths; i++)
		if (cache->paths[i].p[0] == '!')
			cache->paths[i] = wf_strf(arena, "!%.*s",
			    WF_ARG(wf_str_trim(wf_str_skip(cache->paths[i], 1))));
}

/* The key as the main had it, for the inputs of a post may be evaluated no more. */
static void
read_keys(struct cache *cache)
{
	struct builtin_call *call = cache->call;
	size_t n;
	struct wf_str *more = builtin_lines(call, "restore-keys", &n);

	cache->nkeys = n + 1;
	cache->keys = wf_new_array(call->arena, cache->nkeys, struct wf_str);
	cache->keys[0] = builtin_input(call, "key");
	for (size_t i = 0; i < n; i++)
		cache->keys[i + 1] = more[i];
	if (call->memory && expr_object_find(call->memory, WF_S(PRIMARY_KEY)))
		cache->keys[0] = expr_object_get(call->memory, WF_S(PRIMARY_KEY)).string;
}

/* GitHub's client fails the step for these. */
static bool
check_inputs(struct cache *cache)
{
	struct builtin_call *call = cache->call;
	struct wf_error err;

	if (!cache->keys[0].n || !cache->npaths) {
		builtin_fail(call, "Input required and not supplied: %s",
		    cache->keys[0].n ? "path" : "key");
		return false;
	}
	if (cache->nkeys > CACHES_KEYS_MAX) {
		builtin_fail(call, "Key Validation Error: Keys are limited to a maximum of %d.",
		    CACHES_KEYS_MAX);
		return false;
	}
	for (size_t i = 0; i < cache->nkeys; i++)
		if (!caches_key_ok(cache->keys[i], &err)) {
			builtin_fail(call, "%s", err.msg);
			return false;
		}
	return true;
}

/* ---- restore, on the pool ---- */

static void
say_size(struct cache *cache, int64_t size)
{
	wf_buf_addf(&cache->log, "Cache Size: ~%" PRId64 " MB (%" PRId64 " B)\n",
	    (size + MEGABYTE / 2) / MEGABYTE, size);
}

static bool
unpack_entry(struct cache *cache)
{
	wf_auto(wf_close_fd) int source = open(cache->entry.path, O_RDONLY | O_CLOEXEC);
	struct unpack job = {
		.kind = UNPACK_CACHE,
		.source = source,
		.root = cache->root,
		.base = cache->call->box->layout.workspace,
		.stop = &cache->call->cancelled,
	};

	if (source < 0)
		return wf_fail_sys(&cache->err, errno, "%s", cache->entry.path);
	say_size(cache, cache->entry.size);
	return unpack(&job, &cache->err);
}

static void
restore_from(struct cache *cache, struct caches *store)
{
	struct wf_str scopes[CACHES_SCOPES_MAX], damaged = WF_S("");
	const struct builtin_stores *stores = &cache->stores;
	const struct cache_query query = {
		.keys = cache->keys,
		.nkeys = cache->nkeys,
		.version = cache->version,
		.scopes = scopes,
		.nscopes = caches_scopes(stores->ref, stores->base_ref, stores->default_ref,
		    scopes),
	};

	cache->found = caches_find(store, cache->call->arena, &query, &cache->entry, &damaged);
	if (damaged.n)
		wf_buf_addf(&cache->log,
		    "::warning::The cache entry '%.*s' was damaged, and is gone\n",
		    WF_ARG(damaged));
	if (!cache->found)
		return;
	wf_buf_addf(&cache->log, "Cache hit for%s: %.*s\n",
	    wf_str_ieq(cache->entry.key, cache->keys[0]) ? "" : " restore-key",
	    WF_ARG(cache->entry.key));
	if (cache->lookup_only) {
		wf_buf_adds(&cache->log, "Lookup only - skipping download\n");
	} else if (unpack_entry(cache)) {
		wf_buf_adds(&cache->log, "Cache restored successfully\n");
	} else {
		cache->failed = true;
		cache->found = false;
	}
}

static void
work_restore(void *impl)
{
	struct cache *cache = impl;
	struct caches *store = caches_open(cache->stores.caches, 0, &cache->err);

	if (store)
		restore_from(cache, store);
	else
		cache->failed = true;
	caches_close(store);
}

/* ---- restore, on the loop ---- */

static void
print_log(struct cache *cache)
{
	wf_close_fd(&cache->root);
	cache->call->print(cache->call, wf_buf_str(&cache->log));
	wf_buf_release(&cache->log);
}

static void
remember(struct cache *cache, const char *name, const char *output, struct wf_str value)
{
	struct builtin_call *call = cache->call;

	if (cache->stage == STAGE_WHOLE)
		expr_object_set(call->memory, wf_str(name),
		    expr_string(wf_str_dup(call->arena, value)));
	else
		call->output(call, wf_str(output), value);
}

static void
say_miss(struct cache *cache)
{
	struct builtin_call *call = cache->call;
	wf_auto(wf_buf_release) struct wf_buf keys = WF_BUF_INIT;

	if (builtin_flag(call, "fail-on-cache-miss")) {
		builtin_fail(call,
		    "Failed to restore cache entry. Exiting as fail-on-cache-miss is set. Input "
		    "key: %.*s",
		    WF_ARG(cache->keys[0]));
		return;
	}
	for (size_t i = 0; i < cache->nkeys; i++)
		wf_buf_addf(&keys, "%s%.*s", i ? ", " : "", WF_ARG(cache->keys[i]));
	builtin_printf(call, "Cache not found for input keys: %.*s", WF_ARG(wf_buf_str(&keys)));
	call->done(call, true);
}

static void
done_restore(void *impl)
{
	struct cache *cache = impl;
	struct builtin_call *call = cache->call;
	struct wf_str key = cache->entry.key;

	print_log(cache);
	if (cache->failed)
		builtin_warn(call, "Failed to restore: %s", cache->err.msg);
	remember(cache, PRIMARY_KEY, "cache-primary-key", cache->keys[0]);
	if (!cache->found) {
		say_miss(cache);
		return;
	}
	remember(cache, MATCHED_KEY, "cache-matched-key", key);
	call->output(call, WF_S("cache-hit"),
	    wf_str_ieq(key, cache->keys[0]) ? WF_S("true") : WF_S("false"));
	builtin_printf(call,
	    cache->lookup_only ? "Cache found and can be restored from key: %.*s"
	                       : "Cache restored from key: %.*s",
	    WF_ARG(key));
	call->done(call, true);
}

/* ---- save, on the pool ---- */

/* The path seen from the workspace, with `..` where it is outside. */
static const char *
relative(struct wf_arena *arena, struct wf_str from, struct wf_str path)
{
	wf_auto(wf_buf_release) struct wf_buf out = WF_BUF_INIT;

	while (!(wf_str_starts(path, from) && (path.n == from.n || path.p[from.n] == '/'))) {
		wf_buf_adds(&out, "../");
		from = wf_str_sub(from, 0, (size_t)wf_str_rfind_char(from, '/'));
	}
	wf_buf_add(&out, wf_str_skip(path, from.n + 1));
	if (out.n && out.p[out.n - 1] == '/')
		out.n--;
	return out.n ? wf_cstr(arena, wf_buf_str(&out)) : ".";
}

/* What the patterns match; a folder is taken with all that is below. */
static bool
find_items(struct cache *cache, struct pack_item **items, size_t *n)
{
	struct builtin_call *call = cache->call;
	struct wf_buf patterns = WF_BUF_INIT;
	struct glob_ask ask = {
		.root = cache->root,
		.workspace = call->box->layout.workspace,
		.home = wf_cstr(call->arena, builtin_env(call, "HOME")),
		.stop = &call->cancelled,
	};
	struct glob_answer found;

	for (size_t i = 0; i < cache->npaths; i++)
		wf_buf_addf(&patterns, "%.*s\n", WF_ARG(cache->paths[i]));
	ask.patterns = wf_buf_take(&patterns, call->arena);
	if (!glob_find(call->arena, &ask, &found, &cache->err))
		return false;
	*n = found.n;
	*items = wf_new_array(call->arena, found.n, struct pack_item);
	for (size_t i = 0; i < found.n; i++)
		(*items)[i] = (struct pack_item){
			.path = found.items[i].path,
			.name = relative(call->arena, wf_str(ask.workspace),
			    wf_str(found.items[i].path)),
		};
	if (found.n)
		return true;
	return wf_fail(&cache->err, WF_ERR_USAGE, WF_NOWHERE,
	    "Path Validation Error: Path(s) specified in the action for caching do(es) not exist, "
	    "hence no cache is being saved.");
}

static bool
write_entry(struct cache *cache, struct caches *store, int64_t id)
{
	struct wf_arena *arena = cache->call->arena;
	struct pack job = { .kind = cache->kind,
		.root = cache->root,
		.stop = &cache->call->cancelled };
	const char *path = caches_path(store, arena, id);
	struct pack_item *items;
	struct blob_piece piece;
	struct stat st;
	bool ok;

	if (!find_items(cache, &items, &job.n) ||
	    !blob_open_whole(arena, path, &piece, &cache->err))
		return false;
	job.items = items;
	job.target = piece.fd;
	ok = pack(&job, &cache->err) && blob_keep(&piece, &cache->err);
	blob_drop(&piece);
	if (!ok)
		return false;
	if (stat(path, &st) < 0)
		return wf_fail_sys(&cache->err, errno, "%s", path);
	say_size(cache, st.st_size);
	return caches_commit(store, id, st.st_size, &cache->err);
}

static void
save_into(struct cache *cache, struct caches *store)
{
	int64_t id;

	if (!caches_reserve(store, cache->keys[0], cache->version, cache->stores.ref, &id,
	        &cache->err)) {
		cache->failed = true;
	} else if (!id) {
		cache->taken = true;
	} else if (write_entry(cache, store, id)) {
		cache->found = true;
	} else {
		cache->failed = true;
		caches_forget(store, id);
	}
}

static void
work_save(void *impl)
{
	struct cache *cache = impl;
	struct caches *store = caches_open(cache->stores.caches, 0, &cache->err);

	if (store)
		save_into(cache, store);
	else
		cache->failed = true;
	caches_close(store);
}

/* A cache that is not saved fails no step. */
static void
done_save(void *impl)
{
	struct cache *cache = impl;
	struct builtin_call *call = cache->call;

	print_log(cache);
	if (cache->failed)
		builtin_warn(call, "Failed to save: %s", cache->err.msg);
	if (cache->taken)
		builtin_printf(call,
		    "Failed to save: Unable to reserve cache with key %.*s, another job may be "
		    "creating this cache. More details: cache entry with the same key, version, "
		    "and scope already exists",
		    WF_ARG(cache->keys[0]));
	if (cache->found)
		builtin_printf(call, "Cache saved with key: %.*s", WF_ARG(cache->keys[0]));
	else if (cache->stage == STAGE_SAVE)
		builtin_warn(call, "Cache save failed.");
	call->done(call, true);
}

/* ---- start ---- */

static struct cache *
cache_new(struct builtin_call *call, enum stage stage)
{
	struct cache *cache = wf_new(call->arena, struct cache);

	call->impl = cache;
	cache->call = call;
	cache->stage = stage;
	cache->root = -1;
	cache->kind = has_zstd(call) ? PACK_TAR_ZSTD : PACK_TAR_GZIP;
	cache->lookup_only = builtin_flag(call, "lookup-only");
	read_keys(cache);
	read_paths(cache);
	cache->version = make_version(cache);
	return cache;
}

static void
run(struct cache *cache, void (*work)(void *impl), void (*done)(void *impl))
{
	struct builtin_call *call = cache->call;
	struct wf_error err;

	if (!check_inputs(cache))
		return;
	if (!call->stores(call, &cache->stores, &err) ||
	    (cache->root = builtin_root(call, &err)) < 0) {
		builtin_fail(call, "%s", err.msg);
		return;
	}
	builtin_work(call, work, done);
}

static void
whole_start(struct builtin_call *call)
{
	run(cache_new(call, STAGE_WHOLE), work_restore, done_restore);
}

static void
restore_start(struct builtin_call *call)
{
	run(cache_new(call, STAGE_RESTORE), work_restore, done_restore);
}

static void
save_start(struct builtin_call *call)
{
	run(cache_new(call, STAGE_SAVE), work_save, done_save);
}

static void
whole_post(struct builtin_call *call)
{
	struct cache *cache = cache_new(call, STAGE_AFTER);
	struct expr_value matched = expr_object_get(call->memory, WF_S(MATCHED_KEY));

	if (matched.kind == EXPR_STRING && wf_str_ieq(matched.string, cache->keys[0])) {
		builtin_printf(call,
		    "Cache hit occurred on the primary key %.*s, not saving cache.",
		    WF_ARG(cache->keys[0]));
		call->done(call, true);
		return;
	}
	run(cache, work_save, done_save);
}

static const char *const input_names[] = { "path", "key", "restore-keys", "upload-chunk-size",
	"enableCrossOsArchive", "fail-on-cache-miss", "lookup-only", "save-always", NULL };
static const char *const input_defaults[] = { NULL, NULL, NULL, NULL, "false", "false", "false",
	"false", NULL };

const struct builtin builtin_cache = {
	.repository = "actions/cache",
	.inputs = input_names,
	.defaults = input_defaults,
	.start = whole_start,
	.post = whole_post,
	.post_if = "success()",
};

static const char *const restore_names[] = { "path", "key", "restore-keys", "enableCrossOsArchive",
	"fail-on-cache-miss", "lookup-only", NULL };
static const char *const restore_defaults[] = { NULL, NULL, NULL, "false", "false", "false", NULL };

const struct builtin builtin_cache_restore = {
	.repository = "actions/cache",
	.path = "restore",
	.inputs = restore_names,
	.defaults = restore_defaults,
	.start = restore_start,
};

static const char *const save_names[] = { "path", "key", "upload-chunk-size",
	"enableCrossOsArchive", NULL };
static const char *const save_defaults[] = { NULL, NULL, NULL, "false", NULL };

const struct builtin builtin_cache_save = {
	.repository = "actions/cache",
	.path = "save",
	.inputs = save_names,
	.defaults = save_defaults,
	.start = save_start,
};
