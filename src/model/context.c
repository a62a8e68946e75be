/* SPDX-License-Identifier: MIT */
/* context.c - the named sets of contexts as lists of names. */
#include "model/context.h"

#include <limits.h>
#include <stdlib.h>

#define MAX_JOBS INT_MAX /* success() and failure() of a job may name any number of jobs */

static const struct expr_func hash_files[] = { { .name = "hashFiles", .min = 1, .max = 255 },
	{ 0 } };

static const struct expr_func job_status[] = {
	{ .name = "always" },
	{ .name = "cancelled" },
	{ .name = "success", .max = MAX_JOBS },
	{ .name = "failure", .max = MAX_JOBS },
	{ 0 },
};

static const struct expr_func step_functions[] = {
	{ .name = "always" },
	{ .name = "cancelled" },
	{ .name = "success" },
	{ .name = "failure" },
	{ .name = "hashFiles", .min = 1, .max = 255 },
	{ 0 },
};

#define NAMES(...)                                                                                 \
	(const char *const[])                                                                      \
	{                                                                                          \
		__VA_ARGS__, NULL                                                                  \
	}

static const struct {
	unsigned contexts;
	struct expr_names names;
} sets[] = {
	{ 0, { NAMES(NULL), NULL } },
	{ CTX_RUN, { NAMES("github", "inputs", "vars"), NULL } },
	{ CTX_RUN_SECRETS, { NAMES("github", "inputs", "vars", "secrets"), NULL } },
	{ CTX_CALL_OUTPUT, { NAMES("github", "inputs", "vars", "jobs"), NULL } },
	{ CTX_GRAPH, { NAMES("github", "inputs", "vars", "needs"), NULL } },
	{ CTX_JOB_IF, { NAMES("github", "inputs", "vars", "needs"), job_status } },
	{ CTX_INSTANCE,
	    { NAMES("github", "inputs", "vars", "needs", "strategy", "matrix"), NULL } },
	{ CTX_INSTANCE_ENV,
	    { NAMES("github", "inputs", "vars", "needs", "strategy", "matrix", "env"), NULL } },
	{ CTX_INSTANCE_SECRETS,
	    { NAMES("github", "inputs", "vars", "needs", "strategy", "matrix", "secrets"), NULL } },
	{ CTX_LOGIN,
	    { NAMES("github", "inputs", "vars", "needs", "strategy", "matrix", "secrets", "env"),
	        NULL } },
	{ CTX_MACHINE, { NAMES("github", "inputs", "vars", "needs", "strategy", "matrix", "steps",
	                     "job", "runner", "env"),
	                   NULL } },
	{ CTX_MACHINE_SECRETS, { NAMES("github", "inputs", "vars", "needs", "strategy", "matrix",
	                             "secrets", "steps", "job", "runner", "env"),
	                           NULL } },
	{ CTX_STEP, { NAMES("github", "inputs", "vars", "needs", "strategy", "matrix", "secrets",
	                  "steps", "job", "runner", "env"),
	                hash_files } },
	{ CTX_STEP_IF, { NAMES("github", "inputs", "vars", "needs", "strategy", "matrix", "steps",
	                     "job", "runner", "env"),
	                   step_functions } },
	{ CTX_ACTION_INPUT,
	    { NAMES("github", "strategy", "matrix", "job", "runner"), hash_files } },
	{ CTX_ACTION_OUTPUT,
	    { NAMES("github", "strategy", "matrix", "steps", "inputs", "job", "runner", "env"),
	        NULL } },
	{ CTX_ACTION_DOCKER, { NAMES("inputs"), NULL } },
	{ CTX_ACTION_STEP,
	    { NAMES("github", "strategy", "matrix", "steps", "inputs", "job", "runner", "env"),
	        hash_files } },
	{ CTX_ACTION_STEP_IF,
	    { NAMES("github", "strategy", "matrix", "steps", "inputs", "job", "runner", "env"),
	        step_functions } },
};

const struct expr_names *
context_names(unsigned contexts)
{
	for (size_t i = 0; i < WF_COUNT(sets); i++)
		if (sets[i].contexts == contexts)
			return &sets[i].names;
	abort(); /* a table of keys.c makes a set that has no name */
}
