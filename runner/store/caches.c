/* SPDX-License-Identifier: MIT */
/* caches.c - rows in a database, one file for each entry. */
#include "runner/store/caches.h"

#include "base/fs.h"
#include "runner/store/blob.h"
#include "runner/store/db.h"

#include <inttypes.h>
#include <sys/stat.h>
#include <unistd.h>

#define UNUSED_MS ((int64_t)7 * 24 * 3600 * 1000) /* after which an entry goes */

struct caches {
	struct wf_arena *arena;
	const char *folder;
	uint64_t limit;
	struct db *db;
};

/* writer, born: the process that is uploading, and when it began, for pids come again. stamp: what
 * the file looked like when its digest was taken. */
static const char schema[] = "CREATE TABLE IF NOT EXISTS cache ("
                             " id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL"
                             " COLLATE NOCASE, version TEXT NOT NULL, scope TEXT NOT NULL,"
                             " size INTEGER NOT NULL DEFAULT 0, digest TEXT NOT NULL DEFAULT '',"
                             " stamp INTEGER NOT NULL DEFAULT 0, created INTEGER NOT NULL,"
                             " used INTEGER NOT NULL, writer INTEGER NOT NULL,"
                             " born INTEGER NOT NULL, finished INTEGER NOT NULL DEFAULT 0,"
                             " UNIQUE (key, version, scope))";

#define COLUMNS "id, key, version, scope, size, digest, stamp, created"

/* When a process began, in ticks since the machine did; 0 when it is gone. */
static int64_t
born(int64_t pid)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct wf_str stat, field = { NULL, 0 };
	uint64_t ticks = 0;

	if (!wf_read_file(arena, wf_strf(arena, "/proc/%" PRId64 "/stat", pid).p, 0, &stat, NULL))
		return 0;
	/* the name, field 2, may hold anything but ends at the last bracket */
	stat = wf_str_skip(stat, (size_t)(wf_str_rfind_char(stat, ')') + 2));
	for (int i = 3; i <= 22 && stat.p; i++)
		field = wf_str_cut(&stat, ' ');
	return wf_str_u64(field, &ticks) ? (int64_t)ticks : 0;
}

static void
remove_entry(struct caches *caches, int64_t id)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();

	db_run(caches->db, "DELETE FROM cache WHERE id = ?", DB_ARGS(DB_INT(id)), NULL);
	blob_remove(arena, caches_path(caches, arena, id));
}

struct ids {
	struct wf_arena *arena;
	int64_t *items;
	size_t n, cap;
};

static bool
take_id(void *data, const struct db_row *row)
{
	struct ids *ids = data;

	*wf_push(ids->arena, ids->items, ids->n, ids->cap) = db_row_int(row, 0);
	return true;
}

static bool
take_dead_writer(void *data, const struct db_row *row)
{
	return born(db_row_int(row, 1)) == db_row_int(row, 2) || take_id(data, row);
}

/* What nobody used for long, and what was being uploaded by those that are no more. */
static void
remove_old(struct caches *caches)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct ids ids = { .arena = arena };

	db_each(caches->db, "SELECT id FROM cache WHERE finished AND used < ?",
	    DB_ARGS(DB_INT(db_now() - UNUSED_MS)), take_id, &ids, NULL);
	db_each(caches->db, "SELECT id, writer, born FROM cache WHERE NOT finished", DB_NONE,
	    take_dead_writer, &ids, NULL);
	for (size_t i = 0; i < ids.n; i++)
		remove_entry(caches, ids.items[i]);
}

struct caches *
caches_open(const char *folder, uint64_t limit, struct wf_error *err)
{
	struct wf_arena *arena = wf_arena_new();
	struct caches *caches = wf_new(arena, struct caches);

	caches->arena = arena;
	caches->folder = wf_str_dup(arena, wf_str(folder)).p;
	caches->limit = limit ? limit : CACHES_LIMIT;
	caches->db = db_open(wf_join(arena, folder, "caches.db"), schema, err);
	if (!caches->db) {
		caches_close(caches);
		return NULL;
	}
	remove_old(caches);
	return caches;
}

void
caches_close(struct caches *caches)
{
	if (!caches)
		return;
	db_close(caches->db);
	wf_arena_free(caches->arena);
}

bool
caches_key_ok(struct wf_str key, struct wf_error *err)
{
	if (!key.n)
		return wf_fail(err, WF_ERR_USAGE, WF_NOWHERE,
		    "Key Validation Error: the key is empty");
	if (key.n > CACHES_KEY_MAX)
		return wf_fail(err, WF_ERR_USAGE, WF_NOWHERE,
		    "Key Validation Error: %.*s cannot be larger than %d characters.", WF_ARG(key),
		    CACHES_KEY_MAX);
	if (wf_str_find_char(key, ',') >= 0)
		return wf_fail(err, WF_ERR_USAGE, WF_NOWHERE,
		    "Key Validation Error: %.*s cannot contain commas.", WF_ARG(key));
	return true;
}

