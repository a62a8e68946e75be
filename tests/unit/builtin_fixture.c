/* SPDX-License-Identifier: MIT */
/* builtin_fixture.c - mkdtemp, sh -e, rm -rf. */
#include "builtin_fixture.h"

#include "test.h"

#include "base/error.h"
#include "base/fs.h"

#include <stdio.h>
#include <stdlib.h>

static const char prelude[] =
    "export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null HOME=\"$PWD\" "
    "GIT_AUTHOR_NAME=Author GIT_AUTHOR_EMAIL=author@example.com "
    "GIT_COMMITTER_NAME=Committer GIT_COMMITTER_EMAIL=committer@example.com "
    "GIT_AUTHOR_DATE='1700000000 +0000' GIT_COMMITTER_DATE='1700000000 +0000'\n";

void
scratch_init(struct scratch *scratch)
{
	const char *tmp = getenv("TMPDIR");
	char *dir;

	scratch->arena = wf_arena_new();
	dir = wf_cstr(scratch->arena,
	    wf_strf(scratch->arena, "%s/wfrun-test-XXXXXX", tmp ? tmp : "/tmp"));
	CHECK(mkdtemp(dir) != NULL);
	scratch->dir = dir;
}

void
scratch_release(struct scratch *scratch)
{
	struct wf_error err;

	CHECK(wf_remove_tree(scratch->dir, &err));
	wf_arena_free(scratch->arena);
}

struct wf_str
scratch_run(struct scratch *scratch, const char *fmt, ...)
{
	struct wf_buf out = WF_BUF_INIT;
	struct wf_error err;
	struct wf_str body;
	const char *script;
	char chunk[4096];
	va_list ap;
	size_t got;
	FILE *pipe;

	va_start(ap, fmt);
	body = wf_vstrf(scratch->arena, fmt, ap);
	va_end(ap);
	script = wf_join(scratch->arena, scratch->dir, ".script");
	body = wf_strf(scratch->arena, "cd '%s'\n%s%.*s\n", scratch->dir, prelude, WF_ARG(body));
	CHECK(wf_write_file(script, body, 0644, &err));
	pipe = popen(wf_strf(scratch->arena, "exec sh -e '%s' 2>&1", script).p, "r");
	CHECK(pipe != NULL);
	while ((got = fread(chunk, 1, sizeof(chunk), pipe)) > 0)
		wf_buf_add(&out, (struct wf_str){ chunk, got });
	if (pclose(pipe) != 0)
		fail_msg("%.*s\n%.*s", WF_ARG(body), WF_ARG(wf_buf_str(&out)));
	return wf_str_dup(scratch->arena, wf_str_trim(wf_buf_take(&out, scratch->arena)));
}

const char *
scratch_path(struct scratch *scratch, const char *name)
{
	return wf_join(scratch->arena, scratch->dir, name);
}
