/* SPDX-License-Identifier: MIT */
/* test_dotenv.c - files of NAME=VALUE lines: what a value is, and where a mistake is. */
#include "test.h"

#include "cli/dotenv.h"

struct fixture {
	struct wf_arena *arena;
	struct expr_object *out;
	struct wf_error err;
};

static bool
read_text(struct fixture *f, struct wf_str text)
{
	f->arena = wf_arena_new();
	f->out = expr_object_new(f->arena);
	f->err = (struct wf_error){ 0 };
	return dotenv_read(f->arena, ".env", text, f->out, &f->err);
}

static void
release(struct fixture *f)
{
	wf_arena_free(f->arena);
}

TEST(dotenv_reads_one_value)
{
	static const struct {
		const char *text, *value;
	} rows[] = {
		{ "A=b", "b" },
		{ "A=b\n", "b" },
		{ "A=b\r\n", "b" },
		{ "A=\n", "" },
		{ "A=", "" },
		{ "  A = b c  \n", "b c" },
		{ "export A=b", "b" },
		{ "export\tA=b", "b" },
		{ "A=b=c", "b=c" },
		{ "A=b # comment", "b" },
		{ "A=b#c", "b#c" },
		{ "A=#c", "" },
		{ "A=$HOME/x", "$HOME/x" },
		{ "A=it's", "it's" },
		{ "A='b # c'", "b # c" },
		{ "A='b\\n$X' # comment", "b\\n$X" },
		{ "A=\"b # c\"", "b # c" },
		{ "A=\"b\\nc\\t\\\"\\\\\\$\\q\"", "b\nc\t\"\\$\\q" },
		{ "A=\"one\ntwo\r\nthree\"\n", "one\ntwo\r\nthree" },
		{ "A='one\ntwo'", "one\ntwo" },
		{ "A=\"\"", "" },
		{ "\xef\xbb\xbf"
		  "A=b",
		    "b" },
		{ "# A=c\n\n\t\nA=b\n# end", "b" },
		{ "A=c\nA=b", "b" },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		wf_auto(release) struct fixture f;

		CHECK(read_text(&f, wf_str(rows[i].text)));
		CHECK_INT(f.out->n, 1);
		CHECK_STR(f.out->pairs[0].key, "A");
		CHECK_STR(f.out->pairs[0].value.string, rows[i].value);
	}
}

TEST(dotenv_keeps_the_order_of_names)
{
	wf_auto(release) struct fixture f;

	CHECK(read_text(&f, WF_S("B=1\nexport=2\nA.x-y=3\n")));
	CHECK_INT(f.out->n, 3);
	CHECK_STR(f.out->pairs[0].key, "B");
	CHECK_STR(f.out->pairs[1].key, "export");
	CHECK_STR(f.out->pairs[2].key, "A.x-y");
}

TEST(dotenv_keeps_a_value_with_nul)
{
	wf_auto(release) struct fixture f;

	CHECK(read_text(&f, WF_S("A=x\0y\n")));
	CHECK_INT(f.out->pairs[0].value.string.n, 3);
}

TEST(dotenv_is_empty_for_an_empty_file)
{
	wf_auto(release) struct fixture f;

	CHECK(read_text(&f, WF_S("")));
	CHECK_INT(f.out->n, 0);
}

TEST(dotenv_says_where_it_stopped)
{
	static const struct {
		const char *text, *msg;
		int line, col;
	} rows[] = {
		{ "A", "expected NAME=VALUE", 1, 2 },
		{ "A=b\n=c", "expected NAME=VALUE", 2, 1 },
		{ "1A=b", "expected NAME=VALUE", 1, 1 },
		{ "A B=c", "expected NAME=VALUE", 1, 3 },
		{ "export", "expected NAME=VALUE", 1, 7 },
		{ "\n A='b\n", "this quote is not closed", 2, 4 },
		{ "A=\"b\\\"", "this quote is not closed", 1, 3 },
		{ "A='b' c", "only a comment may follow the closing quote", 1, 7 },
		{ "A='\xc3\xa9' c", "only a comment may follow the closing quote", 1, 7 },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		wf_auto(release) struct fixture f;

		CHECK(!read_text(&f, wf_str(rows[i].text)));
		CHECK_INT(f.err.kind, WF_ERR_USAGE);
		CHECK_STR(wf_str(f.err.msg), rows[i].msg);
		CHECK_INT(f.err.pos.line, rows[i].line);
		CHECK_INT(f.err.pos.col, rows[i].col);
	}
}
