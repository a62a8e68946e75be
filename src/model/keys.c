/* SPDX-License-Identifier: MIT */
/* keys.c - the keys of a workflow file, except `on:` (semantics.md 1.4 to 1.7). */
#include "model/keys.h"

#include "model/workflow.h"

#define MAPPING(map) .maps = SCHEMA_MAPS(&(map))
#define STRINGS_MAP (&(const struct schema_map){ .key = &schema_text, .value = &schema_string })
/* A map of text to text, where GitHub's schema allows an expression for the whole, too. */
#define MAP_OF_STRINGS .maps = SCHEMA_MAPS(STRINGS_MAP)

/* ---- permissions, defaults, concurrency ---- */

static const struct schema_def level_any = { .words = SCHEMA_WORDS("read", "write", "none") };
static const struct schema_def level_read = { .words = SCHEMA_WORDS("read", "none") };
static const struct schema_def level_write = { .words = SCHEMA_WORDS("write", "none") };

static const struct schema_map permissions_map = {
	.keys = SCHEMA_KEYS({ "actions", &level_any }, { "artifact-metadata", &level_any },
	    { "attestations", &level_any }, { "checks", &level_any },
	    { "code-quality", &level_any }, { "contents", &level_any },
	    { "copilot-requests", &level_write }, { "deployments", &level_any },
	    { "discussions", &level_any }, { "drives", &level_any }, { "id-token", &level_write },
	    { "issues", &level_any }, { "models", &level_read }, { "packages", &level_any },
	    { "pages", &level_any }, { "pull-requests", &level_any },
	    { "repository-projects", &level_any }, { "security-events", &level_any },
	    { "statuses", &level_any }, { "vulnerability-alerts", &level_read }),
};
static const struct schema_def permissions = {
	.words = SCHEMA_WORDS("read-all", "write-all"),
	MAPPING(permissions_map),
};

static const struct schema_map run_defaults_map = {
	.keys = SCHEMA_KEYS({ "shell", &schema_text }, { "working-directory", &schema_text }),
};
static const struct schema_def run_defaults = { MAPPING(run_defaults_map) };
static const struct schema_map defaults_map = { .keys = SCHEMA_KEYS({ "run", &run_defaults }) };
static const struct schema_def workflow_defaults = { MAPPING(defaults_map) };

static const struct schema_def job_run_defaults = {
	.name = "job-defaults-run",
	.contexts = CTX_INSTANCE_ENV,
	MAPPING(run_defaults_map),
};
static const struct schema_map job_defaults_map = {
	.keys = SCHEMA_KEYS({ "run", &job_run_defaults }),
};
static const struct schema_def job_defaults = { MAPPING(job_defaults_map) };

static const struct schema_def concurrency_queue = { .words = SCHEMA_WORDS("single", "max") };
static const struct schema_map concurrency_map = {
	.keys = SCHEMA_KEYS({ "group", &schema_text, true },
	    { "cancel-in-progress", &schema_boolean }, { "queue", &concurrency_queue }),
};
static const struct schema_def workflow_concurrency = {
	.name = "workflow-concurrency",
	.contexts = CTX_RUN,
	.scalars = SCHEMA_STRING,
	MAPPING(concurrency_map),
};
static const struct schema_def job_concurrency = {
	.name = "job-concurrency",
	.contexts = CTX_INSTANCE,
	.scalars = SCHEMA_TEXT,
	MAPPING(concurrency_map),
};

static const struct schema_def workflow_env = {
	.name = "workflow-env",
	.contexts = CTX_RUN_SECRETS,
	MAP_OF_STRINGS,
};
static const struct schema_def job_env = {
	.name = "job-env",
	.contexts = CTX_INSTANCE_SECRETS,
	MAP_OF_STRINGS,
};

/* ---- strategy ---- */

