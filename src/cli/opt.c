/* SPDX-License-Identifier: MIT */
/* opt.c - reads argv by table, and prints the table as help and as completion. */
#include "cli/opt.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cmd.h"

#define MAX_JOBS 1024

/* ---- readers of one option's text ---- */

static void
list_add(struct wf_arena *arena, struct opt_list *list, const char *text)
{
	*wf_push(arena, list->items, list->n, list->cap) = text;
	*wf_push(arena, list->items, list->n, list->cap) = NULL;
	list->n--;
}

static bool
set_flag(const struct opt_use *use, struct wf_error *err)
{
	(void)err;
	*(bool *)use->field = true;
	return true;
}

static bool
set_text(const struct opt_use *use, struct wf_error *err)
{
	(void)err;
	*(const char **)use->field = use->text;
	return true;
}

static bool
set_list(const struct opt_use *use, struct wf_error *err)
{
	(void)err;
	list_add(use->arena, use->field, use->text);
	return true;
}

static bool
set_jobs(const struct opt_use *use, struct wf_error *err)
{
	uint64_t number;

	if (!wf_str_u64(wf_str(use->text), &number) || number < 1 || number > MAX_JOBS)
		return wf_fail(err, WF_ERR_USAGE, WF_NOWHERE,
		    "option '--%s' takes a number from 1 to %d, not '%s'", use->opt->name, MAX_JOBS,
		    use->text);
	*(unsigned *)use->field = (unsigned)number;
	return true;
}

/* A number of bytes, with k, m or g for the powers of 1024. */
static bool
set_size(const struct opt_use *use, struct wf_error *err)
{
	static const char units[] = "kmg";
	struct wf_str text = wf_str(use->text);
	const char *unit = text.n ? strchr(units, text.p[text.n - 1] | 0x20) : NULL;
	unsigned shift = unit && *unit ? 10 * (unsigned)(unit - units + 1) : 0;
	uint64_t number;

	if (shift)
		text.n--;
	if (!wf_str_u64(text, &number) || number < 1 || number > (uint64_t)INT64_MAX >> shift)
		return wf_fail(err, WF_ERR_USAGE, WF_NOWHERE,
		    "option '--%s' takes a number of bytes, as 512m or 4g, not '%s'",
		    use->opt->name, use->text);
	*(uint64_t *)use->field = number << shift;
	return true;
}

static bool
set_count(const struct opt_use *use, struct wf_error *err)
{
	uint64_t *number = use->field;

	return (wf_str_u64(wf_str(use->text), number) && *number > 0) ||
	       wf_fail(err, WF_ERR_USAGE, WF_NOWHERE, "option '--%s' takes a number, not '%s'",
	           use->opt->name, use->text);
}

/* Processors, as 2 or 0.5; kept in thousandths. */
static bool
set_cpus(const struct opt_use *use, struct wf_error *err)
{
	char *end;
	double cpus = strtod(use->text, &end);

	if (end == use->text || *end || !(cpus >= 0.01 && cpus <= MAX_JOBS))
		return wf_fail(err, WF_ERR_USAGE, WF_NOWHERE,
		    "option '--%s' takes a number of processors, as 2 or 0.5, not '%s'",
		    use->opt->name, use->text);
	*(uint64_t *)use->field = (uint64_t)(cpus * 1000);
	return true;
}

static bool
set_choice(const struct opt_use *use, struct wf_error *err)
{
	for (unsigned i = 0; use->opt->choices[i]; i++)
		if (strcmp(use->opt->choices[i], use->text) == 0) {
			*(unsigned *)use->field = i;
			return true;
		}
	return wf_fail(err, WF_ERR_USAGE, WF_NOWHERE, "option '--%s' takes %s, not '%s'",
	    use->opt->name, use->opt->arg, use->text);
}

/* ---- the table ---- */

/* A field of another type does not compile. */
/* NOLINTBEGIN(bugprone-macro-parentheses): a type cannot stand in parentheses */
#define FIELD(member, type)                                                                        \
	_Generic(((struct args *)0)->member, type : offsetof(struct args, member))
/* NOLINTEND(bugprone-macro-parentheses) */
#define FLAG(member) set_flag, FIELD(member, bool), NULL
#define TEXT(member) set_text, FIELD(member, const char *), NULL
#define LIST(member) set_list, FIELD(member, struct opt_list), NULL
#define JOBS(member) set_jobs, FIELD(member, unsigned), NULL
#define SIZE(member) set_size, FIELD(member, uint64_t), NULL
#define COUNT(member) set_count, FIELD(member, uint64_t), NULL
#define CPUS(member) set_cpus, FIELD(member, uint64_t), NULL
#define CHOICE(member, names) set_choice, FIELD(member, unsigned), (names)

