/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "base/fs.h"
#include "runner/store/db.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define SCHEMA "CREATE TABLE IF NOT EXISTS fruit (id INTEGER PRIMARY KEY, name TEXT, n INTEGER)"

struct place {
	struct wf_arena *arena;
	char *dir, *path;
};

static struct place
place_new(void)
{
	struct place place = { .arena = wf_arena_new() };

	place.dir = wf_cstr(place.arena, WF_S("/tmp/wfrun-test-db.XXXXXX"));
	assert_non_null(mkdtemp(place.dir));
	place.path = wf_join(place.arena, place.dir, "store.db");
	return place;
}

static void
place_free(struct place *place)
{
	CHECK(wf_remove_tree(place->dir, NULL));
	wf_arena_free(place->arena);
}

static int64_t
count(struct db *db)
{
	int64_t n = -1;

	CHECK(db_int(db, "SELECT count(*) FROM fruit", DB_NONE, &n, NULL));
	return n;
}

static bool
add_name(void *data, const struct db_row *row)
{
	wf_buf_add(data, db_row_text(row, 0));
	wf_buf_addf(data, "=%d ", (int)db_row_int(row, 1));
	return true;
}

TEST(db_keeps_what_it_is_given)
{
	struct place place = place_new();
	struct db *db = db_open(place.path, SCHEMA, NULL);
	wf_auto(wf_buf_release) struct wf_buf seen = WF_BUF_INIT;
	struct stat st;

	CHECK(db_run(db, "INSERT INTO fruit (name, n) VALUES (?, ?)",
	    DB_ARGS(DB_TEXT(WF_S("it's")), DB_INT(-7)), NULL));
	CHECK_INT(db_inserted(db), 1);
	CHECK(db_run(db, "INSERT INTO fruit (name, n) VALUES (?, ?)",
	    DB_ARGS(DB_TEXT(WF_S("")), DB_INT(8)), NULL));
	db_close(db);
	CHECK_INT(stat(place.path, &st), 0);
	CHECK_INT(st.st_mode & 0777, 0600);
	db = db_open(place.path, SCHEMA, NULL);
	CHECK(db_each(db, "SELECT name, n FROM fruit ORDER BY id", DB_NONE, add_name, &seen, NULL));
	CHECK_STR(wf_buf_str(&seen), "it's=-7 =8 ");
	db_close(db);
	place_free(&place);
}

TEST(db_undoes_what_was_not_committed)
{
	struct place place = place_new();
	struct db *db = db_open(place.path, SCHEMA, NULL);

	CHECK(db_begin(db, NULL));
	CHECK(db_run(db, "INSERT INTO fruit (name) VALUES ('pear')", DB_NONE, NULL));
	db_rollback(db);
	db_rollback(db);
	CHECK_INT(count(db), 0);
	CHECK(db_begin(db, NULL));
	CHECK(db_run(db, "INSERT INTO fruit (name) VALUES ('pear')", DB_NONE, NULL));
	CHECK(db_commit(db, NULL));
	CHECK_INT(count(db), 1);
	db_close(db);
	place_free(&place);
}

TEST(db_takes_writers_of_several_processes)
{
	enum { WRITERS = 4, ROWS = 50 };
	struct place place = place_new();
	struct db *db = db_open(place.path, SCHEMA, NULL);
	pid_t writers[WRITERS];

	for (int i = 0; i < WRITERS; i++)
		if ((writers[i] = fork()) == 0) {
			struct db *own = db_open(place.path, SCHEMA, NULL);
			bool ok = own != NULL;

			for (int row = 0; ok && row < ROWS; row++)
				ok = db_run(own, "INSERT INTO fruit (n) VALUES (?)",
				    DB_ARGS(DB_INT(row)), NULL);
			_exit(ok ? 0 : 1);
		}
	for (int i = 0; i < WRITERS; i++) {
		int status;

		CHECK_INT(waitpid(writers[i], &status, 0), writers[i]);
		CHECK_INT(status, 0);
	}
	CHECK_INT(count(db), WRITERS * ROWS);
	db_close(db);
	place_free(&place);
}

TEST(db_says_that_a_file_is_damaged)
{
	struct place place = place_new();
	struct wf_error err = { 0 };

	CHECK(wf_write_file(place.path, WF_S("this is no database, but text of some length"), 0600,
	    NULL));
	CHECK(db_open(place.path, SCHEMA, &err) == NULL);
	CHECK_INT(err.kind, WF_ERR_SYS);
	CHECK(wf_str_find(wf_str(err.msg), WF_S("store.db")) > 0);
	CHECK(wf_str_find(wf_str(err.hint), WF_S("damaged")) > 0);
	place_free(&place);
}
