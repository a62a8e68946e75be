/* SPDX-License-Identifier: MIT */
/* job.c - jobs: keys to fields, and what GitHub checks of literals before anything is evaluated. */
#include "model/job.h"

#include "model/condition.h"
#include "model/ids.h"
#include "model/matrix_check.h"
#include "model/step.h"

enum { MAX_GROUP = 400 };

struct reading {
	struct wf_arena *arena;
	struct wf_diags *diags;
};

/* ---- shared with the workflow ---- */

void
job_read_permissions(struct wf_arena *arena, const struct expr_token *value,
    struct permissions_def *out)
{
	const struct expr_token_pair *pair;

	*out = (struct permissions_def){ .given = true, .pos = value->pos };
	out->all = schema_text_of(value);
	if (value->kind != EXPR_TOKEN_MAPPING)
		return;
	out->items = wf_new_array(arena, value->map.n, struct permission);
	for (size_t i = 0; i < value->map.n; i++) {
		pair = &value->map.pairs[i];
		out->items[out->n++] = (struct permission){
			.scope = schema_text_of(pair->key),
			.level = schema_text_of(pair->value),
			.pos = pair->key->pos,
		};
	}
}

void
job_read_defaults(const struct expr_token *value, struct defaults_def *out)
{
	const struct expr_token *run = schema_get(value, "run");

	out->given = run != NULL;
	out->shell = schema_get(run, "shell");
	out->working_directory = schema_get(run, "working-directory");
}

void
job_check_concurrency(const struct expr_token *value, struct wf_diags *diags)
{
	const struct expr_token *group = value->kind == EXPR_TOKEN_MAPPING
	                                     ? schema_get(value, "group")
	                                     : value;

	if (tree_units(schema_text_of(group)) > MAX_GROUP)
		wf_diags_fail(diags, value->pos,
		    "Concurrency group name must be less than %d characters", MAX_GROUP);
}

/* ---- keys ---- */

static void
read_condition(struct reading *r, struct job_def *job, const struct expr_token *value)
{
	job->cond_source = value;
	job->cond = condition_read(r->arena, value, CTX_JOB_IF, r->diags);
}

static void
read_name(struct reading *r, struct job_def *job, const struct expr_token *value)
{
	(void)r;
	if (schema_is_expression(value) || schema_text_of(value).n)
		job->name = value;
}

static void
read_needs(struct reading *r, struct job_def *job, const struct expr_token *value)
{
	bool list = value->kind == EXPR_TOKEN_SEQUENCE;
	size_t n = list ? value->seq.n : 1;
	const struct expr_token *item;

	job->needs = wf_new_array(r->arena, n, struct need_def);
	for (size_t i = 0; i < n; i++) {
		item = list ? value->seq.items[i] : value;
		job->needs[job->nneeds++] = (struct need_def){ .id = schema_text_of(item),
			.pos = item->pos };
	}
}

static bool
is_group_prefix(struct wf_str s)
{
	return wf_str_is(s, "org") || wf_str_is(s, "organization") || wf_str_is(s, "ent") ||
	       wf_str_is(s, "enterprise");
}

static void
check_runner_group(struct reading *r, const struct expr_token *group)
{
	struct wf_str name = schema_text_of(group), rest = name, prefix = wf_str_cut(&rest, '/');

	if (!rest.p)
		return; /* no prefix */
	if (!rest.n)
		wf_diags_fail(r->diags, group->pos, "Invalid runs-on group name '%.*s'.",
		    WF_ARG(name));
	else if (!is_group_prefix(prefix) || wf_str_find_char(rest, '/') >= 0)
		wf_diags_fail(r->diags, group->pos,
		    "Invalid runs-on group name '%.*s'. Please use 'organization/' or "
		    "'enterprise/' "
		    "prefix to target a single runner group.",
		    WF_ARG(name));
}

static void
read_runs_on(struct reading *r, struct job_def *job, const struct expr_token *value)
{
	const struct expr_token *group = schema_get(value, "group");

	job->runs_on = value;
	if (group && !schema_is_expression(group))
		check_runner_group(r, group);
}

/* "1.*" */
static bool
is_major_version(struct wf_str s)
{
	struct wf_str rest = s, major = wf_str_cut(&rest, '.');
	uint64_t number;

	return wf_str_u64(major, &number) && number <= INT32_MAX && wf_str_is(rest, "*");
}

static void
read_snapshot(struct reading *r, struct job_def *job, const struct expr_token *value)
{
	const struct expr_token *version = schema_get(value, "version");
	const struct expr_token *cond = schema_get(value, "if");

	job->snapshot = value;
	/* Only the text itself is looked at: no status function is known here. */
	if (schema_text_of(cond).n)
		condition_read_plain(r->arena, schema_text_of(cond), cond->pos, CTX_INSTANCE,
		    r->diags);
	if (version && !schema_is_expression(version) && !is_major_version(schema_text_of(version)))
		wf_diags_fail(r->diags, value->pos,
		    "Expected format '{major-version}.*' Actual '%.*s'",
		    WF_ARG(schema_text_of(version)));
}

