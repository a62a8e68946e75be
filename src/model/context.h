/* SPDX-License-Identifier: MIT */
/* context.h - sets of contexts and functions that an expression may use at a place of a file. */
#pragma once

#include "expr/expr.h"

enum {
	CTX_GITHUB = 1 << 0,
	CTX_INPUTS = 1 << 1,
	CTX_VARS = 1 << 2,
	CTX_NEEDS = 1 << 3,
	CTX_STRATEGY = 1 << 4,
	CTX_MATRIX = 1 << 5,
	CTX_SECRETS = 1 << 6,
	CTX_STEPS = 1 << 7,
	CTX_JOB = 1 << 8,
	CTX_RUNNER = 1 << 9,
	CTX_ENV = 1 << 10,
	CTX_JOBS = 1 << 11,
	CTX_HASHFILES = 1 << 12, /* hashFiles(1,255) */
	CTX_STATUS = 1 << 13, /* always, success, failure, cancelled without arguments */
	CTX_STATUS_OF = 1 << 14, /* the same, where success and failure may name jobs */

	/* The sets of GitHub's schema, by the moment of evaluation (semantics.md 1.4 to 1.7). */
	CTX_RUN = CTX_GITHUB | CTX_INPUTS | CTX_VARS,
	CTX_RUN_SECRETS = CTX_RUN | CTX_SECRETS,
	CTX_CALL_OUTPUT = CTX_RUN | CTX_JOBS,
	CTX_GRAPH = CTX_RUN | CTX_NEEDS,
	CTX_JOB_IF = CTX_GRAPH | CTX_STATUS_OF,
	CTX_INSTANCE = CTX_GRAPH | CTX_STRATEGY | CTX_MATRIX,
	CTX_INSTANCE_ENV = CTX_INSTANCE | CTX_ENV,
	CTX_INSTANCE_SECRETS = CTX_INSTANCE | CTX_SECRETS,
	CTX_LOGIN = CTX_INSTANCE_SECRETS | CTX_ENV,
	CTX_MACHINE = CTX_INSTANCE_ENV | CTX_STEPS | CTX_JOB | CTX_RUNNER,
	CTX_MACHINE_SECRETS = CTX_MACHINE | CTX_SECRETS,
	CTX_STEP = CTX_MACHINE_SECRETS | CTX_HASHFILES,
	CTX_STEP_IF = CTX_MACHINE | CTX_HASHFILES | CTX_STATUS,

	/* The sets of action.yml (7.2, 7.4). */
	CTX_ACTION_INPUT = CTX_GITHUB | CTX_STRATEGY | CTX_MATRIX | CTX_JOB | CTX_RUNNER |
	                   CTX_HASHFILES,
	CTX_ACTION_OUTPUT = CTX_GITHUB | CTX_STRATEGY | CTX_MATRIX | CTX_STEPS | CTX_INPUTS |
	                    CTX_JOB | CTX_RUNNER | CTX_ENV,
	CTX_ACTION_DOCKER = CTX_INPUTS,
	CTX_ACTION_STEP = CTX_ACTION_OUTPUT | CTX_HASHFILES,
	CTX_ACTION_STEP_IF = CTX_ACTION_STEP | CTX_STATUS,
};

/* The names of a set as expr/ wants them. The set must be 0 or one of those with a name above. */
const struct expr_names *context_names(unsigned contexts);