static const char *const box_names[] = { "sandbox", "host", "docker", "podman",
	NULL }; /* as enum box_kind */
static const char *const network_names[] = { "host", "none", NULL }; /* as enum opt_network */
static const char *const builtin_names[] = { "auto", "always", "never",
	NULL }; /* actions_builtin */
static const char *const chain_names[] = { "default", "worktree", NULL }; /* session_chain_from */
static const char *const from_names[] = { "event", "worktree", NULL }; /* session_workflows_from */
static const char *const color_names[] = { "auto", "always", "never", NULL }; /* style_when */
/* as enum graph_form; "" stands for the list, which is no graph */
static const char *const graph_names[] = { "", "text", "dot", "mermaid", "svg", NULL };

#define IN_JSON (IN_RUN | IN_PLAN | IN_WHY | IN_LIST | IN_CHECK | IN_EVAL | IN_IMAGE)
#define IN_EVENTFUL (IN_RUN | IN_PLAN | IN_WHY | IN_EVENT)

static const struct opt options[] = {
	{ 'C', NULL, "DIR", "work as if started in DIR", IN_ALL, LIST(dirs) },
	{ 0, "event", "SPEC", "what happened: push, tag=NAME, pr, ...", IN_RUN | IN_PLAN | IN_WHY,
	    TEXT(event) },
	{ 0, "payload", "FILE", "JSON that is merged over the payload", IN_EVENTFUL,
	    TEXT(payload) },
	{ 0, "before", "REV", "the commit before the push", IN_EVENTFUL, TEXT(before) },
	{ 0, "sha", "REV", "the commit of the event", IN_EVENTFUL, TEXT(sha) },
	{ 0, "base", "REV", "the base of a pull request", IN_EVENTFUL, TEXT(base) },
	{ 0, "ref", "REF", "the ref of the event", IN_EVENTFUL, TEXT(ref) },
	{ 0, "changed", "PATH", "a changed path, in place of the diff", IN_EVENTFUL,
	    LIST(changed) },
	{ 0, "path", "FILE", "what would wake if FILE changed", IN_WHY, LIST(paths) },
	{ 0, "committed", NULL, "leave uncommitted changes out", IN_EVENTFUL | IN_LIST,
	    FLAG(committed) },
	{ 0, "workflows-from", "event|worktree", "whose workflow files are read",
	    IN_RUN | IN_PLAN | IN_WHY, CHOICE(workflows_from, from_names) },
	{ 0, "actor", "NAME", "who causes the event", IN_EVENTFUL, TEXT(actor) },
	{ 0, "input", "NAME=VALUE", "an input of workflow_dispatch", IN_EVENTFUL, LIST(inputs) },
	{ 0, "input-file", "FILE", "inputs (default: .input)", IN_EVENTFUL, LIST(input_files) },
	{ 0, "secret", "NAME[=VALUE]", "a secret; its value from the environment", IN_RUN,
	    LIST(secrets) },
	{ 0, "secret-file", "FILE", "secrets (default: .secrets)", IN_RUN, LIST(secret_files) },
	{ 0, "var", "NAME=VALUE", "a variable of the vars context", IN_RUN | IN_PLAN, LIST(vars) },
	{ 0, "var-file", "FILE", "variables (default: .vars)", IN_RUN | IN_PLAN, LIST(var_files) },
	{ 0, "environment", "NAME:KIND.KEY=VALUE", "a secret or var of an environment", IN_RUN,
	    LIST(environments) },
	{ 0, "env", "NAME=VALUE", "an environment variable of every step", IN_RUN, LIST(env) },
	{ 0, "env-file", "FILE", "environment variables (default: .env)", IN_RUN, LIST(env_files) },
	{ 0, "box", "sandbox|host|docker|podman", "where jobs execute", IN_RUN,
	    CHOICE(box, box_names) },
	{ 0, "image", "[LABEL=]IMAGE", "what stands in for a machine in docker or podman", IN_RUN,
	    LIST(images) },
	{ 0, "network", "host|none", "what a sandbox can reach", IN_RUN,
	    CHOICE(network, network_names) },
	{ 0, "memory", "SIZE", "at most so much memory for a sandbox", IN_RUN, SIZE(memory) },
	{ 0, "pids", "N", "at most so many processes in a sandbox", IN_RUN, COUNT(pids) },
	{ 0, "cpus", "N", "at most so many processors for a sandbox", IN_RUN, CPUS(millicpus) },
	{ 0, "insecure-registry", "HOST[:PORT]", "a registry that may be without TLS",
	    IN_RUN | IN_IMAGE, LIST(insecure) },
	{ 0, "name", "NAME", "what an imported image is called", IN_IMAGE, TEXT(name) },
	{ 0, "stubs", "DIR", "programs and actions that stand in",
	    IN_RUN | IN_FETCH | IN_PLAN | IN_WHY, TEXT(stubs) },
	{ 'j', "jobs", "N", "jobs at a time (default: the processors)", IN_RUN, JOBS(jobs) },
	{ 0, "no-chain", NULL, "do not follow workflow_run", IN_RUN | IN_PLAN, FLAG(no_chain) },
	{ 0, "chain-from", "default|worktree", "where the workflows that follow come from",
	    IN_RUN | IN_PLAN, CHOICE(chain_from, chain_names) },
	{ 0, "job", "ID", "this job, and what it needs", IN_RUN | IN_PLAN, LIST(only_jobs) },
	{ 0, "matrix", "KEY=VALUE", "the legs of matrices that have it", IN_RUN | IN_PLAN,
	    LIST(matrix) },
	{ 0, "step", "NAME", "up to this step; or its number, with --job", IN_RUN | IN_PLAN,
	    LIST(steps) },
	{ 0, "strict", NULL, "refuse what GitHub does otherwise", IN_RUN | IN_CHECK, FLAG(strict) },
	{ 'p', "pattern", "PATTERN...", "patterns, in order; ! takes out", IN_MATCH,
	    LIST(patterns) },
	{ 0, "context", "FILE", "JSON whose members are the contexts", IN_EVAL, TEXT(context) },
	{ 0, "source", NULL, "every token with its place", IN_PARSE, FLAG(source) },
	{ 0, "limit", "NAME=VALUE", "max-depth, max-file-size, ...", IN_PARSE, LIST(limits) },
	{ 0, "permissions-policy", "POLICY", "LimitedRead or Write", IN_PARSE,
	    TEXT(permissions_policy) },
	{ 0, "feature", "NAME", "switch a feature of the parser on", IN_PARSE, LIST(features) },
	{ 0, "local-repository", "OWNER/REPO@REF=DIR", "a folder that stands for it",
	    IN_RUN | IN_FETCH | IN_PARSE | IN_PLAN | IN_WHY, LIST(local_repositories) },
	{ 0, "action-source", "TEMPLATE", "where repositories of actions are fetched from",
	    IN_RUN | IN_FETCH, LIST(action_sources) },
	{ 0, "builtin", "auto|always|never", "when a built-in stands for the real action",
	    IN_RUN | IN_FETCH, CHOICE(builtin, builtin_names) },
	{ 0, "offline", NULL, "open no connection", IN_RUN | IN_FETCH, FLAG(offline) },
	{ 0, "update", NULL, "take what has moved since it was locked", IN_FETCH, FLAG(update) },
	{ 0, "graph", "text|dot|mermaid|svg", "what waits for what, drawn", IN_PLAN,
	    CHOICE(graph, graph_names) },
	{ 0, "schedule", NULL, "which schedules fire in a week", IN_LIST, FLAG(schedule) },
	{ 0, "week", "DATE", "the week that begins then (default: now)", IN_LIST, TEXT(week) },
	{ 0, "json", NULL, "print JSON", IN_JSON, FLAG(json) },
	{ 0, "sarif", NULL, "print SARIF 2.1.0", IN_CHECK, FLAG(sarif) },
	{ 0, "explain", NULL, "explain rules by NAME, or list them", IN_CHECK, FLAG(explain) },
	{ 'q', "quiet", NULL, "print less", IN_RUN, FLAG(quiet) },
	{ 'v', "verbose", NULL, "print more", IN_RUN, FLAG(verbose) },
	{ 0, "color", "auto|always|never", "colours", IN_ALL, CHOICE(color, color_names) },
	{ 'h', "help", NULL, "print this help", IN_ALL, FLAG(help) },
	{ 0, "version", NULL, "print the version", IN_ALL, FLAG(version) },
};

