/* SPDX-License-Identifier: MIT */
/* cmd_check.c - `wfrun check`: reads files and shows what is wrong with them. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/crew.h"
#include "base/fs.h"
#include "cli/cmd.h"
#include "cli/neighbours.h"
#include "cli/problems.h"
#include "cli/style.h"

/* One file to be checked. Read and judged on any thread, shown in order. */
struct task {
	struct neighbours *all;
	struct wf_str path;
	bool alone; /* its rules may not ask the others */
	bool read;
	struct source file;
	struct wf_error error;
};

struct check {
	struct wf_arena *arena;
	const struct args *args;
	struct wf_diags *diags; /* files that cannot be read */
	struct problems problems;
	struct wf_map roots; /* path of a work tree to its struct neighbours */
	struct task *tasks;
	size_t n, cap, ndone;
	struct wf_arena *arenas[WF_CREW_SLOTS]; /* of a file from its reading until it was shown */
	bool invalid, unread, refused;
};

/* ---- one file ---- */

/* What GitHub takes as text is refused by --strict. */
static void
refuse(struct check *c, struct wf_diag *diag)
{
	if (!c->args->strict || !diag->rule || strcmp(diag->rule, LINT_OTHER_SPELLING_NAME) != 0)
		return;
	diag->severity = WF_DIAG_ERROR;
	diag->error.kind = WF_ERR_STRICT;
	c->refused = true;
}

/* Lets the rules look at what could be read. */
static void
lint(struct source *file, const struct lint_repository *repository)
{
	if (file->workflow)
		lint_workflow(file->workflow, repository, &file->diags);
	if (file->action)
		lint_action(file->action, repository, &file->diags);
	lint_finish(file->file, file->text, file->workflow || file->action, &file->diags);
}

/* Adds the file at a path of a work tree, unless it was there before. */
static void
add_file(struct check *c, struct neighbours *all, struct wf_str path, bool alone)
{
	struct task *task;

	if (wf_map_has(&all->checked, path))
		return;
	path = wf_str_dup(c->arena, path);
	wf_map_set(&all->checked, path, all);
	task = wf_push(c->arena, c->tasks, c->n, c->cap);
	*task = (struct task){ .all = all, .path = path, .alone = alone };
}

static void
judge(void *data, size_t i, size_t slot)
{
	struct check *c = data;
	struct task *task = &c->tasks[c->ndone + i];
	struct lint_repository repository = neighbours_repository(task->all);

	if (!c->arenas[slot])
		c->arenas[slot] = wf_arena_new();
	task->read = source_read(&task->file, c->arenas[slot], task->all->root, task->path,
	    &task->error);
	if (task->read)
		lint(&task->file, task->alone ? NULL : &repository);
}

static void
show(void *data, size_t i, size_t slot)
{
	struct check *c = data;
	struct task *task = &c->tasks[c->ndone + i];
	struct source *file = &task->file;

	if (task->read) {
		c->invalid |= file->diags.nerrors > 0;
	} else {
		wf_diags_add(c->diags, WF_DIAG_ERROR, &task->error);
		c->unread = true;
	}
	for (size_t d = 0; task->read && d < file->diags.n; d++) {
		refuse(c, file->diags.items[d]);
		problems_add(&c->problems, file->diags.items[d], file->text);
	}
	wf_arena_reset(c->arenas[slot]);
}

static void
check_added(struct check *c)
{
	struct wf_crew crew = { judge, show, c };

	wf_crew(&crew, c->n - c->ndone);
	c->ndone = c->n;
}

static struct neighbours *
work_tree(struct check *c, struct wf_str root)
{
	struct neighbours *all = wf_map_get(&c->roots, root);

	if (!all) {
		all = wf_new(c->arena, struct neighbours);
		root = wf_str_dup(c->arena, root);
		neighbours_init(all, root.p);
		wf_map_set(&c->roots, root, all);
	}
	return all;
}

/* A file below a folder .github is one of a work tree; any other stands alone. */
static void
add_named(struct check *c, const char *path)
{
	struct wf_str text = wf_str(path), root = { path, 0 };
	static const struct wf_str dir = { ".github/", sizeof(".github/") - 1 };
	ptrdiff_t at;
	struct neighbours *all;
	bool found = wf_str_starts(text, dir);

	for (size_t from = 0; (at = wf_str_find(wf_str_skip(text, from), WF_S("/.github/"))) >= 0;
	     from = root.n) {
		root.n = from + (size_t)at + 1;
		found = true;
	}
	all = work_tree(c, root);
	add_file(c, all, wf_str_skip(text, root.n), !found);
}

