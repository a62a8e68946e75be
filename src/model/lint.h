/* SPDX-License-Identifier: MIT */
/* lint.h - warnings: what GitHub takes, and what bites later all the same.
 *
 * A rule has a name, by which a comment silences it:
 *     # wfrun: ignore NAME[, NAME]      on the line of the problem or the one above it
 *     # wfrun: ignore-file NAME[, NAME] for the whole file
 * A file is walked through once; its tokens are handed to the rules by what they are. A rule speaks
 * only when it is sure: what an expression or an unknown action might supply is left alone. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "model/action.h"
#include "model/workflow.h"

#include <stdbool.h>
#include <stddef.h>

struct lint_rule {
	const char *name;
	enum wf_severity severity;
	const char *summary; /* one line */
	const char *reason; /* why it bites, one paragraph */
	const char *wrong, *right; /* pieces of a file; NULL: none */
};

/* The name under which the errors of GitHub itself are told to programs. */
#define LINT_INVALID_NAME "invalid"
/* The rule of $<< expr >>, which --strict makes an error. */
#define LINT_OTHER_SPELLING_NAME "other-spelling"

/* All rules in alphabetical order. */
const struct lint_rule *lint_rules(size_t *n);
/* The rule of this name, or NULL. */
const struct lint_rule *lint_rule(struct wf_str name);

/* What the other files of the repository say. A function may be asked many times. */
struct lint_repository {
	void *data;
	/* The action in the folder `./PATH`; NULL: it is not here, or cannot be read. */
	const struct action *(*action)(void *data, struct wf_str path);
	/* The workflow in the file `./PATH`, in the same way; *missing: there is no such file. */
	const struct workflow *(*workflow)(void *data, struct wf_str path, bool *missing);
	/* The names of all workflows. */
	const struct wf_str *(*names)(void *data, size_t *n);
};

/* Adds warnings and notes to diags. repository is NULL when the file stands alone. */
void lint_workflow(const struct workflow *wf, const struct lint_repository *repository,
    struct wf_diags *diags);
void lint_action(const struct action *action, const struct lint_repository *repository,
    struct wf_diags *diags);

/* Takes out what the comments of `source` silence, then sorts by place. When the file could be
 * `judged` as a whole, comments that silence nothing are noted. */
void lint_finish(const char *file, struct wf_str source, bool judged, struct wf_diags *diags);
