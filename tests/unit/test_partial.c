/* SPDX-License-Identifier: MIT */
/* test_partial.c - what can be said of an expression while values of it are to come. */
#include <stdio.h>

#include "expr/expr.h"
#include "test.h"

/* In the contexts below "?" stands for a value that is not known. */
static const char contexts[] =
    "{ \"u\": \"?\", \"github\": { \"event_name\": \"push\", \"run_id\": "
    "\"?\" }, \"needs\": { \"a\": { \"result\": \"?\", \"outputs\": "
    "\"?\" }, \"b\": { \"result\": \"skipped\", \"outputs\": {} } } }";

static struct expr_value
with_unknown(struct wf_arena *arena, struct expr_value value)
{
	if (value.kind == EXPR_STRING && wf_str_is(value.string, "?"))
		return expr_unknown(arena);
	if (value.kind == EXPR_OBJECT)
		for (size_t i = 0; i < value.object->n; i++)
			value.object->pairs[i].value = with_unknown(arena,
			    value.object->pairs[i].value);
	return value;
}

static bool
call_status(void *data, struct wf_arena *arena, const struct expr_value *args, size_t n,
    struct expr_value *out, struct wf_error *err)
{
	(void)arena, (void)args, (void)n, (void)err;
	*out = expr_bool(data == NULL);
	return true;
}

static const struct expr_func funcs[] = {
	{ "success", 0, 255, call_status, NULL },
	{ "failure", 0, 255, call_status, (void *)funcs },
	{ 0 },
};

/* The value as JSON; or "true?", "false?" when only that is known of it, "?" when nothing is, "!"
 * when it may fail, the message when it fails. Behind it the reads that decided or that it waits
 * for. */
static struct wf_str
answer(struct wf_arena *arena, const char *text)
{
	struct expr_value all;
	struct expr_scope scope = { .funcs = funcs };
	struct expr_names names = { .funcs = funcs };
	struct expr_partial found = { 0 };
	struct wf_buf out = WF_BUF_INIT;
	const struct expr *expr;
	struct wf_error err;

	CHECK(expr_json_read(arena, NULL, wf_str(contexts), &all, &err));
	scope.contexts = with_unknown(arena, all).object;
	expr = expr_parse(arena, wf_str(text), WF_NOWHERE, &names, NULL, &err);
	if (!expr || !expr_eval_partial(arena, expr, &scope, &found, &err))
		return wf_strf(arena, "%s", err.msg);
	if (found.may_fail)
		wf_buf_adds(&out, "!");
	else if (found.known)
		expr_json_compact(&out, found.value);
	else if (found.may_hold != found.may_not)
		wf_buf_adds(&out, found.may_hold ? "true?" : "false?");
	else
		wf_buf_adds(&out, "?");
	for (size_t i = 0; i < found.reads.n; i++)
		wf_buf_addf(&out, " %.*s", WF_ARG(found.reads.items[i].text));
	return wf_buf_take(&out, arena);
}

struct row {
	const char *expr, *want;
};

static void
check_rows(const struct row *rows, size_t n)
{
	bool good = true;

	for (size_t i = 0; i < n; i++) {
		wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
		struct wf_str got = answer(arena, rows[i].expr);

		if (wf_str_is(got, rows[i].want))
			continue;
		print_error("%s\n  got:  %.*s\n  want: %s\n", rows[i].expr, WF_ARG(got),
		    rows[i].want);
		good = false;
	}
	CHECK(good);
}

TEST(partial_evaluates_what_is_known_as_ever)
{
	static const struct row rows[] = {
		{ "1 == 1.0", "true" },
		{ "github.event_name == 'PUSH'", "true github.event_name" },
		{ "github.event_name == 'schedule'", "false github.event_name" },
		{ "github['event_name']", "\"push\" github.event_name" },
		{ "needs.b.result", "\"skipped\" needs.b.result" },
		{ "nowhere.x", "null nowhere.x" },
		{ "fromJSON('{')", "Error parsing fromJson" },
		{ "success() && !failure()", "true success() failure()" },
		{ "format('{0}-{1}', github.event_name, 1)", "\"push-1\" github.event_name" },
	};

	check_rows(rows, WF_COUNT(rows));
}

TEST(partial_decides_where_the_known_part_decides)
{
	static const struct row rows[] = {
		{ "false && u", "false" },
		{ "u && false", "false?" },
		{ "u == 1 && false", "false" },
		{ "u && github.event_name == 'x'", "false? github.event_name" },
		{ "true || u", "true" },
		{ "u || true", "true?" },
		{ "u == 1 || true", "true" },
		{ "u || 'x' || u", "true?" },
		{ "u && 'a' || 'b'", "true?" },
		{ "u && '' || ''", "\"\"" },
		{ "true && u", "? u" },
		{ "false || u", "? u" },
		{ "u && true", "? u" },
		{ "github.event_name == 'push' && u.x", "? u.x" },
		{ "!(u && false)", "true" },
		{ "!u", "? u" },
		{ "!(u || 1) == false", "true" },
		{ "u && fromJSON('{') && false", "! u" },
		{ "false && fromJSON(u)", "false" },
		{ "fromJSON(u) && false", "! u" },
		{ "(u || u.y) && github.event_name", "? u u.y" },
	};

	check_rows(rows, WF_COUNT(rows));
}

