/* SPDX-License-Identifier: MIT */
/* setup_python.c - actions/setup-python: the interpreters that are at hand, instead of downloads.
 *
 * One script in the box lists the interpreters that the job can see; the highest version that
 * satisfies the input is taken, for each version that is asked for. An installation of its own (a
 * tool cache, pyenv) is used where it is. The system's interpreter gets a folder of its own with
 * the layout of a virtual environment: `python` and `pip` are found there, packages are installed
 * there, and a distribution that forbids pip to touch its own packages has no objection. */
#include "runner/builtin/builtin.h"

#include <stdlib.h>
#include <sys/utsname.h>

#include "base/fs.h"
#include "runner/builtin/probe.h"
#include "runner/builtin/semver.h"

/* An interpreter as the script reports it. */
struct python {
	struct wf_str text; /* "3.11.2", "3.13.0rc1" */
	struct semver version;
	const char *path; /* links resolved */
	bool own; /* bin/python is there and pip may install: usable as it is */
};

struct setup_python {
	struct builtin_call *call;
	struct probe probe;
	struct wf_str *wanted; /* versions and ranges, in order */
	size_t nwanted, cap;
	size_t next; /* the one that is worked on */
	bool prereleases;
	struct python *pythons;
	size_t npythons, pythons_cap;
	const struct python *chosen;
	const char *argv[9]; /* of the script that runs, NULL-ended */
};

static const char *const input_names[] = { "python-version", "python-version-file", "cache",
	"architecture", "check-latest", "token", "cache-dependency-path", "update-environment",
	"allow-prereleases", "freethreaded", "pip-version", "pip-install", NULL };

static const char *const input_defaults[] = { NULL, NULL, NULL, NULL, "false", NULL, NULL, "true",
	"false", "false", NULL, NULL, NULL };

/* Prints "PATH<tab>OWN<tab>Python 3.11.2" for every interpreter once. Where they may be: the tool
 * cache ($1), pyenv in the job's home or in that of the person who runs wfrun ($2), uv, PATH. */
static const char find_script[] =
    "seen=:\n"
    "look() {\n"
    "	[ -f \"$1\" ] && [ -x \"$1\" ] || return 0\n"
    "	case $1 in */shims/*) return 0 ;; esac\n" /* they only start what is found anyway */
    "	real=$(readlink -f -- \"$1\") || return 0\n"
    "	case $seen in *\":$real:\"*) return 0 ;; esac\n"
    "	seen=$seen$real:\n"
    "	version=$(\"$real\" --version 2>&1 </dev/null) || return 0\n"
    "	case $version in *PyPy*|*GraalVM*) return 0 ;; 'Python '[0-9]*) ;; *) return 0 ;; esac\n"
    "	bin=${real%/*} own=0\n"
    "	if [ \"$(readlink -f -- \"$bin/python\")\" = \"$real\" ]; then\n"
    "		own=1\n"
    "		for mark in \"${bin%/*}\"/lib/python3*/EXTERNALLY-MANAGED; do\n"
    "			[ -e \"$mark\" ] && own=0\n"
    "		done\n"
    "	fi\n"
    "	printf '%s\\t%s\\t%s\\n' \"$real\" \"$own\" \"$version\"\n"
    "}\n"
    "for p in \"$1\"/Python/*/*/bin/python \"${PYENV_ROOT:-$HOME/.pyenv}\"/versions/*/bin/python "
    "\\\n"
    "	\"$2\"/.pyenv/versions/*/bin/python \"$2\"/.local/share/uv/python/*/bin/python; do\n"
    "	look \"$p\"\n"
    "done\n"
    "IFS=:\n"
    "for d in $PATH; do\n"
    "	for p in \"$d\"/python \"$d\"/python3 \"$d\"/python3.[0-9] \"$d\"/python3.[0-9][0-9]; do\n"
    "		look \"$p\"\n"
    "	done\n"
    "done\n"
    "exit 0\n";

/* Makes the folder $1 (else $2) for the interpreter $3 of version $4 ("3.11") and prints its name.
 * The wrapper of pip starts the python beside it. */
