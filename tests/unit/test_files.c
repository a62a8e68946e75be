/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "base/fs.h"
#include "runner/files.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

struct place {
	struct wf_arena *arena;
	char *path;
	int fd;
	struct expr_object *github;
	struct files files;
};

static struct place
make_place(void)
{
	struct place place = { .arena = wf_arena_new() };
	struct files_place where;

	place.path = wf_cstr(place.arena, WF_S("/tmp/wfrun-test-files.XXXXXX"));
	assert_non_null(mkdtemp(place.path));
	place.fd = open(place.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	place.github = expr_object_new(place.arena);
	where = (struct files_place){ place.arena, place.fd, "/in/_temp" };
	CHECK(files_create(&place.files, &where, 7, place.github, NULL));
	return place;
}

static void
end_place(struct place *place)
{
	files_remove(&place->files);
	CHECK_INT(rmdir(place->path), 0); /* nothing was left in it */
	close(place->fd);
	wf_arena_free(place->arena);
}

static char *
output_path(struct place *place)
{
	return wf_join(place->arena, place->path, place->files.names[FILES_OUTPUT].p);
}

TEST(files_are_named_in_the_github_context)
{
	struct place place = make_place();

	CHECK_STR(expr_object_get(place.github, WF_S("output")).string,
	    "/in/_temp/_runner_file_commands/set_output_7");
	CHECK_STR(expr_object_get(place.github, WF_S("step_summary")).string,
	    "/in/_temp/_runner_file_commands/step_summary_7");
	end_place(&place);
}

TEST(files_give_what_was_written)
{
	struct place place = make_place();
	struct wf_str text;
	size_t size;

	CHECK(wf_write_file(output_path(&place), WF_S("a=b\n"), 0644, NULL));
	CHECK(files_read(&place.files, place.arena, FILES_OUTPUT, 100, &text, &size));
	CHECK_STR(text, "a=b\n");
	CHECK(files_read(&place.files, place.arena, FILES_ENV, 100, &text, &size));
	CHECK_STR(text, "");
	CHECK(!files_read(&place.files, place.arena, FILES_OUTPUT, 3, &text, &size));
	CHECK_INT(size, 4);
	end_place(&place);
}

TEST(files_follow_no_link_and_wait_for_no_fifo)
{
	struct place place = make_place();
	char *secret = wf_join(place.arena, place.path, "secret");
	struct wf_str text;
	size_t size;

	CHECK(wf_write_file(secret, WF_S("a=b\n"), 0644, NULL));
	CHECK_INT(unlink(output_path(&place)), 0);
	CHECK_INT(symlink(secret, output_path(&place)), 0);
	CHECK(files_read(&place.files, place.arena, FILES_OUTPUT, 100, &text, &size));
	CHECK_STR(text, "");
	CHECK_INT(unlink(output_path(&place)), 0);
	CHECK_INT(mkfifo(output_path(&place), 0600), 0);
	CHECK(files_read(&place.files, place.arena, FILES_OUTPUT, 100, &text, &size));
	CHECK_STR(text, "");
	CHECK_INT(unlink(secret), 0);
	end_place(&place);
}
