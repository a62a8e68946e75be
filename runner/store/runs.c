/* SPDX-License-Identifier: MIT */
/* runs.c - the run store in SQLite, which is loaded when a store is opened (base/lazy.h).
 *
 * Nothing waits for the disk: what was written survives the death of any process, and a machine
 * that loses its power costs at most a file which can be made anew. */
#include "runner/store/runs.h"

#include "base/fs.h"
#include "base/lazy.h"

#include <fcntl.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_NAME "runs.db"
#define VERSION 1
#define BUSY_MS 2000 /* as long do we wait for the transactions of others */
#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

#define SQLITE_CALLS(CALL)                                                                         \
	CALL(sqlite3_open_v2)                                                                      \
	CALL(sqlite3_close)                                                                        \
	CALL(sqlite3_busy_timeout)                                                                 \
	CALL(sqlite3_exec)                                                                         \
	CALL(sqlite3_errcode)                                                                      \
	CALL(sqlite3_errmsg)                                                                       \
	CALL(sqlite3_prepare_v2)                                                                   \
	CALL(sqlite3_bind_int64)                                                                   \
	CALL(sqlite3_bind_text)                                                                    \
	CALL(sqlite3_step)                                                                         \
	CALL(sqlite3_column_int64)                                                                 \
	CALL(sqlite3_column_text)                                                                  \
	CALL(sqlite3_column_bytes)                                                                 \
	CALL(sqlite3_finalize)

struct sqlite_calls {
	SQLITE_CALLS(WF_LAZY_FIELD)
};
#define SQLITE_CALL(fn) WF_LAZY_CALL(struct sqlite_calls, fn)
static const struct wf_lazy_call sqlite_list[] = { SQLITE_CALLS(SQLITE_CALL) };

struct runs {
	struct wf_arena *arena;
	struct sqlite_calls lib;
	sqlite3 *db;
	const char *path;
	struct wf_str owner; /* this process, see owner_of() */
};

static const char pragmas[] = "PRAGMA journal_mode = TRUNCATE;"
                              "PRAGMA synchronous = OFF;";

static const char schema[] =
    "CREATE TABLE runs (id INTEGER PRIMARY KEY, number INTEGER, attempt INTEGER, parent INTEGER,"
    " workflow TEXT, path TEXT, title TEXT, event TEXT, ref TEXT, head_branch TEXT, head_sha TEXT,"
    " status TEXT, conclusion TEXT, created INTEGER, updated INTEGER, owner TEXT);"
    "CREATE INDEX runs_alive ON runs (owner) WHERE status <> 'completed';"
    "CREATE TABLE jobs (run INTEGER, number INTEGER, id TEXT, name TEXT, status TEXT,"
    " conclusion TEXT, started INTEGER, completed INTEGER, PRIMARY KEY (run, number))"
    " WITHOUT ROWID;"
    "CREATE TRIGGER runs_deleted AFTER DELETE ON runs"
    " BEGIN DELETE FROM jobs WHERE run = old.id; END;"
    "PRAGMA user_version = 1;";
_Static_assert(VERSION == 1, "the schema says its version");

/* ---- statements ---- */

static bool
fail(const struct runs *runs, struct wf_error *err)
{
	int code = runs->lib.sqlite3_errcode(runs->db);

	wf_fail(err, WF_ERR_SYS, WF_NOWHERE, "%s: %s", runs->path,
	    runs->lib.sqlite3_errmsg(runs->db));
	if (code == SQLITE_CORRUPT || code == SQLITE_NOTADB)
		wf_hint(err, "remove this file: what it knew of earlier runs is lost");
	return false;
}

static bool
exec(struct runs *runs, const char *sql, struct wf_error *err)
{
	return runs->lib.sqlite3_exec(runs->db, sql, NULL, NULL, NULL) == SQLITE_OK ||
	       fail(runs, err);
}

/* A value for a statement: text unless text.p is NULL. */
struct cell {
	struct wf_str text;
	int64_t number;
};
#define TEXT(s)                                                                                    \
	{                                                                                          \
		.text = (s).p ? (s) : WF_S("")                                                     \
	}
