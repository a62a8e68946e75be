/* SPDX-License-Identifier: MIT */
/* test_rules.c - filters of paths: what they match, and what is no filter. */
#include "test.h"

#include "base/error.h"
#include "runner/builtin/rules.h"

/* The names of the filters that hold for the change, joined by blanks; or "error: ...". */
static struct wf_str
matching(struct wf_arena *arena, const char *yaml, enum rules_quantifier quantifier,
    const char *path, enum repo_change_kind status)
{
	struct wf_buf out = WF_BUF_INIT;
	struct wf_error err;
	struct rules *rules = rules_read(arena, wf_str(yaml), quantifier, &err);

	if (!rules)
		return wf_strf(arena, "error: %s", err.msg);
	for (size_t i = 0; i < rules_count(rules); i++)
		if (rules_match(rules, i, wf_str(path), status))
			wf_buf_addf(&out, "%s%.*s", out.n ? " " : "", WF_ARG(rules_name(rules, i)));
	rules_free(rules);
	return wf_buf_take(&out, arena);
}

TEST(rules_read_patterns_lists_anchors_and_kinds)
{
	static const char yaml[] = "shared: &shared\n"
	                           "  - common/**\n"
	                           "  - config/**\n"
	                           "src:\n"
	                           "  - *shared\n"
	                           "  - src/**\n"
	                           "one: '*.md'\n"
	                           "added:\n"
	                           "  - added: '**'\n"
	                           "changed:\n"
	                           "  - Added | MODIFIED: *shared\n";
	static const struct {
		const char *path;
		enum repo_change_kind status;
		const char *want;
	} rows[] = {
		{ "common/a/b.c", REPO_MODIFIED, "shared src changed" },
		{ "common/.hidden", REPO_DELETED, "shared src" },
		{ "src/x", REPO_ADDED, "src added" },
		{ "README.md", REPO_MODIFIED, "one" },
		{ "doc/README.md", REPO_MODIFIED, "" },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();

		CHECK_STR(matching(arena, yaml, RULES_SOME, rows[i].path, rows[i].status),
		    rows[i].want);
	}
}

TEST(rules_quantifiers_differ_in_negated_patterns)
{
	static const char yaml[] = "f: ['pkg/**', '!**/*.md']\n";
	static const struct {
		enum rules_quantifier quantifier;
		const char *path, *want;
	} rows[] = {
		{ RULES_SOME, "pkg/a.c", "f" },
		{ RULES_SOME, "pkg/a.md", "f" },
		{ RULES_SOME, "other/a.c", "f" }, /* it is not a .md file, which is enough */
		{ RULES_SOME, "other/a.md", "" },
		{ RULES_EVERY, "pkg/a.c", "f" },
		{ RULES_EVERY, "pkg/a.md", "" },
		{ RULES_EVERY, "other/a.c", "" },
		{ RULES_SOME_WITH_EXCLUDES, "pkg/a.c", "f" },
		{ RULES_SOME_WITH_EXCLUDES, "pkg/a.md", "" },
		{ RULES_SOME_WITH_EXCLUDES, "other/a.c", "" },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();

		CHECK_STR(matching(arena, yaml, rows[i].quantifier, rows[i].path, REPO_MODIFIED),
		    rows[i].want);
	}
}

TEST(rules_refuse_what_is_no_filter_in_the_words_of_the_action)
{
	static const struct {
		const char *yaml, *want;
	} rows[] = {
		{ "just text",
		    "error: Invalid filter YAML format: Root element is not an object." },
		{ "7", "error: Invalid filter YAML format: Root element is not an object." },
		{ "# a\n~", "error: Cannot convert undefined or null to object" },
		{ "- ~\n", "error: Cannot convert undefined or null to object" },
		{ "a: 1\n",
		    "error: Invalid filter YAML format: Unexpected element type 'number'." },
		{ "a: [true]\n",
		    "error: Invalid filter YAML format: Unexpected element type 'boolean'." },
		{ "a:\n", "error: Cannot convert undefined or null to object" },
		{ "a: ['']\n", "error: Expected pattern to be a non-empty string" },
		{ "a:\n  - added: 5\n", "error: Invalid filter YAML format: Expected [key:string]= "
		                        "pattern:string | string[], "
		                        "but [added:string]= 5:number found." },
		{ "a:\n  - added: { b: c }\n", "error: Invalid filter YAML format: Expected "
		                               "[key:string]= pattern:string | string[], "
		                               "but [added:string]= :object found." },
		{ "a: x\na: y\n", "error: duplicated mapping key (2:1)" },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();

		CHECK_STR(matching(arena, rows[i].yaml, RULES_SOME, "a", REPO_ADDED), rows[i].want);
	}
}

TEST(rules_of_a_list_are_called_by_their_place)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();

	CHECK_STR(matching(arena, "- a\n- [b, 'a*']\n- added: a\n- b\n", RULES_SOME, "a",
	              REPO_ADDED),
	    "0 1 2");
}

TEST(rules_know_no_kinds_but_added_modified_and_deleted)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	static const char yaml[] = "moved:\n  - renamed|copied|unmerged: '**'\n"
	                           "none:\n  - '': '**'\n"
	                           "two:\n  - added: '**'\n    deleted: ['b', 'a']\n";

	CHECK_STR(matching(arena, yaml, RULES_SOME, "a", REPO_ADDED), "two");
	CHECK_STR(matching(arena, yaml, RULES_SOME, "a", REPO_DELETED), "two");
	CHECK_STR(matching(arena, yaml, RULES_SOME, "c", REPO_DELETED), "");
	CHECK_STR(matching(arena, yaml, RULES_EVERY, "a", REPO_DELETED), "");
}

TEST(rules_that_are_no_yaml_are_an_error)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();

	CHECK(wf_str_starts(matching(arena, "a: [b\n", RULES_SOME, "a", REPO_ADDED),
	    WF_S("error: ")));
}
