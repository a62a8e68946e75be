/* SPDX-License-Identifier: MIT */
/* cmd_image.c - `wfrun image pull|import|list|remove`: the images that jobs with a container run
 * on.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/cmd.h"
#include "runner/image/import.h"
#include "runner/image/pull.h"
#include "runner/image/store.h"

#define SHOWN_DIGEST 19 /* "sha256:" and 12 digits */
#define REDRAW_MS 100

/* ---- pull ---- */

struct pulling {
	uv_loop_t loop;
	const char *name;
	bool live; /* stderr is a terminal */
	uint64_t drawn; /* when, by the loop's clock */
	size_t layers; /* said to be there */
	bool failed;
	struct wf_error error;
};

static const char *
size_text(struct wf_arena *arena, uint64_t bytes)
{
	static const char *const units[] = { "B", "kB", "MB", "GB", "TB" };
	double size = (double)bytes;
	size_t unit = 0;

	for (; size >= 1000 && unit + 1 < WF_COUNT(units); unit++)
		size /= 1000;
	return wf_strf(arena, "%.*f %s", unit > 0 && size < 100, size, units[unit]).p;
}

static void
on_progress(struct image_pull *pull)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct pulling *p = image_pull_data(pull);
	struct image_progress now = image_pull_progress(pull);
	uint64_t time = uv_now(&p->loop);

	if (p->live ? time - p->drawn < REDRAW_MS : now.layers == p->layers)
		return;
	p->drawn = time;
	p->layers = now.layers;
	fprintf(stderr, "%s%s: layer %zu of %zu, %s of %s%s", p->live ? "\r" : "", p->name,
	    now.layers, now.nlayers, size_text(arena, now.bytes), size_text(arena, now.total),
	    p->live ? "\033[K" : "\n");
}

static void
on_done(struct image_pull *pull, const struct wf_error *err)
{
	struct pulling *p = image_pull_data(pull);

	if (p->live)
		fputs("\r\033[K", stderr);
	p->failed = err != NULL;
	if (err)
		p->error = *err;
	image_pull_free(pull);
}

/* Turns the loop until the pull is over, and everything on it is closed. */
static bool
turn(struct pulling *p, struct image_pull_options *options, struct wf_error *err)
{
	options->http = http_new(&p->loop, err);
	if (!options->http)
		return false;
	image_pull_start(options);
	uv_run(&p->loop, UV_RUN_DEFAULT);
	http_close(options->http, NULL, NULL);
	uv_run(&p->loop, UV_RUN_DEFAULT);
	if (p->failed)
		*err = p->error;
	return !p->failed;
}

static bool
pull(struct cmd *cmd, struct image_store *store, const char *name, struct wf_error *err)
{
	struct pulling p = { .live = isatty(STDERR_FILENO) };
	struct image_pull_options options = {
		.loop = &p.loop,
		.store = store,
		.insecure = cmd->args->insecure.items,
		.on_progress = on_progress,
		.on_done = on_done,
		.data = &p,
	};
	bool ok;

	if (!image_ref_read(cmd->arena, wf_str(name), &options.ref, err)) {
		err->kind = WF_ERR_USAGE;
		return false;
	}
	p.name = image_ref_short(cmd->arena, &options.ref).p;
	uv_loop_init(&p.loop);
	ok = turn(&p, &options, err);
	uv_loop_close(&p.loop);
	if (ok)
		printf("%s\n", p.name);
	return ok;
}

static bool
pull_all(struct cmd *cmd, struct image_store *store, const char *const *names, struct wf_error *err)
{
	for (; *names; names++)
		if (!pull(cmd, store, *names, err))
			return false;
	return true;
}

/* ---- import and remove ---- */

static bool
import_all(struct cmd *cmd, struct image_store *store, const char *const *paths,
    struct wf_error *err)
{
	struct image_import import = {
		.store = store,
		.arena = cmd->arena,
		.name = wf_str(cmd->args->name),
	};

	if (cmd->args->name && paths[1])
		return wf_fail(err, WF_ERR_USAGE, WF_NOWHERE, "--name is for one file");
	for (; *paths; paths++) {
		import.path = *paths;
		if (!image_import(&import, err))
			return false;
	}
	for (size_t i = 0; i < import.nnames; i++)
		printf("%.*s\n", WF_ARG(import.names[i]));
	return true;
}