#define NUMBER(value)                                                                              \
	{                                                                                          \
		.number = (int64_t)(value)                                                         \
	}

/* What is done with a row. */
typedef void on_row(void *data, const struct runs *runs, sqlite3_stmt *row);

struct query {
	const char *sql;
	const struct cell *cells; /* for ?1, ?2, ... */
	size_t n;
	on_row *visit; /* NULL: there are no rows */
	void *data;
};

static bool
run_query(struct runs *runs, const struct query *query, struct wf_error *err)
{
	const struct sqlite_calls *lib = &runs->lib;
	sqlite3_stmt *stmt;
	int step = SQLITE_DONE;

	if (lib->sqlite3_prepare_v2(runs->db, query->sql, -1, &stmt, NULL) != SQLITE_OK)
		return fail(runs, err);
	for (size_t i = 0; i < query->n; i++)
		if (query->cells[i].text.p)
			lib->sqlite3_bind_text(stmt, (int)i + 1, query->cells[i].text.p,
			    (int)query->cells[i].text.n, SQLITE_STATIC);
		else
			lib->sqlite3_bind_int64(stmt, (int)i + 1, query->cells[i].number);
	while ((step = lib->sqlite3_step(stmt)) == SQLITE_ROW)
		query->visit(query->data, runs, stmt);
	if (step != SQLITE_DONE)
		fail(runs, err);
	lib->sqlite3_finalize(stmt);
	return step == SQLITE_DONE;
}

#define RUN(runs, sql, cells, err)                                                                 \
	run_query((runs), &(struct query){ (sql), (cells), WF_COUNT(cells), NULL, NULL }, (err))

static void
take_number(void *data, const struct runs *runs, sqlite3_stmt *row)
{
	*(int64_t *)data = runs->lib.sqlite3_column_int64(row, 0);
}

static bool
ask_version(struct runs *runs, int64_t *version, struct wf_error *err)
{
	return run_query(runs,
	    &(struct query){ "PRAGMA user_version", NULL, 0, take_number, version }, err);
}

/* Ends a transaction: all of it when good, else nothing. */
static bool
finish(struct runs *runs, bool good, struct wf_error *err)
{
	if (good && exec(runs, "COMMIT", err))
		return true;
	exec(runs, "ROLLBACK", NULL);
	return false;
}

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

static struct wf_str
column(const struct runs *runs, struct wf_arena *arena, sqlite3_stmt *row, int index)
{
	const unsigned char *text = runs->lib.sqlite3_column_text(row, index);
	int n = runs->lib.sqlite3_column_bytes(row, index);

	return wf_str_dup(arena, (struct wf_str){ (const char *)text, text ? (size_t)n : 0 });
}

static void
take_owner(void *data, const struct runs *runs, sqlite3_stmt *row)
{
	struct owners *owners = data;

	*wf_push(owners->arena, owners->items, owners->n, owners->cap) = column(runs, owners->arena,
	    row, 0);
}

static bool
complete(struct runs *runs, struct wf_str owner, struct wf_str conclusion, struct wf_error *err)
{
	const struct cell cells[] = { TEXT(owner), TEXT(conclusion) };

	return RUN(runs,
	           "UPDATE jobs SET status = 'completed', conclusion = ?2 WHERE status <> "
	           "'completed' AND run IN (SELECT id FROM runs WHERE status <> 'completed' AND "
	           "owner = ?1)",
	           cells, err) &&
	       RUN(runs,
	           "UPDATE runs SET status = 'completed', conclusion = ?2 WHERE status <> "
	           "'completed' AND owner = ?1",
	           cells, err);
}

