/* SPDX-License-Identifier: MIT */
/* scene.c - opens what the commands look at, in the order in which one part needs the other. */
#include "cli/scene.h"

#include "runner/pick.h"

bool
scene_open(struct scene *scene, struct cmd *cmd, struct wf_error *err)
{
	*scene = (struct scene){ .cmd = cmd, .repo = repo_open(".", err) };
	return scene->repo && repo_facts(scene->repo, cmd->arena, &scene->facts, err);
}

void
scene_close(struct scene *scene)
{
	repo_close(scene->repo);
	scene->repo = NULL;
}

/* Picks the named workflows, each once, in the order of their paths. */
static bool
pick_named(struct scene *scene, const struct opt_list *words, struct wf_error *err)
{
	const struct load_files *all = &scene->files;
	struct wf_arena *arena = scene->cmd->arena;
	bool *named = wf_new_array(arena, all->n, bool);
	struct session_workflow *picked = wf_new_array(arena, all->n, struct session_workflow);
	size_t index;

	for (size_t i = 0; i < words->n; i++) {
		if (!pick_workflow(all->items, all->n, words->items[i], &index, err))
			return load_hint(&scene->load, all, words->items[i], err);
		named[index] = true;
	}
	scene->n = 0;
	scene->workflows = picked;
	for (size_t i = 0; i < all->n; i++)
		if (named[i])
			picked[scene->n++] = all->items[i];
	return true;
}

/* `wfrun lsit` is more likely a command than a workflow. */
static void
hint_command(const struct scene *scene, struct wf_error *err)
{
	const struct args *args = scene->cmd->args;
	struct wf_str *names, nearest;
	size_t n;

	if (!args->assumed || err->kind != WF_ERR_USAGE)
		return;
	names = cmd_names(scene->cmd->arena, &n);
	nearest = wf_nearest(wf_str(args->words.items[0]), names, n);
	if (nearest.n > 0)
		wf_hint(err, "did you mean 'wfrun %.*s'?", WF_ARG(nearest));
}

/* A commit that is asked for by name is taken as it is. */
static bool
is_committed(const struct args *args)
{
	return args->committed || args->sha;
}

bool
scene_load(struct scene *scene, struct wf_error *err)
{
	const struct args *args = scene->cmd->args;
	struct wf_diags found = { .arena = scene->cmd->arena };

	scene->load = (struct load){
		.arena = scene->cmd->arena,
		.repo = scene->repo,
		.facts = &scene->facts,
		.args = &scene->event_args,
		.worktree = args->workflows_from == SESSION_WORKFLOWS_WORKTREE,
		.chain_worktree = args->chain_from == SESSION_CHAIN_WORKTREE,
	};
	scene->event_args.committed = is_committed(args);
	load_files(&scene->load, scene->event.name.n > 0 ? &scene->event : NULL, &scene->files,
	    &found);
	scene->workflows = scene->files.items;
	scene->n = scene->files.n;
	if (args->words.n > 0 && !pick_named(scene, &args->words, err)) {
		hint_command(scene, err);
		return false;
	}
	for (size_t i = 0; i < scene->n; i++)
		load_report(&scene->workflows[i], &found, scene->cmd->diags);
	return true;
}

const struct load_files *
scene_followers(struct scene *scene)
{
	if (!scene->followers_read)
		load_followers(&scene->load, &scene->files, &scene->followers);
	scene->followers_read = true;
	return &scene->followers;
}

static void
list_events(struct wf_buf *out, const struct workflow *wf)
{
	for (size_t i = 0; i < wf->on->n; i++)
		wf_buf_addf(out, "%s%.*s", i > 0 ? ", " : "", WF_ARG(wf->on->events[i].name));
}

/* What a named workflow listens to is the best answer to "which event?". */
static bool
fail_eventless(struct scene *scene, struct wf_error *err)
{
	wf_auto(wf_buf_release) struct wf_buf events = WF_BUF_INIT;
	const char *word = scene->cmd->args->words.items[0];

	if (!scene->workflows && !scene_load(scene, err))
		return false;
	for (size_t i = 0; i < scene->n; i++) {
		if (!scene->workflows[i].wf)
			continue;
		list_events(&events, scene->workflows[i].wf);
		wf_fail(err, WF_ERR_USAGE, scene->workflows[i].wf->on->pos,
		    "no --event is given, and '%s' listens to %s", word, events.p);
		return wf_hint(err, "for example --event %.*s",
		    WF_ARG(scene->workflows[i].wf->on->events[0].name));
	}
	return wf_fail(err, WF_ERR_USAGE, WF_NOWHERE, "no --event is given for '%s'", word);
}

