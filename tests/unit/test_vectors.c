/* SPDX-License-Identifier: MIT */
/* test_vectors.c - the expression cases that GitHub's own engines share, read from
 * $SHARED/conformance/expressions. Skipped when that folder is not there. */
#include <stdio.h>
#include <stdlib.h>

#include "base/fs.h"
#include "expr/expr.h"
#include "test.h"

static const char *const kinds[] = {
	[EXPR_ERR_LEX] = "lexing",
	[EXPR_ERR_PARSE] = "parsing",
	[EXPR_ERR_EVAL] = "evaluation",
};

/* What a case gives, as the files write it: {kind, value}, or {kind, value} of an error. */
struct answer {
	bool good;
	struct expr_value value;
	enum expr_errkind kind;
	struct wf_error err;
};

static struct answer
answer(struct wf_arena *arena, struct wf_str text, const struct expr_object *contexts)
{
	const char **context = wf_new_array(arena, contexts->n + 1, const char *);
	struct expr_names names = { .contexts = context };
	struct expr_scope scope = { .contexts = contexts };
	struct answer a = { 0 };
	const struct expr *expr;

	for (size_t i = 0; i < contexts->n; i++)
		context[i] = wf_cstr(arena, contexts->pairs[i].key);
	expr = expr_parse(arena, text, WF_NOWHERE, &names, &a.kind, &a.err);
	if (!expr)
		return a;
	a.kind = EXPR_ERR_EVAL;
	a.good = expr_eval(arena, expr, &scope, &a.value, &a.err);
	return a;
}

static bool same(struct expr_value a, struct expr_value b);

static bool
same_array(const struct expr_array *a, const struct expr_array *b)
{
	for (size_t i = 0; a->n == b->n && i < a->n; i++)
		if (!same(a->items[i], b->items[i]))
			return false;
	return a->n == b->n;
}

static bool
same_object(const struct expr_object *a, const struct expr_object *b)
{
	for (size_t i = 0; a->n == b->n && i < a->n; i++)
		if (!wf_str_eq(a->pairs[i].key, b->pairs[i].key) ||
		    !same(a->pairs[i].value, b->pairs[i].value))
			return false;
	return a->n == b->n;
}

/* Equal as JSON, unlike `==` of the language. */
static bool
same(struct expr_value a, struct expr_value b)
{
	if (a.kind != b.kind)
		return false;
	switch (a.kind) {
	case EXPR_NULL: return true;
	case EXPR_BOOL: return a.boolean == b.boolean;
	case EXPR_NUMBER: return a.number == b.number;
	case EXPR_STRING: return wf_str_eq(a.string, b.string);
	case EXPR_ARRAY: return same_array(a.array, b.array);
	case EXPR_OBJECT: return same_object(a.object, b.object);
	}
	abort();
}

/* Whether the answer is what the case wants. The message of an error may be longer. */
static bool
agrees(struct expr_value want, const struct answer *a)
{
	struct expr_value error = expr_path(want, "err"), result = expr_path(want, "result");

	if (error.kind == EXPR_OBJECT)
		return !a->good && wf_str_is(expr_path(error, "kind").string, kinds[a->kind]) &&
		       wf_str_find(wf_str(a->err.msg), expr_path(error, "value").string) >= 0;
	return a->good &&
	       wf_str_is(expr_path(result, "kind").string, expr_kind_name(a->value.kind)) &&
	       same(expr_path(result, "value"), a->value);
}

static size_t
run_case(struct wf_arena *arena, const char *file, struct expr_value test)
{
	struct expr_value contexts = expr_path(test, "contexts");
	struct wf_str text = expr_path(test, "expr").string;
	struct answer a = answer(arena, text,
	    contexts.kind == EXPR_OBJECT ? contexts.object : expr_object_new(arena));

	if (agrees(test, &a))
		return 1;
	print_error("%s: %.*s\n", file, WF_ARG(text));
	return 0;
}

/* Runs all cases of a file; gives how many there are, and adds to *passed. */
static size_t
run_file(struct wf_arena *arena, const char *dir, const char *file, size_t *passed)
{
	struct expr_value groups;
	struct wf_error err;
	struct wf_str text;
	size_t n = 0;

	if (!wf_read_file(arena, wf_join(arena, dir, file), 0, &text, &err) ||
	    !expr_json_read(arena, file, text, &groups, &err)) {
		print_error("%s\n", err.msg);
		return 1;
	}
	for (size_t i = 0; i < groups.object->n; i++) {
		const struct expr_array *cases = groups.object->pairs[i].value.array;

		for (size_t k = 0; k < cases->n; k++, n++)
			*passed += run_case(arena, file, cases->items[k]);
	}
	return n;
}

TEST(vectors_of_github_all_agree)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	const char *shared = getenv("SHARED");
	size_t nfiles, n = 0, passed = 0;
	struct wf_error err;
	const char *dir;
	char **files;

	dir = wf_join(arena, shared ? shared : "..", "conformance/expressions");
	if (!wf_is_dir(dir))
		SKIP("the folder with the vectors is not here");
	assert_true(wf_list_dir(arena, dir, &files, &nfiles, &err));
	for (size_t i = 0; i < nfiles; i++)
		if (wf_str_ends(wf_str(files[i]), WF_S(".json")))
			n += run_file(arena, dir, files[i], &passed);
	CHECK(n > 0);
	CHECK_INT(passed, n);
}
