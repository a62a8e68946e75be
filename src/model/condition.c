/* SPDX-License-Identifier: MIT */
/* condition.c - the text of an `if:` to an expression. */
#include "model/condition.h"

#include "model/context.h"

#include <string.h>

static const struct expr *
checked(const struct expr *cond, struct wf_error *err, struct wf_diags *diags)
{
	if (!cond) {
		err->kind = WF_ERR_INVALID; /* it is the file that is wrong */
		if (strstr(err->msg, "named-value: 'secrets'"))
			wf_hint(err, "put the secret in 'env:' and ask for env.NAME");
		wf_diags_add(diags, WF_DIAG_ERROR, err);
	}
	return cond;
}

const struct expr *
condition_read(struct wf_arena *arena, const struct expr_token *token, unsigned contexts,
    struct wf_diags *diags)
{
	struct wf_error err;

	return checked(expr_condition(arena, token, context_names(contexts), &err), &err, diags);
}

const struct expr *
condition_read_plain(struct wf_arena *arena, struct wf_str text, struct wf_pos pos,
    unsigned contexts, struct wf_diags *diags)
{
	struct wf_error err;

	return checked(expr_parse(arena, text, pos, context_names(contexts), NULL, &err), &err,
	    diags);
}