const struct opt *
opt_table(size_t *n)
{
	*n = WF_COUNT(options);
	return options;
}

/* ---- reading argv ---- */

struct reader {
	struct wf_arena *arena;
	char **next; /* what is not read yet */
	const struct opt *taker; /* takes the words that follow, too, or NULL */
	struct args *args;
	bool used[WF_COUNT(options)];
};

static const struct opt *
find_name(struct wf_str name)
{
	for (size_t i = 0; i < WF_COUNT(options); i++)
		if (options[i].name && wf_str_is(name, options[i].name))
			return &options[i];
	return NULL;
}

static const struct opt *
find_letter(char letter)
{
	for (size_t i = 0; i < WF_COUNT(options); i++)
		if (options[i].letter == letter)
			return &options[i];
	return NULL;
}

/* "--jobs", or "-C" for what has a letter only */
static struct wf_str
spelling(struct wf_arena *arena, const struct opt *opt)
{
	return opt->name ? wf_strf(arena, "--%s", opt->name) : wf_strf(arena, "-%c", opt->letter);
}

static bool
fail_unknown(struct wf_str name, struct wf_error *err)
{
	struct wf_str known[WF_COUNT(options)], nearest;
	size_t n = 0;

	for (size_t i = 0; i < WF_COUNT(options); i++)
		if (options[i].name)
			known[n++] = wf_str(options[i].name);
	nearest = wf_nearest(name, known, n);
	wf_fail(err, WF_ERR_USAGE, WF_NOWHERE, "unknown option '--%.*s'", WF_ARG(name));
	if (nearest.n > 0)
		wf_hint(err, "did you mean '--%.*s'?", WF_ARG(nearest));
	return false;
}