/* ---- the repository ---- */

/* The folder here or above that has workflows or is a repository, as a beginning of paths. */
static struct wf_str
find_root(struct check *c)
{
	static const char *const marks[] = { ".github", ".git" };
	struct wf_str up = WF_S("");
	struct stat root, here;

	if (stat("/", &root) != 0)
		return up;
	for (;;) {
		for (size_t i = 0; i < WF_COUNT(marks); i++)
			if (wf_exists(wf_strf(c->arena, "%s%s", up.p, marks[i]).p))
				return up;
		if (stat(up.n ? up.p : ".", &here) != 0 ||
		    (here.st_ino == root.st_ino && here.st_dev == root.st_dev))
			return WF_S("");
		up = wf_strf(c->arena, "../%s", up.p);
	}
}

struct actions {
	struct check *check;
	struct neighbours *all;
};

static bool
visit_action(void *data, const char *rel, const struct stat *st, bool *descend)
{
	struct actions *a = data;
	const char *slash = strrchr(rel, '/'), *name = slash ? slash + 1 : rel;

	(void)descend;
	if (S_ISREG(st->st_mode) && (!strcmp(name, "action.yml") || !strcmp(name, "action.yaml")))
		add_file(a->check, a->all, wf_strf(a->check->arena, ".github/%s", rel), false);
	return true;
}

static void
add_actions(struct check *c, struct neighbours *all)
{
	static const char *const roots[] = { "action.yml", "action.yaml" };
	struct actions actions = { c, all };
	const char *dir = wf_strf(c->arena, "%s.github", all->root).p;
	struct wf_error err;

	for (size_t i = 0; i < WF_COUNT(roots); i++)
		if (wf_exists(wf_strf(c->arena, "%s%s", all->root, roots[i]).p))
			add_file(c, all, wf_str(roots[i]), false);
	if (wf_is_dir(dir) && !wf_walk(dir, visit_action, &actions, &err)) {
		wf_diags_add(c->diags, WF_DIAG_ERROR, &err);
		c->unread = true;
	}
}

/* Actions elsewhere that somebody uses; checking one may read another. */
static void
check_used(struct check *c, struct neighbours *all)
{
	for (size_t i = 0; i < all->files.n; i++) {
		const struct source *file = all->files.items[i].value;

		if (file && file->is_action)
			add_file(c, all, all->files.items[i].key, false);
		check_added(c);
	}
}

static void
check_repository(struct check *c)
{
	struct neighbours *all = work_tree(c, find_root(c));
	char **paths;
	size_t n;

	paths = neighbours_workflows(all, c->arena, &n);
	for (size_t i = 0; i < n; i++)
		add_file(c, all, wf_str(paths[i]), false);
	add_actions(c, all);
	check_added(c);
	check_used(c, all);
}

/* ---- --explain ---- */

static void
add_indented(struct wf_buf *out, const char *title, const char *text)
{
	struct wf_str rest = wf_str(text);

	wf_buf_addf(out, "\n%s\n", title);
	while (rest.p) {
		struct wf_str line = wf_str_cut(&rest, '\n');

		wf_buf_addf(out, "    %.*s\n", WF_ARG(line));
	}
}

/* Breaks a paragraph into lines. */
static void
add_wrapped(struct wf_buf *out, const char *text)
{
	enum { WIDTH = 78 };
	struct wf_str rest = wf_str(text);
	size_t used = 0;

	while (rest.p) {
		struct wf_str word = wf_str_cut(&rest, ' ');

		if (used && used + 1 + word.n > WIDTH) {
			wf_buf_addc(out, '\n');
			used = 0;
		}
		wf_buf_addf(out, "%s%.*s", used ? " " : "", WF_ARG(word));
		used += word.n + (used > 0);
	}
	wf_buf_addc(out, '\n');
}

