/* SPDX-License-Identifier: MIT */
/* runs.c - the run store in a small database (store/db.h). */
#include "runner/store/runs.h"

#include "base/fs.h"
#include "runner/store/db.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#define FILE_NAME "runs.db"
#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

struct runs {
	struct wf_arena *arena;
	struct db *db;
	struct wf_str owner; /* this process, see owner_of() */
};

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS runs (id INTEGER PRIMARY KEY, number INTEGER, attempt INTEGER,"
    " parent INTEGER, workflow TEXT, path TEXT, title TEXT, event TEXT, ref TEXT,"
    " head_branch TEXT, head_sha TEXT, status TEXT, conclusion TEXT, created INTEGER,"
    " updated INTEGER, owner TEXT);"
    "CREATE INDEX IF NOT EXISTS runs_alive ON runs (owner) WHERE status <> 'completed';"
    "CREATE TABLE IF NOT EXISTS jobs (run INTEGER, number INTEGER, id TEXT, name TEXT,"
    " status TEXT, conclusion TEXT, started INTEGER, completed INTEGER,"
    " PRIMARY KEY (run, number)) WITHOUT ROWID;"
    "CREATE TRIGGER IF NOT EXISTS runs_deleted AFTER DELETE ON runs"
    " BEGIN DELETE FROM jobs WHERE run = old.id; END;";

/* ---- who is alive ---- */

/* A process as no other is called: its id, and since when it runs. Empty when it does not. */
static struct wf_str
owner_of(struct wf_arena *arena, int64_t pid)
{
	const char *path = wf_strf(arena, "/proc/%" PRId64 "/stat", pid).p;
	wf_auto(wf_close_fd) int fd = open(path, O_RDONLY | O_CLOEXEC);
	char stat[1024];
	struct wf_str rest, since;
	ssize_t n = fd < 0 ? -1 : read(fd, stat, sizeof(stat));
	ptrdiff_t name_end;

	if (n <= 0)
		return WF_S("");
	rest = (struct wf_str){ stat, (size_t)n };
	name_end = wf_str_rfind_char(rest, ')'); /* the name may hold anything */
	rest = wf_str_skip(rest, (size_t)(name_end + 2));
	for (int field = 3; field < 22; field++)
		wf_str_cut(&rest, ' ');
	since = wf_str_cut(&rest, ' ');
	return wf_strf(arena, "%" PRId64 " %.*s", pid, WF_ARG(since));
}

struct owners {
	struct wf_arena *arena;
	struct wf_str *items;
	size_t n, cap;
};

static bool
take_owner(void *data, const struct db_row *row)
{
	struct owners *owners = data;

	*wf_push(owners->arena, owners->items, owners->n, owners->cap) = wf_str_dup(owners->arena,
	    db_row_text(row, 0));
	return true;
}

static bool
cancel_of(struct runs *runs, struct wf_str owner, struct wf_error *err)
{
	return db_run(runs->db,
	           "UPDATE jobs SET status = 'completed', conclusion = 'cancelled' WHERE status <> "
	           "'completed' AND run IN (SELECT id FROM runs WHERE status <> 'completed' AND "
	           "owner = ?)",
	           DB_ARGS(DB_TEXT(owner)), err) &&
	       db_run(runs->db,
	           "UPDATE runs SET status = 'completed', conclusion = 'cancelled' WHERE status <> "
	           "'completed' AND owner = ?",
	           DB_ARGS(DB_TEXT(owner)), err);
}

/* Runs whose process is dead do not run any more. */
static bool
bury(struct runs *runs, struct wf_error *err)
{
	wf_auto(wf_arena_freep) struct wf_arena *scratch = wf_arena_new();
	struct owners owners = { .arena = scratch };
	bool good = db_each(runs->db, "SELECT DISTINCT owner FROM runs WHERE status <> 'completed'",
	    DB_NONE, take_owner, &owners, err);

	for (size_t i = 0; good && i < owners.n; i++) {
		int64_t pid = strtoll(owners.items[i].p, NULL, 10);

		if (!wf_str_eq(owner_of(scratch, pid), owners.items[i]))
			good = cancel_of(runs, owners.items[i], err);
	}
	return good;
}

/* ---- open and close ---- */

struct runs *
runs_open(const char *folder, struct wf_error *err)
{
	struct wf_arena *arena = wf_arena_new();
	struct runs *runs = wf_new(arena, struct runs);

	runs->arena = arena;
	runs->owner = owner_of(arena, getpid());
	runs->db = db_open(wf_join(arena, folder, FILE_NAME), schema, err);
	if (runs->db && bury(runs, err))
		return runs;
	runs_close(runs);
	return NULL;
}

void
runs_close(struct runs *runs)
{
	if (!runs)
		return;
	db_close(runs->db);
	wf_arena_free(runs->arena);
}

/* ---- writing ---- */

static bool
insert(struct runs *runs, const struct runs_run *run, struct wf_error *err)
{
	return db_run(runs->db,
	    "INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	    DB_ARGS(DB_INT(run->id), DB_INT(run->number), DB_INT(run->attempt), DB_INT(run->parent),
	        DB_TEXT(run->workflow), DB_TEXT(run->path), DB_TEXT(run->title),
	        DB_TEXT(run->event), DB_TEXT(run->ref), DB_TEXT(run->head_branch),
	        DB_TEXT(run->head_sha), DB_TEXT(run->status), DB_TEXT(run->conclusion),
	        DB_INT(run->created), DB_INT(run->updated), DB_TEXT(runs->owner)),
	    err);
}

