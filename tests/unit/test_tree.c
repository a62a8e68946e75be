/* SPDX-License-Identifier: MIT */
/* test_tree.c - YAML to typed nodes: types, places, anchors, limits. */
#include "test.h"

#include "model/tree.h"

#include <math.h>

struct fixture {
	struct wf_arena *arena;
	struct tree tree;
};

static void
read_with(struct fixture *fx, struct wf_str text, const struct tree_limits *limits)
{
	fx->arena = wf_arena_new();
	tree_read(fx->arena, fx->arena, "f.yml", text, limits, &fx->tree);
}

static void
read_text(struct fixture *fx, const char *text)
{
	read_with(fx, wf_str(text), &TREE_LIMITS);
}

static void
check_error(struct fixture *fx, int line, int col, const char *message)
{
	CHECK(fx->tree.failed);
	CHECK_STR(wf_str(fx->tree.error.msg), message);
	CHECK_INT(fx->tree.error.pos.line, line);
	CHECK_INT(fx->tree.error.pos.col, col);
	wf_arena_free(fx->arena);
}

/* The nodes on one line: scalars as text, [ ] and { }. */
static void
check_nodes(struct fixture *fx, const char *want)
{
	static const char *const marks[] = { "", "[", "]", "{", "}" };
	struct wf_buf out = WF_BUF_INIT;
	const struct tree_node *node;

	CHECK(!fx->tree.failed);
	for (size_t i = 0; i < fx->tree.n; i++) {
		node = &fx->tree.nodes[i];
		wf_buf_addf(&out, "%s%s%.*s", i ? " " : "", marks[node->kind], WF_ARG(node->text));
	}
	CHECK_STR(wf_buf_str(&out), want);
	wf_buf_release(&out);
	wf_arena_free(fx->arena);
}

TEST(tree_types_plain_scalars_by_the_core_schema)
{
	static const struct {
		const char *text;
		enum expr_kind kind;
		double number;
	} rows[] = {
		{ "~", EXPR_NULL, 0 },
		{ "null", EXPR_NULL, 0 },
		{ "NULL", EXPR_NULL, 0 },
		{ "nULL", EXPR_STRING, 0 },
		{ "true", EXPR_BOOL, 1 },
		{ "FALSE", EXPR_BOOL, 0 },
		{ "yes", EXPR_STRING, 0 },
		{ "on", EXPR_STRING, 0 },
		{ "'true'", EXPR_STRING, 0 },
		{ "0755", EXPR_NUMBER, 755 },
		{ "-00755", EXPR_NUMBER, -755 },
		{ "0x1F", EXPR_NUMBER, 31 },
		{ "0o17", EXPR_NUMBER, 15 },
		{ "0xFFFFFFFF", EXPR_NUMBER, -1 },
		{ "0b1", EXPR_STRING, 0 },
		{ "1e3", EXPR_NUMBER, 1000 },
		{ ".5", EXPR_NUMBER, 0.5 },
		{ "5.", EXPR_NUMBER, 5 },
		{ "+1.5e-1", EXPR_NUMBER, 0.15 },
		{ "1_000", EXPR_STRING, 0 },
		{ "1:30", EXPR_STRING, 0 },
		{ "2001-12-14", EXPR_STRING, 0 },
		{ "1e", EXPR_STRING, 0 },
		{ ".", EXPR_STRING, 0 },
		{ "-", EXPR_STRING, 0 },
		{ "-.inf", EXPR_NUMBER, -INFINITY },
		{ "!!str 12", EXPR_STRING, 0 },
		{ "!!float 12", EXPR_NUMBER, 12 },
		{ "!!null", EXPR_NULL, 0 },
	};
	struct fixture fx;

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		/* "- -" is a list; the sign stands alone in a flow list */
		struct wf_str text = { 0 };

		fx.arena = wf_arena_new();
		text = wf_strf(fx.arena, "k: %s", strcmp(rows[i].text, "-") ? rows[i].text : "'-'");
		tree_read(fx.arena, fx.arena, "f.yml", text, &TREE_LIMITS, &fx.tree);
		CHECK(!fx.tree.failed);
		CHECK_INT(fx.tree.nodes[2].value.kind, rows[i].kind);
		if (rows[i].kind == EXPR_NUMBER)
			CHECK(fx.tree.nodes[2].value.number == rows[i].number);
		if (rows[i].kind == EXPR_BOOL)
			CHECK(fx.tree.nodes[2].value.boolean == (rows[i].number != 0));
		wf_arena_free(fx.arena);
	}
}

TEST(tree_refuses_values_that_do_not_fit_their_tag)
{
	static const struct {
		const char *text, *message;
	} rows[] = {
		{ "a: !!int x", "The value 'x' on line 1 and column 4 is invalid for the type "
		                "'tag:yaml.org,2002:int'" },
		{ "a: !!int \"3\"",
		    "The scalar style 'DoubleQuoted' on line 1 and column 4 is not valid with the "
		    "tag 'tag:yaml.org,2002:int'" },
		{ "a: 0x123456789",
		    "The value '0x123456789' on line 1 and column 4 is invalid for the type "
		    "'tag:yaml.org,2002:int'" },
		{ "a: !cancelled()", "Unexpected tag '!cancelled()'" },
	};
	struct fixture fx;

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		read_text(&fx, rows[i].text);
		check_error(&fx, 1, 0, rows[i].message);
	}
}

