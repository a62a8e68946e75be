/* SPDX-License-Identifier: MIT */
/* scratch.h - a git repository in a temporary folder, made by git itself, for the tests that
 * include it. Names and times are fixed, so that commits have the same sha in every run. */
#pragma once

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fs.h"
#include "event/repo.h"
#include "test.h"

struct scratch {
	struct wf_arena *arena;
	char dir[64]; /* holds the repository "r" and whatever else a test makes */
	struct repo *repo; /* opened by scratch_open() */
	struct repo_facts facts;
};

/* Runs a shell script in the folder; it must succeed. */
__attribute__((unused)) static void
scratch_run(const struct scratch *s, const char *script)
{
	static const char head[] =
	    "export HOME=. GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null"
	    " GIT_AUTHOR_NAME=Ann GIT_AUTHOR_EMAIL=ann@example.com"
	    " GIT_COMMITTER_NAME=Ann GIT_COMMITTER_EMAIL=ann@example.com"
	    " GIT_AUTHOR_DATE='1700000000 +0100' GIT_COMMITTER_DATE='1700000000 +0100'"
	    " GIT_CEILING_DIRECTORIES=/tmp;"
	    " git() { command git -c advice.detachedHead=false -c protocol.file.allow=always"
	    " -c init.defaultBranch=main \"$@\"; }; set -e;";
	char *command;
	int status;

	if (asprintf(&command, "cd '%s' && { %s %s\n} >out 2>&1", s->dir, head, script) < 0)
		abort();
	status = system(command);
	if (status != 0)
		print_error("this script failed, see %s/out: %s\n", s->dir, script);
	free(command);
	CHECK_INT(status, 0);
}

__attribute__((unused)) static struct scratch
scratch_new(const char *script)
{
	struct scratch s = { .arena = wf_arena_new(), .dir = "/tmp/wfrun-git-XXXXXX" };

	CHECK(mkdtemp(s.dir) != NULL);
	scratch_run(&s, script);
	return s;
}

/* Opens the folder `name` of it. */
__attribute__((unused)) static void
scratch_open(struct scratch *s, const char *name)
{
	struct wf_error err = { 0 };

	repo_close(s->repo);
	s->repo = repo_open(wf_join(s->arena, s->dir, name), &err);
	if (!s->repo || !repo_facts(s->repo, s->arena, &s->facts, &err))
		print_error("%s\n", err.msg);
	CHECK(s->repo != NULL);
}

__attribute__((unused)) static void
scratch_close(struct scratch *s)
{
	repo_close(s->repo);
	wf_remove_tree(s->dir, NULL);
	wf_arena_free(s->arena);
}

/* Whether a list of changes is this text: "A a.txt, M b.txt". */
__attribute__((unused)) static struct wf_str
scratch_changes(struct scratch *s, const struct repo_change *changes, size_t n)
{
	static const char letters[] = { [REPO_ADDED] = 'A',
		[REPO_MODIFIED] = 'M',
		[REPO_DELETED] = 'D',
		[REPO_RENAMED] = 'R' };
	wf_auto(wf_buf_release) struct wf_buf out = WF_BUF_INIT;

	for (size_t i = 0; i < n; i++)
		wf_buf_addf(&out, "%s%c %.*s", i > 0 ? ", " : "", letters[changes[i].status],
		    WF_ARG(changes[i].path));
	return wf_str_dup(s->arena, wf_buf_str(&out));
}

/* The first commit has a.txt and src/b.py on main. */
#define SCRATCH_FIRST                                                                              \
	"git init -q r; cd r; mkdir src; echo a >a.txt; echo b >src/b.py; printf "                 \
	"'*.log\\n/out/\\n' "                                                                      \
	">.gitignore; git add .; git commit -qm first;"
