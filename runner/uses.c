/* SPDX-License-Identifier: MIT */
/* uses.c - what answers for a `uses:`, and how it is started: a built-in in this process, a node
 * action as a process, a composite action as a list of steps inside the step. */
#include "runner/uses.h"

#include "base/fs.h"
#include "model/condition.h"
#include "runner/harvest.h"
#include "runner/job.h"
#include "runner/offer.h"
#include "runner/scope.h"
#include "runner/self.h"
#include "runner/session_state.h"
#include "runner/step.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#define MANIFEST_LARGEST ((size_t)1 << 20)
#define DEPTH_LARGEST 9 /* of nested composite actions */

static const char *const manifest_names[] = { "action.yml", "action.yaml" };

/* ---- who answers ---- */

const char *
uses_stubs_inside(const struct session *session)
{
	if (!session->stubs)
		return NULL;
	return session->options->box == BOX_HOST ? session->stubs : STUBS_INSIDE;
}

/* The name of an entry of the folder as it is spelled there; GitHub ignores case. NULL: none. */
static const char *
entry_spelled(struct wf_arena *arena, const char *folder, struct wf_str name)
{
	char **names;
	size_t n;

	if (wf_is_dir(wf_join(arena, folder, wf_cstr(arena, name))))
		return wf_cstr(arena, name);
	if (!wf_list_dir(arena, folder, &names, &n, NULL))
		return NULL;
	for (size_t i = 0; i < n; i++)
		if (wf_str_ieq(wf_str(names[i]), name))
			return names[i];
	return NULL;
}

static bool
find_stub(struct session *session, struct wf_arena *arena, struct uses_place *out)
{
	const struct uses_ref *ref = &out->ref;
	const char *actions, *owner, *repo, *below, *host;

	if (!session->stubs)
		return false;
	actions = wf_join(arena, session->stubs, "actions");
	owner = entry_spelled(arena, actions, ref->owner);
	repo = owner ? entry_spelled(arena, wf_join(arena, actions, owner), ref->repo) : NULL;
	if (!repo)
		return false;
	below = wf_strf(arena, "actions/%s/%s%s%.*s", owner, repo, ref->path.n ? "/" : "",
	    WF_ARG(ref->path))
	            .p;
	host = wf_join(arena, session->stubs, below);
	if (!wf_is_dir(host))
		return false;
	out->kind = USES_PLACE_STUB;
	out->below = below;
	out->host = host;
	return true;
}

static bool
find_remote(struct session *session, struct wf_arena *arena, struct wf_pos pos,
    struct uses_place *out, struct wf_error *err)
{
	const struct uses_ref *ref = &out->ref;

	if (find_stub(session, arena, out))
		return true;
	out->builtin = builtin_find(ref->owner, ref->repo, ref->path);
	if (out->builtin) {
		out->kind = USES_PLACE_BUILTIN;
		return true;
	}
	wf_fail(err, WF_ERR_MISSING, pos,
	    "action '%.*s/%.*s' is not here: it is neither built in, "
	    "nor a stub, nor part of this repository",
	    WF_ARG(ref->owner), WF_ARG(ref->repo));
	return wf_hint(err,
	    "answer for it with --stubs DIR, by a folder DIR/actions/%.*s/%.*s%s%.*s "
	    "that holds an action.yml",
	    WF_ARG(ref->owner), WF_ARG(ref->repo), ref->path.n ? "/" : "", WF_ARG(ref->path));
}

bool
uses_find(struct session *session, struct wf_arena *arena, struct wf_str uses, struct wf_pos pos,
    struct uses_place *out, struct wf_error *err)
{
	*out = (struct uses_place){ .host = NULL };
	if (!uses_parse(uses, pos, &out->ref, err))
		return false;
	switch (out->ref.kind) {
	case USES_REPO: return find_remote(session, arena, pos, out, err);
	case USES_LOCAL:
	case USES_SELF:
		out->kind = out->ref.kind == USES_SELF ? USES_PLACE_SELF : USES_PLACE_WORKSPACE;
		out->below = wf_cstr(arena, out->ref.path);
		out->host = wf_join(arena, repo_workdir(session->repo), out->below);
		return true;
	case USES_DOCKER:
		wf_fail(err, WF_ERR_MISSING, pos,
		    "container actions (docker://%.*s) do not run yet", WF_ARG(out->ref.image));
		return wf_hint(err,
		    "leave the step out with an `if:`, or replace it by a stub action");
	}
	abort();
}

