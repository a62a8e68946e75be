/* SPDX-License-Identifier: MIT */
/* emit.h - a workflow template as JSON, in the form of GitHub's parsers. */
#pragma once

#include "model/template.h"

struct emit_options {
	bool source; /* every token with file, line and column, and the table of files */
	const struct template_files *files;
};

void emit_template(struct wf_buf *out, const struct template *template,
    const struct emit_options *options);

/* {"errors":[{"Message":"..."}]}, at most max_errors of them, each cut to max_message characters.
 */
void emit_errors(struct wf_buf *out, const struct wf_diags *diags, size_t max_errors,
    size_t max_message);