bool
scene_event(struct scene *scene, struct wf_error *err)
{
	return event_make(scene->cmd->arena, scene->repo, &scene->facts, &scene->event_args,
	    &scene->event, err);
}

/* Inputs that were asked for by name must not be passed over; the default file may. */
static bool
check_inputs(struct scene *scene, struct wf_error *err)
{
	const struct args *args = scene->cmd->args;

	if (args->inputs.n == 0 && args->input_files.n == 0)
		return true;
	if (!scene_event(scene, err))
		return false;
	if (wf_str_is(scene->event.name, "workflow_dispatch"))
		return true;
	wf_fail(err, WF_ERR_USAGE, WF_NOWHERE, "a %.*s event takes no inputs",
	    WF_ARG(scene->event.name));
	return wf_hint(err, "inputs go with --event dispatch");
}

static bool
read_selection(struct scene *scene, struct wf_error *err)
{
	const struct args *args = scene->cmd->args;
	const struct select_wish wish = {
		.jobs = args->only_jobs.items,
		.matrix = args->matrix.items,
		.steps = args->steps.items,
	};

	return select_read(scene->cmd->arena, &wish, &scene->select, err);
}

bool
scene_settings(struct scene *scene, struct wf_error *err)
{
	const struct args *args = scene->cmd->args;
	const char *root = repo_workdir(scene->repo);

	if (!config_read(scene->cmd->arena, args, root, &scene->config, err) ||
	    !read_selection(scene, err))
		return false;
	scene->event_args = (struct event_args){
		.spec = args->event,
		.payload_file = args->payload,
		.before = args->before,
		.sha = args->sha,
		.base = args->base,
		.ref = args->ref,
		.changed = args->changed.items,
		.actor = args->actor,
		.inputs = scene->config.inputs->n > 0 ? scene->config.inputs : NULL,
		.committed = is_committed(args),
	};
	scene->assumed = !args->event;
	if (!args->event && args->words.n > 0 && args->paths.n == 0)
		return fail_eventless(scene, err);
	return check_inputs(scene, err);
}

int
scene_status(const struct scene *scene)
{
	for (size_t i = 0; i < scene->n; i++)
		if (!scene->workflows[i].wf)
			return wf_error_status(WF_ERR_INVALID);
	return 0;
}

void
scene_print_event(const struct scene *scene, struct wf_buf *out)
{
	const struct event *event = &scene->event;
	struct wf_str elsewhere;

	wf_buf_addf(out, "event %.*s", WF_ARG(event->name));
	if (event->action.n > 0)
		wf_buf_addf(out, ":%.*s", WF_ARG(event->action));
	wf_buf_addf(out, ", ref %.*s, commit %.7s", WF_ARG(event->ref),
	    event->sha.n >= 7 ? event->sha.p : "unknown");
	if (event->has_changes)
		wf_buf_addf(out, ", %zu changed path%s", event->nchanges,
		    event->nchanges == 1 ? "" : "s");
	if (scene->assumed)
		wf_buf_adds(out, " (no --event is given: push is assumed)");
	wf_buf_addc(out, '\n');
	elsewhere = load_note(&scene->load, &scene->files, event);
	if (elsewhere.n > 0)
		wf_buf_addf(out, "note: %.*s\n", WF_ARG(elsewhere));
}

static struct expr_value
event_json(const struct scene *scene)
{
	const struct event *event = &scene->event;
	struct expr_object *out = expr_object_new(scene->cmd->arena);
	struct wf_str elsewhere = load_note(&scene->load, &scene->files, event);

	expr_object_set(out, WF_S("name"), expr_string(event->name));
	if (event->action.n > 0)
		expr_object_set(out, WF_S("action"), expr_string(event->action));
	expr_object_set(out, WF_S("ref"), expr_string(event->ref));
	expr_object_set(out, WF_S("sha"), expr_string(event->sha));
	expr_object_set(out, WF_S("assumed"), expr_bool(scene->assumed));
	if (event->has_changes)
		expr_object_set(out, WF_S("changed_paths"), expr_number((double)event->nchanges));
	if (elsewhere.n > 0)
		expr_object_set(out, WF_S("note"), expr_string(elsewhere));
	return expr_object_value(out);
}

void
scene_print_json(const struct scene *scene, struct expr_array *workflows)
{
	struct expr_object *all = expr_object_new(scene->cmd->arena);

	expr_object_set(all, WF_S("event"), event_json(scene));
	expr_object_set(all, WF_S("workflows"), expr_array_value(workflows));
	cmd_print_json(expr_object_value(all));
}
