/* SPDX-License-Identifier: MIT */
/* uses.c - how what answers for a `uses:` is started: a built-in in this process, a node action as
 * a process, a composite action as a list of steps inside the step. */
#include "runner/uses.h"

#include "base/fs.h"
#include "model/condition.h"
#include "runner/bring.h"
#include "runner/container.h"
#include "runner/docker_action.h"
#include "runner/harvest.h"
#include "runner/job.h"
#include "runner/job_engine.h"
#include "runner/offer.h"
#include "runner/scope.h"
#include "runner/self.h"
#include "runner/session_state.h"
#include "runner/shelf.h"
#include "runner/step.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#define DEPTH_LARGEST 9 /* of nested composite actions */

const char *
uses_stubs_inside(const struct session *session)
{
	if (!session->stubs)
		return NULL;
	return session->options->box == BOX_HOST ? session->stubs : STUBS_INSIDE;
}

/* ---- manifest ---- */

/* As the job sees it: a checkout may have put the action there a moment ago. */
static bool
read_inside(struct step *step, const char *folder, struct action **out, struct wf_error *err)
{
	for (size_t i = 0; i < WF_COUNT(uses_manifests); i++) {
		struct wf_arena *arena = step->job->arena; /* a post outlives its step */
		const char *path = wf_join(arena, folder, uses_manifests[i]);
		wf_auto(wf_close_fd) int fd = box_open(step->job->box, path, O_RDONLY, NULL);
		struct wf_str text;

		if (fd < 0)
			continue;
		return wf_read_fd(arena, fd, path, USES_MANIFEST_LARGEST, &text, err) &&
		       uses_parse_manifest(arena, path, text, out, err);
	}
	return wf_fail(err, WF_ERR_MISSING, step->def->uses_pos,
	    "Can't find 'action.yml', 'action.yaml' or 'Dockerfile' under '%s'. Did you forget to "
	    "run actions/checkout before running your local action?",
	    folder);
}

/* ---- whose step it is ---- */

/* github.action_repository and action_ref (3.1); ref may be NULL. */
static void
set_identity(struct step *step, const struct uses_ref *ref)
{
	struct expr_object *github = step_github(step);
	struct wf_arena *arena = step->job->arena;
	bool remote = ref && ref->kind == USES_REPO;

	expr_object_set(github, WF_S("action_repository"),
	    expr_string(remote ? wf_strf(arena, "%.*s/%.*s", WF_ARG(ref->owner), WF_ARG(ref->repo))
	                       : WF_S("")));
	expr_object_set(github, WF_S("action_ref"),
	    expr_string(remote ? wf_str_dup(arena, ref->ref) : WF_S("")));
}

void
uses_no_identity(struct step *step)
{
	set_identity(step, NULL);
}

static const struct stage *
outer_stage(const struct step *step)
{
	return step->list->outer ? step->list->outer->stage : NULL;
}

/* ---- inputs ---- */

/* 7.3: what every container action takes. */
static bool
is_docker_input(struct wf_str name)
{
	return wf_str_ieq(name, WF_S("entryPoint")) || wf_str_ieq(name, WF_S("args"));
}

/* 7.3: what the action does not declare is passed on, with a warning that lists what it does. */
static void
warn_unexpected(struct step *step, const struct expr_object *with)
{
	wf_auto(wf_buf_release) struct wf_buf strange = WF_BUF_INIT, known = WF_BUF_INIT;
	bool docker = step->action && step->action->kind == ACTION_DOCKER;

	if (docker && step->stage->place.kind == USES_PLACE_IMAGE)
		return; /* no manifest says what it takes */
	for (size_t i = 0; i < with->n; i++)
		if (!expr_object_find(step->inputs, with->pairs[i].key) &&
		    !(docker && is_docker_input(with->pairs[i].key)))
			wf_buf_addf(&strange, "%s'%.*s'", strange.n ? ", " : "",
			    WF_ARG(with->pairs[i].key));
	if (!strange.n)
		return;
	if (docker)
		wf_buf_adds(&known, "'entryPoint', 'args'");
	for (size_t i = 0; i < step->inputs->n; i++)
		if (!(docker && is_docker_input(step->inputs->pairs[i].key)))
			wf_buf_addf(&known, "%s'%.*s'", known.n ? ", " : "",
			    WF_ARG(step->inputs->pairs[i].key));
	step_annotate(step, "warning",
	    wf_strf(step->arena, "Unexpected input(s) %.*s, valid inputs are [%.*s]",
	        WF_ARG(wf_buf_str(&strange)), WF_ARG(wf_buf_str(&known))),
	    STEP_NOWHERE);
}