/* Sets one option. `text` is what was attached to it, or NULL: then the next word is taken. */
static bool
take_option(struct reader *r, const struct opt *opt, const char *text, struct wf_error *err)
{
	struct opt_use use = { r->arena, opt, (char *)r->args + opt->field, text };

	r->used[opt - options] = true;
	if (opt->arg && !text) {
		if (!*r->next)
			return wf_fail(err, WF_ERR_USAGE, WF_NOWHERE, "option '%s' wants %s",
			    spelling(r->arena, opt).p, opt->arg);
		use.text = *r->next++;
	}
	r->taker = opt->arg && wf_str_ends(wf_str(opt->arg), WF_S("...")) ? opt : NULL;
	return opt->set(&use, err);
}

/* --name, --name=text, --name text */
static bool
take_long(struct reader *r, const char *word, struct wf_error *err)
{
	const char *equals = strchr(word, '=');
	struct wf_str name = { word, equals ? (size_t)(equals - word) : strlen(word) };
	const struct opt *opt = find_name(name);

	if (!opt)
		return fail_unknown(name, err);
	if (equals && !opt->arg)
		return wf_fail(err, WF_ERR_USAGE, WF_NOWHERE, "option '--%s' takes no value",
		    opt->name);
	return take_option(r, opt, equals ? equals + 1 : NULL, err);
}

/* -q, -qv, -j4, -j 4, -qj4 */
static bool
take_letters(struct reader *r, const char *word, struct wf_error *err)
{
	for (const char *p = word; *p; p++) {
		const struct opt *opt = find_letter(*p);

		if (!opt)
			return wf_fail(err, WF_ERR_USAGE, WF_NOWHERE, "unknown option '-%c'", *p);
		if (opt->arg)
			return take_option(r, opt, p[1] ? p + 1 : NULL, err);
		if (!take_option(r, opt, NULL, err))
			return false;
	}
	return true;
}

/* A word goes to the option that takes many; the first one else may be the name of a command. */
static bool
take_word(struct reader *r, const char *word, bool may_name, struct wf_error *err)
{
	struct args *args = r->args;
	const struct cmd_def *command = NULL;

	if (may_name && r->taker)
		return take_option(r, r->taker, word, err);
	if (may_name && args->assumed && args->words.n == 0)
		command = cmd_find(word);
	if (command) {
		args->command = command;
		args->assumed = false;
	} else {
		list_add(r->arena, &args->words, word);
	}
	return true;
}

/* Options are read before the command may be known, so whether they fit is asked at the end. */
static bool
check_fit(const struct reader *r, struct wf_error *err)
{
	const struct cmd_def *command = r->args->command;

	if (r->args->help || r->args->version)
		return true;
	for (size_t i = 0; i < WF_COUNT(options); i++)
		if (r->used[i] && !(options[i].commands & command->bit)) {
			wf_fail(err, WF_ERR_USAGE, WF_NOWHERE, "option '%s' is not for 'wfrun %s'",
			    spelling(r->arena, &options[i]).p, command->name);
			return wf_hint(err, "'wfrun help %s' lists its options", command->name);
		}
	if (r->args->words.n >= command->min_words && r->args->words.n <= command->max_words)
		return true;
	wf_fail(err, WF_ERR_USAGE, WF_NOWHERE, "too %s arguments for 'wfrun %s'",
	    r->args->words.n < command->min_words ? "few" : "many", command->name);
	return wf_hint(err, "usage: wfrun %s %s", command->name, command->words);
}

