/* SPDX-License-Identifier: MIT */
/* setup_tool.c - one script in the box lists what the job can see; the best of it is taken. */
#include "runner/builtin/setup_tool.h"

#include "base/fs.h"
#include "runner/builtin/probe.h"
#include "runner/builtin/semver.h"

#include <inttypes.h>
#include <stdlib.h>

struct found {
	const char *path; /* of the binary */
	bool first; /* it is what PATH gives now */
	struct wf_str text; /* "20.11.1" */
	struct semver version;
};

struct setup {
	struct builtin_call *call;
	const struct setup_tool *tool;
	struct wf_str wanted; /* as it was asked for; empty: whatever there is */
	struct probe probe;
	const char *argv[8];
	struct found *items;
	size_t n, cap;
};

/* Prints "PATH<tab>1 if it is the first in PATH<tab>what it says" for each binary $1, asked with
 * $2, in PATH and in the places $3. */
static const char find_script[] =
    "seen=: first=1\n"
    "look() {\n"
    "	[ -f \"$1\" ] && [ -x \"$1\" ] || return 0\n"
    "	real=$(readlink -f -- \"$1\") || return 0\n"
    "	case $seen in *\":$real:\"*) return 0 ;; esac\n"
    "	seen=$seen$real:\n"
    "	said=$(\"$1\" \"$flag\" 2>&1 </dev/null) || return 0\n"
    "	printf '%s\\t%s\\t%s\\n' \"$1\" \"$first\" \"$(printf %s \"$said\" | tr '\\n\\t' '  ')\"\n"
    "	first=0\n"
    "}\n"
    "binary=$1 flag=$2 places=$3\n"
    "IFS=:\n"
    "for folder in $PATH; do look \"$folder/$binary\"; done\n"
    "first=0\n"
    "IFS='\n'\n"
    "for folder in $places; do look \"$folder/$binary\"; done\n"
    "exit 0\n";

/* ---- which version ---- */

static struct wf_str
trim_quotes(struct wf_str text)
{
	text = wf_str_trim(text);
	while (text.n && strchr("\"',;", text.p[text.n - 1]))
		text.n--;
	while (text.n && strchr("\"'", text.p[0]))
		text = wf_str_skip(text, 1);
	return text;
}

/* What follows the word at the start of the first line that begins with it. */
static struct wf_str
line_after(struct wf_str text, const char *word)
{
	while (text.p) {
		struct wf_str line = wf_str_trim(wf_str_cut(&text, '\n'));
		struct wf_str rest = line, name = wf_str_cut(&rest, ' ');

		if (wf_str_is(name, word) && rest.p)
			return trim_quotes(rest);
	}
	return WF_S("");
}

static struct wf_str
json_text(struct wf_arena *arena, struct wf_str text, const char *outer, const char *inner)
{
	struct expr_value value;

	if (!expr_json_read(arena, NULL, text, &value, NULL) || value.kind != EXPR_OBJECT)
		return WF_S("");
	value = expr_object_get(value.object, wf_str(outer));
	if (value.kind != EXPR_OBJECT)
		return WF_S("");
	value = expr_object_get(value.object, wf_str(inner));
	return value.kind == EXPR_STRING ? value.string : WF_S("");
}

struct wf_str
setup_tool_wanted(struct wf_arena *arena, const struct setup_tool *tool, struct wf_str path,
    struct wf_str text)
{
	struct wf_str wanted;

	if (wf_str_ends(path, WF_S("package.json"))) {
		wanted = json_text(arena, text, "volta", "node");
		return wanted.n ? wanted : json_text(arena, text, "engines", "node");
	}
	if (wf_str_ends(path, WF_S("global.json")))
		return json_text(arena, text, "sdk", "version");
	if (wf_str_ends(path, WF_S("go.mod")) || wf_str_ends(path, WF_S("go.work"))) {
		wanted = line_after(text, "toolchain");
		return wanted.n ? wanted : line_after(text, "go");
	}
	if (wf_str_ends(path, WF_S(".tool-versions")))
		return line_after(text, tool->asdf);
	if (wf_str_ends(path, WF_S("Gemfile")))
		return line_after(text, "ruby");
	return trim_quotes(wf_str_cut(&text, '\n'));
}