static void
warn_deprecated(struct step *step, const struct action *action, const struct expr_object *with)
{
	for (size_t i = 0; i < action->ninputs; i++) {
		const struct action_input *input = &action->inputs[i];

		if (!input->deprecation.n || !expr_object_find(with, input->id))
			continue;
		step_annotate(step, "warning",
		    wf_strf(step->arena, "Input '%.*s' has been deprecated with message: %.*s",
		        WF_ARG(input->id), WF_ARG(input->deprecation)),
		    STEP_NOWHERE);
	}
}

/* The inputs that an action declares: what is given, else their defaults. */
static bool
declared_inputs(struct step *step, const struct action *action, const struct expr_object *with,
    const struct expr_scope *scope, struct expr_object **out, struct wf_error *err)
{
	*out = expr_object_new(step->arena);
	for (size_t i = 0; i < action->ninputs; i++) {
		const struct action_input *input = &action->inputs[i];
		struct wf_str value = { NULL, 0 };

		if (!expr_object_find(with, input->id) &&
		    !expr_token_string(step->arena, input->fallback, scope, &value, err))
			return false;
		expr_object_set(*out, input->id, expr_string(value));
	}
	return true;
}

static void
overlay_inputs(struct step *step, const struct expr_object *with)
{
	warn_unexpected(step, with);
	scope_overlay(step->inputs, with);
}

static bool
action_inputs(struct step *step, struct wf_error *err)
{
	struct expr_object *with;

	if (!scope_env_map(step->arena, step->def->with, &step->scope, &with, err) ||
	    !declared_inputs(step, step->action, with, &step->scope, &step->inputs, err))
		return false;
	warn_deprecated(step, step->action, with);
	overlay_inputs(step, with);
	return true;
}

/* What the pre of an action inside a composite action sees: the composite's scope as far as it is
 * known before any step ran (7.4). */
static bool
scope_before(struct step *step, const struct stage *outer, struct expr_scope *scope,
    struct wf_error *err)
{
	struct expr_object *with, *inputs, *contexts;
	struct expr_scope around;

	*scope = step->list->scope;
	if (!outer)
		return true;
	if (!scope_before(step, outer->outer, &around, err) ||
	    !scope_env_map(step->arena, outer->def->with, &around, &with, err) ||
	    !declared_inputs(step, outer->action, with, &around, &inputs, err))
		return false;
	scope_overlay(inputs, with);
	contexts = scope_composite(step->arena, around.contexts, outer->path, inputs);
	expr_object_set(contexts, WF_S("env"), expr_object_get(around.contexts, WF_S("env")));
	expr_object_set(contexts, WF_S("steps"), expr_object_value(expr_object_new(step->arena)));
	scope->contexts = contexts;
	return true;
}

bool
uses_scope(struct step *step, struct wf_error *err)
{
	const struct stage *outer = outer_stage(step);

	/* until its work begins, a step inside an action speaks as that action */
	set_identity(step, outer ? &outer->place.ref : NULL);
	if (step->kind != STAGE_PRE || !step->stage->outer)
		return true;
	return scope_before(step, step->stage->outer, &step->scope, err);
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
	steps_init(&step->inner, step->job, step,
	    scope_composite(step->arena, step->contexts, step->action_path, step->inputs));
	step->inner.from = step->stage->place.from;
	step->inner.defs = step->action->steps;
	step->inner.n = step->action->nsteps;
	step->inner.on_done = on_inner_done;
	steps_advance(&step->inner);
	return true;
}

/* ---- node, container ---- */

