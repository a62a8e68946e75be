/* SPDX-License-Identifier: MIT */
/* docker_run.c - the words of a container action: image, entrypoint, arguments, env, mounts. No box
 * is asked. */
#include "runner/docker_action.h"

#include "base/fs.h"
#include "runner/job.h"
#include "runner/scope.h"
#include "runner/step.h"

#include <string.h>

#define SCHEME "docker://"

struct wf_str
docker_image(struct wf_str image)
{
	struct wf_str scheme = WF_S(SCHEME);

	if (!wf_str_ieq(wf_str_sub(image, 0, scheme.n), scheme))
		return WF_S("");
	return wf_str_trim(wf_str_skip(image, scheme.n));
}

/* ---- arguments ---- */

/* Backslashes count only before a quote: two of them for one, and an odd one makes it a letter. */
static size_t
take_backslashes(struct wf_buf *word, struct wf_str rest)
{
	size_t n = 0, written;
	bool before_quote;

	while (n < rest.n && rest.p[n] == '\\')
		n++;
	before_quote = n < rest.n && rest.p[n] == '"';
	written = before_quote ? n / 2 : n;
	for (size_t i = 0; i < written; i++)
		wf_buf_addc(word, '\\');
	if (!before_quote || n % 2 == 0)
		return n;
	wf_buf_addc(word, '"');
	return n + 1;
}

static struct wf_str
take_word(struct wf_arena *arena, struct wf_str *rest)
{
	wf_auto(wf_buf_release) struct wf_buf word = WF_BUF_INIT;
	bool quoted = false;
	size_t i = 0;

	wf_buf_reserve(&word, rest->n);
	while (i < rest->n && (quoted || (rest->p[i] != ' ' && rest->p[i] != '\t'))) {
		char c = rest->p[i];

		if (c == '\\') {
			i += take_backslashes(&word, wf_str_skip(*rest, i));
			continue;
		}
		i++;
		if (c != '"') {
			wf_buf_addc(&word, c);
		} else if (quoted && i < rest->n && rest->p[i] == '"') {
			wf_buf_addc(&word, '"'); /* two of them within quotes are one */
			i++;
		} else {
			quoted = !quoted;
		}
	}
	*rest = wf_str_skip(*rest, i);
	return wf_str_dup(arena, wf_buf_str(&word));
}

const char *const *
docker_words(struct wf_arena *arena, struct wf_str text)
{
	const char **words = NULL;
	size_t n = 0, cap = 0;

	for (;;) {
		while (text.n > 0 && (text.p[0] == ' ' || text.p[0] == '\t'))
			text = wf_str_skip(text, 1);
		if (!text.n)
			break;
		*wf_push(arena, words, n, cap) = wf_cstr(arena, take_word(arena, &text));
	}
	*wf_push(arena, words, n, cap) = NULL;
	return words;
}

/* ---- what the manifest says ---- */

static struct wf_str
input(const struct expr_object *inputs, const char *name)
{
	const struct expr_pair *pair = expr_object_find(inputs, wf_str(name));

	return pair && pair->value.kind == EXPR_STRING ? pair->value.string : WF_S("");
}

static bool
manifest_args(struct step *step, const struct expr_scope *scope, struct docker_run *out,
    struct wf_error *err)
{
	const char **words = NULL;
	struct expr_value list;
	size_t n = 0, cap = 0;

	if (!expr_token_eval(step->arena, step->action->args, scope, &list, err))
		return false;
	for (size_t i = 0; list.kind == EXPR_ARRAY && i < list.array->n; i++)
		*wf_push(step->arena, words, n, cap) = wf_cstr(step->arena,
		    expr_to_string(step->arena, list.array->items[i]));
	*wf_push(step->arena, words, n, cap) = NULL;
	out->args = words;
	return true;
}

/* What the step has of its own counts more. */
static bool
manifest_env(struct step *step, const struct expr_scope *scope, struct docker_run *out,
    struct wf_error *err)
{
	if (!scope_env_map(step->arena, step->action->env, scope, &out->env, err))
		return false;
	scope_overlay(out->env, step->env);
	return true;
}

