/* SPDX-License-Identifier: MIT */
/* action.c - action.yml to struct action, and the text of `uses:` to its parts. */
#include "model/action.h"

#include "model/condition.h"
#include "model/keys.h"
#include "model/step.h"
#include "model/tree.h"

#include <stdlib.h>

/* ---- uses ---- */

static bool
is_slash(char c)
{
	return c == '/' || c == '\\';
}

/* Cuts the next part of a path off *rest; GitHub takes both slashes and skips empty parts. */
static struct wf_str
cut_part(struct wf_str *rest)
{
	struct wf_str part;
	size_t n = 0;

	while (rest->n > 0 && is_slash(rest->p[0]))
		*rest = wf_str_skip(*rest, 1);
	while (n < rest->n && !is_slash(rest->p[n]))
		n++;
	part = wf_str_sub(*rest, 0, n);
	*rest = wf_str_skip(*rest, n);
	return part;
}

static bool
parse_repo(struct wf_str text, struct uses_ref *out)
{
	struct wf_str ref = text, path = wf_str_cut(&ref, '@');

	out->kind = USES_REPO;
	out->ref = ref;
	out->owner = cut_part(&path);
	out->repo = cut_part(&path);
	while (path.n > 0 && is_slash(path.p[0]))
		path = wf_str_skip(path, 1);
	while (path.n > 0 && is_slash(path.p[path.n - 1]))
		path.n--;
	out->path = path;
	return out->owner.n && out->repo.n && out->ref.n && wf_str_find_char(ref, '@') < 0;
}

bool
uses_parse(struct wf_str text, struct wf_pos pos, struct uses_ref *out, struct wf_error *err)
{
	*out = (struct uses_ref){ 0 };
	if (wf_str_starts(text, WF_S("docker://"))) {
		out->kind = USES_DOCKER;
		out->image = wf_str_skip(text, strlen("docker://"));
		return true;
	}
	if (wf_str_starts(text, WF_S("./")) || wf_str_starts(text, WF_S(".\\")) ||
	    wf_str_starts(text, WF_S("$/"))) {
		out->kind = text.p[0] == '$' ? USES_SELF : USES_LOCAL;
		out->path = wf_str_skip(text, 2);
		return true;
	}
	if (parse_repo(text, out))
		return true;
	return wf_fail(err, WF_ERR_INVALID, pos,
	    "Expected format {org}/{repo}[/path]@ref. Actual '%.*s'", WF_ARG(text));
}

/* ---- action.yml ---- */

struct reading {
	struct wf_arena *arena;
	struct wf_diags *diags;
	struct action *action;
};

/* The text of any scalar; `required: true` is a boolean in one file and a string in the next. */
static struct wf_str
scalar_text(struct reading *r, const struct expr_token *token)
{
	if (!token || token->kind != EXPR_TOKEN_LITERAL)
		return (struct wf_str){ 0 };
	return expr_to_string(r->arena, token->literal);
}

static void
read_inputs(struct reading *r, const struct expr_token *map)
{
	const struct expr_token_pair *pair;

	if (!map || map->kind != EXPR_TOKEN_MAPPING)
		return;
	r->action->inputs = wf_new_array(r->arena, map->map.n, struct action_input);
	for (size_t i = 0; i < map->map.n; i++) {
		pair = &map->map.pairs[i];
		r->action->inputs[r->action->ninputs++] = (struct action_input){
			.id = schema_text_of(pair->key),
			.pos = pair->key->pos,
			.required = wf_str_ieq(scalar_text(r, schema_get(pair->value, "required")),
			    WF_S("true")),
			.fallback = schema_get(pair->value, "default"),
			.deprecation = scalar_text(r,
			    schema_get(pair->value, "deprecationMessage")),
		};
	}
}

static void
read_outputs(struct reading *r, const struct expr_token *map)
{
	const struct expr_token_pair *pair;
	struct action_output *out;

	if (!map || map->kind != EXPR_TOKEN_MAPPING)
		return;
	r->action->outputs = wf_new_array(r->arena, map->map.n, struct action_output);
	for (size_t i = 0; i < map->map.n; i++) {
		pair = &map->map.pairs[i];
		out = &r->action->outputs[r->action->noutputs++];
		out->id = schema_text_of(pair->key);
		if (r->action->kind != ACTION_COMPOSITE)
			continue;
		out->value = schema_get(pair->value, "value");
		if (!out->value)
			wf_diags_fail(r->diags, pair->value->pos,
			    "Required property is missing: value");
	}
}

