/* SPDX-License-Identifier: MIT */
/* test_sandbox.c - real sandboxes: what a job can do in one, and what must not happen. */
#include "base/fs.h"
#include "box_fixture.h"
#include "test.h"

TEST(sandbox_runs_a_script)
{
	struct box_fixture f;

	box_fixture_open(&f, BOX_SANDBOX);
	CHECK_SH(&f, "echo hello; exit 3", 3, "hello\n");
	box_fixture_close(&f);
}