static const char *
entrypoint_of(struct step *step, const struct expr_object *inputs)
{
	struct wf_str text = stage_file(step->stage, step->kind);

	if (!text.n && step->kind == STAGE_MAIN)
		text = input(inputs, "entrypoint");
	return text.n ? wf_cstr(step->arena, text) : NULL;
}

/* GitHub's places; what a job container has is its own already. */
static void
set_mounts(struct step *step, struct docker_run *out)
{
	struct job *job = step->job;
	const struct box_layout *layout = &job->box->layout;
	const char *workflow = job->container
	                           ? "/github/workflow"
	                           : wf_join(step->arena, layout->temp, "_github_workflow");
	const char *home = job->container ? layout->home
	                                  : wf_join(step->arena, layout->temp, "_github_home");
	const struct box_mount mounts[DOCKER_MOUNTS] = {
		{ layout->workspace, DOCKER_WORKSPACE, true },
		{ job->commands_dir, "/github/file_commands", true },
		{ workflow, "/github/workflow", true },
		{ home, "/github/home", true },
		{ layout->temp, "/github/runner_temp", true },
	};

	memcpy(out->mounts, mounts, sizeof(mounts));
}

bool
docker_run_read(struct step *step, const struct expr_object *inputs, struct docker_run *out,
    struct wf_error *err)
{
	struct expr_object *contexts = expr_object_new(step->arena);
	const struct expr_scope scope = { .contexts = contexts };

	*out = (struct docker_run){ .image = docker_image(step->action->image) };
	expr_object_set(contexts, WF_S("inputs"),
	    expr_copy(step->arena, expr_object_value((struct expr_object *)inputs)));
	out->entrypoint = entrypoint_of(step, inputs);
	set_mounts(step, out);
	if (!manifest_env(step, &scope, out, err))
		return false;
	if (step->action->args)
		return manifest_args(step, &scope, out, err);
	out->args = docker_words(step->arena, input(inputs, "args"));
	return true;
}

/* ---- with the image ---- */

static void
push_all(struct wf_arena *arena, const char ***list, size_t *n, size_t *cap,
    const char *const *more)
{
	for (; *more; more++)
		*wf_push(arena, *list, *n, *cap) = *more;
}

const char *const *
docker_run_argv(struct wf_arena *arena, const struct docker_run *run,
    const struct image_config *config)
{
	const char **list = NULL;
	size_t n = 0, cap = 0;

	if (run->entrypoint)
		*wf_push(arena, list, n, cap) = run->entrypoint;
	else
		push_all(arena, &list, &n, &cap, config->entrypoint);
	if (run->args[0])
		push_all(arena, &list, &n, &cap, run->args);
	else if (!run->entrypoint)
		push_all(arena, &list, &n, &cap, config->command);
	*wf_push(arena, list, n, cap) = NULL;
	return list;
}

/* What lies in folder `from` is in `to`; an empty slice when it lies elsewhere. */
static struct wf_str
move_path(struct wf_arena *arena, const char *from, const char *to, struct wf_str text)
{
	struct wf_str folder = wf_str(from);

	if (!wf_str_starts(text, folder) || (text.n > folder.n && text.p[folder.n] != '/'))
		return (struct wf_str){ NULL, 0 };
	return wf_strf(arena, "%s%.*s", to, WF_ARG(wf_str_skip(text, folder.n)));
}

struct wf_str
docker_path(struct wf_arena *arena, const struct docker_run *run, struct wf_str text)
{
	for (size_t i = 0; i < DOCKER_MOUNTS; i++) {
		const struct box_mount *mount = &run->mounts[i];
		struct wf_str moved = move_path(arena, mount->host, mount->inside, text);

		if (moved.n)
			return moved;
	}
	return text;
}

struct wf_str
docker_path_back(struct wf_arena *arena, const struct box_guest *guest, struct wf_str text)
{
	for (size_t i = 0; guest && i < guest->nmounts; i++) {
		const struct box_mount *mount = &guest->mounts[i];
		struct wf_str moved = move_path(arena, mount->inside, mount->host, text);

		if (moved.n)
			return moved;
	}
	return text;
}