static bool
start_node(struct step *step, const struct expr_object *inputs, struct wf_error *err)
{
	struct stage *stage = step->stage;
	const char **argv = wf_new_array(step->arena, 3, const char *);
	struct expr_object *github = step_github(step);
	struct session *session = step->job->call->run->session;
	const struct container *container = step->job->container;

	if (!container && !step->job->engine && !session_node(session, err))
		return false;
	stage_register_post(step->job, stage);
	if (step->job->engine)
		argv[0] = job_engine_node(step->job);
	else
		argv[0] = container ? container_node(container) : session->node.program;
	argv[1] = wf_join(step->arena, stage->path.p,
	    wf_cstr(step->arena, stage_file(stage, step->kind)));
	expr_object_set(github, WF_S("action_path"), expr_string(stage->path));
	step_exec(step, argv, step->job->box->layout.workspace, inputs);
	return true;
}

/* Runs one stage of a node or container action. */
static bool
start_stage(struct step *step, const struct expr_object *inputs, struct wf_error *err)
{
	if (step->stage->action->kind != ACTION_DOCKER)
		return start_node(step, inputs, err);
	stage_register_post(step->job, step->stage);
	return docker_action_start(step, inputs, err);
}

static bool
start_process(struct step *step, struct wf_error *err)
{
	struct stage *stage = step->stage;

	stage->inputs = expr_copy(step->job->arena, expr_object_value(step->inputs)).object;
	return start_stage(step, step->inputs, err);
}

static bool (*const starters[])(struct step *step, struct wf_error *err) = {
	[ACTION_NODE] = start_process,
	[ACTION_DOCKER] = start_process,
	[ACTION_COMPOSITE] = start_composite,
};

/* ---- inputs that have to wait ---- */

static bool start_with_inputs(struct step *step, struct wf_error *err);

static void
inputs_again(void *data)
{
	struct step *step = data;
	struct wf_error err;

	if (step->cancelled || step->timed_out)
		step_settle(step, PLAN_FAILURE);
	else if (!start_with_inputs(step, &err))
		step_fail(step, &err);
}

/* Evaluates the defaults of inputs that nobody gives where they ask for hashFiles(). */
static void
look_at_defaults(struct step *step)
{
	const struct action *action = step->action;
	struct expr_object *with;

	if (!scope_env_map(step->arena, step->def->with, &step->scope, &with, NULL))
		return;
	for (size_t i = 0; i < action->ninputs; i++)
		if (!expr_object_find(with, action->inputs[i].id))
			hashes_look(step->arena, action->inputs[i].fallback, &step->scope);
}

/* Starts the action once hashFiles() has answered its inputs. */
static bool
start_with_inputs(struct step *step, struct wf_error *err)
{
	step_ask_hashes(step);
	look_at_defaults(step);
	if (hashes_wait(&step->hashes, inputs_again, step))
		return true;
	return action_inputs(step, err) && starters[step->action->kind](step, err);
}

static bool start_builtin_post(struct step *step);

/* The pre has inputs of its own, evaluated now; the post has those of its main. */
static bool
start_pre_or_post(struct step *step, struct wf_error *err)
{
	struct stage *stage = step->stage;

	set_identity(step, &stage->place.ref);
	if (stage->place.kind == USES_PLACE_BUILTIN)
		return start_builtin_post(step);
	step->action = stage->action;
	return step->kind == STAGE_PRE ? start_with_inputs(step, err)
	                               : start_stage(step, stage->inputs, err);
}

