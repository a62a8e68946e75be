/* SPDX-License-Identifier: MIT */
/* select.c - names against jobs, legs and steps. */
#include "plan/select.h"

#include <stdlib.h>

#define MAX_LEVELS 9 /* of calls below the first file, as GitHub allows */
#define MAX_CALLS 4096 /* files that call each other in many ways: enough to see */

static void
add_name(struct wf_arena *arena, struct select_names *names, struct wf_str name)
{
	*wf_push(arena, names->items, names->n, names->cap) = name;
}

static bool
has_name(const struct select_names *names, struct wf_str name)
{
	for (size_t i = 0; i < names->n; i++)
		if (wf_str_ieq(names->items[i], name))
			return true;
	return false;
}

/* ---- reading ---- */

static bool
is_number(struct wf_str text)
{
	uint64_t number;

	return wf_str_u64(text, &number);
}

static void
read_names(struct wf_arena *arena, const char *const *words, struct select_names *out)
{
	for (size_t i = 0; words && words[i]; i++)
		add_name(arena, out, wf_str_trim(wf_str(words[i])));
}

static bool
read_pairs(struct wf_arena *arena, const char *const *words, struct select *out,
    struct wf_error *err)
{
	for (size_t i = 0; words && words[i]; i++) {
		struct wf_str value = wf_str(words[i]), key = wf_str_cut(&value, '=');

		if (!value.p || key.n == 0)
			return wf_fail(err, WF_ERR_USAGE, WF_NOWHERE,
			    "option '--matrix' takes KEY=VALUE, not '%s'", words[i]);
		add_name(arena, &out->keys, key);
		add_name(arena, &out->values, value);
	}
	return true;
}

bool
select_read(struct wf_arena *arena, const struct select_wish *wish, struct select **out,
    struct wf_error *err)
{
	struct select *select = wf_new(arena, struct select);

	*out = NULL;
	read_names(arena, wish->jobs, &select->jobs);
	read_names(arena, wish->steps, &select->steps);
	if (!read_pairs(arena, wish->matrix, select, err))
		return false;
	for (size_t i = 0; i < select->steps.n && select->jobs.n == 0; i++)
		if (is_number(select->steps.items[i])) {
			wf_fail(err, WF_ERR_USAGE, WF_NOWHERE,
			    "--step %.*s: a number says nothing without a job",
			    WF_ARG(select->steps.items[i]));
			return wf_hint(err, "name the job with --job, or the step by its name");
		}
	if (select->jobs.n > 0 || select->keys.n > 0 || select->steps.n > 0)
		*out = select;
	return true;
}

/* ---- steps ---- */

static struct wf_str
first_line(struct wf_str text)
{
	text = wf_str_trim(text);
	return wf_str_trim(wf_str_cut(&text, '\n'));
}

/* The name as it is written, else what the step runs or uses. */
static struct wf_str
step_label(const struct step_def *step)
{
	if (step->name)
		return first_line(step->name->source);
	if (step->run)
		return first_line(step->run->source);
	return step->uses;
}

/* By its id, its name, or as it stands in the log: "Run npm test". */
static bool
step_is(const struct step_def *step, size_t index, struct wf_str word)
{
	struct wf_str run = WF_S("Run "), label = step_label(step);
	uint64_t number;

	if (wf_str_u64(word, &number))
		return number == index + 1;
	if (step->has_id && wf_str_ieq(step->id, word))
		return true;
	if (label.n == 0) /* it waits for others */
		return false;
	if (wf_str_eq(label, word))
		return true;
	return !step->name && wf_str_starts(word, run) &&
	       wf_str_eq(label, wf_str_trim(wf_str_skip(word, run.n)));
}

/* The step, or a member of its `parallel:`; members have no number of their own. */
static bool
step_has(const struct step_def *step, size_t index, struct wf_str word)
{
	if (step_is(step, index, word))
		return true;
	for (size_t i = 0; i < step->nmembers && !is_number(word); i++)
		if (step_is(step->members[i], i, word))
			return true;
	return false;
}

/* How many steps lead to the last one that is meant; 0: none is. */
static size_t
last_meant(const struct job_def *def, const struct wf_str *words, size_t n)
{
	for (size_t i = def->nsteps; i > 0; i--)
		for (size_t k = 0; k < n; k++)
			if (step_has(def->steps[i - 1], i - 1, words[k]))
				return i;
	return 0;
}

