/* SPDX-License-Identifier: MIT */
/* problems.h - problems of files as a person, a program, or a service for code review reads them.
 */
#pragma once

#include "base/error.h"
#include "base/map.h"

#include <stddef.h>

enum problems_form {
	PROBLEMS_TEXT, /* with excerpt and caret */
	PROBLEMS_JSON, /* one object a line */
	PROBLEMS_SARIF, /* one document, SARIF 2.1.0 */
};

struct problems {
	enum problems_form form;
	bool color;
	size_t n;
	struct wf_arena *arena;
	struct wf_buf out; /* what is to be printed; released by the owner */
	struct wf_map prints; /* SARIF: fingerprints so far, to how often each came */
};

/* Before the first file; the form, the colour and the arena are set. */
void problems_begin(struct problems *p);
/* One problem of a file whose text is `source`. */
void problems_add(struct problems *p, const struct wf_diag *diag, struct wf_str source);
/* After the last file. */
void problems_end(struct problems *p);
