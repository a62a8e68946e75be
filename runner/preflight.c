/* SPDX-License-Identifier: MIT */
/* preflight.c - a walk over everything that a run could reach. */
#include "runner/preflight.h"

#include "model/call.h"
#include "model/template.h"
#include "runner/container.h"
#include "runner/session_state.h"
#include "runner/uses.h"

#include <stdlib.h>

#define NESTING_LARGEST 10 /* levels of called workflows, the top one counted (1.10) */
#define ACTIONS_DEEPEST 10 /* composite actions in one another */

struct walk {
	struct session *session;
	bool upstream;
	bool good;
	bool mapped; /* in a called workflow whose secrets are those that the call names */
	unsigned calls, actions; /* depth so far */
};

static void
add_error(struct walk *walk, const struct wf_error *err)
{
	wf_diags_add(walk->session->diags, WF_DIAG_ERROR, err);
	walk->good = false;
}

static void
add_difference(struct walk *walk, struct wf_pos pos, const char *what)
{
	struct wf_error err;

	session_note(walk->session, RECORD_DIFFERENCE, NULL, pos, wf_str(what));
	if (!walk->session->options->strict)
		return;
	wf_fail(&err, WF_ERR_STRICT, pos, "%s", what);
	wf_hint(&err, "without --strict it is reported and left out");
	add_error(walk, &err);
}

/* ---- secrets that are not given ---- */

struct secret_use {
	struct walk *walk;
	struct wf_pos pos;
};

static void
visit_secret(void *data, struct wf_str context, const struct wf_str *path, size_t npath)
{
	struct secret_use *use = data;
	struct session *session = use->walk->session;
	const struct expr_object *given = session->options->secrets;

	if (use->walk->mapped || !wf_str_ieq(context, WF_S("secrets")) || npath == 0 ||
	    wf_str_ieq(path[0], WF_S("GITHUB_TOKEN")))
		return;
	if (given && expr_object_find(given, path[0]))
		return;
	session_note(session, RECORD_NOTE, NULL, use->pos,
	    wf_strf(session->arena, "secret '%.*s' is not given: it is empty, as on GitHub",
	        WF_ARG(wf_str_upper(session->arena, path[0]))));
}

static void
scan_secrets(struct walk *walk, const struct expr_token *token)
{
	struct secret_use use = { .walk = walk };

	if (!token)
		return;
	use.pos = token->pos;
	switch (token->kind) {
	case EXPR_TOKEN_LITERAL:
	case EXPR_TOKEN_INSERT: return;
	case EXPR_TOKEN_EXPR: expr_visit(token->expr, visit_secret, &use); return;
	case EXPR_TOKEN_SEQUENCE:
		for (size_t i = 0; i < token->seq.n; i++)
			scan_secrets(walk, token->seq.items[i]);
		return;
	case EXPR_TOKEN_MAPPING:
		for (size_t i = 0; i < token->map.n; i++)
			scan_secrets(walk, token->map.pairs[i].value);
		return;
	}
	abort();
}

/* ---- the other spelling ---- */

static void
scan_spelling(struct walk *walk, const struct expr_token *token)
{
	switch (token->kind) {
	case EXPR_TOKEN_LITERAL:
	case EXPR_TOKEN_INSERT: return;
	case EXPR_TOKEN_EXPR:
		if (wf_str_find(token->source, WF_S("$<<")) >= 0)
			add_difference(walk, token->pos, "GitHub takes $<< expr >> as text");
		return;
	case EXPR_TOKEN_SEQUENCE:
		for (size_t i = 0; i < token->seq.n; i++)
			scan_spelling(walk, token->seq.items[i]);
		return;
	case EXPR_TOKEN_MAPPING:
		for (size_t i = 0; i < token->map.n; i++)
			scan_spelling(walk, token->map.pairs[i].value);
		return;
	}
	abort();
}

/* ---- steps and actions ---- */

static void check_steps(struct walk *walk, struct step_def *const *steps, size_t n);

static void
check_action(struct walk *walk, const struct step_def *step, const struct action *action)
{
	struct wf_error err;

	switch (action->kind) {
	case ACTION_COMPOSITE:
		if (walk->actions >= ACTIONS_DEEPEST)
			return; /* the step fails with GitHub's words when it gets there */
		walk->actions++;
		check_steps(walk, action->steps, action->nsteps);
		walk->actions--;
		return;
	case ACTION_NODE:
		/* a pre of an action below ./ does not run on GitHub either */
		if (action->pre.n && walk->actions > 0 && !wf_str_starts(step->uses, WF_S("./")))
			add_difference(walk, step->uses_pos,
			    "pre steps of actions inside composite actions are not run");
		return;
	case ACTION_DOCKER:
		wf_fail(&err, WF_ERR_MISSING, step->uses_pos,
		    "'%.*s' is a container action, and those do not run yet", WF_ARG(step->uses));
		add_error(walk, &err);
		return;
	}
	abort();
}

/* Whether this is the first time that somebody asks. What is missing is said once, at the first of
 * its places, and an action is walked through once. */
