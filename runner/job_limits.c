/* SPDX-License-Identifier: MIT */
/* job_limits.c - how long a job may run, and whether its failure counts. GitHub's service knows
 * both before the job has a machine, so that a machine that fails is forgiven, too. */
#include "runner/job_limits.h"

#include "runner/scope.h"

#include <math.h>

#define TIMEOUT_MINUTES 360
#define CANCEL_MINUTES 5
#define LONGEST_MINUTES (35.0 * 24 * 60) /* no run lasts longer on GitHub */

/* One of the keys that hold minutes. */
struct minutes_key {
	const char *key;
	const struct expr_token *token;
	double fallback, *out;
};

/* Minutes are truncated; what is none of at least one is the fallback. */
static bool
read_minutes(struct job *job, const struct expr_scope *scope, const struct minutes_key *key,
    struct wf_error *err)
{
	if (!expr_token_number(job->call->run->arena, key->token, scope, key->fallback, key->out,
	        err))
		return job_fail_key(job, key->key, err);
	*key->out = trunc(*key->out);
	if (!(*key->out > 0))
		*key->out = key->fallback;
	*key->out = fmin(*key->out, LONGEST_MINUTES);
	return true;
}

bool
job_limits_read(struct job *job, struct wf_error *err)
{
	struct wf_arena *arena = job->call->run->arena;
	const struct job_def *def = job->def;
	const struct expr_scope scope = { .contexts = scope_node(arena, job) };
	const struct minutes_key keys[] = {
		{ "timeout-minutes", def->timeout_minutes, TIMEOUT_MINUTES, &job->timeout_minutes },
		{ "cancel-timeout-minutes", def->cancel_timeout_minutes, CANCEL_MINUTES,
		    &job->cancel_minutes },
	};

	if (!expr_token_bool(arena, def->continue_on_error, &scope, false, &job->continue_on_error,
	        err))
		return job_fail_key(job, "continue-on-error", err);
	for (size_t i = 0; i < WF_COUNT(keys); i++)
		if (!read_minutes(job, &scope, &keys[i], err))
			return false;
	return true;
}
