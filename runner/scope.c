/* SPDX-License-Identifier: MIT */
/* scope.c - contexts, put together when a job is set up and when a composite action starts. */
#include "runner/scope.h"

#include "runner/container.h"
#include "runner/environment.h"
#include "runner/job.h"
#include "runner/session_state.h"
#include "runner/step.h"

#include <sys/utsname.h>

void
scope_overlay(struct expr_object *into, const struct expr_object *layer)
{
	for (size_t i = 0; layer && i < layer->n; i++)
		expr_object_set(into, layer->pairs[i].key, layer->pairs[i].value);
}

struct expr_object *
scope_copy(struct wf_arena *arena, const struct expr_object *object)
{
	struct expr_object *copy = expr_object_new(arena);

	copy->exact = object->exact;
	scope_overlay(copy, object);
	return copy;
}

struct command_pair *
scope_pairs(struct wf_arena *arena, const struct expr_object *object)
{
	struct command_pair *pairs = wf_new_array(arena, object->n, struct command_pair);

	for (size_t i = 0; i < object->n; i++)
		pairs[i] = (struct command_pair){ object->pairs[i].key,
			expr_to_string(arena, object->pairs[i].value) };
	return pairs;
}

/* runner.arch in GitHub's words, by what uname says. */
static const struct {
	const char *machine, *arch;
} arches[] = {
	{ "x86_64", "X64" },
	{ "i386", "X86" },
	{ "i686", "X86" },
	{ "aarch64", "ARM64" },
	{ "armv7l", "ARM" },
};

static const char *
machine_arch(void)
{
	struct utsname name;

	if (uname(&name) < 0)
		return "X64";
	for (size_t i = 0; i < WF_COUNT(arches); i++)
		if (strcmp(arches[i].machine, name.machine) == 0)
			return arches[i].arch;
	return "X64";
}

static void
put(struct expr_object *object, const char *key, const char *value)
{
	expr_object_set(object, wf_str(key), expr_cstring(value));
}

static struct expr_object *
runner_context(struct job *job)
{
	struct expr_object *runner = expr_object_new(job->arena);

	put(runner, "os", "Linux");
	put(runner, "arch", machine_arch());
	put(runner, "name", "wfrun");
	put(runner, "environment", "github-hosted");
	put(runner, "tool_cache", job->box->layout.tool_cache);
	put(runner, "temp", job->box->layout.temp);
	put(runner, "workspace",
	    wf_strf(job->arena, "%s/%s", job->box->layout.work, job->box->spec.repo).p);
	if (job->debug)
		put(runner, "debug", "1");
	return runner;
}

static struct expr_object *
job_context(struct job *job)
{
	const struct run *run = job->call->run;
	const struct workflow *wf = job->call->plan->wf;
	struct expr_object *context = expr_object_new(job->arena);
	const struct actions_tree *from = job->call->from;
	struct wf_str repository = run->session->facts.full_name;
	struct wf_str ref = run->facts.workflow_ref_branch, sha = run->facts.workflow_sha;

	if (from) {
		repository = wf_strf(job->arena, "%.*s/%.*s", WF_ARG(from->owner),
		    WF_ARG(from->repo));
		ref = from->ref;
		sha = from->sha;
	}
	put(context, "status", "success");
	expr_object_set(context, WF_S("check_run_id"), expr_number((double)job->rec->number));
	expr_object_set(context, WF_S("workflow_ref"),
	    expr_string(wf_strf(job->arena, "%.*s/%.*s@%.*s", WF_ARG(repository), WF_ARG(wf->path),
	        WF_ARG(ref))));
	expr_object_set(context, WF_S("workflow_sha"), expr_string(sha));
	expr_object_set(context, WF_S("workflow_repository"), expr_string(repository));
	expr_object_set(context, WF_S("workflow_file_path"), expr_string(wf->path));
	if (job->container)
		expr_object_set(context, WF_S("container"), container_context(job->container));
	return context;
}

/* What the runner adds to the github context (3.1, rows marked R). */
static struct expr_object *
github_context(struct job *job, struct expr_object *contexts)
{
	struct expr_value server = expr_object_get(contexts, WF_S("github"));
	struct expr_object *github = scope_copy(job->arena, server.object);
	struct wf_str token = expr_path_str(job->arena, expr_object_value(contexts),
	    "secrets.GITHUB_TOKEN");

	expr_object_set(github, WF_S("token"), expr_string(token));
	expr_object_set(github, WF_S("job"), expr_string(job->def->id));
	put(github, "workspace", job->box->layout.workspace);
	expr_object_set(github, WF_S("event_path"),
	    expr_string(job->container ? WF_S("/github/workflow/event.json")
	                               : wf_strf(job->arena, "%s/_github_workflow/event.json",
	                                     job->box->layout.temp)));
	return github;
}

