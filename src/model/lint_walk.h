/* SPDX-License-Identifier: MIT */
/* lint_walk.h - what the rules share: the state of the walk, places, and reporting. */
#pragma once

#include "base/map.h"
#include "expr/node.h"
#include "model/lint.h"

/* In alphabetical order of the names, as in the table of lint_rules.c. */
enum lint_id {
	LINT_ALWAYS_TRUE,
	LINT_CONSTANT_CONDITION,
	LINT_CRON_NEVER,
	LINT_CRON_TOO_OFTEN,
	LINT_DEFAULT_BRANCH_REF,
	LINT_DEPRECATED_COMMAND,
	LINT_FILTER_NEVER_MATCHES,
	LINT_INVALID,
	LINT_MISSING_INPUT,
	LINT_MISSING_WORKFLOW,
	LINT_OTHER_SPELLING,
	LINT_PENDING_CHECK,
	LINT_SCRIPT_INJECTION,
	LINT_UNDECLARED_INPUT,
	LINT_UNKNOWN_INPUT,
	LINT_UNKNOWN_JOB,
	LINT_UNKNOWN_MATRIX_KEY,
	LINT_UNKNOWN_NEED,
	LINT_UNKNOWN_OUTPUT,
	LINT_UNKNOWN_PROPERTY,
	LINT_UNKNOWN_STEP,
	LINT_UNKNOWN_VALUE,
	LINT_UNKNOWN_WORKFLOW,
	LINT_UNREACHABLE_JOB,
	LINT_UNUSED_IGNORE,
};

/* What a value is for, where a rule asks. */
enum lint_site {
	LINT_AT_OTHER,
	LINT_AT_IF,
	LINT_AT_SCRIPT, /* run, or the script of actions/github-script */
	LINT_AT_VALUE, /* env, with, outputs: what may carry a version */
};

/* The declared outputs of a job or an action. */
struct lint_outputs {
	bool asked, known; /* not known: it may have any */
	struct wf_map names;
};

struct lint {
	struct wf_arena *arena;
	struct wf_diags *diags;
	const struct lint_repository *repository; /* NULL: none */
	const char *file;
	struct wf_str source;
	const char **lines; /* starts of the lines of source; NULL: not asked yet */
	size_t nlines, nreports;
	struct wf_diag unread; /* stands for reports beyond those that anybody reads */
	bool spelled_otherwise; /* $<< stands somewhere */

	const struct workflow *wf; /* NULL: it is an action */
	const struct action *action;
	struct wf_map inputs; /* declared ones, letters without case */
	bool wakes_on_chain; /* workflow_run */
	struct lint_outputs *job_outputs; /* [wf->njobs], each filled in when it is asked for */
	struct wf_map action_outputs; /* `uses:` to struct lint_outputs */

	/* where the walk is */
	enum lint_site site;
	const struct job_def *job; /* NULL: outside of jobs */
	const struct step_def *step;
	bool in_steps; /* the steps context can be judged */
	struct wf_map past, all; /* steps of the list by id: behind the walk, and all */
	struct wf_map matrix; /* keys that legs of the job have */
	bool matrix_known;
	bool elsewhere; /* another repository was checked out over the work tree */
	bool misled; /* a ref in this scalar is that of the default branch, and nobody asks */
};

enum { LINT_MAX_REPORTS = 100 }; /* of one file; nobody reads more */

static inline bool
lint_enough(const struct lint *l)
{
	return l->nreports >= LINT_MAX_REPORTS;
}

/* ---- places (lint_place.c) ---- */

/* A part of a scalar: text[from..to) is looked for behind pos, the caret goes to text[at]. */
struct lint_spot {
	struct wf_pos pos; /* of the scalar or key */
	struct wf_str text; /* all of it */
	size_t from, at, to;
};

/* The whole text of a key or scalar. */
struct lint_spot lint_spot(struct wf_pos pos, struct wf_str text);
/* The first line of a scalar of any kind. */
struct lint_spot lint_spot_token(const struct expr_token *token);
/* A part of an expression of the token; `from` and `at` point into the expression's source. */
struct lint_spot lint_spot_part(const struct expr_token *token, const struct expr *expr,
    struct wf_str part, const char *at);

/* Adds what a rule has found; never NULL, for lint_hint(). */
struct wf_diag *lint_report(struct lint *l, enum lint_id id, const struct lint_spot *spot,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* "did you mean 'X'?" when one of the names is near. */
void lint_suggest(struct wf_diag *diag, struct wf_str word, const struct wf_str *names, size_t n);
/* The same over the keys of a map. */
void lint_suggest_key(struct wf_diag *diag, struct wf_str word, const struct wf_map *map);

/* ---- expressions (lint_expr.c) ---- */

enum { LINT_PATH = 6 };

/* One reference of an expression, github.event.commits[0].message. */
struct lint_ref {
	const struct expr_token *token;
	const struct expr *expr;
	struct wf_str context;
	struct wf_str path[LINT_PATH]; /* "*" for what is no literal text */
	size_t npath;
	bool flows; /* its text becomes a part of the result */
	bool replaced; /* `|| something else` follows */
};

void lint_expr(struct lint *l, const struct expr_token *token, const struct expr *expr);
/* Key i of the path, i == npath or more: false. */
bool lint_ref_is(const struct lint_ref *ref, size_t i, const char *key);
/* Whether key i is there as literal text. */
bool lint_ref_has(const struct lint_ref *ref, size_t i);
/* The reference up to its key i, with the caret at this key. */
struct lint_spot lint_spot_ref(const struct lint_ref *ref, size_t i);

/* ---- rules, by noun ---- */

/* lint_refs.c */
void lint_ref_need(struct lint *l, const struct lint_ref *ref);
void lint_ref_step(struct lint *l, const struct lint_ref *ref);
void lint_ref_job(struct lint *l, const struct lint_ref *ref);
void lint_ref_input(struct lint *l, const struct lint_ref *ref);
void lint_ref_matrix(struct lint *l, const struct lint_ref *ref);
void lint_event_input(struct lint *l, const struct lint_ref *ref);
/* Gathers what the file declares, and the keys of a job's matrix. */
void lint_refs_init(struct lint *l);
void lint_matrix_init(struct lint *l, const struct expr_token *strategy);

/* lint_untrusted.c: github.*, and the text of scripts */
void lint_ref_github(struct lint *l, const struct lint_ref *ref);
void lint_script(struct lint *l, const struct expr_token *token);
/* Whether a ref in the scalar misleads, see struct lint. */
bool lint_misleads(const struct lint *l, const struct expr_token *token);

/* lint_if.c */
void lint_if(struct lint *l, const struct expr_token *token, const struct expr *cond);
void lint_unreachable(struct lint *l);

/* lint_on.c */
void lint_on(struct lint *l);

/* lint_uses.c */
void lint_step_uses(struct lint *l, const struct step_def *step);
void lint_job_uses(struct lint *l, const struct job_def *job);
/* What a `uses:` of this repository names; NULL when it is not known. */
const struct action *lint_local_action(struct lint *l, const struct step_def *step);
const struct workflow *lint_local_workflow(struct lint *l, const struct job_def *job,
    bool *missing);
