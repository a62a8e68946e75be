/* SPDX-License-Identifier: MIT */
/* lint_refs.c - references to what is not there: needs, steps, jobs, inputs, matrix. */
#include "model/lint_walk.h"

#include "model/schema.h"

/* ---- outputs ---- */

static void
add_token_keys(struct lint_outputs *out, const struct expr_token *map)
{
	out->known = !map || map->kind == EXPR_TOKEN_MAPPING;
	for (size_t i = 0; map && out->known && i < map->map.n; i++) {
		if (map->map.pairs[i].key->kind == EXPR_TOKEN_LITERAL)
			wf_map_set(&out->names, schema_text_of(map->map.pairs[i].key), out);
		else
			out->known = false;
	}
}

static const struct lint_outputs *
outputs_of_job(struct lint *l, const struct job_def *job)
{
	struct lint_outputs *out = &l->job_outputs[job->index];
	const struct workflow *callee;
	const struct when_event *on;
	bool missing;

	if (out->asked)
		return out;
	out->asked = true;
	wf_map_init(&out->names, l->arena, true);
	if (!job->uses.n) {
		add_token_keys(out, job->outputs);
		return out;
	}
	callee = lint_local_workflow(l, job, &missing);
	on = callee ? when_find(callee->on, WF_S("workflow_call")) : NULL;
	out->known = on != NULL;
	for (size_t i = 0; on && i < on->noutputs; i++)
		wf_map_set(&out->names, on->outputs[i].id, out);
	return out;
}

/* Node and container actions may set what they do not declare; scripts declare nothing. */
static const struct lint_outputs *
outputs_of_step(struct lint *l, const struct step_def *step)
{
	static const struct lint_outputs unknown;
	const struct action *action = lint_local_action(l, step);
	struct lint_outputs *out;

	if (!action || action->kind != ACTION_COMPOSITE)
		return &unknown;
	out = wf_map_get(&l->action_outputs, step->uses);
	if (out)
		return out;
	out = wf_new(l->arena, struct lint_outputs);
	out->known = true;
	wf_map_init(&out->names, l->arena, true);
	for (size_t i = 0; i < action->noutputs; i++)
		wf_map_set(&out->names, action->outputs[i].id, out);
	wf_map_set(&l->action_outputs, step->uses, out);
	return out;
}

/* The third key of the reference names one of these outputs. */
static void
check_output(struct lint *l, const struct lint_ref *ref, const struct lint_outputs *known,
    const char *what)
{
	struct lint_spot spot;
	struct wf_diag *diag;

	if (!known->known || wf_map_has(&known->names, ref->path[2]))
		return;
	spot = lint_spot_ref(ref, 2);
	diag = lint_report(l, LINT_UNKNOWN_OUTPUT, &spot,
	    "%s '%.*s' has no output '%.*s': this is always empty", what, WF_ARG(ref->path[0]),
	    WF_ARG(ref->path[2]));
	if (known->names.n > 0)
		lint_suggest_key(diag, ref->path[2], &known->names);
	else
		wf_hint(&diag->error, "it declares no outputs");
}

/* The second key of needs.x, steps.x and jobs.x. */
static bool
check_property(struct lint *l, const struct lint_ref *ref, const char *const *names, size_t n)
{
	struct wf_str known[4];
	struct lint_spot spot;

	for (size_t i = 0; i < n; i++) {
		known[i] = wf_str(names[i]);
		if (!lint_ref_has(ref, 1) || wf_str_ieq(known[i], ref->path[1]))
			return lint_ref_is(ref, 1, "outputs");
	}
	spot = lint_spot_ref(ref, 1);
	lint_suggest(lint_report(l, LINT_UNKNOWN_PROPERTY, &spot,
	                 "'%.*s.%.*s' has no '%.*s': this is always empty", WF_ARG(ref->context),
	                 WF_ARG(ref->path[0]), WF_ARG(ref->path[1])),
	    ref->path[1], known, n);
	return false;
}

static const char *const job_properties[] = { "result", "outputs" };
static const char *const step_properties[] = { "outputs", "outcome", "conclusion" };

/* ---- needs ---- */