static const struct schema_def anything_list = { .items = &schema_any };
static const struct schema_map matrix_item_map = { NULL, &schema_text, &schema_any };
static const struct schema_def matrix_item = { MAPPING(matrix_item_map) };
static const struct schema_def matrix_filter = { .items = &matrix_item };
static const struct schema_map matrix_map = {
	.keys = SCHEMA_KEYS({ "include", &matrix_filter }, { "exclude", &matrix_filter }),
	.key = &schema_text,
	.value = &anything_list,
};
static const struct schema_def matrix = {
	.name = "matrix",
	.contexts = CTX_GRAPH,
	MAPPING(matrix_map),
};
static const struct schema_map strategy_map = {
	.keys = SCHEMA_KEYS({ "fail-fast", &schema_boolean }, { "max-parallel", &schema_number },
	    { "matrix", &matrix }),
};
static const struct schema_def strategy = {
	.name = "strategy",
	.contexts = CTX_GRAPH,
	MAPPING(strategy_map),
};

/* ---- where a job runs ---- */

static const struct schema_def text_or_texts = { .scalars = SCHEMA_TEXT, .items = &schema_text };
static const struct schema_map runs_on_map = {
	.keys = SCHEMA_KEYS({ "group", &schema_text }, { "labels", &text_or_texts }),
};
static const struct schema_def runs_on = {
	.name = "runs-on",
	.contexts = CTX_INSTANCE,
	.scalars = SCHEMA_TEXT,
	.items = &schema_text,
	MAPPING(runs_on_map),
};

static const struct schema_def container_env_value = {
	.name = "string-runner-context",
	.contexts = CTX_MACHINE_SECRETS,
	.scalars = SCHEMA_STRING,
};
static const struct schema_map container_env_map = { NULL, &schema_text, &container_env_value };
static const struct schema_def container_env = { MAPPING(container_env_map) };
static const struct schema_map credentials_map = {
	.keys = SCHEMA_KEYS({ "username", &schema_text }, { "password", &schema_text }),
};
static const struct schema_def credentials = {
	.name = "container-registry-credentials",
	.contexts = CTX_RUN_SECRETS | CTX_ENV,
	MAPPING(credentials_map),
};
static const struct schema_map container_map = {
	.keys = SCHEMA_KEYS({ "image", &schema_text }, { "options", &schema_string },
	    { "env", &container_env }, { "ports", &schema_texts }, { "volumes", &schema_texts },
	    { "credentials", &credentials }),
};
static const struct schema_def container = {
	.name = "container",
	.contexts = CTX_INSTANCE,
	.scalars = SCHEMA_STRING,
	MAPPING(container_map),
};
static const struct schema_map service_map = {
	.keys = SCHEMA_KEYS({ "image", &schema_text }, { "options", &schema_string },
	    { "env", &container_env }, { "ports", &schema_texts }, { "volumes", &schema_texts },
	    { "credentials", &credentials }, { "entrypoint", &schema_string },
	    { "command", &schema_string }),
};
static const struct schema_def service = { .scalars = SCHEMA_TEXT, MAPPING(service_map) };
static const struct schema_map services_map = { NULL, &schema_text, &service };
static const struct schema_def services = {
	.name = "services",
	.contexts = CTX_INSTANCE,
	MAPPING(services_map),
};

static const struct schema_def environment_url = {
	.name = "string-runner-context-no-secrets",
	.contexts = CTX_MACHINE,
	.scalars = SCHEMA_STRING,
};
static const struct schema_map environment_map = {
	.keys = SCHEMA_KEYS({ "name", &schema_string, true }, { "url", &environment_url },
	    { "deployment", &schema_boolean }),
};
static const struct schema_def environment = {
	.name = "job-environment",
	.contexts = CTX_INSTANCE,
	.scalars = SCHEMA_STRING,
	MAPPING(environment_map),
};

static const struct schema_def snapshot_if = {
	.name = "snapshot-if",
	.contexts = CTX_INSTANCE,
	.scalars = SCHEMA_STRING,
};
static const struct schema_map snapshot_map = {
	.keys = SCHEMA_KEYS({ "image-name", &schema_text, true }, { "if", &snapshot_if },
	    { "version", &schema_text }),
};
static const struct schema_def snapshot = { .scalars = SCHEMA_TEXT, MAPPING(snapshot_map) };

/* ---- steps ---- */