TEST(partial_compares)
{
	static const struct row rows[] = {
		{ "u == 1", "? u" },
		{ "1 != u", "? u" },
		{ "u < github.event_name", "? u" },
		{ "u <= 1", "? u" },
		{ "u > 1", "? u" },
		{ "u >= u", "? u" },
		{ "(u == fromJSON('{')) && false", "! u" },
		{ "(u && false) == 0", "? u" },
	};

	check_rows(rows, WF_COUNT(rows));
}

TEST(partial_indexes)
{
	static const struct row rows[] = {
		{ "needs.a.result", "? needs.a.result" },
		{ "needs.a.outputs.x", "? needs.a.outputs.x" },
		{ "needs.a.outputs.x == 'y' || needs.b.result == 'skipped'",
		    "true needs.b.result" },
		{ "needs[u]", "? needs u" },
		{ "github.event_name[u]", "null github.event_name" },
		{ "needs.*.outputs.x", "? needs.*.outputs.x" },
		{ "needs", "true?" },
		{ "github.*", "true?" },
	};

	check_rows(rows, WF_COUNT(rows));
}

TEST(partial_looks_at_what_each_function_reads)
{
	static const struct row rows[] = {
		{ "contains(u, 'a')", "? u" },
		{ "contains('a', u)", "? u" },
		{ "contains(fromJSON('[]'), u)", "false" },
		{ "contains(fromJSON('{}'), u)", "false" },
		{ "contains(needs.*.result, 'skipped')", "true" },
		{ "contains(needs.*.result, 'failure')", "? needs.*.result" },
		{ "!contains(needs.*.result, 'failure') && false", "false" },
		{ "contains(needs.*.outputs.x, 'y')", "? needs.*.outputs.x" },
		{ "startsWith(u, 'a')", "? u" },
		{ "startsWith(fromJSON('[]'), u)", "false" },
		{ "endsWith('a', u)", "? u" },
		{ "endsWith(fromJSON('{}'), u)", "false" },
		{ "join(u)", "? u" },
		{ "join(fromJSON('[1]'), u)", "\"1\"" },
		{ "join(fromJSON('[1, 2]'), u)", "? u" },
		{ "join(needs.*.result)", "? needs.*.result" },
		{ "join('x', u)", "\"x\"" },
		{ "format('a')", "\"a\"" },
		{ "format('a', u)", "\"a\"" },
		{ "format('{0}', u)", "! u" },
		{ "format(u, 1)", "! u" },
		{ "toJSON(u)", "? u" },
		{ "toJSON(needs)", "? needs" },
		{ "toJSON(needs.b)",
		    "\"{\\n  \\\"result\\\": \\\"skipped\\\",\\n  \\\"outputs\\\": {}\\n}\" "
		    "needs.b" },
		{ "fromJSON(u)", "! u" },
		{ "success(u)", "? success(u)" },
	};

	check_rows(rows, WF_COUNT(rows));
}

TEST(partial_takes_every_way_of_a_case)
{
	static const struct row rows[] = {
		{ "case(true, 1, u)", "1" },
		{ "case(false, u, 2)", "2" },
		{ "case(u == 1, 1, 2)", "true?" },
		{ "case(u == 1, 1, 1)", "1" },
		{ "case(u == 1, 1, 0)", "? u" },
		{ "case(u == 1, true, false, true, true)", "true" },
		{ "case(u, true, true)", "! u" },
		{ "case(1, true, true)", "case predicate must evaluate to a boolean value" },
		{ "case(u == 1, true, 1, true, true)", "! u" },
	};

	check_rows(rows, WF_COUNT(rows));
}

TEST(partial_is_left_out_of_a_plain_value)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct expr_value all, plain;
	struct wf_buf out = WF_BUF_INIT;
	struct wf_error err;

	CHECK(expr_json_read(arena, NULL, wf_str(contexts), &all, &err));
	all = with_unknown(arena, all);
	plain = expr_plain(arena, all);
	expr_json_compact(&out, expr_path(plain, "github"));
	CHECK_STR(wf_buf_take(&out, arena), "{\"event_name\":\"push\",\"run_id\":null}");
	CHECK(expr_path(plain, "needs.b").object == expr_path(all, "needs.b").object);
}
