/* SPDX-License-Identifier: MIT */
/* env.c - layers of names and values, flattened for one process. */
#include "runner/env.h"

#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

/* Properties of the github context that become GITHUB_<NAME> (semantics.md 3.1, column E). */
static const char *const github_exports[] = {
	"action",
	"action_path",
	"action_ref",
	"action_repository",
	"actor",
	"actor_id",
	"api_url",
	"base_ref",
	"env",
	"event_name",
	"event_path",
	"graphql_url",
	"head_ref",
	"job",
	"output",
	"path",
	"ref",
	"ref_name",
	"ref_protected",
	"ref_type",
	"repository",
	"repository_id",
	"repository_owner",
	"repository_owner_id",
	"retention_days",
	"run_attempt",
	"run_id",
	"run_number",
	"server_url",
	"sha",
	"state",
	"step_summary",
	"triggering_actor",
	"workflow",
	"workflow_ref",
	"workflow_sha",
	"workspace",
};

/* Names of the user's own environment that a box does not hide: where tools are found. */
static const char *const kept_names[] = { "TZ", "LD_LIBRARY_PATH" };

#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

extern char **environ;

/* A sandbox has a sudo of its own: for root if the machine has none, for others in its place. */
static const char *
sandbox_path(struct wf_arena *arena)
{
	const char *path = getenv("PATH");
	bool is_root = geteuid() == 0;

	if (!path)
		path = DEFAULT_PATH;
	return wf_strf(arena, "PATH=%s:%s", is_root ? path : BOX_TOOLS, is_root ? BOX_TOOLS : path)
	    .p;
}

const char *const *
env_base(struct wf_arena *arena, enum box_kind kind, const struct box_layout *layout)
{
	const char **list = NULL;
	size_t n = 0, cap = 0;

	if (kind == BOX_HOST)
		return (const char *const *)environ;
	for (size_t i = 0; i < WF_COUNT(kept_names); i++) {
		const char *value = getenv(kept_names[i]);

		if (value)
			*wf_push(arena, list, n,
			    cap) = wf_strf(arena, "%s=%s", kept_names[i], value).p;
	}
	*wf_push(arena, list, n, cap) = sandbox_path(arena);
	*wf_push(arena, list, n, cap) = wf_strf(arena, "HOME=%s", layout->home).p;
	*wf_push(arena, list, n, cap) = "LANG=C.UTF-8";
	*wf_push(arena, list, n, cap) = "USER=runner";
	*wf_push(arena, list, n, cap) = "SHELL=/bin/bash";
	*wf_push(arena, list, n, cap) = "DEBIAN_FRONTEND=noninteractive";
	*wf_push(arena, list, n, cap) = NULL;
	return list;
}

void
env_set(struct env *env, struct wf_str name, struct wf_str value)
{
	expr_object_set(env->values, wf_str_dup(env->arena, name),
	    expr_string(wf_str_dup(env->arena, value)));
}

void
env_add_path(struct env *env, struct wf_str path)
{
	uintptr_t before;

	if (env->npaths == 0)
		wf_map_init(&env->path_places, env->arena, false);
	path = wf_str_dup(env->arena, path);
	before = (uintptr_t)wf_map_get(&env->path_places, path);
	if (before)
		env->paths[before - 1] = (struct wf_str){ NULL, 0 };
	*wf_push(env->arena, env->paths, env->npaths, env->paths_cap) = path;
	wf_map_set(&env->path_places, path, (void *)(uintptr_t)env->npaths);
}

void
env_merge(struct env *into, const struct env *from)
{
	for (size_t i = 0; i < from->values->n; i++)
		expr_object_set(into->values, from->values->pairs[i].key,
		    from->values->pairs[i].value);
	for (size_t i = 0; i < from->npaths; i++)
		if (from->paths[i].p)
			env_add_path(into, from->paths[i]);
}

static struct wf_str
base_value(const struct env *env, struct wf_str name)
{
	for (const char *const *p = env->base; *p; p++) {
		struct wf_str value = wf_str(*p);

		if (wf_str_eq(wf_str_cut(&value, '='), name))
			return value;
	}
	return (struct wf_str){ NULL, 0 };
}