/* pre-if and post-if: no implicit success(), and always() when absent. */
static const struct expr *
read_condition(struct reading *r, const struct expr_token *token)
{
	struct wf_pos pos = token ? token->pos : (struct wf_pos){ .file = r->action->file };
	struct wf_str text = token ? schema_text_of(token) : WF_S("always()");

	return condition_read_plain(r->arena, text, pos, CTX_STEP_IF, r->diags);
}

static void
read_node(struct reading *r, const struct expr_token *runs)
{
	struct action *a = r->action;

	a->main = schema_text_of(schema_get(runs, "main"));
	a->pre = schema_text_of(schema_get(runs, "pre"));
	a->post = schema_text_of(schema_get(runs, "post"));
	a->pre_if = read_condition(r, schema_get(runs, "pre-if"));
	a->post_if = read_condition(r, schema_get(runs, "post-if"));
}

static void
read_docker(struct reading *r, const struct expr_token *runs)
{
	struct action *a = r->action;

	a->image = schema_text_of(schema_get(runs, "image"));
	a->entrypoint = schema_text_of(schema_get(runs, "entrypoint"));
	a->pre_entrypoint = schema_text_of(schema_get(runs, "pre-entrypoint"));
	a->post_entrypoint = schema_text_of(schema_get(runs, "post-entrypoint"));
	a->args = schema_get(runs, "args");
	a->env = schema_get(runs, "env");
	a->pre_if = read_condition(r, schema_get(runs, "pre-if"));
	a->post_if = read_condition(r, schema_get(runs, "post-if"));
}

static void
read_composite(struct reading *r, const struct expr_token *runs)
{
	struct step_list list = steps_read(r->arena, schema_get(runs, "steps"), CTX_ACTION_STEP_IF,
	    r->diags);

	r->action->steps = list.items;
	r->action->nsteps = list.n;
}

static const struct using
{
	const char *word;
	enum action_kind kind;
	void (*read)(struct reading * r, const struct expr_token *runs);
	const char *key; /* required, and tells that this kind is meant */
}
usings[] = {
	{ "node12", ACTION_NODE, read_node, "main" },
	{ "node16", ACTION_NODE, read_node, "main" },
	{ "node20", ACTION_NODE, read_node, "main" },
	{ "node24", ACTION_NODE, read_node, "main" },
	{ "docker", ACTION_DOCKER, read_docker, "image" },
	{ "composite", ACTION_COMPOSITE, read_composite, "steps" },
};

static const struct using *
find_using(struct wf_str word)
{
	for (size_t i = 0; i < WF_COUNT(usings); i++)
		if (wf_str_ieq(word, wf_str(usings[i].word)))
			return &usings[i];
	return NULL;
}

static void
read_runs(struct reading *r, const struct expr_token *runs)
{
	const struct expr_token *word = schema_get(runs, "using");
	const struct using *using = find_using(schema_text_of(word));

	if (!runs) { /* the schema takes `Runs:` for it, and nobody reads that */
		wf_diags_fail(r->diags, (struct wf_pos){ .file = r->action->file },
		    "Top level 'runs:' section is required for %s", r->action->file);
		return;
	}
	if (!using) {
		wf_diags_fail(r->diags, word->pos,
		    "'using: %.*s' is not supported, use 'docker', 'node12', 'node16', 'node20' or "
		    "'node24' instead.",
		    WF_ARG(schema_text_of(word)));
		return;
	}
	r->action->kind = using->kind;
	r->action->using = wf_str(using->word);
	if (schema_get(runs, using->key))
		using->read(r, runs);
	else
		wf_diags_fail(r->diags, runs->pos, "Required property is missing: %s", using->key);
}

struct action *
action_read(struct wf_arena *arena, const char *file, struct wf_str text, struct wf_diags *diags)
{
	struct reading r = { .arena = arena, .diags = diags };
	struct tree_limits limits = TREE_LIMITS;
	struct schema_budget budget = SCHEMA_BUDGET;
	struct schema_options options = { .file = file, .alt = true };
	wf_auto(wf_arena_freep) struct wf_arena *scratch = wf_arena_new();
	const struct expr_token *root;
	struct tree tree;
	size_t before = diags->nerrors;

	limits.no_anchors = true;
	budget.max_depth = 100;
	tree_read(arena, scratch, file, text, &limits, &tree);
	root = schema_read(arena, &tree, &keys_action, &options, &budget, diags);
	if (!root || diags->nerrors > before)
		return NULL;
	r.action = wf_new(arena, struct action);
	r.action->file = file;
	r.action->source = text;
	r.action->name = schema_text_of(schema_get(root, "name"));
	read_runs(&r, schema_get(root, "runs"));
	read_inputs(&r, schema_get(root, "inputs"));
	read_outputs(&r, schema_get(root, "outputs"));
	return diags->nerrors > before ? NULL : r.action;
}