const char *
caches_path(const struct caches *caches, struct wf_arena *arena, int64_t id)
{
	return wf_strf(arena, "%s/%" PRId64, caches->folder, id).p;
}

/* ---- reading ---- */

struct row {
	struct cache_entry entry;
	struct wf_str digest;
	int64_t stamp;
};

struct reading {
	struct caches *caches;
	struct wf_arena *arena;
	struct row *rows;
	size_t n, cap;
};

static bool
read_row(void *data, const struct db_row *row)
{
	struct reading *reading = data;
	struct row *into = wf_push(reading->arena, reading->rows, reading->n, reading->cap);

	into->entry = (struct cache_entry){
		.id = db_row_int(row, 0),
		.key = wf_str_dup(reading->arena, db_row_text(row, 1)),
		.version = wf_str_dup(reading->arena, db_row_text(row, 2)),
		.scope = wf_str_dup(reading->arena, db_row_text(row, 3)),
		.size = db_row_int(row, 4),
		.created = db_row_int(row, 7),
		.path = caches_path(reading->caches, reading->arena, db_row_int(row, 0)),
	};
	into->digest = wf_str_dup(reading->arena, db_row_text(row, 5));
	into->stamp = db_row_int(row, 6);
	return true;
}

/* Another one for a file that was written to, or put in the place of the first. */
static int64_t
stamp_of(const struct stat *st)
{
	uint64_t time = (uint64_t)st->st_mtim.tv_sec * 1000000000 + (uint64_t)st->st_mtim.tv_nsec;

	return (int64_t)(time * 31 + st->st_ino);
}

/* The bytes are looked at again only if somebody has touched the file. */
static bool
is_sound(struct wf_arena *arena, const struct row *row)
{
	struct wf_str digest;
	struct stat st;

	if (stat(row->entry.path, &st) < 0 || st.st_size != row->entry.size)
		return false;
	return stamp_of(&st) == row->stamp || (blob_digest(arena, row->entry.path, &digest, NULL) &&
	                                          wf_str_eq(digest, row->digest));
}

/* LIKE would take % and _ of the key for more than they are. */
#define BY_PREFIX "substr(key, 1, length(?1)) = ?1 COLLATE NOCASE"

static bool
find_key(struct reading *reading, struct wf_str key, struct wf_str version, struct wf_str scope)
{
	reading->n = 0;
	return db_each(reading->caches->db,
	           "SELECT " COLUMNS " FROM cache WHERE " BY_PREFIX
	           " AND version = ?2 AND scope = ?3 AND finished"
	           " ORDER BY key = ?1 DESC, created DESC, id DESC",
	           DB_ARGS(DB_TEXT(key), DB_TEXT(version), DB_TEXT(scope)), read_row, reading,
	           NULL) &&
	       reading->n > 0;
}

/* The first of those found whose bytes are as they were. */
static bool
take_sound(struct reading *reading, struct cache_entry *out, struct wf_str *damaged)
{
	for (size_t i = 0; i < reading->n; i++) {
		if (is_sound(reading->arena, &reading->rows[i])) {
			*out = reading->rows[i].entry;
			return true;
		}
		*damaged = reading->rows[i].entry.key;
		remove_entry(reading->caches, reading->rows[i].entry.id);
	}
	return false;
}

static void
add_scope(struct wf_str *scopes, size_t *n, struct wf_str scope)
{
	for (size_t i = 0; i < *n; i++)
		if (wf_str_eq(scopes[i], scope))
			return;
	if (scope.n)
		scopes[(*n)++] = scope;
}

size_t
caches_scopes(struct wf_str ref, struct wf_str base, struct wf_str fallback,
    struct wf_str scopes[CACHES_SCOPES_MAX])
{
	size_t n = 0;

	add_scope(scopes, &n, ref);
	add_scope(scopes, &n, base);
	add_scope(scopes, &n, fallback);
	return n;
}

bool
caches_find(struct caches *caches, struct wf_arena *arena, const struct cache_query *query,
    struct cache_entry *out, struct wf_str *damaged)
{
	struct reading reading = { .caches = caches, .arena = arena };

	*damaged = WF_S("");
	for (size_t scope = 0; scope < query->nscopes; scope++)
		for (size_t key = 0; key < query->nkeys; key++) {
			if (!find_key(&reading, query->keys[key], query->version,
			        query->scopes[scope]) ||
			    !take_sound(&reading, out, damaged))
				continue;
			db_run(caches->db, "UPDATE cache SET used = ? WHERE id = ?",
			    DB_ARGS(DB_INT(db_now()), DB_INT(out->id)), NULL);
			return true;
		}
	return false;
}

