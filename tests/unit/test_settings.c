/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "base/fs.h"
#include "cli/settings.h"

#include <stdlib.h>

struct place {
	struct wf_arena *arena;
	char *root;
	struct settings settings;
	struct wf_error err;
};

/* Reads a file with this text. */
static bool
read_text(struct place *p, const char *text)
{
	bool ok;

	p->arena = wf_arena_new();
	p->root = wf_cstr(p->arena, WF_S("/tmp/wfrun-test-settings.XXXXXX"));
	assert_non_null(mkdtemp(p->root));
	if (text)
		CHECK(wf_write_file(wf_join(p->arena, p->root, SETTINGS_FILE), wf_str(text), 0644,
		    NULL));
	ok = settings_read(p->arena, p->root, &p->settings, &p->err);
	CHECK(wf_remove_tree(p->root, NULL));
	return ok;
}

TEST(settings_have_sources_in_their_order)
{
	struct place p;

	CHECK(read_text(&p, "# ours\naction-sources:\n  - https://a/{repo}\n  - ../m/{repo}\n"));
	CHECK_INT(p.settings.action_sources.n, 2);
	CHECK_STR(wf_str(p.settings.action_sources.items[0]), "https://a/{repo}");
	CHECK_STR(wf_str(p.settings.action_sources.items[1]),
	    wf_join(p.arena, p.root, "../m/{repo}"));
	CHECK(!p.settings.action_sources.items[2]);
	wf_arena_free(p.arena);
	CHECK(read_text(&p, "action-sources: https://b/{repo}\n"));
	CHECK_INT(p.settings.action_sources.n, 1);
	wf_arena_free(p.arena);
}

TEST(settings_may_be_absent_or_empty)
{
	static const char *const texts[] = { NULL, "", "# nothing\n", "{}\n" };

	for (size_t i = 0; i < WF_COUNT(texts); i++) {
		struct place p;

		CHECK(read_text(&p, texts[i]));
		CHECK_INT(p.settings.action_sources.n, 0);
		wf_arena_free(p.arena);
	}
}

TEST(settings_that_are_wrong_are_pointed_at)
{
	static const struct {
		const char *text, *said;
		int line;
	} rows[] = {
		{ "\nactions-sources: x\n", "unknown setting 'actions-sources'", 2 },
		{ "action-sources:\n  - {a: b}\n", "expected a text", 2 },
		{ "action-sources: 7\n", "expected a text", 1 },
		{ "- a\n", "expected settings", 1 },
		{ "action-sources: [a\n", NULL, 0 },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		struct place p;

		CHECK(!read_text(&p, rows[i].text));
		CHECK_INT(p.err.kind, WF_ERR_USAGE);
		if (rows[i].said) {
			CHECK(strstr(p.err.msg, rows[i].said));
			CHECK_INT(p.err.pos.line, rows[i].line);
		}
		wf_arena_free(p.arena);
	}
}
