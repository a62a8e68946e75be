/* SPDX-License-Identifier: MIT */
/* cmd_check.c - `wfrun check`: reads files and shows what is wrong with them. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fs.h"
#include "cli/cmd.h"
#include "cli/style.h"
#include "model/action.h"
#include "model/workflow.h"

enum { MAX_FILE = 16 << 20 };

struct check {
	struct wf_arena *arena;
	bool color;
	size_t nfiles;
	int status; /* of the worst file so far */
};

static const char *const severities[] = {
	[WF_DIAG_ERROR] = "error",
	[WF_DIAG_WARNING] = "warning",
	[WF_DIAG_NOTE] = "note",
};

static void
show(const struct check *c, const struct wf_error *err, const char *severity, struct wf_str source)
{
	wf_auto(wf_buf_release) struct wf_buf out = WF_BUF_INIT;

	wf_error_render(&out, err, severity, source, c->color);
	fwrite(out.p, 1, out.n, stdout);
}

static void
fail(struct check *c, const struct wf_error *err)
{
	show(c, err, "error", (struct wf_str){ 0 });
	if (wf_error_status(err->kind) > c->status)
		c->status = wf_error_status(err->kind);
}

/* ---- one file ---- */

static bool
is_action(const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;

	return !strcmp(name, "action.yml") || !strcmp(name, "action.yaml");
}

static void
check_file(struct check *c, const char *path)
{
	struct wf_diags diags = { .arena = c->arena };
	struct wf_str text;
	struct wf_error err = { 0 };

	c->nfiles++;
	if (!wf_read_file(c->arena, path, MAX_FILE, &text, &err)) {
		fail(c, &err);
		return;
	}
	if (is_action(path))
		action_read(c->arena, path, text, &diags);
	else
		workflow_read(c->arena, path, wf_str(path), text, &diags);
	for (size_t i = 0; i < diags.n; i++)
		show(c, &diags.items[i]->error, severities[diags.items[i]->severity], text);
	if (diags.nerrors && wf_error_status(WF_ERR_INVALID) > c->status)
		c->status = wf_error_status(WF_ERR_INVALID);
}

/* ---- the repository ---- */

static void
check_workflows(struct check *c)
{
	const char *dir = ".github/workflows";
	char **names;
	size_t n = 0;
	struct wf_error err;

	if (!wf_is_dir(dir))
		return;
	if (!wf_list_dir(c->arena, dir, &names, &n, &err)) {
		fail(c, &err);
		return;
	}
	for (size_t i = 0; i < n; i++)
		if (wf_str_ends(wf_str(names[i]), WF_S(".yml")) ||
		    wf_str_ends(wf_str(names[i]), WF_S(".yaml")))
			check_file(c, wf_join(c->arena, dir, names[i]));
}

static bool
visit_action(void *data, const char *rel, const struct stat *st, bool *descend)
{
	struct check *c = data;

	(void)descend;
	if (S_ISREG(st->st_mode) && is_action(rel))
		check_file(c, wf_join(c->arena, ".github", rel));
	return true;
}

static void
check_actions(struct check *c)
{
	static const char *const roots[] = { "action.yml", "action.yaml" };
	struct wf_error err;

	for (size_t i = 0; i < WF_COUNT(roots); i++)
		if (wf_exists(roots[i]))
			check_file(c, roots[i]);
	if (wf_is_dir(".github") && !wf_walk(".github", visit_action, c, &err))
		fail(c, &err);
}

int
cmd_check(struct cmd *cmd, struct wf_error *err)
{
	const struct opt_list *files = &cmd->args->words;
	struct check c = {
		.arena = cmd->arena,
		.color = style_color(cmd->args->color, stdout),
	};

	for (size_t i = 0; i < files->n; i++)
		check_file(&c, files->items[i]);
	if (files->n == 0) {
		check_workflows(&c);
		check_actions(&c);
	}
	if (c.nfiles > 0)
		return c.status;
	wf_fail(err, WF_ERR_MISSING, WF_NOWHERE, "there are no workflow files here");
	wf_hint(err, "workflows are in .github/workflows");
	return CMD_FAILED;
}
