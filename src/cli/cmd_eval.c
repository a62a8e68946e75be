/* SPDX-License-Identifier: MIT */
/* cmd_eval.c - `wfrun eval`: one expression, its contexts from a file, its value or its error. */
#include <stdio.h>

#include "base/fs.h"
#include "cli/cmd.h"
#include "cli/style.h"
#include "expr/expr.h"

#define CONTEXT_MAX ((size_t)64 << 20)

static bool
read_contexts(struct wf_arena *arena, const char *path, struct expr_object **out,
    struct wf_error *err)
{
	struct expr_value value;
	struct wf_str text;

	*out = expr_object_new(arena);
	if (!path)
		return true;
	if (!wf_read_file(arena, path, CONTEXT_MAX, &text, err) ||
	    !expr_json_read(arena, path, text, &value, err))
		return false;
	if (value.kind != EXPR_OBJECT)
		return wf_fail(err, WF_ERR_USAGE, (struct wf_pos){ path, 1, 1 },
		    "the contexts must be the members of a JSON object");
	*out = value.object;
	return true;
}

/* The names of the contexts, NULL-ended. */
static const char *const *
context_names(struct wf_arena *arena, const struct expr_object *contexts)
{
	const char **names = wf_new_array(arena, contexts->n + 1, const char *);

	for (size_t i = 0; i < contexts->n; i++)
		names[i] = wf_cstr(arena, contexts->pairs[i].key);
	return names;
}

/* Parses and evaluates; *kind tells a caller of --json which of the two failed. */
static bool
evaluate(struct wf_arena *arena, const char *text, const struct expr_object *contexts,
    struct expr_value *out, enum expr_errkind *kind, struct wf_error *err)
{
	struct expr_names names = { .contexts = context_names(arena, contexts) };
	struct expr_scope scope = { .contexts = contexts };
	struct wf_pos pos = { .file = "expression" };
	const struct expr *expr = expr_parse(arena, wf_str(text), pos, &names, kind, err);

	if (!expr)
		return false;
	*kind = EXPR_ERR_EVAL;
	return expr_eval(arena, expr, &scope, out, err);
}

static void
print_value(struct expr_value value, bool json)
{
	wf_auto(wf_buf_release) struct wf_buf out = WF_BUF_INIT;

	if (json) {
		wf_buf_addf(&out, "{\"kind\": \"%s\", \"value\": ", expr_kind_name(value.kind));
		expr_json_compact(&out, value);
		wf_buf_addc(&out, '}');
	} else if (value.kind == EXPR_STRING) {
		wf_buf_add(&out, value.string);
	} else {
		expr_json_pretty(&out, value);
	}
	wf_buf_addc(&out, '\n');
	fwrite(out.p, 1, out.n, stdout);
}

static void
print_error_json(const struct wf_error *err, enum expr_errkind kind)
{
	static const char *const names[] = {
		[EXPR_ERR_LEX] = "lexing",
		[EXPR_ERR_PARSE] = "parsing",
		[EXPR_ERR_EVAL] = "evaluation",
	};
	wf_auto(wf_buf_release) struct wf_buf out = WF_BUF_INIT;

	wf_buf_addf(&out, "{\"error\": {\"kind\": \"%s\", \"message\": ", names[kind]);
	wf_buf_add_json(&out, wf_str(err->msg));
	wf_buf_adds(&out, "}}\n");
	fwrite(out.p, 1, out.n, stdout);
}

/* Here and not by main(), because the excerpt is of the command line. */
static void
print_error(const struct wf_error *err, struct wf_str source, bool color)
{
	wf_auto(wf_buf_release) struct wf_buf out = WF_BUF_INIT;

	wf_error_render(&out, err, "error", source, color);
	fwrite(out.p, 1, out.n, stderr);
}

int
cmd_eval(struct cmd *cmd, struct wf_error *err)
{
	const struct args *args = cmd->args;
	const char *text = args->words.items[0];
	struct expr_object *contexts;
	struct expr_value value;
	enum expr_errkind kind;
	struct wf_error why;

	if (!read_contexts(cmd->arena, args->context, &contexts, err))
		return CMD_FAILED;
	if (evaluate(cmd->arena, text, contexts, &value, &kind, &why)) {
		print_value(value, args->json);
		return 0;
	}
	if (args->json)
		print_error_json(&why, kind);
	else
		print_error(&why, wf_str(text), style_color(args->color, stderr));
	return 1;
}
