/* SPDX-License-Identifier: MIT */
/* script.c - shells and their command lines, by table.
 *
 * The shell text is split at the first space: program, and a format of arguments that goes through
 * rules like .NET's String.Format ({0} is the file, {{ and }} are braces). The result is split into
 * words as GitHub's runner hands them to the system: spaces separate, double quotes group. */
#include "runner/script.h"

#include "runner/words.h"

struct shell {
	const char *name;
	const char *arguments; /* of the built-in shell; {0} is the file */
	const char *extension;
	const char *prefix, *suffix; /* around the text */
};

#define PWSH_PREFIX "$ErrorActionPreference = 'stop'\n"
#define PWSH_SUFFIX "\nif ((Test-Path -LiteralPath variable:\\LASTEXITCODE)) { exit $LASTEXITCODE }"

static const struct shell shells[] = {
	{ "bash", "--noprofile --norc -e -o pipefail {0}", ".sh", "", "" },
	{ "sh", "-e {0}", ".sh", "", "" },
	{ "python", "{0}", ".py", "", "" },
	{ "pwsh", "-command \". '{0}'\"", ".ps1", PWSH_PREFIX, PWSH_SUFFIX },
	{ "powershell", "-command \". '{0}'\"", ".ps1", PWSH_PREFIX, PWSH_SUFFIX },
};

#define INVALID_SHELL                                                                              \
	"Invalid shell option. Shell must be a valid built-in (bash, sh, cmd, powershell, pwsh) "  \
	"or a format string containing '{0}'"

static const struct shell *
find_shell(struct wf_str name)
{
	for (size_t i = 0; i < WF_COUNT(shells); i++)
		if (wf_str_ieq(name, wf_str(shells[i].name)))
			return &shells[i];
	return NULL;
}

const char *
script_extension(struct wf_str shell)
{
	struct wf_str program = wf_str_cut(&shell, ' ');
	const struct shell *known = find_shell(program);

	if (!program.n)
		return ".sh";
	return known ? known->extension : "";
}

/* {0} becomes the path, {{ and }} braces; any other brace, or no {0} at all, is not a shell. */
static bool
fill(struct wf_buf *out, struct wf_str format, const char *path)
{
	bool filled = false;

	for (size_t i = 0; i < format.n; i++) {
		struct wf_str rest = wf_str_skip(format, i);

		if (wf_str_starts(rest, WF_S("{{")) || wf_str_starts(rest, WF_S("}}"))) {
			wf_buf_addc(out, format.p[i++]);
		} else if (wf_str_starts(rest, WF_S("{0}"))) {
			wf_buf_adds(out, path);
			filled = true;
			i += 2;
		} else if (format.p[i] == '{' || format.p[i] == '}') {
			return false;
		} else {
			wf_buf_addc(out, format.p[i]);
		}
	}
	return filled;
}

static const char **
split_words(struct wf_arena *arena, const char *program, struct wf_str arguments)
{
	const char **argv = NULL;
	size_t n = 0, cap = 0;
	struct wf_str word;

	*wf_push(arena, argv, n, cap) = program;
	while (words_next(arena, &arguments, &word))
		*wf_push(arena, argv, n, cap) = word.p;
	*wf_push(arena, argv, n, cap) = NULL;
	return argv;
}

bool
script_build(struct wf_arena *arena, const struct script_request *request, struct script *out,
    struct wf_error *err)
{
	wf_auto(wf_buf_release) struct wf_buf arguments = WF_BUF_INIT;
	struct wf_str format = wf_str_trim(request->shell);
	struct wf_str program = wf_str_cut(&format, ' ');
	const struct shell *known = find_shell(program);

	if (!program.n) { /* no shell was asked for: no pipefail (semantics.md 11.8) */
		program = request->has_bash ? WF_S("bash") : WF_S("sh");
		known = find_shell(program);
		format = WF_S("-e {0}");
	} else if (!wf_str_trim(format).n && known) {
		format = wf_str(known->arguments);
	}
	if (!fill(&arguments, format, request->path))
		return wf_fail(err, WF_ERR_EVAL, WF_NOWHERE, "%s", INVALID_SHELL);
	program = wf_str_dup(arena, program);
	out->argv = split_words(arena, program.p, wf_buf_str(&arguments));
	out->shown = wf_strf(arena, "%.*s %.*s", WF_ARG(program), WF_ARG(wf_buf_str(&arguments)));
	out->body = request->text;
	if (known && known->prefix[0])
		out->body = wf_strf(arena, "%s%.*s%s", known->prefix, WF_ARG(request->text),
		    known->suffix);
	return true;
}