static const char make_script[] =
    "set -e\n"
    "root=$1\n"
    "mkdir -p \"$root/bin\" 2>/dev/null && [ -w \"$root/bin\" ] || { root=$2; mkdir -p "
    "\"$root/bin\"; }\n"
    "mkdir -p \"$root/lib/python$4/site-packages\"\n"
    "printf 'home = %s\\ninclude-system-site-packages = true\\n' \"${3%/*}\" "
    ">\"$root/pyvenv.cfg\"\n"
    "for name in python python3 \"python$4\"; do ln -sf -- \"$3\" \"$root/bin/$name\"; done\n"
    "for name in pip pip3 \"pip$4\"; do\n"
    "	printf '#!/bin/sh\\nexec \"${0%%/*}/python\" -m pip \"$@\"\\n' >\"$root/bin/$name\"\n"
    "	chmod 755 \"$root/bin/$name\"\n"
    "done\n"
    "printf '%s' \"$root\"\n";

/* ---- which versions ---- */

static void
want(struct setup_python *sp, struct wf_str version)
{
	if (version.n > 0)
		*wf_push(sp->call->arena, sp->wanted, sp->nwanted, sp->cap) = version;
}

/* A list: one a line. */
static void
want_lines(struct setup_python *sp, struct wf_str text)
{
	while (text.p)
		want(sp, wf_str_trim(wf_str_cut(&text, '\n')));
}

/* .python-version: one a line, comments, and names of virtual environments behind the version. */
static void
want_plain(struct setup_python *sp, struct wf_str text)
{
	while (text.p) {
		struct wf_str line = wf_str_cut(&text, '\n');

		while (line.p) { /* a lone CR ends a line as well */
			struct wf_str part = wf_str_trim(wf_str_cut(&line, '\r'));

			if (part.n > 0 && part.p[0] != '#')
				want(sp, wf_str_trim(wf_str_cut(&part, '/')));
		}
	}
}

/* ">=3.9,<3.12" as a range of semver. */
static struct wf_str
with_blanks(struct wf_arena *arena, struct wf_str range)
{
	char *text = wf_cstr(arena, range);

	for (char *p = text; (p = strchr(p, ','));)
		*p = ' ';
	return wf_str_trim(wf_str(text));
}

/* The text in quotes of the first line `KEY = "..."` below the heading [SECTION]. */
static bool
want_toml(struct setup_python *sp, struct wf_str text, const char *section, const char *key)
{
	bool inside = false;

	while (text.p) {
		struct wf_str line = wf_str_trim(wf_str_cut(&text, '\n'));
		struct wf_str value = line, name = wf_str_trim(wf_str_cut(&value, '='));
		char quote;

		if (wf_str_starts(line, WF_S("[")))
			inside = wf_str_is(wf_str_trim(wf_str_sub(line, 1, line.n - 1)), section);
		value = wf_str_trim(value);
		if (!inside || !wf_str_is(name, key) || value.n < 2 ||
		    (value.p[0] != '"' && value.p[0] != '\''))
			continue;
		quote = value.p[0];
		value = wf_str_skip(value, 1);
		want(sp, with_blanks(sp->call->arena, wf_str_cut(&value, quote)));
		return true;
	}
	return false;
}

/* .tool-versions: `python 3.13.2`. */
static void
want_tool(struct setup_python *sp, struct wf_str text)
{
	while (text.p) {
		struct wf_str rest = wf_str_trim(wf_str_cut(&text, '\n'));
		struct wf_str tool = wf_str_cut(&rest, ' ');

		if (!wf_str_is(tool, "python"))
			continue;
		rest = wf_str_trim(rest);
		want(sp, wf_str_skip(rest, wf_str_starts(rest, WF_S("v")) ? 1 : 0));
		return;
	}
}

static void
want_file(struct setup_python *sp, struct wf_str path, struct wf_str text)
{
	if (wf_str_ends(path, WF_S("pyproject.toml"))) {
		if (!want_toml(sp, text, "project", "requires-python"))
			want_toml(sp, text, "tool.poetry.dependencies", "python");
	} else if (wf_str_ends(path, WF_S("Pipfile"))) {
		if (!want_toml(sp, text, "requires", "python_version"))
			want_toml(sp, text, "requires", "python_full_version");
	} else if (wf_str_ends(path, WF_S(".tool-versions"))) {
		want_tool(sp, text);
	} else {
		want_plain(sp, text);
	}
}