/* False when the call has failed. */
static bool
read_wanted(struct setup *setup)
{
	struct builtin_call *call = setup->call;
	const struct setup_tool *tool = setup->tool;
	struct wf_str file = builtin_input(call, tool->file), text;

	setup->wanted = builtin_input(call, tool->version);
	if (setup->wanted.n)
		return true;
	if (!file.n && tool->usual_file && builtin_read(call, tool->usual_file, &text, NULL))
		setup->wanted = setup_tool_wanted(call->arena, tool, wf_str(tool->usual_file),
		    text);
	if (!file.n)
		return true;
	if (!builtin_read(call, wf_cstr(call->arena, file), &text, NULL)) {
		builtin_fail(call, "The specified %s version file at: %.*s does not exist",
		    tool->binary, WF_ARG(file));
		return false;
	}
	setup->wanted = setup_tool_wanted(call->arena, tool, file, text);
	return true;
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The first "20.11.1", "1.22" or "17" in a text. */
static struct wf_str
first_number(struct wf_str text)
{
	size_t n = 0;

	while (text.n && !is_digit(text.p[0]))
		text = wf_str_skip(text, 1);
	while (n < text.n && (is_digit(text.p[n]) ||
	                         (text.p[n] == '.' && n + 1 < text.n && is_digit(text.p[n + 1]))))
		n++;
	return wf_str_sub(text, 0, n);
}

/* With three numbers; the old name of Java 8 is 1.8. */
static bool
read_version(struct wf_arena *arena, struct wf_str text, struct semver *out)
{
	struct wf_str rest = text;
	size_t parts = 0;

	if (wf_str_starts(text, WF_S("1.8.0")))
		return semver_parse(WF_S("8.0.0"), out);
	while (rest.p) {
		wf_str_cut(&rest, '.');
		parts++;
	}
	if (parts > 3) { /* 11.0.22.1 */
		ptrdiff_t last = wf_str_rfind_char(text, '.');

		return read_version(arena, wf_str_sub(text, 0, (size_t)last), out);
	}
	return text.n && semver_parse(wf_strf(arena, "%.*s%s", WF_ARG(text),
	                                  parts == 1   ? ".0.0"
	                                  : parts == 2 ? ".0"
	                                               : ""),
	                     out);
}

/* Names of lines of Node that are maintained for long, by their major version. */
static const char *const lts_names[] = { [4] = "argon",
	[6] = "boron",
	[8] = "carbon",
	[10] = "dubnium",
	[12] = "erbium",
	[14] = "fermium",
	[16] = "gallium",
	[18] = "hydrogen",
	[20] = "iron",
	[22] = "jod",
	[24] = "krypton" };

static bool
satisfies_lts(const struct semver *version, struct wf_str name)
{
	if (!name.n || wf_str_is(name, "*"))
		return version->major % 2 == 0;
	return version->major < WF_COUNT(lts_names) && lts_names[version->major] &&
	       wf_str_ieq(name, wf_str(lts_names[version->major]));
}

static bool
satisfies(const struct setup *setup, const struct found *found)
{
	static const char *const any[] = { "", "*", "latest", "node", "current", "stable",
		"default", "ruby" };
	struct wf_str wanted = setup->wanted;

	for (size_t i = 0; i < WF_COUNT(any); i++)
		if (wf_str_ieq(wanted, wf_str(any[i])))
			return true;
	if (wf_str_starts(wanted, WF_S("lts")))
		return satisfies_lts(&found->version,
		    wf_str_skip(wanted, wf_str_starts(wanted, WF_S("lts/")) ? 4 : 3));
	if (semver_is_range(wanted))
		return semver_satisfies(&found->version, wanted);
	/* "go1.22.1", "ruby-3.1", "temurin-17.0.9+9", "v20" */
	return semver_satisfies(&found->version, first_number(wanted));
}

/* ---- the answer of the box ---- */

static void
add_found(struct setup *setup, struct wf_str line)
{
	struct wf_arena *arena = setup->call->arena;
	struct wf_str path = wf_str_cut(&line, '\t'), first = wf_str_cut(&line, '\t');
	struct wf_str text = first_number(line);
	struct semver version;
	struct found *found;

	if (!read_version(arena, text, &version))
		return;
	found = wf_push(arena, setup->items, setup->n, setup->cap);
	found->path = wf_cstr(arena, path);
	found->first = wf_str_is(first, "1");
	found->text = wf_str_dup(arena, text);
	found->version = version;
}

/* The highest; of equals the one that PATH gives anyway. Whatever there is: the first in PATH. */
static const struct found *
choose(const struct setup *setup)
{
	const struct found *best = NULL;

	for (size_t i = 0; i < setup->n; i++) {
		const struct found *found = &setup->items[i];

		if (!satisfies(setup, found))
			continue;
		if (!setup->wanted.n && found->first)
			return found;
		if (!best || semver_compare(&found->version, &best->version) > 0)
			best = found;
	}
	return best;
}

static void
fail_missing(const struct setup *setup)
{
	struct wf_buf list = WF_BUF_INIT;

	for (size_t i = 0; i < setup->n; i++)
		wf_buf_addf(&list, "%s%.*s (%s)", i ? ", " : "", WF_ARG(setup->items[i].text),
		    setup->items[i].path);
	builtin_fail(setup->call,
	    "Unable to find %s version '%.*s'. At hand: %.*s. wfrun downloads no tools: install "
	    "one on this machine, or put it into %s",
	    setup->tool->label, WF_ARG(setup->wanted),
	    WF_ARG(list.n ? wf_buf_str(&list) : WF_S("none")), setup->call->box->layout.tool_cache);
	wf_buf_release(&list);
}

static void
use(struct setup *setup, const struct found *found)
{
	struct builtin_call *call = setup->call;
	const struct setup_tool *tool = setup->tool;
	struct wf_str folder = wf_str(found->path), root;

	folder = wf_str_sub(folder, 0, (size_t)wf_str_rfind_char(folder, '/'));
	root = wf_str_sub(folder, 0, (size_t)wf_str_rfind_char(folder, '/'));
	builtin_printf(call, "Found in cache @ %.*s", WF_ARG(root));
	if (!found->first)
		call->addpath(call, folder);
	if (tool->root)
		call->setenv(call, wf_str(tool->root), root);
	call->output(call, wf_str(tool->output),
	    wf_strf(call->arena, "%s%.*s", tool->prefix, WF_ARG(found->text)));
	builtin_printf(call, "Successfully set up %s version %.*s", tool->label,
	    WF_ARG(found->text));
	call->done(call, true);
}

static void
on_found(struct probe *probe, bool ok)
{
	struct setup *setup = probe->data;
	struct wf_str lines = wf_buf_str(&probe->out);
	const struct found *found;

	if (setup->call->cancelled || !ok) {
		builtin_fail(setup->call, "%s",
		    ok ? "The operation was canceled." : probe->error.msg);
		return;
	}
	while (lines.n)
		add_found(setup, wf_str_cut(&lines, '\n'));
	found = choose(setup);
	if (found)
		use(setup, found);
	else
		fail_missing(setup);
}

/* ---- start ---- */

/* The folders of the tool cache, then the tool's own. */
static const char *
make_places(struct builtin_call *call, const struct setup_tool *tool)
{
	struct wf_buf out = WF_BUF_INIT;
	struct wf_str rest = wf_str(tool->places);
	const char *home = getenv("HOME");

	wf_buf_addf(&out, "%s/%s/*/*/bin\n", call->box->layout.tool_cache, tool->cache);
	while (rest.n) {
		struct wf_str place = wf_str_cut(&rest, '\n');

		if (place.p[0] != '~')
			wf_buf_addf(&out, "%.*s\n", WF_ARG(place));
		else if (home)
			wf_buf_addf(&out, "%s%.*s\n", home, WF_ARG(wf_str_skip(place, 1)));
	}
	return wf_buf_take(&out, call->arena).p;
}

/* Inputs that cannot have their effect here, whichever action has them. */
static void
say_not_done(struct builtin_call *call)
{
	static const char *const names[] = { "check-latest", "registry-url", "java-package",
		"jdkFile", "server-id", "gpg-private-key", "dotnet-quality", "source-url",
		"bundler-cache", "bundler", "rubygems" };
	struct wf_str cache = builtin_input(call, "cache");

	for (size_t i = 0; i < WF_COUNT(names); i++) {
		struct wf_str value = builtin_input(call, names[i]);

		if (value.n && !wf_str_ieq(value, WF_S("false")))
			builtin_warn(call,
			    "Input '%s' has no effect: a tool that is at hand is used as it is",
			    names[i]);
	}
	if (!cache.n || wf_str_ieq(cache, WF_S("false")))
		return;
	builtin_note(call, "The cache of '%.*s' is not restored: add a step with actions/cache",
	    WF_ARG(cache));
	call->output(call, WF_S("cache-hit"), WF_S("false"));
}

void
setup_tool_start(struct builtin_call *call, const struct setup_tool *tool)
{
	struct setup *setup = wf_new(call->arena, struct setup);

	setup->call = call;
	setup->tool = tool;
	say_not_done(call);
	if (!read_wanted(setup))
		return;
	setup->argv[0] = "sh";
	setup->argv[1] = "-c";
	setup->argv[2] = find_script;
	setup->argv[3] = "sh";
	setup->argv[4] = tool->binary;
	setup->argv[5] = tool->flag;
	setup->argv[6] = make_places(call, tool);
	setup->probe = (struct probe){ .call = call, .on_done = on_found, .data = setup };
	probe_start(&setup->probe, setup->argv, "/");
}
