/* SPDX-License-Identifier: MIT */
/* environment.c - from the name that the server evaluates to the url that the runner does. */
#include "runner/environment.h"

#include "plan/environment.h"
#include "runner/job.h"
#include "runner/scope.h"
#include "runner/session_state.h"

bool
environment_find(struct session *session, struct wf_str name, struct session_environment *out,
    struct wf_error *err)
{
	const struct session_options *options = session->options;

	out->secrets = expr_object_new(session->arena);
	out->vars = expr_object_new(session->arena);
	return !options->environment ||
	       options->environment(options->environment_data, name, out, err);
}

bool
environment_choose(struct job *job, struct wf_error *err)
{
	struct wf_arena *arena = job->call->run->arena;
	struct expr_scope scope = { 0 };

	if (!job->def->environment)
		return true;
	scope.contexts = scope_node(arena, job);
	return environment_name(arena, job->def->environment, &scope, &job->rec->environment,
	           err) ||
	       job_fail_key(job, "environment", err);
}

/* Replaces an object of the contexts by itself with a layer over it. */
static void
lay_over(struct expr_object *contexts, struct wf_str name, const struct expr_object *layer)
{
	struct expr_object *copy = scope_copy(contexts->arena,
	    expr_object_get(contexts, name).object);

	scope_overlay(copy, layer);
	expr_object_set(contexts, name, expr_object_value(copy));
}

bool
environment_enter(struct job *job, struct expr_object *contexts, struct wf_error *err)
{
	struct session_environment given;

	if (!job->rec->environment.n)
		return true;
	if (!environment_find(job->call->run->session, job->rec->environment, &given, err))
		return false;
	for (size_t i = 0; i < given.secrets->n; i++)
		mask_add(job->mask, expr_to_string(job->arena, given.secrets->pairs[i].value));
	lay_over(contexts, WF_S("secrets"), given.secrets);
	lay_over(contexts, WF_S("vars"), given.vars);
	return true;
}

void
environment_leave(struct job *job)
{
	struct wf_str url;
	struct wf_error err;

	if (!job->rec->environment.n)
		return;
	if (!environment_url(job->arena, job->def->environment, &job->steps.scope, &url, &err)) {
		job_annotate(job, NULL, "error", "Failed to evaluate environment url");
		job_annotate_error(job, NULL, &err);
		if (job->steps.status != PLAN_CANCELLED) /* that stays (5.9) */
			job->steps.status = PLAN_FAILURE;
	} else if (mask_hits(job->mask, url)) {
		job_annotate(job, NULL, "warning",
		    "Skip setting environment url as environment '%.*s' may contain secret.",
		    WF_ARG(job->rec->environment));
	} else {
		job->rec->environment_url = wf_str_dup(job->call->run->arena, url);
	}
}
