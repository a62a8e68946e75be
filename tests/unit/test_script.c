/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "runner/script.h"

/* The command line, its words joined by '|', or the message of the error. */
static void
check_line(const char *shell, bool has_bash, const char *path, const char *want)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	wf_auto(wf_buf_release) struct wf_buf line = WF_BUF_INIT;
	const struct script_request request = { wf_str(shell), has_bash, WF_S("text"), path };
	struct script script;
	struct wf_error err;

	if (script_build(arena, &request, &script, &err)) {
		for (const char *const *word = script.argv; *word; word++)
			wf_buf_addf(&line, "%s%s", word == script.argv ? "" : "|", *word);
	} else {
		wf_buf_adds(&line, err.msg);
	}
	CHECK_STR(wf_buf_str(&line), want);
}

TEST(script_shells_have_their_exact_command_lines)
{
	static const struct {
		const char *shell, *want;
	} rows[] = {
		{ "", "bash|-e|/t/1" },
		{ "bash", "bash|--noprofile|--norc|-e|-o|pipefail|/t/1" },
		{ "BASH", "BASH|--noprofile|--norc|-e|-o|pipefail|/t/1" },
		{ "sh", "sh|-e|/t/1" },
		{ "python", "python|/t/1" },
		{ "pwsh", "pwsh|-command|. '/t/1'" },
		{ "bash -x {0}", "bash|-x|/t/1" },
		{ "perl {0} --more", "perl|/t/1|--more" },
		{ "env A=1 bash {0}", "env|A=1|bash|/t/1" },
		{ "prog \"two words\" {0}", "prog|two words|/t/1" },
		{ "prog {{}} {0}", "prog|{}|/t/1" },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++)
		check_line(rows[i].shell, true, "/t/1", rows[i].want);
	check_line("", false, "/t/1", "sh|-e|/t/1");
}

TEST(script_shell_without_a_place_for_the_file_is_none)
{
	static const char want[] = "Invalid shell option. Shell must be a valid built-in (bash, "
	                           "sh, cmd, powershell, pwsh) "
	                           "or a format string containing '{0}'";

	check_line("fish", true, "/t/1", want);
	check_line("bash -x", true, "/t/1", want);
	check_line("prog {1}", true, "/t/1", want);
	check_line("prog {0", true, "/t/1", want);
}

TEST(script_body_is_the_text_but_for_powershell)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct script_request request = { WF_S("bash"), true, WF_S("a\nb"), "/p" };
	struct script script;

	CHECK(script_build(arena, &request, &script, NULL));
	CHECK_STR(script.body, "a\nb");
	request.shell = WF_S("pwsh");
	request.text = WF_S("a");
	CHECK(script_build(arena, &request, &script, NULL));
	CHECK(wf_str_starts(script.body, WF_S("$ErrorActionPreference = 'stop'\na\n")));
	CHECK_STR(wf_str(script_extension(WF_S("pwsh"))), ".ps1");
	CHECK_STR(wf_str(script_extension(WF_S("python -u {0}"))), ".py");
	CHECK_STR(wf_str(script_extension(WF_S("perl {0}"))), "");
	CHECK_STR(wf_str(script_extension(WF_S(""))), ".sh");
}