static bool
is_new(struct walk *walk, const void *thing, struct wf_str name)
{
	struct session *session = walk->session;

	if (wf_map_has(&session->checked, name))
		return false;
	wf_map_set(&session->checked, name, (void *)thing);
	return true;
}

static void
check_uses(struct walk *walk, const struct step_def *step)
{
	struct wf_arena *arena = walk->session->arena;
	struct action *action = NULL;
	struct uses_place place;
	struct wf_error err;

	if (!is_new(walk, step, step->uses))
		return;
	if (!uses_find(walk->session, arena, step->uses, step->uses_pos, &place, &err) ||
	    (place.host && !uses_read_host(arena, place.host, &action, &err))) {
		if (!err.pos.file) /* the file could not be read: whose step wants it? */
			err.pos = step->uses_pos;
		add_error(walk, &err);
	} else if (action) {
		check_action(walk, step, action);
	}
}

static void
check_step(struct walk *walk, const struct step_def *step)
{
	struct wf_error err;

	scan_secrets(walk, step->env);
	scan_secrets(walk, step->with);
	scan_secrets(walk, step->run);
	if (step->background || (step->kind != STEP_RUN && step->kind != STEP_USES)) {
		wf_fail(&err, WF_ERR_MISSING, step->pos, "background steps do not run yet");
		add_error(walk, &err);
		return;
	}
	if (step->kind == STEP_USES)
		check_uses(walk, step);
}

static void
check_steps(struct walk *walk, struct step_def *const *steps, size_t n)
{
	for (size_t i = 0; i < n; i++)
		check_step(walk, steps[i]);
}

/* ---- jobs ---- */

static void check_workflow(struct walk *walk, const struct workflow *wf,
    const struct permissions_def *around);

/* `given`: the permissions of the calling job; NULL when nobody writes any. */
static void
check_call(struct walk *walk, const struct job_def *job, const struct permissions_def *given)
{
	struct session *session = walk->session;
	const struct workflow *callee;
	size_t errors = session->diags->nerrors;
	bool mapped = walk->mapped;
	struct wf_error err;

	scan_secrets(walk, job->secrets);
	if (walk->calls + 1 >= NESTING_LARGEST) {
		wf_fail(&err, WF_ERR_INVALID, job->uses_pos,
		    "Nested reusable workflow depth exceeded %d", NESTING_LARGEST);
		add_error(walk, &err);
		return;
	}
	callee = session_called(session, walk->upstream, job->uses, job->uses_pos, &err);
	if (!callee) {
		add_error(walk, &err);
		return;
	}
	call_check(job, callee, session->diags);
	template_check_permissions(session->diags, job, given, TEMPLATE_OPTIONS.policy, callee);
	if (session->diags->nerrors > errors)
		walk->good = false;
	walk->mapped = mapped || !job->inherit_secrets;
	/* once for each of the ways in which it is seen: files that call each other in many ways
	 * would take for ever; and for each depth, so that a file which calls itself meets the
	 * limit */
	if (!is_new(walk, callee,
	        wf_strf(session->arena, "%s %u %d %p", callee->file, walk->calls, walk->mapped,
	            (const void *)given))) {
		walk->mapped = mapped;
		return;
	}
	walk->calls++;
	check_workflow(walk, callee, given);
	walk->mapped = mapped;
	walk->calls--;
}

/* Keys that are read and have no effect yet. */
static void
check_differences(struct walk *walk, const struct job_def *job)
{
	const struct {
		const struct expr_token *token;
		const char *what;
	} keys[] = {
		{ walk->session->options->box == BOX_HOST ? job->container : NULL,
		    "--box host makes no containers: the job runs on this machine" },
		{ job->services, "service containers are not started yet" },
		{ job->environment, "environments have no rules, secrets and variables of their "
		                    "own yet" },
		{ job->snapshot, "snapshots are not made" },
	};

	for (size_t i = 0; i < WF_COUNT(keys); i++)
		if (keys[i].token)
			add_difference(walk, keys[i].token->pos, keys[i].what);
}

static void
check_workflow(struct walk *walk, const struct workflow *wf, const struct permissions_def *around)
{
	struct wf_error err;

	if (wf->permissions.given)
		around = &wf->permissions;
	scan_spelling(walk, wf->root);
	scan_secrets(walk, wf->env);
	for (size_t i = 0; i < wf->njobs; i++) {
		const struct job_def *job = wf->jobs[i];

		check_differences(walk, job);
		if (!container_check(walk->session, job, &err))
			add_error(walk, &err);
		scan_secrets(walk, job->env);
		if (job->uses.n)
			check_call(walk, job, job->permissions.given ? &job->permissions : around);
		else
			check_steps(walk, job->steps, job->nsteps);
	}
}

bool
preflight(struct session *session, const struct workflow *wf, bool upstream)
{
	struct walk walk = { .session = session, .upstream = upstream, .good = true };

	check_workflow(&walk, wf, NULL);
	return walk.good;
}
