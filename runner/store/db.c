/* SPDX-License-Identifier: MIT */
/* db.c - SQLite behind a few calls. */
#include "runner/store/db.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <time.h>
#include <unistd.h>

struct db {
	sqlite3 *handle;
	const char *path; /* for messages; owned by the arena */
	struct wf_arena *arena;
};

struct db_row {
	sqlite3_stmt *stmt;
};

static bool
fail(const struct db *db, struct wf_error *err)
{
	wf_fail(err, WF_ERR_SYS, WF_NOWHERE, "%s: %s", db->path, sqlite3_errmsg(db->handle));
	if (sqlite3_errcode(db->handle) == SQLITE_NOTADB ||
	    sqlite3_errcode(db->handle) == SQLITE_CORRUPT)
		wf_hint(err, "the file is damaged: remove it, and a new one is made");
	return false;
}

/* SQLite would make the file readable by all. */
static bool
make_file(const char *path, struct wf_error *err)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		return wf_fail_sys(err, errno, "%s", path);
	close(fd);
	return true;
}

struct db *
db_open(const char *path, const char *schema, struct wf_error *err)
{
	struct wf_arena *arena = wf_arena_new();
	struct db *db = wf_new(arena, struct db);
	/* what a power cut loses of the last second can be made again */
	static const char settings[] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;";

	db->arena = arena;
	db->path = wf_str_dup(arena, wf_str(path)).p;
	if (!make_file(path, err))
		goto fail;
	if (sqlite3_open_v2(path, &db->handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) !=
	    SQLITE_OK)
		goto refused;
	sqlite3_busy_timeout(db->handle, DB_PATIENCE_MS);
	if (sqlite3_exec(db->handle, settings, NULL, NULL, NULL) == SQLITE_OK &&
	    sqlite3_exec(db->handle, schema, NULL, NULL, NULL) == SQLITE_OK)
		return db;
refused:
	fail(db, err);
fail:
	db_close(db);
	return NULL;
}

void
db_close(struct db *db)
{
	if (!db)
		return;
	sqlite3_close(db->handle);
	wf_arena_free(db->arena);
}

static void
bind(sqlite3_stmt *stmt, const struct db_value *args, size_t n)
{
	for (size_t i = 0; i < n; i++)
		switch (args[i].kind) {
		case DB_VALUE_INT: sqlite3_bind_int64(stmt, (int)i + 1, args[i].number); break;
		case DB_VALUE_TEXT:
			sqlite3_bind_text64(stmt, (int)i + 1, args[i].text.p ? args[i].text.p : "",
			    args[i].text.n, SQLITE_STATIC, SQLITE_UTF8);
			break;
		}
}

bool
db_each(struct db *db, const char *sql, const struct db_value *args, size_t n,
    bool (*visit)(void *data, const struct db_row *row), void *data, struct wf_error *err)
{
	struct db_row row;
	int state;

	if (sqlite3_prepare_v2(db->handle, sql, -1, &row.stmt, NULL) != SQLITE_OK)
		return fail(db, err);
	bind(row.stmt, args, n);
	while ((state = sqlite3_step(row.stmt)) == SQLITE_ROW)
		if (!visit(data, &row)) {
			state = SQLITE_DONE;
			break;
		}
	if (state != SQLITE_DONE)
		fail(db, err);
	sqlite3_finalize(row.stmt);
	return state == SQLITE_DONE;
}

static bool
ignore_row(void *data, const struct db_row *row)
{
	(void)data, (void)row;
	return true;
}

bool
db_run(struct db *db, const char *sql, const struct db_value *args, size_t n, struct wf_error *err)
{
	return db_each(db, sql, args, n, ignore_row, NULL, err);
}

int64_t
db_row_int(const struct db_row *row, int column)
{
	return sqlite3_column_int64(row->stmt, column);
}

struct wf_str
db_row_text(const struct db_row *row, int column)
{
	const char *text = (const char *)sqlite3_column_text(row->stmt, column);

	return (struct wf_str){ text, (size_t)sqlite3_column_bytes(row->stmt, column) };
}

static bool
take_int(void *data, const struct db_row *row)
{
	*(int64_t *)data = db_row_int(row, 0);
	return false;
}

bool
db_int(struct db *db, const char *sql, const struct db_value *args, size_t n, int64_t *out,
    struct wf_error *err)
{
	return db_each(db, sql, args, n, take_int, out, err);
}

int64_t
db_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t
db_inserted(struct db *db)
{
	return sqlite3_last_insert_rowid(db->handle);
}

int
db_changed(struct db *db)
{
	return sqlite3_changes(db->handle);
}

bool
db_begin(struct db *db, struct wf_error *err)
{
	/* a reader that turns writer could find that another has written meanwhile */
	return db_run(db, "BEGIN IMMEDIATE", DB_NONE, err);
}

bool
db_commit(struct db *db, struct wf_error *err)
{
	return db_run(db, "COMMIT", DB_NONE, err);
}

void
db_rollback(struct db *db)
{
	if (!sqlite3_get_autocommit(db->handle))
		db_run(db, "ROLLBACK", DB_NONE, NULL);
}