struct wf_str
env_path(struct wf_arena *arena, const struct env *env, const struct expr_object *context)
{
	const struct expr_pair *own = context ? expr_object_find(context, WF_S("PATH")) : NULL;
	struct wf_str rest = own ? expr_to_string(arena, own->value)
	                         : base_value(env, WF_S("PATH"));
	wf_auto(wf_buf_release) struct wf_buf path = WF_BUF_INIT;

	if (!rest.n)
		rest = WF_S(DEFAULT_PATH);
	if (env->first_path.n) {
		wf_buf_add(&path, env->first_path);
		wf_buf_addc(&path, ':');
	}
	for (size_t i = env->npaths; i-- > 0;) {
		if (!env->paths[i].p)
			continue;
		wf_buf_add(&path, env->paths[i]);
		wf_buf_addc(&path, ':');
	}
	wf_buf_add(&path, rest);
	return wf_str_dup(arena, wf_buf_str(&path));
}

/* The environment while it is put together: names in order, each with its "NAME=value". */
struct build {
	struct wf_arena *arena;
	struct wf_map names;
};

static void
put(struct build *build, struct wf_str name, struct wf_str value)
{
	struct wf_str entry = wf_strf(build->arena, "%.*s=%.*s", WF_ARG(name), WF_ARG(value));

	wf_map_set(&build->names, wf_str_sub(entry, 0, name.n), (void *)entry.p);
}

static void
put_object(struct build *build, const char *prefix, const struct expr_object *object)
{
	for (size_t i = 0; object && i < object->n; i++) {
		struct wf_str name = wf_strf(build->arena, "%s%.*s", prefix,
		    WF_ARG(object->pairs[i].key));

		put(build, name, expr_to_string(build->arena, object->pairs[i].value));
	}
}

/* INPUT_<NAME>: upper case, spaces to underscores; hyphens and dots stay (7.3). */
static void
put_inputs(struct build *build, const struct expr_object *inputs)
{
	for (size_t i = 0; inputs && i < inputs->n; i++) {
		struct wf_str name = wf_str_upper(build->arena, inputs->pairs[i].key);
		char *p = (char *)name.p;

		for (size_t k = 0; k < name.n; k++)
			if (p[k] == ' ')
				p[k] = '_';
		put(build, wf_strf(build->arena, "INPUT_%.*s", WF_ARG(name)),
		    expr_to_string(build->arena, inputs->pairs[i].value));
	}
}

static void
put_github(struct build *build, const struct expr_object *github)
{
	for (size_t i = 0; i < WF_COUNT(github_exports); i++) {
		struct wf_str key = wf_str(github_exports[i]);
		const struct expr_pair *pair = expr_object_find(github, key);
		struct wf_str name;

		if (!pair || pair->value.kind == EXPR_NULL)
			continue;
		name = wf_strf(build->arena, "GITHUB_%.*s",
		    WF_ARG(wf_str_upper(build->arena, key)));
		put(build, name, expr_to_string(build->arena, pair->value));
	}
}

static void
put_runner(struct build *build, const struct expr_object *runner)
{
	for (size_t i = 0; i < runner->n; i++) {
		struct wf_str name = wf_strf(build->arena, "RUNNER_%.*s",
		    WF_ARG(wf_str_upper(build->arena, runner->pairs[i].key)));

		put(build, name, expr_to_string(build->arena, runner->pairs[i].value));
	}
}

const char *const *
env_process(struct wf_arena *arena, const struct env *env, const struct env_layers *layers)
{
	struct build build = { .arena = arena };
	const char **list;

	wf_map_init(&build.names, arena, false);
	for (const char *const *p = env->base; *p; p++) {
		struct wf_str value = wf_str(*p);
		struct wf_str name = wf_str_cut(&value, '=');

		wf_map_set(&build.names, name, (void *)*p);
	}
	put(&build, WF_S("CI"), WF_S("true"));
	put_object(&build, "", layers->context);
	put_inputs(&build, layers->inputs);
	put_object(&build, "STATE_", layers->state);
	put(&build, WF_S("GITHUB_ACTIONS"), WF_S("true"));
	put_github(&build, layers->github);
	put_runner(&build, layers->runner);
	put_object(&build, "", layers->service);
	put(&build, WF_S("PATH"), env_path(arena, env, layers->context));
	list = wf_new_array(arena, build.names.n + 1, const char *);
	for (size_t i = 0; i < build.names.n; i++)
		list[i] = build.names.items[i].value;
	return list;
}