static void
read_strategy(struct reading *r, struct job_def *job, const struct expr_token *value)
{
	job->strategy = value;
	matrix_check(r->arena, value, r->diags);
}

/* A literal image that names nothing. An empty `container: ''` is no container at all. */
static void
check_image(struct reading *r, const struct expr_token *value, bool service)
{
	bool shorthand = value->kind != EXPR_TOKEN_MAPPING;
	struct wf_str image = schema_text_of(shorthand ? value : schema_get(value, "image"));

	if (schema_has_expression(value) || (shorthand && !image.n && !service))
		return;
	if (wf_str_starts(image, WF_S("docker://")))
		image = wf_str_skip(image, strlen("docker://"));
	if (!image.n)
		wf_diags_fail(r->diags, value->pos, "Container image cannot be empty");
}

static void
read_container(struct reading *r, struct job_def *job, const struct expr_token *value)
{
	job->container = value;
	check_image(r, value, false);
}

static void
read_services(struct reading *r, struct job_def *job, const struct expr_token *value)
{
	job->services = value;
	if (schema_has_expression(value))
		return;
	for (size_t i = 0; i < value->map.n; i++)
		check_image(r, value->map.pairs[i].value, true);
}

static void
read_concurrency(struct reading *r, struct job_def *job, const struct expr_token *value)
{
	job->concurrency = value;
	job_check_concurrency(value, r->diags);
}

static void
read_permissions(struct reading *r, struct job_def *job, const struct expr_token *value)
{
	job_read_permissions(r->arena, value, &job->permissions);
}

static void
read_defaults(struct reading *r, struct job_def *job, const struct expr_token *value)
{
	(void)r;
	job_read_defaults(value, &job->defaults);
}

static void
read_steps(struct reading *r, struct job_def *job, const struct expr_token *value)
{
	struct step_list list = steps_read(r->arena, value, CTX_STEP_IF, r->diags);

	job->steps = list.items;
	job->nsteps = list.n;
}

static void
read_uses(struct reading *r, struct job_def *job, const struct expr_token *value)
{
	(void)r;
	job->uses = schema_text_of(value);
	job->uses_pos = value->pos;
}

static void
read_secrets(struct reading *r, struct job_def *job, const struct expr_token *value)
{
	(void)r;
	job->inherit_secrets = value->kind != EXPR_TOKEN_MAPPING;
	if (!job->inherit_secrets)
		job->secrets = value;
}

/* Fields that keep the token as it is; another type of field does not compile. */
#define TOKEN(member)                                                                              \
	_Generic(((struct job_def *)0)->member,                                                    \
	    const struct expr_token *: offsetof(struct job_def, member))

static const struct job_key {
	const char *name;
	size_t token; /* offset of the field, where read is NULL */
	void (*read)(struct reading *r, struct job_def *job, const struct expr_token *value);
} job_keys[] = {
	{ "needs", 0, read_needs },
	{ "if", 0, read_condition },
	{ "strategy", 0, read_strategy },
	{ "name", 0, read_name },
	{ "runs-on", 0, read_runs_on },
	{ "timeout-minutes", TOKEN(timeout_minutes), NULL },
	{ "cancel-timeout-minutes", TOKEN(cancel_timeout_minutes), NULL },
	{ "continue-on-error", TOKEN(continue_on_error), NULL },
	{ "container", 0, read_container },
	{ "services", 0, read_services },
	{ "env", TOKEN(env), NULL },
	{ "environment", TOKEN(environment), NULL },
	{ "permissions", 0, read_permissions },
	{ "concurrency", 0, read_concurrency },
	{ "outputs", TOKEN(outputs), NULL },
	{ "defaults", 0, read_defaults },
	{ "steps", 0, read_steps },
	{ "snapshot", 0, read_snapshot },
	{ "uses", 0, read_uses },
	{ "with", TOKEN(with), NULL },
	{ "secrets", 0, read_secrets },
};

static void
read_key(struct reading *r, struct job_def *job, const struct expr_token_pair *pair)
{
	const struct job_key *key;

	for (size_t i = 0; i < WF_COUNT(job_keys); i++) {
		key = &job_keys[i];
		if (!wf_str_is(schema_text_of(pair->key), key->name))
			continue;
		if (key->read)
			key->read(r, job, pair->value);
		else
			*(const struct expr_token **)((char *)job + key->token) = pair->value;
	}
}

struct job_def *
job_read(struct wf_arena *arena, const struct expr_token *key, const struct expr_token *value,
    struct wf_diags *diags)
{
	struct reading r = { .arena = arena, .diags = diags };
	struct job_def *job = wf_new(arena, struct job_def);
	struct ids ids;

	job->root = value;
	job->pos = key->pos;
	job->id = schema_text_of(key);
	ids_init(&ids, arena);
	ids_take(&ids, job->id, key->pos, diags);
	for (size_t i = 0; i < value->map.n; i++)
		read_key(&r, job, &value->map.pairs[i]);
	if (!job->cond_source)
		read_condition(&r, job, NULL);
	return job;
}