static const struct schema_def step_name = {
	.name = "step-name",
	.contexts = CTX_STEP,
	.scalars = SCHEMA_STRING,
};
static const struct schema_def step_if = {
	.name = "step-if",
	.contexts = CTX_STEP_IF,
	.scalars = SCHEMA_STRING,
};
static const struct schema_def step_number = {
	.name = "step-timeout-minutes",
	.contexts = CTX_STEP,
	.scalars = SCHEMA_NUMBER,
};
static const struct schema_def step_boolean = {
	.name = "step-continue-on-error",
	.contexts = CTX_STEP,
	.scalars = SCHEMA_BOOL,
};
static const struct schema_def step_string = {
	.name = "string-steps-context",
	.contexts = CTX_STEP,
	.scalars = SCHEMA_STRING,
};
static const struct schema_def step_env = {
	.name = "step-env",
	.contexts = CTX_STEP,
	MAP_OF_STRINGS,
};
static const struct schema_def step_with = {
	.name = "step-with",
	.contexts = CTX_STEP,
	MAP_OF_STRINGS,
};
static const struct schema_def wait_all = { .scalars = SCHEMA_NULL | SCHEMA_BOOL };

#define RUN_STEP_KEYS                                                                              \
	{ "name", &step_name }, { "id", &schema_text }, { "if", &step_if },                        \
	    { "timeout-minutes", &step_number }, { "run", &step_string, true },                    \
	    { "continue-on-error", &step_boolean }, { "env", &step_env },                          \
	    { "working-directory", &step_string },                                                 \
	{                                                                                          \
		"shell", &schema_text                                                              \
	}
#define USES_STEP_KEYS                                                                             \
	{ "name", &step_name }, { "id", &schema_text }, { "if", &step_if },                        \
	    { "continue-on-error", &step_boolean }, { "timeout-minutes", &step_number },           \
	    { "uses", &schema_text, true }, { "with", &step_with },                                \
	{                                                                                          \
		"env", &step_env                                                                   \
	}

static const struct schema_map run_step = {
	.keys = SCHEMA_KEYS(RUN_STEP_KEYS, { "background", &schema_boolean }),
};
static const struct schema_map uses_step = {
	.keys = SCHEMA_KEYS(USES_STEP_KEYS, { "background", &schema_boolean }),
};
static const struct schema_map wait_step = {
	.keys = SCHEMA_KEYS({ "name", &step_name }, { "id", &schema_text },
	    { "continue-on-error", &step_boolean }, { "wait", &text_or_texts, true }),
};
static const struct schema_map wait_all_step = {
	.keys = SCHEMA_KEYS({ "name", &step_name }, { "id", &schema_text },
	    { "continue-on-error", &step_boolean }, { "wait-all", &wait_all, true }),
};
static const struct schema_map cancel_step = {
	.keys = SCHEMA_KEYS({ "name", &step_name }, { "id", &schema_text },
	    { "continue-on-error", &step_boolean }, { "cancel", &schema_text, true }),
};

/* Members of `parallel` may be neither control steps nor background steps (10.2). */
static const struct schema_map member_run_step = { .keys = SCHEMA_KEYS(RUN_STEP_KEYS) };
static const struct schema_map member_uses_step = { .keys = SCHEMA_KEYS(USES_STEP_KEYS) };
static const struct schema_def member_step = {
	.maps = SCHEMA_MAPS(&member_run_step, &member_uses_step),
};
static const struct schema_def member_steps = { .items = &member_step };
static const struct schema_map parallel_step = {
	.keys = SCHEMA_KEYS({ "parallel", &member_steps, true }),
};

static const struct schema_def step = {
	.maps = SCHEMA_MAPS(&run_step, &uses_step, &wait_step, &wait_all_step, &cancel_step,
	    &parallel_step),
};
static const struct schema_def steps = { .items = &step };

/* ---- jobs ---- */

static const struct schema_def job_if = {
	.name = "job-if",
	.contexts = CTX_JOB_IF,
	.scalars = SCHEMA_STRING,
};
static const struct schema_def job_string = {
	.name = "string-strategy-context",
	.contexts = CTX_INSTANCE,
	.scalars = SCHEMA_STRING,
};
static const struct schema_def job_number = {
	.name = "number-strategy-context",
	.contexts = CTX_INSTANCE,
	.scalars = SCHEMA_NUMBER,
};
static const struct schema_def job_boolean = {
	.name = "boolean-strategy-context",
	.contexts = CTX_INSTANCE,
	.scalars = SCHEMA_BOOL,
};
static const struct schema_def job_output = {
	.name = "job-outputs",
	.contexts = CTX_MACHINE_SECRETS,
	.scalars = SCHEMA_STRING,
};
static const struct schema_map job_outputs_map = { NULL, &schema_text, &job_output };
static const struct schema_def job_outputs = { MAPPING(job_outputs_map) };

