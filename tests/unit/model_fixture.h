/* SPDX-License-Identifier: MIT */
/* model_fixture.h - reads a text and gives its problems as lines. */
#pragma once

#include "test.h"

#include "base/error.h"
#include "model/workflow.h"

struct model_fixture {
	struct wf_arena *arena;
	struct wf_diags diags;
};

void model_init(struct model_fixture *fx);
void model_release(struct model_fixture *fx);
/* A workflow that must be in order. */
const struct workflow *model_workflow(struct model_fixture *fx, const char *text);
/* "LINE:COL message" for each problem, one a line; warnings begin with "warning: ". */
struct wf_str model_problems(struct model_fixture *fx);
/* The problems of a workflow are these. */
void model_expect(const char *text, const char *problems, const char *file, int line);
#define CHECK_PROBLEMS(text, problems) model_expect((text), (problems), __FILE__, __LINE__)
