/* SPDX-License-Identifier: MIT */
/* keys_action.c - the keys of action.yml (semantics.md 7.2, 7.4).
 *
 * Unknown keys of the file, of an input and of an output are ignored by the runner, so these take
 * any others; `runs` and the steps of a composite action are closed. */
#include "model/keys.h"

static const struct schema_def input_default = {
	.contexts = CTX_ACTION_INPUT,
	.scalars = SCHEMA_STRING,
};
static const struct schema_map input_map = {
	.keys = SCHEMA_KEYS({ "default", &input_default }),
	.key = &schema_string,
	.value = &schema_any,
};
static const struct schema_def input = {
	.scalars = SCHEMA_NULL,
	.maps = SCHEMA_MAPS(&input_map),
};
static const struct schema_map inputs_map = { NULL, &schema_text, &input };
static const struct schema_def inputs = {
	.scalars = SCHEMA_NULL,
	.maps = SCHEMA_MAPS(&inputs_map),
};

static const struct schema_def output_value = {
	.contexts = CTX_ACTION_OUTPUT,
	.scalars = SCHEMA_STRING,
};
static const struct schema_map output_map = {
	.keys = SCHEMA_KEYS({ "description", &schema_string }, { "value", &output_value }),
	.key = &schema_string,
	.value = &schema_any,
};
static const struct schema_def output = {
	.scalars = SCHEMA_NULL,
	.maps = SCHEMA_MAPS(&output_map),
};
static const struct schema_map outputs_map = { NULL, &schema_text, &output };
static const struct schema_def outputs = {
	.scalars = SCHEMA_NULL,
	.maps = SCHEMA_MAPS(&outputs_map),
};

/* ---- runs ---- */

static const struct schema_def docker_value = {
	.contexts = CTX_ACTION_DOCKER,
	.scalars = SCHEMA_STRING,
};
static const struct schema_def docker_args = {
	.contexts = CTX_ACTION_DOCKER,
	.items = &docker_value,
};
static const struct schema_map docker_env_map = { NULL, &schema_text, &docker_value };
static const struct schema_def docker_env = {
	.contexts = CTX_ACTION_DOCKER,
	.maps = SCHEMA_MAPS(&docker_env_map),
};
static const struct schema_map docker_runs = {
	.keys = SCHEMA_KEYS({ "using", &schema_text, true }, { "image", &schema_text, true },
	    { "args", &docker_args }, { "env", &docker_env }, { "entrypoint", &schema_text },
	    { "pre-entrypoint", &schema_text }, { "pre-if", &schema_text },
	    { "post-entrypoint", &schema_text }, { "post-if", &schema_text }),
};
static const struct schema_map node_runs = {
	.keys = SCHEMA_KEYS({ "using", &schema_text, true }, { "main", &schema_text, true },
	    { "pre", &schema_text }, { "pre-if", &schema_text }, { "post", &schema_text },
	    { "post-if", &schema_text }),
};

static const struct schema_def step_string = {
	.contexts = CTX_ACTION_STEP,
	.scalars = SCHEMA_STRING,
};
static const struct schema_def step_shell = {
	.contexts = CTX_ACTION_STEP,
	.scalars = SCHEMA_TEXT,
};
static const struct schema_def step_boolean = {
	.contexts = CTX_ACTION_STEP,
	.scalars = SCHEMA_BOOL,
};
static const struct schema_def step_if = {
	.contexts = CTX_ACTION_STEP_IF,
	.scalars = SCHEMA_STRING,
};
static const struct schema_map step_strings_map = { NULL, &schema_text, &schema_string };
static const struct schema_def step_strings = {
	.contexts = CTX_ACTION_STEP,
	.maps = SCHEMA_MAPS(&step_strings_map),
};
static const struct schema_map run_step = {
	.keys = SCHEMA_KEYS({ "name", &step_string }, { "id", &schema_text }, { "if", &step_if },
	    { "run", &step_string, true }, { "env", &step_strings },
	    { "continue-on-error", &step_boolean }, { "working-directory", &step_string },
	    { "shell", &step_shell, true }),
};
static const struct schema_map uses_step = {
	.keys = SCHEMA_KEYS({ "name", &step_string }, { "id", &schema_text }, { "if", &step_if },
	    { "uses", &schema_text, true }, { "continue-on-error", &step_boolean },
	    { "with", &step_strings }, { "env", &step_strings }),
};
static const struct schema_def step = { .maps = SCHEMA_MAPS(&run_step, &uses_step) };
static const struct schema_def steps = { .items = &step };
static const struct schema_map composite_runs = {
	.keys = SCHEMA_KEYS({ "using", &schema_text, true }, { "steps", &steps, true }),
};

static const struct schema_def runs = {
	.maps = SCHEMA_MAPS(&docker_runs, &node_runs, &composite_runs),
};

static const struct schema_map action_map = {
	.keys = SCHEMA_KEYS({ "name", &schema_string }, { "description", &schema_string },
	    { "inputs", &inputs }, { "outputs", &outputs }, { "runs", &runs, true }),
	.key = &schema_text,
	.value = &schema_any,
};
const struct schema_def keys_action = { .maps = SCHEMA_MAPS(&action_map) };