static void
explain_rule(struct wf_buf *out, const struct lint_rule *rule)
{
	wf_buf_addf(out, "%s: %s\n\n", rule->name, rule->summary);
	add_wrapped(out, rule->reason);
	if (rule->wrong)
		add_indented(out, "Wrong:", rule->wrong);
	if (rule->right)
		add_indented(out, "Right:", rule->right);
	if (rule->severity != WF_DIAG_ERROR)
		wf_buf_addf(out,
		    "\nSilenced by '# wfrun: ignore %s' on the line or the one above, or by\n"
		    "'# wfrun: ignore-file %s' anywhere in the file.\n",
		    rule->name, rule->name);
}

static bool
explain_named(struct wf_buf *out, const char *name, struct wf_arena *arena, struct wf_error *err)
{
	const struct lint_rule *rules, *rule = lint_rule(wf_str(name));
	struct wf_str *names, nearest;
	size_t n;

	if (rule) {
		explain_rule(out, rule);
		return true;
	}
	rules = lint_rules(&n);
	names = wf_new_array(arena, n, struct wf_str);
	for (size_t i = 0; i < n; i++)
		names[i] = wf_str(rules[i].name);
	wf_fail(err, WF_ERR_USAGE, WF_NOWHERE, "there is no rule '%s'", name);
	nearest = wf_nearest(wf_str(name), names, n);
	if (nearest.n)
		return wf_hint(err, "did you mean '%.*s'?", WF_ARG(nearest));
	return wf_hint(err, "'wfrun check --explain' lists them");
}

static int
explain(struct cmd *cmd, struct wf_error *err)
{
	wf_auto(wf_buf_release) struct wf_buf out = WF_BUF_INIT;
	const struct opt_list *words = &cmd->args->words;
	const struct lint_rule *rules;
	size_t n;

	rules = lint_rules(&n);
	for (size_t i = 0; words->n == 0 && i < n; i++)
		wf_buf_addf(&out, "%-22s %s\n", rules[i].name, rules[i].summary);
	for (size_t i = 0; i < words->n; i++) {
		if (i > 0)
			wf_buf_addc(&out, '\n');
		if (!explain_named(&out, words->items[i], cmd->arena, err))
			return CMD_FAILED;
	}
	cmd_print(&out);
	return 0;
}

/* ---- the command ---- */

static int
status_of(const struct check *c)
{
	if (c->invalid)
		return wf_error_status(WF_ERR_INVALID);
	if (c->unread)
		return wf_error_status(WF_ERR_SYS);
	return c->refused ? wf_error_status(WF_ERR_STRICT) : 0;
}

static int
check_files(struct check *c, struct wf_error *err)
{
	const struct opt_list *files = &c->args->words;

	problems_begin(&c->problems);
	for (size_t i = 0; i < files->n; i++)
		add_named(c, files->items[i]);
	check_added(c);
	if (files->n == 0)
		check_repository(c);
	if (c->n == 0) {
		wf_fail(err, WF_ERR_MISSING, WF_NOWHERE, "there are no workflow files here");
		wf_hint(err, "workflows are in .github/workflows");
		return CMD_FAILED;
	}
	problems_end(&c->problems);
	if (c->problems.out.n > 0)
		fwrite(c->problems.out.p, 1, c->problems.out.n, stdout);
	return status_of(c);
}

static void
release(struct check *c)
{
	for (size_t i = 0; i < WF_COUNT(c->arenas); i++)
		wf_arena_free(c->arenas[i]);
	for (size_t i = 0; i < c->roots.n; i++)
		neighbours_release(c->roots.items[i].value);
	wf_buf_release(&c->problems.out);
}

int
cmd_check(struct cmd *cmd, struct wf_error *err)
{
	const struct args *args = cmd->args;
	struct check c = { .arena = cmd->arena, .args = args, .diags = cmd->diags };
	int status;

	if (args->explain)
		return explain(cmd, err);
	if (args->json && args->sarif) {
		wf_fail(err, WF_ERR_USAGE, WF_NOWHERE, "--json and --sarif exclude each other");
		return CMD_FAILED;
	}
	c.problems.form = args->sarif ? PROBLEMS_SARIF : args->json ? PROBLEMS_JSON : PROBLEMS_TEXT;
	c.problems.color = style_color(args->color, stdout);
	c.problems.arena = cmd->arena;
	wf_map_init(&c.roots, cmd->arena, false);
	status = check_files(&c, err);
	release(&c);
	return status;
}