bool
opt_parse(struct wf_arena *arena, int argc, char **argv, struct args *out, struct wf_error *err)
{
	struct reader r = { .arena = arena, .next = argv + (argc > 0), .args = out };
	bool over = false; /* `--` was read */
	const char *word;
	size_t n;

	*out = (struct args){ .command = cmd_table(&n), .assumed = true };
	while ((word = *r.next)) {
		bool ok = true;

		r.next++;
		if (over || word[0] != '-' || !word[1])
			ok = take_word(&r, word, !over, err);
		else if (strcmp(word, "--") == 0)
			over = true;
		else if (word[1] == '-')
			ok = take_long(&r, word + 2, err);
		else
			ok = take_letters(&r, word + 1, err);
		if (!ok)
			return false;
	}
	return check_fit(&r, err);
}

/* ---- help ---- */

#define HELP_COLUMN 30

static void
help_option(struct wf_buf *out, const struct opt *opt)
{
	size_t start = out->n;

	if (opt->letter)
		wf_buf_addf(out, "  -%c%s", opt->letter, opt->name ? ", " : "");
	else
		wf_buf_adds(out, "      ");
	if (opt->name)
		wf_buf_addf(out, "--%s", opt->name);
	if (opt->arg)
		wf_buf_addf(out, " %s", opt->arg);
	if (out->n - start >= HELP_COLUMN) {
		wf_buf_addc(out, '\n');
		start = out->n;
	}
	while (out->n - start < HELP_COLUMN)
		wf_buf_addc(out, ' ');
	wf_buf_addf(out, "%s\n", opt->help);
}

static void
help_program(struct wf_buf *out)
{
	const struct cmd_def *commands;
	size_t n;

	commands = cmd_table(&n);
	wf_buf_adds(out, "usage: wfrun [COMMAND] [ARGUMENT...] [OPTION...]\n\n"
	                 "Run GitHub Actions workflows here, with GitHub's own answer.\n\n");
	for (size_t i = 0; i < n; i++)
		wf_buf_addf(out, "  %-12s%s%s\n", commands[i].name, commands[i].summary,
		    i == 0 ? " (default)" : "");
	wf_buf_adds(out, "\n'wfrun help COMMAND' lists the options of a command.\n");
}

void
opt_help(struct wf_buf *out, const struct cmd_def *command)
{
	if (!command) {
		help_program(out);
		return;
	}
	wf_buf_addf(out, "usage: wfrun %s%s%s [OPTION...]\n\n%s\n\n", command->name,
	    command->words[0] ? " " : "", command->words, command->summary);
	for (size_t i = 0; i < WF_COUNT(options); i++)
		if (options[i].commands & command->bit)
			help_option(out, &options[i]);
}

/* ---- completion ---- */

static void
completion_case(struct wf_buf *out, const struct cmd_def *command)
{
	wf_buf_addf(out, "\t%s) words=\"", command->name);
	for (size_t i = 0; i < WF_COUNT(options); i++)
		if (options[i].name && (options[i].commands & command->bit))
			wf_buf_addf(out, "--%s ", options[i].name);
	wf_buf_adds(out, "\" ;;\n");
}

void
opt_completion(struct wf_buf *out)
{
	const struct cmd_def *commands;
	size_t n;

	commands = cmd_table(&n);
	wf_buf_adds(out,
	    "_wfrun() {\n\tlocal word=${COMP_WORDS[COMP_CWORD]} command=run w words\n"
	    "\tfor w in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n\t\tcase $w in\n\t\t");
	for (size_t i = 0; i < n; i++)
		wf_buf_addf(out, "%s%s", i > 0 ? "|" : "", commands[i].name);
	wf_buf_adds(out, ") command=$w; break ;;\n\t\tesac\n\tdone\n\tcase $command in\n");
	for (size_t i = 0; i < n; i++)
		completion_case(out, &commands[i]);
	wf_buf_adds(out, "\tesac\n\t[ \"$COMP_CWORD\" -gt 1 ] || words=\"$words");
	for (size_t i = 0; i < n; i++)
		wf_buf_addf(out, " %s", commands[i].name);
	wf_buf_adds(out, "\"\n\tCOMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n}\n"
	                 "complete -o default -F _wfrun wfrun\n");
}