bool
caches_get(struct caches *caches, struct wf_arena *arena, int64_t id, struct cache_entry *out)
{
	struct reading reading = { .caches = caches, .arena = arena };

	if (!db_each(caches->db, "SELECT " COLUMNS " FROM cache WHERE id = ? AND finished",
	        DB_ARGS(DB_INT(id)), read_row, &reading, NULL) ||
	    !reading.n)
		return false;
	*out = reading.rows[0].entry;
	return true;
}

bool
caches_list(struct caches *caches, struct wf_arena *arena, struct wf_str prefix,
    struct cache_entry **out, size_t *n, struct wf_error *err)
{
	struct reading reading = { .caches = caches, .arena = arena };

	if (!db_each(caches->db,
	        "SELECT " COLUMNS " FROM cache WHERE " BY_PREFIX
	        " AND finished ORDER BY created DESC, id DESC",
	        DB_ARGS(DB_TEXT(prefix)), read_row, &reading, err))
		return false;
	*n = reading.n;
	*out = wf_new_array(arena, reading.n, struct cache_entry);
	for (size_t i = 0; i < reading.n; i++)
		(*out)[i] = reading.rows[i].entry;
	return true;
}

/* ---- writing ---- */

bool
caches_reserve(struct caches *caches, struct wf_str key, struct wf_str version, struct wf_str scope,
    int64_t *id, struct wf_error *err)
{
	int64_t now = db_now();

	*id = 0;
	if (!caches_key_ok(key, err))
		return false;
	remove_old(caches);
	if (!db_run(caches->db,
	        "INSERT OR IGNORE INTO cache (key, version, scope, created, used, writer, born)"
	        " VALUES (?, ?, ?, ?, ?, ?, ?)",
	        DB_ARGS(DB_TEXT(key), DB_TEXT(version), DB_TEXT(scope), DB_INT(now), DB_INT(now),
	            DB_INT(getpid()), DB_INT(born(getpid()))),
	        err))
		return false;
	if (db_changed(caches->db))
		*id = db_inserted(caches->db);
	return true;
}

int64_t
caches_reserved(struct caches *caches, struct wf_str key, struct wf_str version,
    struct wf_str scope)
{
	int64_t id = 0;

	db_int(caches->db,
	    "SELECT id FROM cache WHERE key = ? AND version = ? AND scope = ? AND writer = ?"
	    " AND NOT finished",
	    DB_ARGS(DB_TEXT(key), DB_TEXT(version), DB_TEXT(scope), DB_INT(getpid())), &id, NULL);
	return id;
}

bool
caches_waits(struct caches *caches, int64_t id)
{
	int64_t waits = 0;

	db_int(caches->db, "SELECT 1 FROM cache WHERE id = ? AND NOT finished", DB_ARGS(DB_INT(id)),
	    &waits, NULL);
	return waits != 0;
}

/* The least recently used ones go until the rest fits; never the one that has just come. */
static void
make_room(struct caches *caches, int64_t newest)
{
	int64_t total = 0, victim;

	for (;;) {
		victim = 0;
		if (!db_int(caches->db, "SELECT sum(size) FROM cache WHERE finished", DB_NONE,
		        &total, NULL) ||
		    (uint64_t)total <= caches->limit ||
		    !db_int(caches->db,
		        "SELECT id FROM cache WHERE finished AND id <> ? ORDER BY used, id LIMIT 1",
		        DB_ARGS(DB_INT(newest)), &victim, NULL) ||
		    !victim)
			return;
		remove_entry(caches, victim);
	}
}

bool
caches_commit(struct caches *caches, int64_t id, int64_t size, struct wf_error *err)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	const char *path = caches_path(caches, arena, id);
	struct wf_str digest;
	struct stat st;

	if (stat(path, &st) < 0 || st.st_size != size)
		return wf_fail(err, WF_ERR_USAGE, WF_NOWHERE,
		    "the upload is not complete: %" PRId64 " bytes were announced", size);
	if (!blob_digest(arena, path, &digest, err) ||
	    !db_run(caches->db,
	        "UPDATE cache SET size = ?, digest = ?, stamp = ?, created = ?, used = ?,"
	        " finished = 1 WHERE id = ?",
	        DB_ARGS(DB_INT(size), DB_TEXT(digest), DB_INT(stamp_of(&st)), DB_INT(db_now()),
	            DB_INT(db_now()), DB_INT(id)),
	        err))
		return false;
	make_room(caches, id);
	return true;
}

void
caches_forget(struct caches *caches, int64_t id)
{
	remove_entry(caches, id);
}