/* Runs whose process is dead do not run any more. */
static bool
bury(struct runs *runs, struct wf_error *err)
{
	wf_auto(wf_arena_freep) struct wf_arena *scratch = wf_arena_new();
	struct owners owners = { .arena = scratch };
	const struct query query = {
		.sql = "SELECT DISTINCT owner FROM runs WHERE status <> 'completed'",
		.visit = take_owner,
		.data = &owners,
	};
	bool good = run_query(runs, &query, err);

	for (size_t i = 0; good && i < owners.n; i++) {
		int64_t pid = strtoll(owners.items[i].p, NULL, 10);

		if (!wf_str_eq(owner_of(scratch, pid), owners.items[i]))
			good = complete(runs, owners.items[i], WF_S("cancelled"), err);
	}
	return good;
}

/* ---- open and close ---- */

static bool
prepare(struct runs *runs, struct wf_error *err)
{
	int64_t version = 0;

	runs->lib.sqlite3_busy_timeout(runs->db, BUSY_MS);
	if (!exec(runs, pragmas, err) || !ask_version(runs, &version, err))
		return false;
	if (version == 0) {
		if (!exec(runs, "BEGIN IMMEDIATE", err))
			return false;
		/* somebody else may have been faster */
		if (!finish(runs,
		        ask_version(runs, &version, err) &&
		            (version != 0 || exec(runs, schema, err)),
		        err))
			return false;
	}
	if (version > VERSION)
		return wf_fail(err, WF_ERR_SYS, WF_NOWHERE, "%s was made by a newer wfrun",
		    runs->path);
	return bury(runs, err);
}

struct runs *
runs_open(const char *folder, struct wf_error *err)
{
	struct wf_arena *arena = wf_arena_new();
	struct runs *runs = wf_new(arena, struct runs);

	runs->arena = arena;
	runs->path = wf_join(arena, folder, FILE_NAME);
	runs->owner = owner_of(arena, getpid());
	if (!wf_lazy_load(&runs->lib, "libsqlite3.so.0", sqlite_list, WF_COUNT(sqlite_list), err)) {
		wf_arena_free(arena);
		return NULL;
	}
	if (runs->lib.sqlite3_open_v2(runs->path, &runs->db,
	        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
	        NULL) != SQLITE_OK)
		fail(runs, err);
	else if (prepare(runs, err))
		return runs;
	runs_close(runs);
	return NULL;
}

void
runs_close(struct runs *runs)
{
	if (!runs)
		return;
	runs->lib.sqlite3_close(runs->db);
	wf_arena_free(runs->arena);
}

/* ---- writing ---- */

static bool
insert(struct runs *runs, const struct runs_run *run, struct wf_error *err)
{
	const struct cell cells[] = { NUMBER(run->id), NUMBER(run->number), NUMBER(run->attempt),
		NUMBER(run->parent), TEXT(run->workflow), TEXT(run->path), TEXT(run->title),
		TEXT(run->event), TEXT(run->ref), TEXT(run->head_branch), TEXT(run->head_sha),
		TEXT(run->status), TEXT(run->conclusion), NUMBER(run->created),
		NUMBER(run->updated), TEXT(runs->owner) };

	return RUN(runs,
	    "INSERT INTO runs VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, "
	    "?15, ?16)",
	    cells, err);
}

static bool
write_run(struct runs *runs, const struct runs_run *run, struct wf_error *err)
{
	const struct cell cells[] = { NUMBER(run->id), TEXT(run->status), TEXT(run->conclusion),
		NUMBER(run->updated) };

	return RUN(runs, "UPDATE runs SET status = ?2, conclusion = ?3, updated = ?4 WHERE id = ?1",
	    cells, err);
}

static bool
write_job(struct runs *runs, const struct runs_job *job, struct wf_error *err)
{
	const struct cell cells[] = { NUMBER(job->run), NUMBER(job->number), TEXT(job->id),
		TEXT(job->name), TEXT(job->status), TEXT(job->conclusion), NUMBER(job->started),
		NUMBER(job->completed) };

	return RUN(runs, "INSERT OR REPLACE INTO jobs VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
	    cells, err);
}

static bool
prune(struct runs *runs, int64_t now, struct wf_error *err)
{
	const struct cell cells[] = { NUMBER(now - RUNS_DAYS * DAY_MS), NUMBER(RUNS_KEPT) };

	return RUN(runs,
	    "DELETE FROM runs WHERE status = 'completed' AND (created < ?1 OR id <= "
	    "(SELECT id FROM runs ORDER BY id DESC LIMIT 1 OFFSET ?2))",
	    cells, err);
}