static void
report_need(struct lint *l, const struct lint_ref *ref)
{
	const struct job_def *job = workflow_job(l->wf, ref->path[0]);
	struct wf_str *names = wf_new_array(l->arena, l->job->nneeds, struct wf_str);
	struct lint_spot spot = lint_spot_ref(ref, 0);
	struct wf_diag *diag;

	for (size_t i = 0; i < l->job->nneeds; i++)
		names[i] = l->job->needs[i].id;
	diag = lint_report(l, LINT_UNKNOWN_NEED, &spot,
	    "'%.*s' is not in the needs of job '%.*s': this is always empty", WF_ARG(ref->path[0]),
	    WF_ARG(l->job->id));
	if (job && job != l->job)
		wf_hint(&diag->error, "add '%.*s' to 'needs:' of job '%.*s'", WF_ARG(job->id),
		    WF_ARG(l->job->id));
	else
		lint_suggest(diag, ref->path[0], names, l->job->nneeds);
}

void
lint_ref_need(struct lint *l, const struct lint_ref *ref)
{
	const struct need_def *need = NULL;

	if (!l->job || !lint_ref_has(ref, 0))
		return;
	for (size_t i = 0; i < l->job->nneeds && !need; i++)
		if (wf_str_ieq(l->job->needs[i].id, ref->path[0]))
			need = &l->job->needs[i];
	if (!need) {
		report_need(l, ref);
		return;
	}
	if (!check_property(l, ref, job_properties, WF_COUNT(job_properties)) ||
	    !lint_ref_has(ref, 2))
		return;
	check_output(l, ref, outputs_of_job(l, l->wf->jobs[need->index]), "job");
}

/* ---- steps ---- */

void
lint_ref_step(struct lint *l, const struct lint_ref *ref)
{
	const struct step_def *step;
	struct lint_spot spot;
	struct wf_diag *diag;

	if (!l->in_steps || !lint_ref_has(ref, 0))
		return;
	step = wf_map_get(&l->past, ref->path[0]);
	if (!step) {
		bool later = wf_map_has(&l->all, ref->path[0]);

		spot = lint_spot_ref(ref, 0);
		diag = lint_report(l, LINT_UNKNOWN_STEP, &spot,
		    later ? "step '%.*s' has not run yet at this place: this is always empty"
		          : "there is no step with the id '%.*s' here: this is always empty",
		    WF_ARG(ref->path[0]));
		if (!later)
			lint_suggest_key(diag, ref->path[0], &l->past);
		return;
	}
	if (!check_property(l, ref, step_properties, WF_COUNT(step_properties)) ||
	    !lint_ref_has(ref, 2))
		return;
	check_output(l, ref, outputs_of_step(l, step), "step");
}

/* ---- jobs: outputs of workflow_call ---- */

void
lint_ref_job(struct lint *l, const struct lint_ref *ref)
{
	const struct job_def *job;
	struct lint_spot spot;

	if (!l->wf || !lint_ref_has(ref, 0))
		return;
	job = workflow_job(l->wf, ref->path[0]);
	if (!job) {
		struct wf_str *ids = wf_new_array(l->arena, l->wf->njobs, struct wf_str);

		for (size_t i = 0; i < l->wf->njobs; i++)
			ids[i] = l->wf->jobs[i]->id;
		spot = lint_spot_ref(ref, 0);
		lint_suggest(lint_report(l, LINT_UNKNOWN_JOB, &spot,
		                 "there is no job '%.*s': this is always empty",
		                 WF_ARG(ref->path[0])),
		    ref->path[0], ids, l->wf->njobs);
		return;
	}
	if (!check_property(l, ref, job_properties, WF_COUNT(job_properties)) ||
	    !lint_ref_has(ref, 2))
		return;
	check_output(l, ref, outputs_of_job(l, job), "job");
}

/* ---- inputs ---- */

static const char *const input_events[] = { "workflow_dispatch", "workflow_call" };