static bool
prune(struct runs *runs, int64_t now, struct wf_error *err)
{
	return db_run(runs->db,
	    "DELETE FROM runs WHERE status = 'completed' AND (created < ? OR id <= "
	    "(SELECT id FROM runs ORDER BY id DESC LIMIT 1 OFFSET ?))",
	    DB_ARGS(DB_INT(now - RUNS_DAYS * DAY_MS), DB_INT(RUNS_KEPT)), err);
}

static bool
write_run(struct runs *runs, const struct runs_run *run, struct wf_error *err)
{
	return db_run(runs->db,
	           "UPDATE runs SET status = ?, conclusion = ?, updated = ? WHERE id = ?",
	           DB_ARGS(DB_TEXT(run->status), DB_TEXT(run->conclusion), DB_INT(run->updated),
	               DB_INT(run->id)),
	           err) &&
	       (!run->conclusion.n || prune(runs, run->updated, err));
}

static bool
write_job(struct runs *runs, const struct runs_job *job, struct wf_error *err)
{
	return db_run(runs->db, "INSERT OR REPLACE INTO jobs VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
	    DB_ARGS(DB_INT(job->run), DB_INT(job->number), DB_TEXT(job->id), DB_TEXT(job->name),
	        DB_TEXT(job->status), DB_TEXT(job->conclusion), DB_INT(job->started),
	        DB_INT(job->completed)),
	    err);
}

static bool
write_change(struct runs *runs, const struct runs_change *change, struct wf_error *err)
{
	switch (change->what) {
	case RUNS_NEW: return insert(runs, &change->run, err);
	case RUNS_RUN: return write_run(runs, &change->run, err);
	case RUNS_JOB: return write_job(runs, &change->job, err);
	}
	abort();
}

bool
runs_write(struct runs *runs, const struct runs_change *changes, size_t n, struct wf_error *err)
{
	bool good = db_begin(runs->db, err);

	for (size_t i = 0; good && i < n; i++)
		good = write_change(runs, &changes[i], err);
	good = good && db_commit(runs->db, err);
	if (!good)
		db_rollback(runs->db);
	return good;
}

/* ---- reading ---- */

struct list {
	struct wf_arena *arena;
	struct runs_run *runs;
	struct runs_job *jobs;
	size_t n, cap;
};

static bool
take_run(void *data, const struct db_row *row)
{
	struct list *list = data;
	struct runs_run *run = wf_push(list->arena, list->runs, list->n, list->cap);
	struct wf_str *const texts[] = { &run->workflow, &run->path, &run->title, &run->event,
		&run->ref, &run->head_branch, &run->head_sha, &run->status, &run->conclusion };

	run->id = (uint64_t)db_row_int(row, 0);
	run->number = (uint64_t)db_row_int(row, 1);
	run->attempt = (uint64_t)db_row_int(row, 2);
	run->parent = (uint64_t)db_row_int(row, 3);
	for (size_t i = 0; i < WF_COUNT(texts); i++)
		*texts[i] = wf_str_dup(list->arena, db_row_text(row, (int)i + 4));
	run->created = db_row_int(row, 13);
	run->updated = db_row_int(row, 14);
	return true;
}

bool
runs_list(struct runs *runs, struct wf_arena *arena, struct runs_run **out, size_t *n,
    struct wf_error *err)
{
	struct list list = { .arena = arena };
	bool good = db_each(runs->db, "SELECT * FROM runs ORDER BY id DESC", DB_NONE, take_run,
	    &list, err);

	*out = list.runs;
	*n = list.n;
	return good;
}

static bool
take_job(void *data, const struct db_row *row)
{
	struct list *list = data;
	struct runs_job *job = wf_push(list->arena, list->jobs, list->n, list->cap);
	struct wf_str *const texts[] = { &job->id, &job->name, &job->status, &job->conclusion };

	job->run = (uint64_t)db_row_int(row, 0);
	job->number = (uint64_t)db_row_int(row, 1);
	for (size_t i = 0; i < WF_COUNT(texts); i++)
		*texts[i] = wf_str_dup(list->arena, db_row_text(row, (int)i + 2));
	job->started = db_row_int(row, 6);
	job->completed = db_row_int(row, 7);
	return true;
}

bool
runs_jobs(struct runs *runs, struct wf_arena *arena, uint64_t run, struct runs_job **out, size_t *n,
    struct wf_error *err)
{
	struct list list = { .arena = arena };
	bool good = db_each(runs->db, "SELECT * FROM jobs WHERE run = ? ORDER BY number",
	    DB_ARGS(DB_INT(run)), take_job, &list, err);

	*out = list.jobs;
	*n = list.n;
	return good;
}