static bool
parse_manifest(struct wf_arena *arena, const char *file, struct wf_str text, struct action **out,
    struct wf_error *err)
{
	struct wf_diags diags = { .arena = arena };

	*out = action_read(arena, file, text, &diags);
	return *out ? true : wf_diags_first(&diags, err);
}

bool
uses_read_host(struct wf_arena *arena, const char *folder, struct action **out,
    struct wf_error *err)
{
	*out = NULL;
	for (size_t i = 0; i < WF_COUNT(manifest_names); i++) {
		const char *path = wf_join(arena, folder, manifest_names[i]);
		struct wf_str text;

		if (!wf_exists(path))
			continue;
		return wf_read_file(arena, path, MANIFEST_LARGEST, &text, err) &&
		       parse_manifest(arena, wf_shown_path(arena, path), text, out, err);
	}
	return true;
}

/* An action of this repository as a commit has it. */
static bool
read_commit(struct session *session, struct wf_arena *arena, const struct uses_place *place,
    const char *rev, struct action **out, struct wf_error *err)
{
	*out = NULL;
	for (size_t i = 0; i < WF_COUNT(manifest_names); i++) {
		const char *path = place->below[0] ? wf_join(arena, place->below, manifest_names[i])
		                                   : manifest_names[i];
		struct wf_str text;

		if (repo_blob(session->repo, arena, rev, path, &text))
			return parse_manifest(arena, wf_strf(arena, "%s:%s", rev, path).p, text,
			    out, err);
	}
	return true;
}

bool
uses_read(struct session *session, struct wf_arena *arena, const struct uses_place *place,
    const char *rev, struct action **out, struct wf_error *err)
{
	if (rev && (place->kind == USES_PLACE_WORKSPACE || place->kind == USES_PLACE_SELF))
		return read_commit(session, arena, place, rev, out, err);
	return uses_read_host(arena, place->host, out, err);
}

/* As the job sees it: a checkout may have put the action there a moment ago. */
static bool
read_inside(struct step *step, const char *folder, struct action **out, struct wf_error *err)
{
	for (size_t i = 0; i < WF_COUNT(manifest_names); i++) {
		struct wf_arena *arena = step->job->arena; /* a post outlives its step */
		const char *path = wf_join(arena, folder, manifest_names[i]);
		wf_auto(wf_close_fd) int fd = box_open(step->job->box, path, O_RDONLY, NULL);
		struct wf_str text;

		if (fd < 0)
			continue;
		return wf_read_fd(arena, fd, path, MANIFEST_LARGEST, &text, err) &&
		       parse_manifest(arena, path, text, out, err);
	}
	return wf_fail(err, WF_ERR_MISSING, step->def->uses_pos,
	    "Can't find 'action.yml', 'action.yaml' or 'Dockerfile' under '%s'. Did you forget to "
	    "run actions/checkout before running your local action?",
	    folder);
}

/* ---- inputs ---- */

static bool
evaluate_with(struct step *step, struct expr_object **out, struct wf_error *err)
{
	return scope_env_map(step->arena, step->def->with, &step->scope, out, err);
}

/* 7.3: what the action does not declare is passed on, with a warning that lists what it does. */
static void
warn_unexpected(struct step *step, const struct expr_object *with)
{
	wf_auto(wf_buf_release) struct wf_buf strange = WF_BUF_INIT, known = WF_BUF_INIT;

	for (size_t i = 0; i < with->n; i++)
		if (!expr_object_find(step->inputs, with->pairs[i].key))
			wf_buf_addf(&strange, "%s'%.*s'", strange.n ? ", " : "",
			    WF_ARG(with->pairs[i].key));
	if (!strange.n)
		return;
	for (size_t i = 0; i < step->inputs->n; i++)
		wf_buf_addf(&known, "%s'%.*s'", known.n ? ", " : "",
		    WF_ARG(step->inputs->pairs[i].key));
	step_annotate(step, "warning",
	    wf_strf(step->arena, "Unexpected input(s) %.*s, valid inputs are [%.*s]",
	        WF_ARG(wf_buf_str(&strange)), WF_ARG(wf_buf_str(&known))),
	    STEP_NOWHERE);
}

