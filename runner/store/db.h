/* SPDX-License-Identifier: MIT */
/* db.h - a small database in one file: what stores remember beside the files that they keep.
 *
 * The only file that includes sqlite3.h is db.c. Several processes may have the same file open: one
 * writes at a time and the others wait for it, at most DB_PATIENCE_MS. A `struct db` belongs to the
 * thread that opened it. A process that is killed leaves the last finished transaction. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DB_PATIENCE_MS 5000

struct db;

/* What is bound to a `?`. */
struct db_value {
	enum { DB_VALUE_INT, DB_VALUE_TEXT } kind;
	int64_t number;
	struct wf_str text;
};
#define DB_INT(n) ((struct db_value){ .kind = DB_VALUE_INT, .number = (int64_t)(n) })
#define DB_TEXT(s) ((struct db_value){ .kind = DB_VALUE_TEXT, .text = (s) })
#define DB_ARGS(...)                                                                               \
	(const struct db_value[]){ __VA_ARGS__ },                                                  \
	    sizeof((const struct db_value[]){ __VA_ARGS__ }) / sizeof(struct db_value)
#define DB_NONE NULL, 0

/* Opens or makes the file, its owner's alone. `schema` is SQL that makes what is missing (CREATE …
 * IF NOT EXISTS). NULL and *err (WF_ERR_SYS) when it cannot be used, also when it is damaged. */
struct db *db_open(const char *path, const char *schema, struct wf_error *err);
/* NULL is allowed. */
void db_close(struct db *db);

/* Runs one statement; its rows, if any, go nowhere. */
bool db_run(struct db *db, const char *sql, const struct db_value *args, size_t n,
    struct wf_error *err);
/* Runs one statement and calls visit for each row until it returns false. A row and its texts live
 * until visit returns. */
struct db_row;
bool db_each(struct db *db, const char *sql, const struct db_value *args, size_t n,
    bool (*visit)(void *data, const struct db_row *row), void *data, struct wf_error *err);
int64_t db_row_int(const struct db_row *row, int column);
struct wf_str db_row_text(const struct db_row *row, int column);
/* The first column of the first row; *out stays as it was when there is none. */
bool db_int(struct db *db, const char *sql, const struct db_value *args, size_t n, int64_t *out,
    struct wf_error *err);

/* The time as tables keep it: milliseconds since 1970. */
int64_t db_now(void);

/* The id of the row that the last db_run() inserted; how many rows it changed. */
int64_t db_inserted(struct db *db);
int db_changed(struct db *db);

/* Several statements as one. A transaction that is not ended by db_commit() is undone by
 * db_rollback(), which does nothing when there is none. */
bool db_begin(struct db *db, struct wf_error *err);
bool db_commit(struct db *db, struct wf_error *err);
void db_rollback(struct db *db);