static const struct schema_def call_input = {
	.name = "scalar-needs-context",
	.contexts = CTX_INSTANCE,
	.scalars = SCHEMA_STRING | SCHEMA_BOOL | SCHEMA_NUMBER,
};
static const struct schema_map call_with_map = { NULL, &schema_text, &call_input };
static const struct schema_def call_with = { MAPPING(call_with_map) };
static const struct schema_def call_secret = {
	.name = "scalar-needs-context-with-secrets",
	.contexts = CTX_INSTANCE_SECRETS,
	.scalars = SCHEMA_STRING | SCHEMA_BOOL | SCHEMA_NUMBER,
};
static const struct schema_map call_secrets_map = { NULL, &schema_text, &call_secret };
static const struct schema_def call_secrets = {
	.words = SCHEMA_WORDS("inherit"),
	MAPPING(call_secrets_map),
};

static const struct schema_map normal_job = {
	.keys = SCHEMA_KEYS({ "needs", &text_or_texts }, { "if", &job_if },
	    { "strategy", &strategy }, { "name", &job_string }, { "runs-on", &runs_on, true },
	    { "timeout-minutes", &job_number }, { "cancel-timeout-minutes", &job_number },
	    { "continue-on-error", &job_boolean }, { "container", &container },
	    { "services", &services }, { "env", &job_env }, { "environment", &environment },
	    { "permissions", &permissions }, { "concurrency", &job_concurrency },
	    { "outputs", &job_outputs }, { "defaults", &job_defaults }, { "steps", &steps },
	    { "snapshot", &snapshot }),
};
static const struct schema_map calling_job = {
	.keys = SCHEMA_KEYS({ "name", &job_string }, { "uses", &schema_text, true },
	    { "with", &call_with }, { "secrets", &call_secrets }, { "needs", &text_or_texts },
	    { "if", &job_if }, { "permissions", &permissions }, { "concurrency", &job_concurrency },
	    { "strategy", &strategy }),
};
static const struct schema_def job = { .maps = SCHEMA_MAPS(&normal_job, &calling_job) };
static const struct schema_map jobs_map = { NULL, &schema_text, &job };
static const struct schema_def jobs = { MAPPING(jobs_map) };

/* ---- the file ---- */

static const struct schema_def run_name = {
	.name = "run-name",
	.contexts = CTX_RUN,
	.scalars = SCHEMA_STRING,
};
static const struct schema_map workflow_map = {
	.keys = SCHEMA_KEYS({ "on", &keys_on, true }, { "name", &schema_string },
	    { "description", &schema_string }, { "run-name", &run_name },
	    { "defaults", &workflow_defaults }, { "env", &workflow_env },
	    { "permissions", &permissions }, { "concurrency", &workflow_concurrency },
	    { "jobs", &jobs, true }),
};
const struct schema_def keys_workflow = { MAPPING(workflow_map) };

const struct schema_def *
keys_input(struct wf_str type)
{
	if (wf_str_is(type, "boolean"))
		return &schema_boolean;
	if (wf_str_is(type, "number"))
		return &schema_number;
	if (wf_str_is(type, "string"))
		return &schema_string;
	return NULL;
}

const struct expr_names *
workflow_names(const char *key)
{
	static const struct schema_def *const named[] = { &run_name, &workflow_env,
		&workflow_concurrency, &job_if, &strategy, &matrix, &runs_on, &container, &services,
		&credentials, &container_env_value, &environment, &environment_url, &snapshot_if,
		&job_string, &job_number, &job_boolean, &job_env, &job_concurrency,
		&job_run_defaults, &job_output, &call_input, &call_secret, &step_name, &step_if,
		&step_number, &step_boolean, &step_string, &step_env, &step_with };

	for (size_t i = 0; i < WF_COUNT(named); i++)
		if (!strcmp(key, named[i]->name))
			return context_names(named[i] == &credentials ? CTX_LOGIN
			                                              : named[i]->contexts);
	return NULL;
}
