/* SPDX-License-Identifier: MIT */
/* preflight.c - a walk over everything that a run could reach. */
#include "runner/preflight.h"

#include "model/call.h"
#include "model/template.h"
#include "plan/environment.h"
#include "runner/container.h"
#include "runner/docker_action.h"
#include "runner/environment.h"
#include "runner/job_engine.h"
#include "runner/session_state.h"
#include "runner/uses.h"

#include <stdlib.h>

#define NESTING_LARGEST 10 /* levels of called workflows, the top one counted (1.10) */
#define FILES_LARGEST 50 /* that one run calls (1.10) */
#define ACTIONS_DEEPEST 10 /* composite actions in one another */

struct walk {
	struct session *session;
	const struct load_files *files;
	bool missing;
	bool broken; /* a call is wrong */
	bool mapped; /* in a called workflow whose secrets are those that the call names */
	const struct expr_object *own; /* secrets of the job's environment, or NULL */
	bool elsewhere; /* which environment it is, only the run knows */
	const struct actions_tree *from; /* the repository of the file; NULL: this one */
	bool contained; /* the job has a container, which may bring a node */
	unsigned calls, actions; /* depth so far */
	struct wf_str prefix; /* of the ids of this workflow's jobs */
	enum select_part part; /* of this workflow, when something is selected */
	struct wf_map counted; /* files that are called, of one run */
};

static void
add_error(struct walk *walk, const struct wf_error *err)
{
	wf_diags_add(walk->session->diags, WF_DIAG_ERROR, err);
	walk->missing = true;
}

/* GitHub finds out about a wrong call when the run starts. */
static void
add_call_error(struct walk *walk, const struct wf_error *err)
{
	wf_diags_add(walk->session->diags, WF_DIAG_ERROR, err);
	walk->missing = walk->missing || err->kind != WF_ERR_INVALID;
	walk->broken = true;
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
	if (use->walk->elsewhere || (given && expr_object_find(given, path[0])) ||
	    (use->walk->own && expr_object_find(use->walk->own, path[0])))
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

/* GitHub's runner brings its own node; here it is the machine's. */
static void
check_node(struct walk *walk, const struct step_def *step, const struct action *action)
{
	struct session *session = walk->session;
	struct wf_error err;

	if (session->gathering || walk->contained)
		return;
	if (!session_node(session, &err)) {
		err.pos = step->uses_pos;
		add_error(walk, &err);
	} else if (node_differs(&session->node, action->using)) {
		session_note(session, RECORD_NOTE, NULL, step->uses_pos,
		    wf_strf(session->arena, "actions that ask for %.*s run on node %.*s here",
		        WF_ARG(action->using), WF_ARG(session->node.version)));
	}
}

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
	case ACTION_NODE: check_node(walk, step, action); return;
	case ACTION_DOCKER:
		if (walk->session->gathering)
			return;
		if (!docker_action_check(walk->session, action->image, step->uses_pos, &err))
			add_error(walk, &err);
		return;
	}
	abort();
}