const char *
uses_folder(struct job *job, const struct uses_place *place)
{
	struct session *session = job->call->run->session;
	const char *root = job->box->layout.workspace;

	switch (place->kind) {
	case USES_PLACE_BUILTIN:
	case USES_PLACE_IMAGE:
	case USES_PLACE_WORKSPACE: break;
	case USES_PLACE_STUB: root = uses_stubs_inside(session); break;
	case USES_PLACE_STORE: root = shelf_place(job, place->tree); break;
	case USES_PLACE_SELF:
		root = session->options->box == BOX_HOST ? self_folder(job->call->run, NULL)
		                                         : SELF_INSIDE;
		break;
	}
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

/* docker:// is a container action that nobody has written down. */
static struct action *
image_action(struct job *job, const struct step_def *def)
{
	struct action *action = wf_new(job->arena, struct action);

	action->kind = ACTION_DOCKER;
	action->image = def->uses;
	return action;
}

static bool
read_action(struct step *step, struct stage *stage, struct wf_error *err)
{
	const struct run *run = step->job->call->run;
	bool workspace = stage->place.kind == USES_PLACE_WORKSPACE;
	bool read = workspace ? read_inside(step, stage->path.p, &stage->action, err)
	                      : uses_read(run->session, &stage->place, run->files->rev,
	                            &stage->action, err);

	if (!read)
		return false;
	if (!stage->action)
		return wf_fail(err, WF_ERR_MISSING, step->def->uses_pos,
		    "Can't find 'action.yml', 'action.yaml' or 'Dockerfile' under '%s'.",
		    stage->path.p);
	if (workspace && stage_file(stage, STAGE_PRE).n)
		warn_local_pre(step);
	return true;
}

static bool
run_action(struct step *step, struct wf_error *err)
{
	struct stage *stage = step->stage;

	if (stage->place.kind == USES_PLACE_IMAGE)
		stage->action = image_action(step->job, step->def);
	if (!stage->action && !read_action(step, stage, err))
		return false;
	step->action = stage->action;
	step->action_path = stage->path;
	return start_with_inputs(step, err);
}

/* The folders of the action are in their place, or not. */
static void
on_shown(void *data, const struct wf_error *err)
{
	struct step *step = data;
	struct wf_error own;

	if (step->cancelled)
		step_settle(step, PLAN_CANCELLED);
	else if (err)
		step_fail(step, err);
	else if (!run_action(step, &own))
		step_fail(step, &own);
}

static bool
start_action(struct step *step, const struct uses_place *place, struct wf_error *err)
{
	struct job *job = step->job;
	struct stage *stage = stage_of(job, outer_stage(step), step->def);

	stage->place = *place;
	stage->path = wf_str_dup(job->arena, wf_str(uses_folder(job, place)));
	step->stage = stage;
	if (!shelf_waits(job))
		return run_action(step, err);
	shelf_show(job, on_shown, step);
	return true;
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

	if (!scope_env_map(step->arena, step->def->with, &step->scope, &with, err))
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
make_stage(struct step *step, const struct uses_place *place, struct wf_error *err)
{
	struct job *job = step->job;
	struct wf_diags diags = { .arena = job->arena };
	struct action *action = wf_new(job->arena, struct action);
	const struct builtin *builtin = place->builtin;

	action->kind = ACTION_NODE;
	action->post = wf_str(builtin->repository);
	action->post_if = condition_read_plain(job->arena, wf_str(builtin->post_if),
	    step->def->uses_pos, CTX_STEP_IF, &diags);
	if (diags.nerrors)
		return wf_diags_first(&diags, err);
	step->stage = stage_of(job, outer_stage(step), step->def);
	step->stage->place = *place;
	step->stage->action = action;
	step->stage->inputs = expr_copy(job->arena, expr_object_value(step->inputs)).object;
	stage_register_post(job, step->stage);
	return true;
}

static bool
start_builtin(struct step *step, const struct uses_place *place, struct wf_error *err)
{
	const struct builtin *builtin = place->builtin;

	if (!builtin_inputs(step, builtin, err) || (builtin->post && !make_stage(step, place, err)))
		return false;
	prepare_builtin(step, builtin);
	builtin->start(&step->builtin);
	return true;
}

static bool
start_builtin_post(struct step *step)
{
	const struct builtin *builtin = step->stage->place.builtin;

	step->inputs = step->stage->inputs;
	prepare_builtin(step, builtin);
	builtin->post(&step->builtin);
	return true;
}

/* What was found when the job was set up, or what is found now. */
static bool
find_place(struct step *step, struct uses_place *place, struct wf_error *err)
{
	const struct uses_query query = { step->def->uses, step->def->uses_pos, step->list->from,
		false };

	return uses_find(step->job->call->run->session, step->job->arena, &query, place, err);
}

/* An action that no preflight saw is in the store now, or not. */
static void
on_brought(struct step *step, const struct wf_error *err)
{
	if (step->cancelled)
		step_settle(step, PLAN_CANCELLED);
	else if (err)
		step_fail(step, err);
	else
		uses_start(step);
}

static bool
start_main(struct step *step, struct wf_error *err)
{
	struct uses_place place;

	if (!find_place(step, &place, err))
		return bring_start(step, on_brought, err);
	set_identity(step, &place.ref);
	return place.kind == USES_PLACE_BUILTIN ? start_builtin(step, &place, err)
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