static void
overlay_inputs(struct step *step, const struct expr_object *with)
{
	warn_unexpected(step, with);
	for (size_t i = 0; i < with->n; i++)
		expr_object_set(step->inputs, with->pairs[i].key, with->pairs[i].value);
}

static bool
action_inputs(struct step *step, struct wf_error *err)
{
	const struct action *action = step->action;
	struct expr_object *with;

	if (!evaluate_with(step, &with, err))
		return false;
	step->inputs = expr_object_new(step->arena);
	for (size_t i = 0; i < action->ninputs; i++) {
		const struct action_input *input = &action->inputs[i];
		bool given = expr_object_find(with, input->id) != NULL;
		struct wf_str value = { NULL, 0 };

		if (!given &&
		    !expr_token_string(step->arena, input->fallback, &step->scope, &value, err))
			return false;
		if (given && input->deprecation.n)
			step_annotate(step, "warning",
			    wf_strf(step->arena,
			        "Input '%.*s' has been deprecated with message: %.*s",
			        WF_ARG(input->id), WF_ARG(input->deprecation)),
			    STEP_NOWHERE);
		expr_object_set(step->inputs, input->id, expr_string(value));
	}
	overlay_inputs(step, with);
	return true;
}

/* ---- composite ---- */

static bool
collect_output(struct step *step, const struct action_output *output, struct wf_error *err)
{
	struct wf_str value;

	if (!expr_token_string(step->arena, output->value, &step->inner.scope, &value, err))
		return false;
	step_output(step, output->id, value);
	return true;
}

static void
on_inner_done(struct steps *steps)
{
	struct step *step = steps->outer;
	enum plan_result result = steps->status;
	struct wf_error err;

	/* 7.4: outputs are evaluated even after a failure */
	expr_object_set(steps->contexts, WF_S("env"), expr_object_value(step->env));
	for (size_t i = 0; i < step->action->noutputs; i++)
		if (!collect_output(step, &step->action->outputs[i], &err)) {
			step_fail(step, &err);
			return;
		}
	expr_object_set(step->contexts, WF_S("env"), expr_object_value(step->env));
	step_settle(step, result);
}

static bool
start_composite(struct step *step, struct wf_error *err)
{
	if (step->list->depth >= DEPTH_LARGEST)
		return wf_fail(err, WF_ERR_INVALID, step->def->uses_pos,
		    "Composite action depth exceeded max depth %d", DEPTH_LARGEST);
	steps_init(&step->inner, step->job, step, scope_composite(step));
	step->inner.defs = step->action->steps;
	step->inner.n = step->action->nsteps;
	step->inner.on_done = on_inner_done;
	steps_advance(&step->inner);
	return true;
}

/* ---- node ---- */

/* Runs one stage of a node action. */
static bool
start_stage(struct step *step, const struct expr_object *inputs)
{
	struct stage *stage = step->stage;
	const char **argv = wf_new_array(step->arena, 3, const char *);
	struct expr_object *github = step_github(step);

	stage_register_post(step->job, stage);
	argv[0] = "node";
	argv[1] = wf_join(step->arena, stage->path.p,
	    wf_cstr(step->arena, stage_file(stage, step->kind)));
	expr_object_set(github, WF_S("action_path"), expr_string(stage->path));
	step_exec(step, argv, step->job->box->layout.workspace, inputs);
	return true;
}

static bool
start_node(struct step *step, struct wf_error *err)
{
	struct wf_arena *arena = step->job->arena;
	struct stage *stage = stage_of(step->job, step->def);

	(void)err;
	stage->action = step->action;
	stage->path = wf_str_dup(arena, step->action_path);
	stage->inputs = expr_copy(arena, expr_object_value(step->inputs)).object;
	step->stage = stage;
	return start_stage(step, step->inputs);
}

static bool start_builtin_post(struct step *step);

/* The pre has inputs of its own, evaluated now; the post has those of its main. */
static bool
start_pre_or_post(struct step *step, struct wf_error *err)
{
	struct stage *stage = step->stage;

	if (stage->builtin)
		return start_builtin_post(step);
	step->action = stage->action;
	if (step->kind == STAGE_PRE) {
		if (!action_inputs(step, err))
			return false;
		stage->inputs = expr_copy(step->job->arena, expr_object_value(step->inputs)).object;
	}
	return start_stage(step, stage->inputs);
}