static bool
write_change(struct runs *runs, const struct runs_change *change, struct wf_error *err)
{
	const struct runs_run *run = &change->run;

	switch (change->what) {
	case RUNS_NEW: return insert(runs, run, err);
	case RUNS_RUN:
		return write_run(runs, run, err) &&
		       (!run->conclusion.n || prune(runs, run->updated, err));
	case RUNS_JOB: return write_job(runs, &change->job, err);
	}
	abort();
}

static bool
write_all(struct runs *runs, const struct runs_change *changes, size_t n, struct wf_error *err)
{
	for (size_t i = 0; i < n; i++)
		if (!write_change(runs, &changes[i], err))
			return false;
	return true;
}

bool
runs_write(struct runs *runs, const struct runs_change *changes, size_t n, struct wf_error *err)
{
	return exec(runs, "BEGIN IMMEDIATE", err) &&
	       finish(runs, write_all(runs, changes, n, err), err);
}

/* ---- reading ---- */

struct list {
	struct wf_arena *arena;
	struct runs_run *runs;
	struct runs_job *jobs;
	size_t n, cap;
};

static void
take_run(void *data, const struct runs *runs, sqlite3_stmt *row)
{
	struct list *list = data;
	struct runs_run *run = wf_push(list->arena, list->runs, list->n, list->cap);
	struct wf_str *const texts[] = { &run->workflow, &run->path, &run->title, &run->event,
		&run->ref, &run->head_branch, &run->head_sha, &run->status, &run->conclusion };

	run->id = (uint64_t)runs->lib.sqlite3_column_int64(row, 0);
	run->number = (uint64_t)runs->lib.sqlite3_column_int64(row, 1);
	run->attempt = (uint64_t)runs->lib.sqlite3_column_int64(row, 2);
	run->parent = (uint64_t)runs->lib.sqlite3_column_int64(row, 3);
	for (size_t i = 0; i < WF_COUNT(texts); i++)
		*texts[i] = column(runs, list->arena, row, (int)i + 4);
	run->created = runs->lib.sqlite3_column_int64(row, 13);
	run->updated = runs->lib.sqlite3_column_int64(row, 14);
}

bool
runs_list(struct runs *runs, struct wf_arena *arena, struct runs_run **out, size_t *n,
    struct wf_error *err)
{
	struct list list = { .arena = arena };
	const struct query query = {
		.sql = "SELECT * FROM runs ORDER BY id DESC",
		.visit = take_run,
		.data = &list,
	};
	bool good = run_query(runs, &query, err);

	*out = list.runs;
	*n = list.n;
	return good;
}

static void
take_job(void *data, const struct runs *runs, sqlite3_stmt *row)
{
	struct list *list = data;
	struct runs_job *job = wf_push(list->arena, list->jobs, list->n, list->cap);
	struct wf_str *const texts[] = { &job->id, &job->name, &job->status, &job->conclusion };

	job->run = (uint64_t)runs->lib.sqlite3_column_int64(row, 0);
	job->number = (uint64_t)runs->lib.sqlite3_column_int64(row, 1);
	for (size_t i = 0; i < WF_COUNT(texts); i++)
		*texts[i] = column(runs, list->arena, row, (int)i + 2);
	job->started = runs->lib.sqlite3_column_int64(row, 6);
	job->completed = runs->lib.sqlite3_column_int64(row, 7);
}

bool
runs_jobs(struct runs *runs, struct wf_arena *arena, uint64_t run, struct runs_job **out, size_t *n,
    struct wf_error *err)
{
	struct list list = { .arena = arena };
	const struct cell cells[] = { NUMBER(run) };
	const struct query query = { "SELECT * FROM jobs WHERE run = ?1 ORDER BY number", cells,
		WF_COUNT(cells), take_job, &list };
	bool good = run_query(runs, &query, err);

	*out = list.jobs;
	*n = list.n;
	return good;
}
