/* SPDX-License-Identifier: MIT */
/* test_docker_run.c - the words of container actions: arguments, entrypoints, paths. */
#include "runner/docker_action.h"

#include "test.h"

static struct wf_str
joined(struct wf_arena *arena, const char *const *words)
{
	struct wf_str out = WF_S("");

	for (; *words; words++)
		out = wf_strf(arena, "%.*s<%s>", WF_ARG(out), *words);
	return out;
}

TEST(docker_args_are_taken_apart)
{
	static const struct {
		const char *text, *words;
	} cases[] = {
		{ "", "" },
		{ "  ", "" },
		{ "a b\tc", "<a><b><c>" },
		{ "-c \"echo a b\"", "<-c><echo a b>" },
		{ "a\"b c\"d", "<ab cd>" },
		{ "\"\" x", "<><x>" },
		{ "'a b'", "<'a><b'>" },
		{ "say \\\"hi\\\"", "<say><\"hi\">" },
		{ "\"two \\\"words\\\"\"", "<two \"words\">" },
		{ "c:\\dir \\\\\"x y\\\\\"", "<c:\\dir><\\x y\\>" },
		{ "\"a\"\"b\"", "<a\"b>" },
		{ "open \"to the end", "<open><to the end>" },
		{ "line\nline", "<line\nline>" },
	};
	struct wf_arena *arena = wf_arena_new();

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		CHECK_STR(joined(arena, docker_words(arena, wf_str(cases[i].text))),
		    cases[i].words);
	wf_arena_free(arena);
}

TEST(docker_entrypoint_hides_the_command)
{
	static const char *const none[] = { NULL }, *const entry[] = { "entry", "-e", NULL },
	                         *const command[] = { "cmd", NULL },
	                         *const args[] = { "a", "", NULL };
	const struct image_config config = { .entrypoint = entry, .command = command };
	static const struct {
		const char *entrypoint;
		const char *const *args;
		const char *words;
	} cases[] = {
		{ NULL, none, "<entry><-e><cmd>" },
		{ NULL, args, "<entry><-e><a><>" },
		{ "own", none, "<own>" },
		{ "own", args, "<own><a><>" },
	};
	struct wf_arena *arena = wf_arena_new();

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		const struct docker_run run = { .entrypoint = cases[i].entrypoint,
			.args = cases[i].args };

		CHECK_STR(joined(arena, docker_run_argv(arena, &run, &config)), cases[i].words);
	}
	wf_arena_free(arena);
}

TEST(docker_image_is_named_or_built)
{
	CHECK_STR(docker_image(WF_S("docker://alpine:3.8")), "alpine:3.8");
	CHECK_STR(docker_image(WF_S("Docker://x")), "x");
	CHECK_STR(docker_image(WF_S("Dockerfile")), "");
	CHECK_STR(docker_image(WF_S("docker://")), "");
}

TEST(docker_paths_go_both_ways)
{
	const struct docker_run run = { .mounts = {
		                            { "/w/repo", "/github/workspace", true },
		                            { "/w/_temp/files", "/github/file_commands", true },
		                            { "/w/_temp/flow", "/github/workflow", true },
		                            { "/w/_temp/home", "/github/home", true },
		                            { "/w/_temp", "/github/runner_temp", true },
		                        } };
	const struct box_guest guest = { .mounts = run.mounts, .nmounts = DOCKER_MOUNTS };
	struct wf_arena *arena = wf_arena_new();

	CHECK_STR(docker_path(arena, &run, WF_S("/w/repo/a.c")), "/github/workspace/a.c");
	CHECK_STR(docker_path(arena, &run, WF_S("/w/repo")), "/github/workspace");
	CHECK_STR(docker_path(arena, &run, WF_S("/w/repository")), "/w/repository");
	CHECK_STR(docker_path(arena, &run, WF_S("in /w/repo")), "in /w/repo");
	CHECK_STR(docker_path(arena, &run, WF_S("/w/_temp/files/x")), "/github/file_commands/x");
	CHECK_STR(docker_path(arena, &run, WF_S("/w/_temp/x")), "/github/runner_temp/x");
	CHECK_STR(docker_path_back(arena, &guest, WF_S("/github/workspace/a.c")), "/w/repo/a.c");
	CHECK_STR(docker_path_back(arena, &guest, WF_S("a.c")), "a.c");
	CHECK_STR(docker_path_back(arena, NULL, WF_S("/github/home")), "/github/home");
	wf_arena_free(arena);
}