/* False when it has failed. No version at all is fine: the one in PATH is used. */
static bool
read_wanted(struct setup_python *sp)
{
	struct builtin_call *call = sp->call;
	struct wf_str versions = builtin_input(call, "python-version");
	struct wf_str file = builtin_input(call, "python-version-file"), text;

	if (versions.n > 0) {
		if (file.n > 0)
			builtin_warn(call, "Both python-version and python-version-file inputs are "
			                   "specified, only python-version will be used.");
		want_lines(sp, versions);
		return true;
	}
	if (file.n == 0) {
		builtin_printf(call,
		    "[warning]Neither 'python-version' nor 'python-version-file' inputs were "
		    "supplied. Attempting to find '.python-version' file.");
		file = WF_S(".python-version");
		if (builtin_read(call, file.p, &text, NULL))
			want_plain(sp, text);
		else
			builtin_printf(call, "[warning].python-version doesn't exist.");
		return true;
	}
	if (!builtin_read(call, wf_cstr(call->arena, file), &text, NULL)) {
		builtin_fail(call, "The specified python version file at: %.*s doesn't exist.",
		    WF_ARG(file));
		return false;
	}
	want_file(sp, file, text);
	return true;
}

/* ---- versions as Python and as semver write them ---- */

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "3.13.0rc1" becomes "3.13.0-rc1", wherever it stands in a range; 3.13.0-dev and 3.13-dev become
 * ~3.13.0-0. */
static struct wf_str
to_semver(struct wf_arena *arena, struct wf_str text)
{
	struct wf_buf out = WF_BUF_INIT;
	unsigned dots = 0;

	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];
		bool letter = c == 'a' || c == 'b' ||
		              (c == 'r' && i + 1 < text.n && text.p[i + 1] == 'c');

		if (c == '.')
			dots++;
		else if (letter && i > 0 && is_digit(text.p[i - 1]) && dots == 2)
			wf_buf_addc(&out, '-');
		if (c == ' ' || c == '|')
			dots = 0;
		wf_buf_addc(&out, c);
	}
	return wf_buf_take(&out, arena);
}

/* Whether the text is two numbers, "3.13". */
static bool
is_major_minor(struct wf_str text)
{
	uint64_t number;
	struct wf_str major = wf_str_cut(&text, '.');

	return text.p && wf_str_u64(major, &number) && wf_str_u64(text, &number);
}

/* The range that is looked for. */
static struct wf_str
to_range(struct setup_python *sp, struct wf_str wanted)
{
	struct wf_arena *arena = sp->call->arena;
	struct wf_str base = wanted;

	if (wf_str_ends(wanted, WF_S("-dev")))
		base = wf_str_sub(wanted, 0, wanted.n - 4);
	if (is_major_minor(base) && (base.n != wanted.n || sp->prereleases))
		return wf_strf(arena, "~%.*s.0-0", WF_ARG(base));
	return to_semver(arena, wanted);
}

/* ---- the answer of the box ---- */

static void
add_python(struct setup_python *sp, struct wf_str line)
{
	struct wf_arena *arena = sp->call->arena;
	struct wf_str path = wf_str_cut(&line, '\t');
	struct wf_str own = wf_str_cut(&line, '\t');
	struct wf_str version = wf_str_trim(line);
	struct semver parsed;
	struct python *python;

	if (!wf_str_starts(version, WF_S("Python ")))
		return;
	version = wf_str_dup(arena, wf_str_skip(version, 7));
	version = wf_str_cut(&(struct wf_str){ version.p, version.n },
	    '+'); /* a build from source */
	if (!semver_parse(to_semver(arena, version), &parsed))
		return;
	python = wf_push(arena, sp->pythons, sp->npythons, sp->pythons_cap);
	python->text = version;
	python->version = parsed;
	python->path = wf_cstr(arena, path);
	python->own = wf_str_is(own, "1");
}

static const struct python *
find_python(struct setup_python *sp, struct wf_str range)
{
	const struct python *best = NULL;

	for (size_t i = 0; i < sp->npythons; i++) {
		const struct python *python = &sp->pythons[i];

		if (semver_satisfies(&python->version, range) &&
		    (!best || semver_compare(&python->version, &best->version) > 0))
			best = python;
	}
	return best;
}

/* "3.11.2 (/usr/bin/python3.11), 3.12.1 (...)" */
static struct wf_str
list_pythons(const struct setup_python *sp)
{
	struct wf_buf out = WF_BUF_INIT;

	for (size_t i = 0; i < sp->npythons; i++)
		wf_buf_addf(&out, "%s%.*s (%s)", i ? ", " : "", WF_ARG(sp->pythons[i].text),
		    sp->pythons[i].path);
	if (sp->npythons == 0)
		wf_buf_adds(&out, "none");
	return wf_buf_take(&out, sp->call->arena);
}