size_t
select_steps(const struct select *select, enum select_part part, const struct job_def *def)
{
	size_t n = part == SELECT_NAMED ? last_meant(def, select->steps.items, select->steps.n) : 0;

	return n > 0 ? n : def->nsteps;
}

/* ---- jobs ---- */

/* What the names say of one job; not what needs say. */
static enum select_part
part_of(const struct select *select, struct wf_str path)
{
	enum select_part part = SELECT_NONE;

	for (size_t i = 0; i < select->jobs.n; i++) {
		struct wf_str name = select->jobs.items[i];

		if (wf_str_ieq(name, path))
			return SELECT_NAMED;
		if (name.n > path.n && name.p[path.n] == '/' &&
		    wf_str_ieq(wf_str_sub(name, 0, path.n), path))
			part = SELECT_PART;
	}
	return part;
}

static void
add_needs(const struct workflow *wf, enum select_part *parts)
{
	bool changed = true;

	while (changed) {
		changed = false;
		for (size_t i = 0; i < wf->njobs; i++)
			for (size_t k = 0; parts[i] && k < wf->jobs[i]->nneeds; k++) {
				enum select_part *need = &parts[wf->jobs[i]->needs[k].index];

				changed = changed || *need < SELECT_NEEDED;
				if (*need < SELECT_NEEDED)
					*need = SELECT_NEEDED;
			}
	}
}

enum select_part *
select_jobs(struct wf_arena *arena, const struct select *select, const struct workflow *wf,
    struct wf_str prefix, enum select_part around)
{
	enum select_part *parts = wf_new_array(arena, wf->njobs, enum select_part);

	if (around == SELECT_PART && select->jobs.n == 0)
		around = SELECT_NEEDED;
	for (size_t i = 0; i < wf->njobs; i++) {
		struct wf_str path = wf_strf(arena, "%.*s%.*s", WF_ARG(prefix),
		    WF_ARG(wf->jobs[i]->id));

		parts[i] = around == SELECT_PART ? part_of(select, path) : around;
	}
	add_needs(wf, parts);
	return parts;
}

bool
select_any(const enum select_part *parts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (parts[i] != SELECT_NONE)
			return true;
	return false;
}

/* ---- legs ---- */

static bool
same_text(struct wf_arena *arena, struct expr_value value, struct wf_str text)
{
	wf_auto(wf_buf_release) struct wf_buf json = WF_BUF_INIT;

	if (value.kind != EXPR_OBJECT && value.kind != EXPR_ARRAY)
		return wf_str_ieq(expr_to_string(arena, value), text);
	expr_json_compact(&json, value);
	return wf_str_ieq(wf_buf_str(&json), text);
}

static bool
leg_has(const struct plan_job *leg, struct wf_str key)
{
	return leg->matrix.kind == EXPR_OBJECT && expr_object_find(leg->matrix.object, key);
}

static bool
any_has(const struct plan_job *legs, size_t n, struct wf_str key)
{
	for (size_t i = 0; i < n; i++)
		if (leg_has(&legs[i], key))
			return true;
	return false;
}

/* One of the values that are asked for under the key. */
static bool
has_value(struct wf_arena *arena, const struct select *select, const struct plan_job *leg,
    struct wf_str key)
{
	if (!leg_has(leg, key))
		return false;
	for (size_t i = 0; i < select->keys.n; i++)
		if (wf_str_ieq(select->keys.items[i], key) &&
		    same_text(arena, expr_object_get(leg->matrix.object, key),
		        select->values.items[i]))
			return true;
	return false;
}

/* `asked` are the keys that the matrix has. */
static bool
leg_fits(struct wf_arena *arena, const struct select *select, const struct plan_job *leg,
    const struct select_names *asked)
{
	for (size_t i = 0; i < asked->n; i++)
		if (!has_value(arena, select, leg, asked->items[i]))
			return false;
	return true;
}

size_t
select_legs(struct wf_arena *arena, const struct select *select, struct plan_job *jobs, size_t n)
{
	struct select_names asked = { 0 };
	size_t kept = 0;

	for (size_t i = 0; i < select->keys.n; i++)
		if (any_has(jobs, n, select->keys.items[i]))
			add_name(arena, &asked, select->keys.items[i]);
	for (size_t i = 0; i < n; i++)
		if (leg_fits(arena, select, &jobs[i], &asked))
			jobs[kept++] = jobs[i];
	return kept;
}

/* ---- are the names known? ---- */