/* `docker://` has no manifest. */
static void
check_image(struct walk *walk, const struct step_def *step)
{
	struct wf_error err;

	if (!walk->session->gathering &&
	    !docker_action_check(walk->session, step->uses, step->uses_pos, &err))
		add_error(walk, &err);
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

/* The commit from which an action of this repository comes: of `./` what a checkout will show. */
static const char *
rev_of(struct walk *walk, const struct uses_place *place)
{
	if (place->kind == USES_PLACE_SELF)
		walk->session->self_used = true;
	return place->kind == USES_PLACE_SELF ? walk->files->rev : walk->files->tree;
}

/* A folder of another repository does not change any more: no manifest now is none later. */
static bool
is_there(const struct uses_place *place, const struct action *action, struct wf_error *err)
{
	if (action || !place->tree)
		return true;
	wf_fail(err, WF_ERR_MISSING, WF_NOWHERE,
	    "Can't find 'action.yml', 'action.yaml' or 'Dockerfile' in '%.*s/%.*s%s%s@%.*s'",
	    WF_ARG(place->tree->owner), WF_ARG(place->tree->repo), place->below[0] ? "/" : "",
	    place->below, WF_ARG(place->tree->ref));
	return wf_hint(err, "it is not an action: see what is in %s", place->tree->folder);
}

static void
check_uses(struct walk *walk, const struct step_def *step)
{
	struct wf_arena *arena = walk->session->arena;
	struct action *action = NULL;
	const struct uses_query query = { step->uses, step->uses_pos, walk->from, true };
	const struct actions_tree *around = walk->from;
	struct uses_place place;
	struct wf_error err;

	if (!is_new(walk, step,
	        wf_strf(arena, "%s %.*s %s %s", around ? around->folder : "", WF_ARG(step->uses),
	            walk->files->rev ? walk->files->rev : "",
	            walk->files->tree ? walk->files->tree : "")))
		return;
	if (!uses_find(walk->session, arena, &query, &place, &err) ||
	    !uses_read(walk->session, &place, rev_of(walk, &place), &action, &err) ||
	    !is_there(&place, action, &err)) {
		if (!err.pos.file) /* the file could not be read: whose step wants it? */
			err.pos = step->uses_pos;
		add_error(walk, &err);
	} else if (place.kind == USES_PLACE_IMAGE) {
		check_image(walk, step);
	} else if (action) {
		walk->from = place.from;
		check_action(walk, step, action);
		walk->from = around;
	}
}

static void
check_step(struct walk *walk, const struct step_def *step)
{
	scan_secrets(walk, step->env);
	scan_secrets(walk, step->with);
	scan_secrets(walk, step->run);
	if (step->kind == STEP_USES)
		check_uses(walk, step);
	check_steps(walk, step->members, step->nmembers);
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

/* What is called, once for each of the ways in which it is seen: files that call each other in many
 * ways would take for ever; and for each depth, so that a file which calls itself meets the limit.
 */
static void
check_callee(struct walk *walk, const struct job_def *job, const struct workflow *callee,
    const struct permissions_def *given)
{
	struct session *session = walk->session;
	bool mapped = walk->mapped, broken = walk->broken;
	struct wf_str key;
	bool *known;

	walk->mapped = mapped || !job->inherit_secrets;
	key = wf_strf(session->arena, "%s %u %d %p %d %.*s", callee->file, walk->calls,
	    walk->mapped, (const void *)given, (int)walk->part, WF_ARG(walk->prefix));
	known = wf_map_get(&session->checked, key);
	if (!known) {
		known = wf_new(session->arena, bool);
		wf_map_set(&session->checked, key, known);
		walk->broken = false;
		walk->calls++;
		check_workflow(walk, callee, given);
		walk->calls--;
		*known = walk->broken;
	}
	walk->broken = broken || *known;
	walk->mapped = mapped;
}

/* 1.10: how many files one run may call. */
static bool
count_file(struct walk *walk, const struct job_def *job, const struct workflow *callee,
    struct wf_error *err)
{
	struct wf_str file = wf_str(callee->file);

	wf_map_set(&walk->counted, file, (void *)callee);
	if (walk->counted.n <= FILES_LARGEST)
		return true;
	return wf_fail(err, WF_ERR_INVALID, job->uses_pos,
	    "too many workflows are referenced, total: %zu, limit: %d", walk->counted.n,
	    FILES_LARGEST);
}

/* `given`: the permissions of the calling job; NULL when nobody writes any. */
static void
check_call(struct walk *walk, const struct job_def *job, const struct permissions_def *given)
{
	struct session *session = walk->session;
	const struct foreign_call called = {
		.uses = job->uses,
		.pos = job->uses_pos,
		.files = walk->files,
		.fetch = true,
		.from = walk->from,
	};
	const struct actions_tree *around = walk->from;
	const struct workflow *callee;
	size_t errors = session->diags->nerrors;
	struct wf_error err;

	scan_secrets(walk, job->secrets);
	if (walk->calls + 1 >= NESTING_LARGEST) {
		wf_fail(&err, WF_ERR_INVALID, job->uses_pos,
		    "Nested reusable workflow depth exceeded %d", NESTING_LARGEST);
		add_call_error(walk, &err);
		return;
	}
	callee = session_called(session, &called, &walk->from, &err);
	if (!callee || !count_file(walk, job, callee, &err)) {
		walk->from = around;
		add_call_error(walk, &err);
		return;
	}
	call_check(job, callee, session->diags);
	template_check_permissions(session->diags, job, given, TEMPLATE_OPTIONS.policy, callee);
	if (session->diags->nerrors > errors)
		walk->broken = true;
	check_callee(walk, job, callee, given);
	walk->from = around;
}

/* The same, of what is selected of the called workflow. */
static void
check_selected_call(struct walk *walk, const struct job_def *job,
    const struct permissions_def *given, enum select_part part)
{
	struct wf_str prefix = walk->prefix;
	enum select_part around = walk->part;

	walk->part = part;
	walk->prefix = WF_S(""); /* of no matter where all of its jobs are wanted */
	if (part == SELECT_PART)
		walk->prefix = wf_strf(walk->session->arena, "%.*s%.*s/", WF_ARG(prefix),
		    WF_ARG(job->id));
	check_call(walk, job, given);
	walk->prefix = prefix;
	walk->part = around;
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
		{ job_engine_kind(walk->session->options->box) ? NULL : job->services,
		    "service containers are not started yet" },
		{ job->environment, "protection rules of environments are not asked, and no "
		                    "deployment is recorded" },
		{ job->snapshot, "snapshots are not made" },
	};

	for (size_t i = 0; i < WF_COUNT(keys); i++)
		if (keys[i].token)
			add_difference(walk, keys[i].token->pos, keys[i].what);
}

/* What is given for the environment of a job, as far as its name is spelled out. */
static void
enter_environment(struct walk *walk, const struct job_def *job)
{
	const struct expr_token *name = environment_name_token(job->environment);
	struct session_environment given;
	struct wf_error err;

	walk->own = NULL;
	walk->elsewhere = name && name->kind != EXPR_TOKEN_LITERAL;
	if (!name || walk->elsewhere)
		return;
	if (environment_find(walk->session, expr_to_string(walk->session->arena, name->literal),
	        &given, &err))
		walk->own = given.secrets;
	else
		add_error(walk, &err);
}

static void
check_job(struct walk *walk, const struct job_def *job, const struct permissions_def *given,
    const enum select_part *parts)
{
	const struct select *select = walk->session->options->select;
	enum select_part part = parts ? parts[job->index] : SELECT_NEEDED;
	struct wf_error err;

	if (part == SELECT_NONE)
		return;
	check_differences(walk, job);
	if (!container_check(walk->session, job, &err))
		add_error(walk, &err);
	walk->contained = job->container != NULL;
	enter_environment(walk, job);
	scan_secrets(walk, job->env);
	if (job->uses.n && parts)
		check_selected_call(walk, job, given, part);
	else if (job->uses.n)
		check_call(walk, job, given);
	else
		check_steps(walk, job->steps,
		    parts ? select_steps(select, part, job) : job->nsteps);
}

static void
check_workflow(struct walk *walk, const struct workflow *wf, const struct permissions_def *around)
{
	const struct select *select = walk->session->options->select;
	const enum select_part *parts = NULL;

	if (select)
		parts = select_jobs(walk->session->arena, select, wf, walk->prefix, walk->part);
	if (wf->permissions.given)
		around = &wf->permissions;
	scan_spelling(walk, wf->root);
	scan_secrets(walk, wf->env);
	for (size_t i = 0; i < wf->njobs; i++) {
		const struct job_def *job = wf->jobs[i];

		check_job(walk, job, job->permissions.given ? &job->permissions : around, parts);
	}
}

enum preflight_result
preflight(struct session *session, const struct workflow *wf, const struct load_files *files)
{
	struct walk walk = { .session = session, .files = files, .part = SELECT_PART };

	wf_map_init(&walk.counted, session->arena, false);
	check_workflow(&walk, wf, NULL);
	if (walk.missing)
		return PREFLIGHT_MISSING;
	return walk.broken ? PREFLIGHT_BROKEN : PREFLIGHT_GOOD;
}