void
lint_refs_init(struct lint *l)
{
	const struct when_event *on;

	wf_map_init(&l->action_outputs, l->arena, false);
	if (l->wf)
		l->job_outputs = wf_new_array(l->arena, l->wf->njobs, struct lint_outputs);
	wf_map_init(&l->inputs, l->arena, true);
	for (size_t i = 0; l->action && i < l->action->ninputs; i++)
		wf_map_set(&l->inputs, l->action->inputs[i].id, l);
	for (size_t i = 0; l->wf && i < WF_COUNT(input_events); i++) {
		on = when_find(l->wf->on, wf_str(input_events[i]));
		for (size_t k = 0; on && k < on->ninputs; k++)
			wf_map_set(&l->inputs, on->inputs[k].id, l);
	}
}

/* Key `i` of the reference is an input of the file. */
static void
check_input(struct lint *l, const struct lint_ref *ref, size_t i)
{
	struct lint_spot spot;
	struct wf_diag *diag;

	if (!lint_ref_has(ref, i) || wf_map_has(&l->inputs, ref->path[i]))
		return;
	spot = lint_spot_ref(ref, i);
	diag = lint_report(l, LINT_UNDECLARED_INPUT, &spot, "this %s declares no input '%.*s'",
	    l->wf ? "workflow" : "action", WF_ARG(ref->path[i]));
	lint_suggest_key(diag, ref->path[i], &l->inputs);
}

void
lint_ref_input(struct lint *l, const struct lint_ref *ref)
{
	check_input(l, ref, 0);
}

/* github.event.inputs.x: a called workflow sees those of its caller. */
void
lint_event_input(struct lint *l, const struct lint_ref *ref)
{
	if (l->wf && when_find(l->wf->on, WF_S("workflow_dispatch")) &&
	    !when_find(l->wf->on, WF_S("workflow_call")))
		check_input(l, ref, 2);
}

/* ---- matrix ---- */

/* Gathers the keys of a mapping; false when one of them is an expression. */
static bool
add_matrix_keys(struct lint *l, const struct expr_token *map)
{
	for (size_t i = 0; i < map->map.n; i++) {
		if (map->map.pairs[i].key->kind != EXPR_TOKEN_LITERAL)
			return false;
		wf_map_set(&l->matrix, schema_text_of(map->map.pairs[i].key), l);
	}
	return true;
}

static bool
add_includes(struct lint *l, const struct expr_token *include)
{
	if (include && include->kind != EXPR_TOKEN_SEQUENCE)
		return false;
	for (size_t i = 0; include && i < include->seq.n; i++)
		if (include->seq.items[i]->kind != EXPR_TOKEN_MAPPING ||
		    !add_matrix_keys(l, include->seq.items[i]))
			return false;
	return true;
}

void
lint_matrix_init(struct lint *l, const struct expr_token *strategy)
{
	const struct expr_token *matrix = schema_get(strategy, "matrix");

	wf_map_init(&l->matrix, l->arena, true);
	l->matrix_known = l->wf && (!strategy || strategy->kind == EXPR_TOKEN_MAPPING);
	if (!matrix || !l->matrix_known)
		return;
	l->matrix_known = matrix->kind == EXPR_TOKEN_MAPPING && add_matrix_keys(l, matrix) &&
	                  add_includes(l, schema_get(matrix, "include"));
	for (size_t i = 0; l->matrix_known && i < matrix->map.n; i++)
		if (wf_str_is(schema_text_of(matrix->map.pairs[i].key), "include") ||
		    wf_str_is(schema_text_of(matrix->map.pairs[i].key), "exclude"))
			wf_map_remove(&l->matrix, schema_text_of(matrix->map.pairs[i].key));
}

void
lint_ref_matrix(struct lint *l, const struct lint_ref *ref)
{
	struct lint_spot spot;
	struct wf_diag *diag;

	if (!l->job || !l->matrix_known || ref->replaced || !lint_ref_has(ref, 0) ||
	    wf_map_has(&l->matrix, ref->path[0]))
		return;
	spot = lint_spot_ref(ref, 0);
	if (!l->matrix.n) {
		lint_report(l, LINT_UNKNOWN_MATRIX_KEY, &spot,
		    "job '%.*s' has no matrix: this is always empty", WF_ARG(l->job->id));
		return;
	}
	diag = lint_report(l, LINT_UNKNOWN_MATRIX_KEY, &spot,
	    "no leg of the matrix has '%.*s': this is always empty", WF_ARG(ref->path[0]));
	lint_suggest_key(diag, ref->path[0], &l->matrix);
}