struct checker {
	struct wf_arena *arena;
	struct select *select;
	const struct select_source *source;
	void (*visit)(struct checker *c, const struct job_def *job, struct wf_str path);
	size_t ncalls;
	struct wf_str asked; /* what is looked for */
	struct wf_str key; /* of a matrix: its values are looked at; empty: the keys are */
	struct select_names known;
	bool found, open; /* open: what is computed may have it */
};

static void
walk(struct checker *c, const struct workflow *wf, struct wf_str prefix, size_t level)
{
	for (size_t i = 0; i < wf->njobs; i++) {
		const struct job_def *job = wf->jobs[i];
		struct wf_str path = wf_strf(c->arena, "%.*s%.*s", WF_ARG(prefix), WF_ARG(job->id));
		const struct workflow *callee = NULL;

		c->visit(c, job, path);
		if (job->uses.n > 0 && level < MAX_LEVELS && c->ncalls++ < MAX_CALLS)
			callee = c->source->find(c->source->data, job->uses);
		if (callee)
			walk(c, callee, wf_strf(c->arena, "%.*s/", WF_ARG(path)), level + 1);
	}
}

static void
offer(struct checker *c, struct wf_str name, bool meant)
{
	c->found = c->found || meant;
	if (name.n > 0 && !has_name(&c->known, name))
		add_name(c->arena, &c->known, name);
}

static bool
hint_known(const struct checker *c, struct wf_error *err)
{
	struct wf_str nearest = wf_nearest(c->asked, c->known.items, c->known.n);
	wf_auto(wf_buf_release) struct wf_buf list = WF_BUF_INIT;

	for (size_t i = 0; i < c->known.n; i++)
		wf_buf_addf(&list, "%s%.*s", i > 0 ? ", " : "", WF_ARG(c->known.items[i]));
	if (nearest.n > 0)
		return wf_hint(err, "did you mean '%.*s'? There are %s", WF_ARG(nearest), list.p);
	return c->known.n == 0 ? false : wf_hint(err, "there are %s", list.p);
}

struct woken {
	const struct workflow *const *items;
	size_t n;
};

/* Walks through all jobs, looking for one thing. */
static bool
look(struct checker *c, const struct woken *woken,
    void (*visit)(struct checker *c, const struct job_def *job, struct wf_str path),
    struct wf_str asked)
{
	c->visit = visit;
	c->asked = asked;
	c->known.n = c->ncalls = 0;
	c->found = c->open = false;
	for (size_t i = 0; i < woken->n; i++)
		walk(c, woken->items[i], WF_S(""), 0);
	return c->found || c->open;
}

static void
visit_job(struct checker *c, const struct job_def *job, struct wf_str path)
{
	(void)job;
	offer(c, path, wf_str_ieq(path, c->asked));
}

/* Named itself, or in a workflow that is called by one that is. */
static bool
is_within_named(const struct select *select, struct wf_str path)
{
	for (size_t i = 0; i < select->jobs.n; i++) {
		struct wf_str name = select->jobs.items[i];

		if (wf_str_ieq(wf_str_sub(path, 0, name.n), name) &&
		    (path.n == name.n || path.p[name.n] == '/'))
			return true;
	}
	return false;
}

static struct wf_str
step_word(const struct step_def *step)
{
	return step->has_id ? step->id : step_label(step);
}

static void
visit_step(struct checker *c, const struct job_def *job, struct wf_str path)
{
	if (c->select->jobs.n > 0 && !is_within_named(c->select, path))
		return;
	for (size_t i = 0; i < job->nsteps; i++) {
		const struct step_def *step = job->steps[i];

		offer(c, step_word(step), step_has(step, i, c->asked));
		for (size_t k = 0; k < step->nmembers; k++)
			offer(c, step_word(step->members[k]), false);
	}
}

static void
offer_value(struct checker *c, const struct expr_token *token)
{
	struct wf_str text;

	if (token->kind != EXPR_TOKEN_LITERAL) {
		c->open = true;
		return;
	}
	text = expr_to_string(c->arena, token->literal);
	offer(c, text, wf_str_ieq(text, c->asked));
}

static void
offer_pair(struct checker *c, struct wf_str key, const struct expr_token *value, bool vector)
{
	if (c->key.n == 0)
		offer(c, key, wf_str_ieq(key, c->asked));
	else if (!wf_str_ieq(key, c->key))
		return;
	else if (!vector)
		offer_value(c, value);
	else if (value->kind != EXPR_TOKEN_SEQUENCE)
		c->open = true;
	else
		for (size_t i = 0; i < value->seq.n; i++)
			offer_value(c, value->seq.items[i]);
}