static bool
start_docker(struct step *step, struct wf_error *err)
{
	return wf_fail(err, WF_ERR_MISSING, step->def->uses_pos,
	    "'%.*s' is a container action, and those do not run yet", WF_ARG(step->def->uses));
}

static bool (*const starters[])(struct step *step, struct wf_error *err) = {
	[ACTION_NODE] = start_node,
	[ACTION_DOCKER] = start_docker,
	[ACTION_COMPOSITE] = start_composite,
};

const char *
uses_folder(struct job *job, const struct uses_place *place)
{
	struct session *session = job->call->run->session;
	const char *root = job->box->layout.workspace;

	if (place->kind == USES_PLACE_STUB)
		root = uses_stubs_inside(session);
	else if (place->kind == USES_PLACE_SELF && session->options->box != BOX_HOST)
		root = SELF_INSIDE;
	else if (place->kind == USES_PLACE_SELF)
		root = self_folder(job->call->run, NULL);
	return place->below[0] ? wf_join(job->arena, root, place->below) : root;
}

static void
warn_local_pre(struct step *step)
{
	step_annotate(step, "warning",
	    wf_strf(step->arena, "`pre` execution is not supported for local action from '%.*s'",
	        WF_ARG(step->def->uses)),
	    STEP_NOWHERE);
}

static bool
start_action(struct step *step, const struct uses_place *place, struct wf_error *err)
{
	const char *folder = uses_folder(step->job, place);
	struct action *action = NULL;

	step->action_path = wf_str(folder);
	if (place->kind == USES_PLACE_WORKSPACE) {
		if (!read_inside(step, folder, &action, err))
			return false;
	} else if (!uses_read(step->job->call->run->session, step->job->arena, place,
	               step->job->call->run->files->rev, &action, err)) {
		return false;
	}
	if (!action)
		return wf_fail(err, WF_ERR_MISSING, step->def->uses_pos,
		    "Can't find 'action.yml', 'action.yaml' or 'Dockerfile' under '%s'.", folder);
	if (place->kind == USES_PLACE_WORKSPACE && action->pre.n)
		warn_local_pre(step);
	step->action = action;
	return action_inputs(step, err) && starters[action->kind](step, err);
}

/* ---- built in ---- */

static void
on_print(struct builtin_call *call, struct wf_str text)
{
	struct step *step = call->data;

	wf_lines_feed(&step->lines[0], text);
}

static void
on_output(struct builtin_call *call, struct wf_str name, struct wf_str value)
{
	step_output(call->data, name, value);
}

static void
on_setenv(struct builtin_call *call, struct wf_str name, struct wf_str value)
{
	struct step *step = call->data;

	env_set(step->changes, name, value);
}

static void
on_addpath(struct builtin_call *call, struct wf_str path)
{
	struct step *step = call->data;

	env_add_path(step->changes, path);
}

static bool
on_stores(struct builtin_call *call, struct builtin_stores *out, struct wf_error *err)
{
	struct step *step = call->data;

	return offer_stores(step->job, out, err);
}

static void
on_uploaded(struct builtin_call *call, const struct artifact *artifact, const char *path)
{
	struct step *step = call->data;
	const struct harvest_artifact facts = {
		.id = artifact->id,
		.run_id = artifact->run_id,
		.size = artifact->size,
		.name = artifact->name,
		.path = wf_str(path),
		.is_zip = wf_str_is(artifact->type, "application/zip"),
	};

	harvest_add(step->job->call->run->session, &facts);
}

static void
on_builtin_done(struct builtin_call *call, bool success)
{
	struct step *step = call->data;

	wf_lines_finish(&step->lines[0]);
	step_settle(step, success ? PLAN_SUCCESS : PLAN_FAILURE);
}

static bool
builtin_inputs(struct step *step, const struct builtin *builtin, struct wf_error *err)
{
	struct expr_object *with;

	if (!evaluate_with(step, &with, err))
		return false;
	step->inputs = expr_object_new(step->arena);
	for (size_t i = 0; builtin->inputs[i]; i++)
		expr_object_set(step->inputs, wf_str(builtin->inputs[i]),
		    expr_string(wf_str(builtin->defaults[i])));
	overlay_inputs(step, with);
	for (size_t i = 0; i < step->inputs->n; i++) {
		struct expr_value *value = &step->inputs->pairs[i].value;

		*value = expr_string(wf_str_trim(expr_to_string(step->arena, *value)));
	}
	return true;
}

