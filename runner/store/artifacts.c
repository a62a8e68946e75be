/* SPDX-License-Identifier: MIT */
/* artifacts.c - rows in a database, bytes in the folders of their runs. */
#include "runner/store/artifacts.h"

#include "base/fs.h"
#include "runner/store/blob.h"
#include "runner/store/db.h"

#include <inttypes.h>
#include <sys/stat.h>

struct artifacts {
	struct wf_arena *arena;
	const char *runs;
	struct db *db;
};

static const char schema[] = "CREATE TABLE IF NOT EXISTS artifact ("
                             " id INTEGER PRIMARY KEY AUTOINCREMENT, run INTEGER NOT NULL,"
                             " job INTEGER NOT NULL, name TEXT NOT NULL, type TEXT NOT NULL,"
                             " size INTEGER NOT NULL DEFAULT 0, digest TEXT NOT NULL DEFAULT '',"
                             " created INTEGER NOT NULL, finished INTEGER NOT NULL DEFAULT 0,"
                             " UNIQUE (run, name))";

#define COLUMNS "id, run, job, name, type, size, digest, created, finished"

struct artifacts *
artifacts_open(const char *runs, struct wf_error *err)
{
	struct wf_arena *arena = wf_arena_new();
	struct artifacts *artifacts = wf_new(arena, struct artifacts);

	artifacts->arena = arena;
	artifacts->runs = wf_str_dup(arena, wf_str(runs)).p;
	artifacts->db = db_open(wf_join(arena, runs, "artifacts.db"), schema, err);
	if (artifacts->db)
		return artifacts;
	artifacts_close(artifacts);
	return NULL;
}

void
artifacts_close(struct artifacts *artifacts)
{
	if (!artifacts)
		return;
	db_close(artifacts->db);
	wf_arena_free(artifacts->arena);
}

/* Characters that GitHub's client refuses, and how it calls them. */
static const struct {
	char c;
	const char *name;
} forbidden[] = {
	{ '"', "Double quote \"" },
	{ ':', "Colon :" },
	{ '<', "Less than <" },
	{ '>', "Greater than >" },
	{ '|', "Vertical bar |" },
	{ '*', "Asterisk *" },
	{ '?', "Question mark ?" },
	{ '\r', "Carriage return \\r" },
	{ '\n', "Line feed \\n" },
	{ '\\', "Backslash \\" },
	{ '/', "Forward slash /" },
};

bool
artifacts_name_ok(struct wf_str name, struct wf_error *err)
{
	if (!name.n)
		return wf_fail(err, WF_ERR_USAGE, WF_NOWHERE,
		    "Provided artifact name input during validation is empty");
	for (size_t i = 0; i < WF_COUNT(forbidden); i++)
		if (wf_str_find_char(name, forbidden[i].c) >= 0)
			return wf_fail(err, WF_ERR_USAGE, WF_NOWHERE,
			    "The artifact name is not valid: %.*s. Contains the following "
			    "character: %s",
			    WF_ARG(name), forbidden[i].name);
	/* it becomes the name of a folder */
	if (wf_str_is(name, ".") || wf_str_is(name, "..") || wf_str_is(name, ".sealed") ||
	    name.n > 255 || wf_str_find_char(name, '\0') >= 0)
		return wf_fail(err, WF_ERR_USAGE, WF_NOWHERE, "The artifact name is not valid");
	return true;
}

static const char *
folder(const struct artifacts *artifacts, struct wf_arena *arena, int64_t run_id)
{
	return wf_strf(arena, "%s/%" PRId64 "/artifacts/.sealed", artifacts->runs, run_id).p;
}

const char *
artifacts_path(const struct artifacts *artifacts, struct wf_arena *arena, int64_t run_id,
    int64_t id)
{
	return wf_strf(arena, "%s/%" PRId64, folder(artifacts, arena, run_id), id).p;
}

bool
artifacts_create(struct artifacts *artifacts, const struct artifact *wanted, int64_t *id,
    struct wf_error *err)
{
	wf_auto(wf_arena_freep) struct wf_arena *scratch = wf_arena_new();

	*id = 0;
	if (!artifacts_name_ok(wanted->name, err) ||
	    !wf_mkdirs(folder(artifacts, scratch, wanted->run_id), 0700, err) ||
	    !db_run(artifacts->db,
	        "INSERT OR IGNORE INTO artifact (run, job, name, type, created)"
	        " VALUES (?, ?, ?, ?, ?)",
	        DB_ARGS(DB_INT(wanted->run_id), DB_INT(wanted->job_id), DB_TEXT(wanted->name),
	            DB_TEXT(wanted->type), DB_INT(db_now())),
	        err))
		return false;
	if (db_changed(artifacts->db))
		*id = db_inserted(artifacts->db);
	return true;
}

struct reading {
	struct wf_arena *arena;
	struct artifact *items;
	size_t n, cap;
	bool open; /* of the last */
};

