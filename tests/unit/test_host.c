/* SPDX-License-Identifier: MIT */
/* test_host.c - what only the box without walls does. */
#include "base/fs.h"
#include "box_fixture.h"
#include "test.h"

#include <string.h>
#include <unistd.h>

TEST(host_keeps_its_folders_below_its_state)
{
	struct box_fixture f;

	box_fixture_open(&f, BOX_HOST);
	CHECK_SH(&f, "pwd", 0, wf_strf(f.arena, "%s/work/hello/hello\n", f.state).p);
	CHECK(wf_is_dir(f.box->layout.home));
	CHECK(wf_is_dir(f.box->layout.actions));
	CHECK(wf_is_dir(f.box->layout.tool_cache));
	CHECK_STR(wf_str(f.box->layout.temp), f.temp);
	box_fixture_close(&f);
}

TEST(host_shows_mounts_as_links_below_its_state_only)
{
	struct box_mount mount = { "/usr/share", NULL, false };
	struct box_fixture f;

	box_fixture_make(&f, BOX_HOST, &mount, 1);
	mount.inside = wf_join(f.arena, f.box->layout.actions, "owner/repo");
	box_fixture_start(&f);
	CHECK_STR(wf_str(f.error.msg), "");
	CHECK(wf_is_dir(wf_join(f.arena, mount.inside, "doc")));
	box_fixture_close(&f);

	mount.inside = "/opt/wfrun-test";
	box_fixture_make(&f, BOX_HOST, &mount, 1);
	box_fixture_start(&f);
	CHECK_INT(f.error.kind, WF_ERR_MISSING);
	CHECK(strstr(f.error.msg, "cannot show /usr/share at /opt/wfrun-test") != NULL);
	CHECK(!wf_exists("/opt/wfrun-test"));
	box_fixture_close(&f);
}

TEST(host_overlay_refuses_places_outside_of_its_work_folder)
{
	struct box_fixture f;
	const char *layers[2] = { NULL };
	const char *place;

	box_fixture_open(&f, BOX_HOST);
	layers[0] = f.worktree;
	place = wf_join(f.arena, f.dir, "elsewhere");
	CHECK(!box_lay(&f, layers, place));
	CHECK(!wf_exists(place));
	place = wf_strf(f.arena, "%s/../../elsewhere", f.box->layout.work).p;
	CHECK(!box_lay(&f, layers, place));
	CHECK(!wf_exists(wf_join(f.arena, f.dir, "elsewhere")));
	box_fixture_close(&f);
}

/* The state of a run may lie in the work tree that is copied. */
TEST(host_overlay_does_not_copy_its_own_state)
{
	struct box_fixture f;
	const char *layers[2] = { NULL };

	box_fixture_open(&f, BOX_HOST);
	f.box->spec.worktree = f.dir;
	layers[0] = f.dir;
	CHECK(box_lay(&f, layers, f.box->layout.workspace));
	CHECK_SH(&f, "ls", 0, "tree\n");
	box_fixture_close(&f);
}