/* What objects are borrowed from may be told relative to their place: then they must be seen there,
 * which is what NULL stands for. */
static const char *
objects_inside(const struct step *step)
{
	const struct session *session = step->job->call->run->session;
	const char **borrowed;
	size_t n;

	repo_alternates(session->repo, step->arena, &borrowed, &n);
	return n > 0 || session->options->box == BOX_HOST ? NULL : OBJECTS_INSIDE;
}

/* What the step and its stage give a built-in. */
static void
prepare_builtin(struct step *step, const struct builtin *builtin)
{
	struct session *session = step->job->call->run->session;
	struct job *job = step->job;

	step->builtin.builtin = builtin; /* its environment depends on it */
	step->builtin = (struct builtin_call){
		.builtin = builtin,
		.arena = job->arena,
		.loop = &session->loop,
		.box = job->box,
		.inputs = step->inputs,
		.github = step_github(step),
		.event = job->call->run->event,
		.facts = &session->facts,
		.repo_dir = repo_workdir(session->repo),
		.objects = objects_inside(step),
		.committed = session->options->event.committed,
		.env = step_environ(step, step->inputs),
		.state = job->state_dir,
		.print = on_print,
		.output = on_output,
		.setenv = on_setenv,
		.addpath = on_addpath,
		.stores = on_stores,
		.uploaded = on_uploaded,
		.done = on_builtin_done,
		.data = step,
		.memory = step->stage ? step->stage->state : NULL,
	};
	step->running = true;
}

/* A stage of a built-in is that of an action whose files nobody reads. */
static bool
make_stage(struct step *step, const struct builtin *builtin, struct wf_error *err)
{
	struct job *job = step->job;
	struct wf_diags diags = { .arena = job->arena };
	struct action *action = wf_new(job->arena, struct action);

	action->kind = ACTION_NODE;
	action->post = wf_str(builtin->repository);
	action->post_if = condition_read_plain(job->arena, wf_str(builtin->post_if),
	    step->def->uses_pos, CTX_STEP_IF, &diags);
	if (diags.nerrors)
		return wf_diags_first(&diags, err);
	step->stage = stage_of(job, step->def);
	step->stage->action = action;
	step->stage->builtin = builtin;
	step->stage->inputs = expr_copy(job->arena, expr_object_value(step->inputs)).object;
	stage_register_post(job, step->stage);
	return true;
}

static bool
start_builtin(struct step *step, const struct builtin *builtin, struct wf_error *err)
{
	if (!builtin_inputs(step, builtin, err) ||
	    (builtin->post && !make_stage(step, builtin, err)))
		return false;
	prepare_builtin(step, builtin);
	builtin->start(&step->builtin);
	return true;
}

static bool
start_builtin_post(struct step *step)
{
	const struct builtin *builtin = step->stage->builtin;

	step->inputs = step->stage->inputs;
	prepare_builtin(step, builtin);
	builtin->post(&step->builtin);
	return true;
}

/* github.action_repository and action_ref of the action that runs now (3.1). */
static void
set_identity(struct step *step, const struct uses_ref *ref)
{
	struct expr_object *github = step_github(step);
	struct wf_arena *arena = step->job->arena;
	bool remote = ref->kind == USES_REPO;

	expr_object_set(github, WF_S("action_repository"),
	    expr_string(remote ? wf_strf(arena, "%.*s/%.*s", WF_ARG(ref->owner), WF_ARG(ref->repo))
	                       : WF_S("")));
	expr_object_set(github, WF_S("action_ref"),
	    expr_string(remote ? wf_str_dup(arena, ref->ref) : WF_S("")));
}

static bool
start_main(struct step *step, struct wf_error *err)
{
	struct session *session = step->job->call->run->session;
	struct uses_place place;

	if (!uses_find(session, step->arena, step->def->uses, step->def->uses_pos, &place, err))
		return false;
	set_identity(step, &place.ref);
	return place.kind == USES_PLACE_BUILTIN ? start_builtin(step, place.builtin, err)
	                                        : start_action(step, &place, err);
}

void
uses_start(struct step *step)
{
	struct wf_error err;
	bool started = step->kind == STAGE_MAIN ? start_main(step, &err)
	                                        : start_pre_or_post(step, &err);

	if (!started)
		step_fail(step, &err);
}