static bool
remove_all(struct cmd *cmd, struct image_store *store, const char *const *names,
    struct wf_error *err)
{
	for (; *names; names++) {
		struct image_ref ref;

		if (!image_ref_read(cmd->arena, wf_str(*names), &ref, err)) {
			err->kind = WF_ERR_USAGE;
			return false;
		}
		if (!image_store_remove(store, image_ref_name(cmd->arena, &ref), err))
			return false;
	}
	return true;
}

/* ---- list ---- */

static struct wf_str
short_name(struct wf_arena *arena, struct wf_str name)
{
	struct image_ref ref;

	return image_ref_read(arena, name, &ref, NULL) ? image_ref_short(arena, &ref) : name;
}

static struct expr_value
image_json(struct wf_arena *arena, const struct image *image)
{
	struct expr_object *out = expr_object_new(arena);
	struct expr_array *layers = expr_array_new(arena);

	for (size_t i = 0; i < image->nlayers; i++)
		expr_array_push(layers, expr_string(image->layers[i]));
	expr_object_set(out, WF_S("name"), expr_string(image->name));
	expr_object_set(out, WF_S("digest"), expr_string(image->digest));
	expr_object_set(out, WF_S("size"), expr_number((double)image->size));
	expr_object_set(out, WF_S("stored"), expr_number((double)image->stored));
	expr_object_set(out, WF_S("layers"), expr_array_value(layers));
	return expr_object_value(out);
}

static void
print_image(struct wf_buf *out, struct wf_arena *arena, const struct image *image)
{
	struct wf_str name = short_name(arena, image->name);
	time_t stored = (time_t)image->stored;
	struct tm day = { 0 };
	char date[32];

	localtime_r(&stored, &day);
	strftime(date, sizeof(date), "%Y-%m-%d %H:%M", &day);
	wf_buf_addf(out, "%-40.*s  %.*s  %8s  %s\n", WF_ARG(name),
	    WF_ARG(wf_str_sub(image->digest, 0, SHOWN_DIGEST)), size_text(arena, image->size),
	    date);
}

static bool
list_all(struct cmd *cmd, struct image_store *store, const char *const *names, struct wf_error *err)
{
	wf_auto(wf_buf_release) struct wf_buf out = WF_BUF_INIT;
	struct expr_array *list = expr_array_new(cmd->arena);
	struct image *images;
	size_t n;

	(void)names;
	if (!image_store_list(store, cmd->arena, &images, &n, err))
		return false;
	for (size_t i = 0; i < n; i++)
		if (cmd->args->json)
			expr_array_push(list, image_json(cmd->arena, &images[i]));
		else
			print_image(&out, cmd->arena, &images[i]);
	if (cmd->args->json)
		cmd_print_json(expr_array_value(list));
	else
		cmd_print(&out);
	return true;
}

/* ---- the command ---- */

static const struct verb {
	const char *name;
	bool takes_names;
	bool (*run)(struct cmd *cmd, struct image_store *store, const char *const *names,
	    struct wf_error *err);
} verbs[] = {
	{ "pull", true, pull_all },
	{ "import", true, import_all },
	{ "list", false, list_all },
	{ "remove", true, remove_all },
};

static const struct verb *
find_verb(const char *name)
{
	for (size_t i = 0; i < WF_COUNT(verbs); i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

int
cmd_image(struct cmd *cmd, struct wf_error *err)
{
	const struct opt_list *words = &cmd->args->words;
	const struct verb *verb = find_verb(words->items[0]);
	struct image_store *store;
	bool ok;

	if (!verb || verb->takes_names != (words->n > 1)) {
		wf_fail(err, WF_ERR_USAGE, WF_NOWHERE, "'wfrun image %s' %s", words->items[0],
		    !verb               ? "is not known"
		    : verb->takes_names ? "wants names"
		                        : "takes no names");
		wf_hint(err,
		    "usage: wfrun image pull NAME..., import FILE..., list, remove NAME...");
		return CMD_FAILED;
	}
	store = image_store_open(err);
	if (!store)
		return CMD_FAILED;
	ok = verb->run(cmd, store, words->items + 1, err);
	image_store_close(store);
	return ok ? 0 : CMD_FAILED;
}
