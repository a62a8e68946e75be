/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "base/fs.h"
#include "runner/store/credential.h"
#include "runner/store/source.h"

#include <stdlib.h>

TEST(source_without_any_is_github)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	const char *const *list;
	size_t n;

	unsetenv(SOURCE_VARIABLE);
	list = source_list(arena, NULL, &n, NULL);
	CHECK_INT(n, 1);
	CHECK_STR(wf_str(source_url(arena, list[0], WF_S("actions"), WF_S("cache"))),
	    "https://github.com/actions/cache");
}

TEST(source_options_go_before_the_environment)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	const char *const given[] = { "ssh://git@host/{repo}.git", "mirror/{owner}/{repo}", NULL };
	const char *const *list;
	size_t n;

	setenv(SOURCE_VARIABLE, " https://a/{repo}  git@b:{owner}/{repo} ", 1);
	list = source_list(arena, NULL, &n, NULL);
	CHECK_INT(n, 2);
	CHECK_STR(wf_str(list[1]), "git@b:{owner}/{repo}");
	list = source_list(arena, given, &n, NULL);
	CHECK_INT(n, 2);
	CHECK_STR(wf_str(list[0]), given[0]);
	CHECK_STR(wf_str(list[1]), wf_join(arena, wf_cwd(arena), given[1]));
	unsetenv(SOURCE_VARIABLE);
}

TEST(source_template_must_say_which_repository)
{
	static const char *const bad[] = { "https://a/{owner}", "", "https://a/{repo}/{ref}",
		"{repo", "https://a/{}/{repo}" };

	for (size_t i = 0; i < WF_COUNT(bad); i++) {
		wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
		const char *const given[] = { bad[i], NULL };
		struct wf_error err;
		size_t n;

		CHECK(!source_list(arena, given, &n, &err));
		CHECK_INT(err.kind, WF_ERR_USAGE);
	}
}

TEST(source_shown_has_no_password)
{
	static const struct {
		const char *url, *shown;
	} rows[] = {
		{ "https://me:secret@host/a/b", "https://host/a/b" },
		{ "https://me@host", "https://host" },
		{ "https://host/a@b/c", "https://host/a@b/c" },
		{ "https://a:b@c@host/x", "https://host/x" },
		{ "git@host:a/b", "git@host:a/b" },
		{ "/mirror/a@b", "/mirror/a@b" },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();

		CHECK_STR(source_shown(arena, rows[i].url), rows[i].shown);
	}
}

TEST(credential_of_a_url_is_what_helpers_are_asked_by)
{
	struct credential credential;

	CHECK(credential_url(WF_S("https://me@host:8443/a/b.git"), &credential));
	CHECK_STR(credential.protocol, "https");
	CHECK_STR(credential.host, "host:8443");
	CHECK_STR(credential.path, "a/b.git");
	CHECK(!credential_url(WF_S("ssh://git@host/a"), &credential));
	CHECK(!credential_url(WF_S("/mirror/a"), &credential));
	CHECK(!credential_url(WF_S("https://"), &credential));
}