static bool
read_row(void *data, const struct db_row *row)
{
	struct reading *reading = data;
	struct artifact *a = wf_push(reading->arena, reading->items, reading->n, reading->cap);

	a->id = db_row_int(row, 0);
	a->run_id = db_row_int(row, 1);
	a->job_id = db_row_int(row, 2);
	a->name = wf_str_dup(reading->arena, db_row_text(row, 3));
	a->type = wf_str_dup(reading->arena, db_row_text(row, 4));
	a->size = db_row_int(row, 5);
	a->digest = wf_str_dup(reading->arena, db_row_text(row, 6));
	a->created = db_row_int(row, 7);
	reading->open = db_row_int(row, 8) == 0;
	return true;
}

bool
artifacts_get(struct artifacts *artifacts, struct wf_arena *arena, int64_t id, struct artifact *out,
    bool *open)
{
	struct reading reading = { .arena = arena };

	if (!db_each(artifacts->db, "SELECT " COLUMNS " FROM artifact WHERE id = ?",
	        DB_ARGS(DB_INT(id)), read_row, &reading, NULL) ||
	    !reading.n)
		return false;
	*out = reading.items[0];
	*open = reading.open;
	return true;
}

/* What was uploaded against what the client says that it uploaded. */
static bool
verify(const struct artifacts *artifacts, struct wf_arena *arena, struct artifact *a, int64_t size,
    struct wf_str digest, struct wf_error *err)
{
	const char *path = artifacts_path(artifacts, arena, a->run_id, a->id);
	struct wf_str actual;
	struct stat st;

	if (stat(path, &st) < 0)
		return wf_fail(err, WF_ERR_USAGE, WF_NOWHERE,
		    "nothing was uploaded for the artifact '%.*s'", WF_ARG(a->name));
	if (st.st_size != size)
		return wf_fail(err, WF_ERR_USAGE, WF_NOWHERE,
		    "the artifact '%.*s' has %" PRId64 " bytes, but %" PRId64
		    " were to be uploaded",
		    WF_ARG(a->name), (int64_t)st.st_size, size);
	if (!blob_digest(arena, path, &actual, err))
		return false;
	a->size = size;
	a->digest = wf_strf(arena, "sha256:%.*s", WF_ARG(actual));
	return !digest.n || wf_str_ieq(digest, a->digest) ||
	       wf_fail(err, WF_ERR_USAGE, WF_NOWHERE,
	           "the artifact '%.*s' was damaged on its way: its digest is %.*s, not %.*s",
	           WF_ARG(a->name), WF_ARG(a->digest), WF_ARG(digest));
}

bool
artifacts_finish(struct artifacts *artifacts, struct wf_arena *arena, int64_t run_id,
    struct wf_str name, int64_t size, struct wf_str digest, struct artifact *out,
    struct wf_error *err)
{
	struct reading reading = { .arena = arena };

	if (!db_each(artifacts->db, "SELECT " COLUMNS " FROM artifact WHERE run = ? AND name = ?",
	        DB_ARGS(DB_INT(run_id), DB_TEXT(name)), read_row, &reading, err))
		return false;
	if (!reading.n)
		return wf_fail(err, WF_ERR_USAGE, WF_NOWHERE, "there is no artifact '%.*s'",
		    WF_ARG(name));
	*out = reading.items[0];
	if (!reading.open) /* the client did not hear the first answer, or means another upload */
		return (out->size == size && (!digest.n || wf_str_ieq(digest, out->digest))) ||
		       wf_fail(err, WF_ERR_USAGE, WF_NOWHERE,
		           "the artifact '%.*s' is finished already", WF_ARG(name));
	return verify(artifacts, arena, out, size, digest, err) &&
	       db_run(artifacts->db,
	           "UPDATE artifact SET size = ?, digest = ?, finished = 1 WHERE id = ?",
	           DB_ARGS(DB_INT(size), DB_TEXT(out->digest), DB_INT(out->id)), err);
}

bool
artifacts_list(struct artifacts *artifacts, struct wf_arena *arena, int64_t run_id,
    struct wf_str name, int64_t id, struct artifact **out, size_t *n, struct wf_error *err)
{
	struct reading reading = { .arena = arena };

	if (!db_each(artifacts->db,
	        "SELECT " COLUMNS " FROM artifact WHERE run = ?1 AND finished"
	        " AND (?2 = '' OR name = ?2) AND (?3 = 0 OR id = ?3) ORDER BY id",
	        DB_ARGS(DB_INT(run_id), DB_TEXT(name), DB_INT(id)), read_row, &reading, err))
		return false;
	*out = reading.items;
	*n = reading.n;
	return true;
}

bool
artifacts_delete(struct artifacts *artifacts, int64_t run_id, struct wf_str name, int64_t *id,
    struct wf_error *err)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	const char *path;

	*id = 0;
	if (!artifacts_name_ok(name, err) ||
	    !db_int(artifacts->db, "SELECT id FROM artifact WHERE run = ? AND name = ?",
	        DB_ARGS(DB_INT(run_id), DB_TEXT(name)), id, err))
		return false;
	if (!*id)
		return true;
	if (!db_run(artifacts->db, "DELETE FROM artifact WHERE id = ?", DB_ARGS(DB_INT(*id)), err))
		return false;
	path = artifacts_path(artifacts, arena, run_id, *id);
	blob_remove(arena, path);
	wf_remove_tree(wf_strf(arena, "%s/%" PRId64 "/artifacts/%.*s", artifacts->runs, run_id,
	                   WF_ARG(name))
	                   .p,
	    NULL);
	return true;
}
