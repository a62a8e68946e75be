/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "runner/env.h"

static const char *const machine[] = { "PATH=/bin:/usr/bin", "CI=no", "KEPT=machine", NULL };

static struct env
make_env(struct wf_arena *arena)
{
	struct env env = { .arena = arena, .base = machine };

	env.values = expr_object_new(arena);
	env.values->exact = true;
	return env;
}

static void
set(struct expr_object *object, const char *name, const char *value)
{
	expr_object_set(object, wf_str(name), expr_cstring(value));
}

static const char *
value_of(const char *const *list, const char *name)
{
	size_t n = strlen(name);

	for (; *list; list++)
		if (strncmp(*list, name, n) == 0 && (*list)[n] == '=')
			return *list + n + 1;
	return "(none)";
}

static void
check_value(const char *const *list, const char *name, const char *want)
{
	CHECK_STR(wf_str(value_of(list, name)), want);
}

TEST(env_layers_lie_in_githubs_order)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct env env = make_env(arena);
	struct expr_object *inputs = expr_object_new(arena), *github = expr_object_new(arena);
	struct expr_object *runner = expr_object_new(arena), *state = expr_object_new(arena);
	const struct env_layers layers = { env.values, inputs, state, github, runner };
	const char *const *list;

	set(env.values, "KEPT", "job");
	set(env.values, "kept", "another name");
	set(env.values, "GITHUB_SHA", "forged");
	set(env.values, "RUNNER_OS", "forged");
	set(inputs, "node-version and more", "20");
	set(state, "pid", "7");
	set(github, "sha", "abc");
	set(github, "token", "secret");
	expr_object_set(github, WF_S("event"), expr_object_value(expr_object_new(arena)));
	expr_object_set(github, WF_S("ref_protected"), expr_bool(false));
	set(runner, "os", "Linux");
	list = env_process(arena, &env, &layers);
	check_value(list, "KEPT", "job");
	check_value(list, "kept", "another name");
	check_value(list, "CI", "true");
	check_value(list, "GITHUB_SHA", "abc");
	check_value(list, "RUNNER_OS", "Linux");
	check_value(list, "GITHUB_REF_PROTECTED", "false");
	check_value(list, "INPUT_NODE-VERSION_AND_MORE", "20");
	check_value(list, "STATE_pid", "7");
	check_value(list, "GITHUB_TOKEN", "(none)");
	check_value(list, "GITHUB_EVENT", "(none)");
}

TEST(env_ci_may_be_overridden)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct env env = make_env(arena);
	struct expr_object *none = expr_object_new(arena);
	const struct env_layers layers = { .context = env.values, .github = none, .runner = none };

	set(env.values, "CI", "mine");
	check_value(env_process(arena, &env, &layers), "CI", "mine");
}

TEST(env_path_has_the_newest_folder_first)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct env env = make_env(arena);

	CHECK_STR(env_path(arena, &env, env.values), "/bin:/usr/bin");
	env_add_path(&env, WF_S("/a"));
	env_add_path(&env, WF_S("/b"));
	env_add_path(&env, WF_S("/a"));
	CHECK_STR(env_path(arena, &env, env.values), "/a:/b:/bin:/usr/bin");
	env.first_path = WF_S("/stubs");
	set(env.values, "PATH", "/own");
	CHECK_STR(env_path(arena, &env, env.values), "/stubs:/a:/b:/own");
}

TEST(env_merge_makes_changes_as_if_they_came_now)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct env env = make_env(arena), changes = make_env(arena);

	env_set(&env, WF_S("A"), WF_S("before"));
	env_set(&env, WF_S("B"), WF_S("kept"));
	env_add_path(&env, WF_S("/one"));
	env_add_path(&env, WF_S("/two"));
	env_set(&changes, WF_S("A"), WF_S("after"));
	env_add_path(&changes, WF_S("/one"));
	env_add_path(&changes, WF_S("/three"));
	env_add_path(&changes, WF_S("/one"));
	for (int times = 0; times < 2; times++) {
		env_merge(&env, &changes);
		CHECK_STR(expr_object_get(env.values, WF_S("A")).string, "after");
		CHECK_STR(expr_object_get(env.values, WF_S("B")).string, "kept");
		CHECK_STR(env_path(arena, &env, env.values), "/one:/three:/two:/bin:/usr/bin");
	}
}