struct expr_object *
scope_node(struct wf_arena *arena, const struct job *job)
{
	struct call *call = job->call;
	const struct plan_state state = {
		.plan = call->plan,
		.results = call->results,
		.outputs = call->outputs,
	};
	struct expr_object *contexts = scope_copy(arena, call->contexts);

	expr_object_set(contexts, WF_S("needs"),
	    expr_object_value(plan_needs(arena, &state, job->plan.node->index)));
	expr_object_set(contexts, WF_S("strategy"), job->plan.strategy);
	expr_object_set(contexts, WF_S("matrix"), job->plan.matrix);
	return contexts;
}

/* ACTIONS_STEP_DEBUG as a secret, or else as a variable (6.10). Contexts come first, for they have
 * what belongs to the job's environment; those of a called workflow may lack what the repository
 * has. */
static bool
wants_debug(const struct job *job, struct expr_object *contexts)
{
	const struct session_options *options = job->call->run->session->options;
	const struct expr_object *const places[] = {
		expr_object_get(contexts, WF_S("secrets")).object,
		options->secrets,
		expr_object_get(contexts, WF_S("vars")).object,
	};

	for (size_t i = 0; i < WF_COUNT(places); i++) {
		const struct expr_pair *pair = NULL;

		if (places[i])
			pair = expr_object_find(places[i], WF_S("ACTIONS_STEP_DEBUG"));
		if (pair)
			return pair->value.kind == EXPR_STRING &&
			       wf_str_ieq(wf_str_trim(pair->value.string), WF_S("true"));
	}
	return false;
}

bool
scope_job(struct job *job, struct wf_error *err)
{
	struct expr_object *contexts = scope_node(job->arena, job);

	if (!environment_enter(job, contexts, err))
		return false;
	job->debug = job->rec->debug = wants_debug(job, contexts);
	job->github = github_context(job, contexts);
	job->runner_context = runner_context(job);
	job->job_context = job_context(job);
	expr_object_set(contexts, WF_S("github"), expr_object_value(job->github));
	expr_object_set(contexts, WF_S("runner"), expr_object_value(job->runner_context));
	expr_object_set(contexts, WF_S("job"), expr_object_value(job->job_context));
	job->contexts = contexts;
	return true;
}

/* What a composite action takes over from around it; all else it has for itself, or not at all. */
static const char *const composite_shared[] = { "strategy", "matrix", "job", "runner" };

struct expr_object *
scope_composite(struct wf_arena *arena, const struct expr_object *around, struct wf_str path,
    struct expr_object *inputs)
{
	struct expr_object *contexts = expr_object_new(arena);
	struct expr_value outer = expr_object_get(around, WF_S("github"));
	struct expr_object *github = scope_copy(arena, outer.object);

	expr_object_set(github, WF_S("action_path"), expr_string(path));
	expr_object_set(github, WF_S("action_status"), expr_cstring("success"));
	expr_object_set(contexts, WF_S("github"), expr_object_value(github));
	expr_object_set(contexts, WF_S("inputs"), expr_object_value(inputs));
	for (size_t i = 0; i < WF_COUNT(composite_shared); i++) {
		struct wf_str name = wf_str(composite_shared[i]);

		expr_object_set(contexts, name, expr_object_get(around, name));
	}
	return contexts;
}

bool
scope_env_map(struct wf_arena *arena, const struct expr_token *token,
    const struct expr_scope *scope, struct expr_object **out, struct wf_error *err)
{
	struct expr_value value;

	*out = expr_object_new(arena);
	(*out)->exact = true;
	if (!expr_token_eval(arena, token, scope, &value, err))
		return false;
	if (value.kind == EXPR_NULL)
		return true;
	if (value.kind != EXPR_OBJECT)
		return wf_fail(err, WF_ERR_EVAL, token->pos, "A mapping was expected");
	for (size_t i = 0; i < value.object->n; i++) {
		const struct expr_pair *pair = &value.object->pairs[i];

		if (pair->value.kind == EXPR_ARRAY || pair->value.kind == EXPR_OBJECT)
			return wf_fail(err, WF_ERR_EVAL, token->pos, "%s was not expected",
			    pair->value.kind == EXPR_ARRAY ? "A sequence" : "A mapping");
		expr_object_set(*out, pair->key, expr_string(expr_to_string(arena, pair->value)));
	}
	return true;
}