/* What this machine is called by the action. */
static const char *
machine(void)
{
	static const struct {
		const char *uname, *name;
	} names[] = { { "x86_64", "x64" }, { "aarch64", "arm64" }, { "i686", "x86" },
		{ "armv7l", "arm" } };
	struct utsname system;

	if (uname(&system) == 0)
		for (size_t i = 0; i < WF_COUNT(names); i++)
			if (strcmp(system.machine, names[i].uname) == 0)
				return names[i].name;
	return "unknown";
}

static void
fail_missing(struct setup_python *sp, struct wf_str wanted, struct wf_str arch)
{
	builtin_fail(sp->call,
	    "The version '%.*s' with architecture '%.*s' was not found. At hand: %.*s. wfrun "
	    "downloads "
	    "no interpreters: install one on this machine (with pyenv, or from the distribution), "
	    "or "
	    "put it into %s/Python/VERSION/%s",
	    WF_ARG(wanted), WF_ARG(arch), WF_ARG(list_pythons(sp)),
	    sp->call->box->layout.tool_cache, machine());
}

/* ---- one version after the other ---- */

static void set_up_next(struct setup_python *sp);

static void
export_environment(struct builtin_call *call, struct wf_str root)
{
	static const char *const locations[] = { "pythonLocation", "Python_ROOT_DIR",
		"Python2_ROOT_DIR", "Python3_ROOT_DIR" };
	struct wf_str libraries = builtin_env(call, "LD_LIBRARY_PATH");
	struct wf_str lib = wf_strf(call->arena, "%.*s/lib", WF_ARG(root)), rest = libraries;
	bool there = false;

	for (size_t i = 0; i < WF_COUNT(locations); i++)
		call->setenv(call, wf_str(locations[i]), root);
	call->setenv(call, WF_S("PKG_CONFIG_PATH"),
	    wf_strf(call->arena, "%.*s/pkgconfig", WF_ARG(lib)));
	while (rest.n > 0)
		there |= wf_str_eq(wf_str_cut(&rest, ':'), lib);
	if (!there)
		call->setenv(call, WF_S("LD_LIBRARY_PATH"),
		    wf_strf(call->arena, "%.*s%s%.*s", WF_ARG(lib), libraries.n ? ":" : "",
		        WF_ARG(libraries)));
	call->addpath(call, root);
	call->addpath(call, wf_strf(call->arena, "%.*s/bin", WF_ARG(root)));
}

/* The chosen interpreter is reachable below `root`. */
static void
use(struct setup_python *sp, struct wf_str root)
{
	struct builtin_call *call = sp->call;

	if (builtin_flag(call, "update-environment"))
		export_environment(call, root);
	call->output(call, WF_S("python-version"), sp->chosen->text);
	call->output(call, WF_S("python-path"),
	    wf_strf(call->arena, "%.*s/bin/python", WF_ARG(root)));
	builtin_printf(call, "Successfully set up CPython (%.*s)", WF_ARG(sp->chosen->text));
	sp->next++;
	set_up_next(sp);
}

static void
on_made(struct probe *probe, bool ok)
{
	struct setup_python *sp = probe->data;
	struct wf_str root = wf_str_dup(sp->call->arena, wf_buf_str(&probe->out));

	if (sp->call->cancelled)
		builtin_fail(sp->call, "The operation was canceled.");
	else if (!ok)
		builtin_fail(sp->call, "No folder for Python %.*s could be made: %s",
		    WF_ARG(sp->chosen->text), probe->error.msg);
	else
		use(sp, root);
}

static void
make_root(struct setup_python *sp)
{
	struct builtin_call *call = sp->call;
	const struct python *python = sp->chosen;
	struct wf_str place = wf_strf(call->arena, "Python/%.*s/%s", WF_ARG(python->text),
	    machine());

	sp->argv[0] = "sh";
	sp->argv[1] = "-c";
	sp->argv[2] = make_script;
	sp->argv[3] = "sh";
	sp->argv[4] = wf_join(call->arena, call->box->layout.tool_cache, place.p);
	sp->argv[5] = wf_join(call->arena, call->box->layout.temp, place.p);
	sp->argv[6] = python->path;
	sp->argv[7] = wf_strf(call->arena, "%u.%u", (unsigned)python->version.major,
	    (unsigned)python->version.minor)
	                  .p;
	sp->argv[8] = NULL;
	sp->probe = (struct probe){ .call = call, .on_done = on_made, .data = sp };
	probe_start(&sp->probe, sp->argv, "/");
}