TEST(tree_counts_lines_and_columns_from_one)
{
	struct fixture fx;

	read_text(&fx, "a:\n  b: |\n    x\n  c:\n");
	CHECK_INT(fx.tree.nodes[2].pos.line, 2); /* the mapping begins at its first key */
	CHECK_INT(fx.tree.nodes[2].pos.col, 3);
	CHECK_INT(fx.tree.nodes[4].pos.col, 6); /* the '|' */
	CHECK_INT(fx.tree.nodes[6].pos.line, 4); /* nothing: behind the colon */
	CHECK_INT(fx.tree.nodes[6].pos.col, 5);
	wf_arena_free(fx.arena);
}

TEST(tree_replays_aliases_as_plain_copies)
{
	struct fixture fx;

	read_text(&fx, "a: &x [1, &y {k: v}]\nb: *x\nc: *y\n");
	check_nodes(&fx, "{ a [ 1 { k v } ] b [ 1 { k v } ] c { k v } }");
	read_text(&fx, "a: &x 1\nb: &x 2\nc: *x\n");
	check_nodes(&fx, "{ a 1 b 2 c 2 }");
	read_text(&fx, "a: &x 1\nb: &y [*x]\nc: *y\n");
	check_nodes(&fx, "{ a 1 b [ 1 ] c [ 1 ] }");
}

TEST(tree_gives_an_alias_the_line_of_its_anchor)
{
	struct fixture fx;

	read_text(&fx, "a: &x 1\nb: *x\n");
	CHECK_INT(fx.tree.nodes[4].pos.line, 1);
	wf_arena_free(fx.arena);
}

TEST(tree_refuses_what_anchors_can_do_wrong)
{
	struct tree_limits none = TREE_LIMITS;
	struct fixture fx;

	read_text(&fx, "a: *x\n");
	check_error(&fx, 1, 0, "Unknown anchor 'x'");
	read_text(&fx, "a: &x [*x]\n");
	check_error(&fx, 1, 0, "Maximum object depth exceeded");
	none.no_anchors = true;
	read_with(&fx, WF_S("a: &x 1\n"), &none);
	check_error(&fx, 1, 0, "Anchors are not currently supported. Remove the anchor 'x'");
}

TEST(tree_bounds_an_alias_bomb)
{
	struct fixture fx;

	read_text(&fx,
	    "a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
	    "c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n"
	    "e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\nf: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\n");
	CHECK_INT(fx.tree.n, 50000);
	CHECK(wf_arena_used(fx.arena) < 32u << 20);
	check_error(&fx, 1, 0, "Maximum YAML nodes exceeded");
}

TEST(tree_bounds_nesting)
{
	static char text[100000];
	struct fixture fx;

	memset(text, '[', sizeof(text));
	read_with(&fx, (struct wf_str){ text, sizeof(text) }, &TREE_LIMITS);
	check_error(&fx, 1, 0, "Maximum object depth exceeded");
}

TEST(tree_bounds_the_file_in_utf16_units)
{
	struct tree_limits limits = TREE_LIMITS;
	struct fixture fx;

	limits.size = 4;
	read_with(&fx, WF_S("a: \xc3\xa9"), &limits); /* 4 units, 5 bytes */
	check_nodes(&fx, "{ a \xc3\xa9 }");
	read_with(&fx, WF_S("a: \xf0\x9f\x98\x80"), &limits); /* 5 units */
	check_error(&fx, 0, 0, "The maximum file size of 4 characters has been exceeded");
}

TEST(tree_refuses_bytes_that_are_no_text)
{
	struct fixture fx;

	read_with(&fx, WF_S("a: b\nc: \xff\n"), &TREE_LIMITS);
	check_error(&fx, 2, 4, "The file is not UTF-8 text");
	read_with(&fx, WF_S("a: b\nc\0d: 1\n"), &TREE_LIMITS);
	check_error(&fx, 2, 2, "The file has a NUL byte");
	read_with(&fx, WF_S("\xef\xbf\xbd: 1"), &TREE_LIMITS); /* U+FFFD itself is a character */
	check_nodes(&fx, "{ \xef\xbf\xbd 1 }");
}

TEST(tree_leaves_a_byte_order_mark_out)
{
	struct fixture fx;

	read_text(&fx, "\xef\xbb\xbf"
	               "a: 1");
	CHECK_INT(fx.tree.nodes[1].pos.col, 1);
	check_nodes(&fx, "{ a 1 }");
}

TEST(tree_takes_one_document)
{
	struct fixture fx;

	read_text(&fx, "a: 1\n---\nb: 2\n");
	CHECK_INT(fx.tree.n, 4); /* what came first is kept */
	check_error(&fx, 2, 1, "Expected stream end parse event");
	read_text(&fx, "# nothing\n");
	check_error(&fx, 0, 0, "Expected document start parse event");
}

TEST(tree_words_a_syntax_error_as_github_does)
{
	struct fixture fx;

	read_text(&fx, "a:\n\t- b\n");
	check_error(&fx, 2, 1,
	    "While scanning for the next token, found character that cannot start any token.");
	read_text(&fx, "a: [1\nb: 2\n");
	CHECK(fx.tree.n >= 3);
	check_error(&fx, 2, 2, "While parsing a flow sequence, did not find expected ',' or ']'.");
}
