/* SPDX-License-Identifier: MIT */
/* action.h - an action's manifest, action.yml. Rules: semantics.md 7.2.
 *
 * Plain data, read-only after action_read(). */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "expr/expr.h"
#include "model/workflow.h"

#include <stdbool.h>
#include <stddef.h>

enum action_kind { ACTION_NODE, ACTION_DOCKER, ACTION_COMPOSITE };

struct action_input {
	struct wf_str id;
	struct wf_pos pos;
	bool required;
	const struct expr_token *fallback; /* `default:`, NULL: none */
	struct wf_str deprecation;
};

struct action_output {
	struct wf_str id;
	const struct expr_token *value; /* composite only */
};

struct action {
	enum action_kind kind;
	const char *file;
	struct wf_str source;
	struct wf_str name;
	struct action_input *inputs;
	size_t ninputs;
	struct action_output *outputs;
	size_t noutputs;

	/* ACTION_NODE */
	struct wf_str using; /* "node20" */
	struct wf_str main, pre, post; /* files below the action's folder; empty: none */
	const struct expr *pre_if, *post_if; /* never NULL; default always() */

	/* ACTION_DOCKER */
	struct wf_str image, entrypoint, pre_entrypoint, post_entrypoint;
	const struct expr_token *args, *env;

	/* ACTION_COMPOSITE */
	struct step_def **steps;
	size_t nsteps;
};

/* Reads a manifest; problems go into diags, NULL when any is an error. */
struct action *action_read(struct wf_arena *arena, const char *file, struct wf_str text,
    struct wf_diags *diags);

/* ---- the text of `uses:` (7.1) ---- */

enum uses_kind {
	USES_LOCAL, /* ./dir */
	USES_SELF, /* $/dir */
	USES_REPO, /* owner/repo[/path]@ref */
	USES_DOCKER, /* docker://image */
};

struct uses_ref {
	enum uses_kind kind;
	struct wf_str owner, repo, path, ref; /* USES_REPO; path is empty or below the repository */
	struct wf_str image; /* USES_DOCKER */
};

/* Takes `uses:` apart; *err has GitHub's wording at pos. LOCAL and SELF set path ("dir"). */
bool uses_parse(struct wf_str text, struct wf_pos pos, struct uses_ref *out, struct wf_error *err);