/* The keys of one mapping of a matrix: its vectors, or an entry of its include. */
static void visit_keys(struct checker *c, const struct expr_token *map, bool vectors);

static void
visit_include(struct checker *c, const struct expr_token *list)
{
	c->open = c->open || list->kind != EXPR_TOKEN_SEQUENCE;
	for (size_t i = 0; list->kind == EXPR_TOKEN_SEQUENCE && i < list->seq.n; i++)
		visit_keys(c, list->seq.items[i], false);
}

static void
visit_keys(struct checker *c, const struct expr_token *map, bool vectors)
{
	c->open = c->open || map->kind != EXPR_TOKEN_MAPPING;
	for (size_t i = 0; map->kind == EXPR_TOKEN_MAPPING && i < map->map.n; i++) {
		const struct expr_token_pair *pair = &map->map.pairs[i];
		struct wf_str key;

		if (pair->key->kind != EXPR_TOKEN_LITERAL) {
			c->open = true;
			continue;
		}
		key = expr_to_string(c->arena, pair->key->literal);
		if (vectors && wf_str_ieq(key, WF_S("include")))
			visit_include(c, pair->value);
		else if (!vectors || !wf_str_ieq(key, WF_S("exclude")))
			offer_pair(c, key, pair->value, vectors);
	}
}

static void
visit_matrix(struct checker *c, const struct job_def *job, struct wf_str path)
{
	const struct expr_token *strategy = job->strategy;

	(void)path;
	if (!strategy)
		return;
	c->open = c->open || strategy->kind != EXPR_TOKEN_MAPPING;
	for (size_t i = 0; strategy->kind == EXPR_TOKEN_MAPPING && i < strategy->map.n; i++) {
		const struct expr_token_pair *pair = &strategy->map.pairs[i];

		if (pair->key->kind != EXPR_TOKEN_LITERAL)
			c->open = true;
		else if (wf_str_ieq(expr_to_string(c->arena, pair->key->literal), WF_S("matrix")))
			visit_keys(c, pair->value, true);
	}
}

static bool
fail_unknown(const struct checker *c, const char *what, struct wf_error *err)
{
	wf_fail(err, WF_ERR_USAGE, WF_NOWHERE, "there is no %s '%.*s'", what, WF_ARG(c->asked));
	return hint_known(c, err);
}

static bool
check_pair(struct checker *c, const struct woken *woken, size_t index, struct wf_error *err)
{
	c->key = WF_S("");
	if (!look(c, woken, visit_matrix, c->select->keys.items[index]))
		return fail_unknown(c, "matrix with the key", err);
	c->key = c->asked;
	if (look(c, woken, visit_matrix, c->select->values.items[index]))
		return true;
	wf_fail(err, WF_ERR_USAGE, WF_NOWHERE, "no matrix has %.*s=%.*s", WF_ARG(c->key),
	    WF_ARG(c->asked));
	return hint_known(c, err);
}

/* Steps without a job: the jobs that have one of them. */
static void
add_owner(struct checker *c, const struct job_def *job, struct wf_str path)
{
	if (last_meant(job, &c->asked, 1) > 0)
		add_name(c->arena, &c->known, path);
}

static void
add_owners(struct checker *c, const struct woken *woken)
{
	struct select *select = c->select;
	struct select_names owners = { 0 };

	for (size_t i = 0; i < select->steps.n; i++) {
		look(c, woken, add_owner, select->steps.items[i]);
		for (size_t k = 0; k < c->known.n; k++)
			add_name(c->arena, &owners, c->known.items[k]);
	}
	select->jobs = owners;
}

bool
select_check(struct wf_arena *arena, struct select *select, const struct workflow *const *workflows,
    size_t n, const struct select_source *source, struct wf_error *err)
{
	struct checker c = { .arena = arena, .select = select, .source = source };
	const struct woken woken = { workflows, n };

	for (size_t i = 0; i < select->jobs.n; i++)
		if (!look(&c, &woken, visit_job, select->jobs.items[i]))
			return fail_unknown(&c, "job", err);
	for (size_t i = 0; i < select->steps.n; i++)
		if (!look(&c, &woken, visit_step, select->steps.items[i]))
			return fail_unknown(&c, "step", err);
	for (size_t i = 0; i < select->keys.n; i++)
		if (!check_pair(&c, &woken, i, err))
			return false;
	if (select->jobs.n == 0 && select->steps.n > 0)
		add_owners(&c, &woken);
	return true;
}