static void
finish(struct setup_python *sp)
{
	struct builtin_call *call = sp->call;
	struct wf_str cache = builtin_input(call, "cache");

	if (sp->nwanted > 0)
		builtin_printf(call, "::endgroup::");
	if (cache.n > 0) {
		builtin_note(call,
		    "The cache of '%.*s' is not restored: add a step with actions/cache",
		    WF_ARG(cache));
		call->output(call, WF_S("cache-hit"), WF_S("false"));
	}
	call->done(call, true);
}

static void
set_up_next(struct setup_python *sp)
{
	struct wf_str arch = builtin_input(sp->call, "architecture"), wanted;

	if (sp->next == sp->nwanted) {
		finish(sp);
		return;
	}
	wanted = sp->wanted[sp->next];
	if (arch.n == 0)
		arch = wf_str(machine());
	sp->chosen = NULL;
	if (wf_str_is(arch, machine()))
		sp->chosen = find_python(sp, to_range(sp, wanted));
	if (!sp->chosen) {
		fail_missing(sp, wanted, arch);
	} else if (sp->chosen->own) {
		struct wf_str bin = wf_str(sp->chosen->path);

		bin = wf_str_sub(bin, 0, (size_t)wf_str_rfind_char(bin, '/'));
		use(sp, wf_str_dup(sp->call->arena,
		            wf_str_sub(bin, 0, (size_t)wf_str_rfind_char(bin, '/'))));
	} else {
		make_root(sp);
	}
}

/* ---- start ---- */

static void
on_found(struct probe *probe, bool ok)
{
	struct setup_python *sp = probe->data;
	struct wf_str lines = wf_buf_str(&probe->out);

	if (sp->call->cancelled || !ok) {
		builtin_fail(sp->call, "%s", ok ? "The operation was canceled." : probe->error.msg);
		return;
	}
	while (lines.n > 0)
		add_python(sp, wf_str_cut(&lines, '\n'));
	set_up_next(sp);
}

static bool
all_are_cpython(struct setup_python *sp)
{
	for (size_t i = 0; i < sp->nwanted; i++) {
		struct wf_str wanted = sp->wanted[i];

		if (!wf_str_starts(wanted, WF_S("pypy")) && !wf_str_starts(wanted, WF_S("graalpy")))
			continue;
		builtin_fail(sp->call,
		    "'%.*s' is not supported: only CPython interpreters that are at hand can be "
		    "set up",
		    WF_ARG(wanted));
		return false;
	}
	return true;
}

/* Inputs that cannot have their effect here. */
static void
say_not_done(struct builtin_call *call)
{
	static const char *const flags[] = { "check-latest", "freethreaded" };
	static const char *const texts[] = { "pip-version", "pip-install" };

	for (size_t i = 0; i < WF_COUNT(flags); i++)
		if (builtin_flag(call, flags[i]))
			builtin_warn(call,
			    "Input '%s' has no effect: only interpreters that are at hand are used",
			    flags[i]);
	for (size_t i = 0; i < WF_COUNT(texts); i++)
		if (builtin_input(call, texts[i]).n > 0)
			builtin_warn(call, "Input '%s' is not supported yet", texts[i]);
}

static void
setup_python_start(struct builtin_call *call)
{
	struct setup_python *sp = wf_new(call->arena, struct setup_python);
	const char *home = getenv("HOME");

	sp->call = call;
	sp->prereleases = builtin_flag(call, "allow-prereleases");
	say_not_done(call);
	if (!read_wanted(sp) || !all_are_cpython(sp))
		return;
	if (sp->nwanted == 0) {
		builtin_warn(call, "The `python-version` input is not set.  The version of Python "
		                   "currently in `PATH` will be used.");
		finish(sp);
		return;
	}
	builtin_group(call, "Installed versions");
	sp->argv[0] = "sh";
	sp->argv[1] = "-c";
	sp->argv[2] = find_script;
	sp->argv[3] = "sh";
	sp->argv[4] = call->box->layout.tool_cache;
	sp->argv[5] = home ? home : "";
	sp->argv[6] = NULL;
	sp->probe = (struct probe){ .call = call, .on_done = on_found, .data = sp };
	probe_start(&sp->probe, sp->argv, "/");
}

const struct builtin builtin_setup_python = {
	.repository = "actions/setup-python",
	.inputs = input_names,
	.defaults = input_defaults,
	.start = setup_python_start,
};
