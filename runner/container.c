/* SPDX-License-Identifier: MIT */
/* container.c - from the keys of `container:` to a box of an image. */
#include "runner/container.h"

#include "base/fs.h"
#include "runner/box/mount.h"
#include "runner/image/digest.h"
#include "runner/job.h"
#include "runner/scope.h"
#include "runner/session_state.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define NODE_INSIDE "/__e/node20/bin/node"

/* ---- what is said ---- */

static void
differ(const struct container *c, const char *what)
{
	struct session *session = c->job->call->run->session;

	session_note(session, RECORD_DIFFERENCE, c->job->call->run->rec, c->pos,
	    wf_str_dup(session->arena, wf_str(what)));
}

/* ---- volumes ---- */

static void
add_mount(struct container *c, const char *host, const char *inside, bool writable)
{
	*wf_push(c->job->arena, c->mounts, c->nmounts, c->mounts_cap) = (struct box_mount){ host,
		inside, writable };
}

/* A folder of the job's own, for what docker would make a volume of. */
static const char *
fresh_folder(struct container *c, struct wf_error *err)
{
	struct wf_arena *arena = c->job->arena;
	const char *path = wf_strf(arena, "%s/volume-%zu", c->job->state_dir, c->nmounts).p;

	return wf_mkdirs(path, 0755, err) ? path : NULL;
}

/* SOURCE:TARGET[:ro], or TARGET alone. What is there on this machine is shown read-only: nothing of
 * the user's is ever changed by a job. */
static bool
add_volume(struct container *c, struct wf_str text, struct wf_error *err)
{
	struct wf_arena *arena = c->job->arena;
	struct wf_str rest = text, source = wf_str_cut(&rest, ':');
	struct wf_str target = rest.p ? wf_str_cut(&rest, ':') : source;
	bool read_only = wf_str_is(rest, "ro");
	const char *host = NULL;

	if (!wf_str_starts(target, WF_S("/")))
		return wf_fail(err, WF_ERR_EVAL, c->pos,
		    "invalid volume '%.*s': its place in the container is not an absolute path",
		    WF_ARG(text));
	if (source.p != target.p && wf_str_starts(source, WF_S("/")) &&
	    wf_exists(wf_cstr(arena, source)))
		host = wf_cstr(arena, source);
	if (host && !read_only)
		differ(c, "volumes of folders on this machine are read-only");
	read_only = read_only || host;
	if (!host && !(host = fresh_folder(c, err)))
		return false;
	add_mount(c, host, wf_cstr(arena, target), !read_only);
	return true;
}

static bool
add_volumes(struct container *c, struct expr_value list, struct wf_error *err)
{
	for (size_t i = 0; list.kind == EXPR_ARRAY && i < list.array->n; i++)
		if (!add_volume(c, expr_to_string(c->job->arena, list.array->items[i]), err))
			return false;
	return true;
}

/* ---- options ---- */

static bool
set_user(struct container *c, struct wf_str value, struct wf_error *err)
{
	(void)err;
	c->user = value;
	return true;
}

static bool
set_env(struct container *c, struct wf_str value, struct wf_error *err)
{
	struct wf_str name = wf_str_cut(&value, '=');

	(void)err;
	if (value.p)
		expr_object_set(c->env, name, expr_string(value));
	return true;
}

static bool
set_nothing(struct container *c, struct wf_str value, struct wf_error *err)
{
	(void)c, (void)value, (void)err;
	return true;
}

/* Options of `docker create` that a sandbox follows, or that make no difference in one. */
static const struct option {
	const char *name, *letter;
	bool (*set)(struct container *c, struct wf_str value, struct wf_error *err);
} options[] = {
	{ "--user", "-u", set_user },
	{ "--env", "-e", set_env },
	{ "--volume", "-v", add_volume },
	{ "--name", "", set_nothing },
	{ "--label", "-l", set_nothing },
	{ "--pull", "", set_nothing },
	{ "--workdir", "-w", set_nothing }, /* every step says where it works */
	{ "--stop-timeout", "", set_nothing },
	{ "--stop-signal", "", set_nothing },
};

/* Those without a value. */
static const char *const flags[] = { "--init", "--rm", "--no-healthcheck", "--privileged",
	"--read-only", "--tty", "-t", "--interactive", "-i", "-it", "--publish-all", "-P",
	"--oom-kill-disable", "--disable-content-trust", "--sig-proxy" };
static const char *const idle_flags[] = { "--init", "--rm", "--no-healthcheck", "--tty", "-t",
	"--interactive", "-i", "-it", "--disable-content-trust", "--sig-proxy" };

static bool
listed(const char *const *list, size_t n, struct wf_str word)
{
	for (size_t i = 0; i < n; i++)
		if (wf_str_is(word, list[i]))
			return true;
	return false;
}

static const struct option *
find_option(struct wf_str name)
{
	for (size_t i = 0; i < WF_COUNT(options); i++)
		if (wf_str_is(name, options[i].name) ||
		    (options[i].letter[0] && wf_str_is(name, options[i].letter)))
			return &options[i];
	return NULL;
}

/* One word: quotes of both kinds group. */
static struct wf_str
next_word(struct wf_arena *arena, struct wf_str *rest)
{
	wf_auto(wf_buf_release) struct wf_buf word = WF_BUF_INIT;
	char quote = '\0';
	size_t i = 0;

	*rest = wf_str_trim(*rest);
	wf_buf_reserve(&word, rest->n);
	for (; i < rest->n && (quote || !strchr(" \t\r\n", rest->p[i])); i++) {
		char c = rest->p[i];

		if (quote ? c == quote : c == '"' || c == '\'')
			quote = quote ? '\0' : c;
		else
			wf_buf_addc(&word, c);
	}
	*rest = wf_str_skip(*rest, i);
	return wf_str_dup(arena, wf_buf_str(&word));
}

static bool
take_option(struct container *c, struct wf_str word, struct wf_str *rest, struct wf_error *err)
{
	struct wf_arena *arena = c->job->arena;
	struct wf_str value = word, name = wf_str_cut(&value, '=');
	const struct option *option = find_option(name);

	if (listed(idle_flags, WF_COUNT(idle_flags), name))
		return true;
	if (!value.p && !listed(flags, WF_COUNT(flags), name))
		value = next_word(arena, rest);
	if (option)
		return option->set(c, value, err);
	differ(c,
	    wf_strf(arena, "option %.*s of a container has no effect in a sandbox", WF_ARG(name))
	        .p);
	return true;
}

static bool
take_options(struct container *c, struct wf_str text, struct wf_error *err)
{
	while ((text = wf_str_trim(text)).n > 0)
		if (!take_option(c, next_word(c->job->arena, &text), &text, err))
			return false;
	return true;
}

/* ---- read ---- */

struct wf_pos
container_image_pos(const struct expr_token *token)
{
	for (size_t i = 0; token->kind == EXPR_TOKEN_MAPPING && i < token->map.n; i++)
		if (wf_str_is(token->map.pairs[i].key->source, "image"))
			return token->map.pairs[i].value->pos;
	return token->pos;
}

/* What a container's keys may see before there is a box: the node's contexts, and the env maps of
 * workflow and job. */
bool
container_evaluate(struct job *job, const struct expr_token *token, struct expr_value *out,
    struct wf_error *err)
{
	struct expr_object *contexts = scope_node(job->arena, job);
	const struct expr_scope scope = { .contexts = contexts };
	struct expr_object *env = expr_object_new(job->arena), *map;

	env->exact = true;
	if (!scope_env_map(job->arena, job->call->plan->wf->env, &scope, &map, err))
		return false;
	scope_overlay(env, map);
	if (!scope_env_map(job->arena, job->def->env, &scope, &map, err))
		return false;
	scope_overlay(env, map);
	expr_object_set(contexts, WF_S("env"), expr_object_value(env));
	return expr_token_eval(job->arena, token, &scope, out, err);
}

struct container *
container_new(struct job *job, struct wf_pos pos)
{
	struct container *c = wf_new(job->arena, struct container);

	c->job = job;
	c->pos = pos;
	c->env = expr_object_new(job->arena);
	c->env->exact = true;
	c->wait.arena = job->arena;
	return c;
}

static bool
read_keys(struct container *c, struct expr_value value, struct wf_error *err)
{
	struct wf_arena *arena = c->job->arena;
	struct expr_value env = expr_path(value, "env"), ports = expr_path(value, "ports");
	struct image_account *account = &c->wait.account;

	if (env.kind == EXPR_OBJECT)
		scope_overlay(c->env, env.object);
	account->user = expr_path_str(arena, value, "credentials.username");
	account->password = expr_path_str(arena, value, "credentials.password");
	if (!account->user.n || !account->password.n)
		*account = (struct image_account){ 0 };
	if (ports.kind == EXPR_ARRAY && ports.array->n > 0)
		differ(c, "ports of a job container are those of this machine: none is mapped");
	return add_volumes(c, expr_path(value, "volumes"), err) &&
	       take_options(c, expr_path_str(arena, value, "options"), err);
}

bool
container_read(struct job *job, struct wf_error *err)
{
	struct container *c;
	struct expr_value value;
	struct wf_str name;

	if (!job->def->container || job->call->run->session->options->box != BOX_SANDBOX)
		return true;
	if (!container_evaluate(job, job->def->container, &value, err))
		return false;
	name = value.kind == EXPR_OBJECT ? expr_path_str(job->arena, value, "image")
	                                 : expr_to_string(job->arena, value);
	if (!wf_str_trim(name).n)
		return true;
	c = container_new(job, container_image_pos(job->def->container));
	job->container = c;
	if (!image_ref_read(job->arena, wf_str_trim(name), &c->wait.ref, err)) {
		err->pos = c->pos;
		return false;
	}
	return value.kind != EXPR_OBJECT || read_keys(c, value, err);
}

/* ---- get ---- */

static void
on_pull(void *data, struct wf_str name)
{
	struct session *session = data;

	session_note(session, RECORD_NOTE, NULL, WF_NOWHERE,
	    wf_strf(session->arena, "image %.*s is not stored yet: it is pulled", WF_ARG(name)));
}

struct stock *
container_stock(struct session *session, struct wf_error *err)
{
	const struct stock_options stock_options = {
		.loop = &session->loop,
		.offline = session->options->actions.offline,
		.insecure = session->options->insecure,
		.on_pull = on_pull,
		.data = session,
	};

	if (!session->stock)
		session->stock = stock_open(&stock_options, err);
	return session->stock;
}

static void
on_wait_over(struct stock_wait *wait, const struct wf_error *err)
{
	struct container *c = wait->data;
	struct wf_error why;

	if (err) {
		why = *err;
		why.pos = c->pos;
		err = &why;
	}
	c->on_ready(c->job, err);
}

bool
container_get(struct job *job, void (*on_ready)(struct job *job, const struct wf_error *err),
    bool *stored, struct wf_error *err)
{
	struct container *c = job->container;
	struct stock *stock = container_stock(job->call->run->session, err);

	if (!stock)
		return false;
	*stored = stock_find(stock, &c->wait);
	if (*stored)
		return true;
	c->on_ready = on_ready;
	c->wait.on_ready = on_wait_over;
	c->wait.data = c;
	stock_get(stock, &c->wait);
	return true;
}

/* ---- use ---- */

static const char *const node_places[] = { "/usr/local/bin/node", "/usr/bin/node" };

/* What a program of this machine is started by. An image without it is made of another C library.
 */
static const char *const loaders[] = { "/lib64/ld-linux-x86-64.so.2", "/lib/ld-linux-aarch64.so.1",
	"/lib/ld-linux-armhf.so.3" };

static bool
has_loader(const char *layer)
{
	wf_auto(wf_close_fd) int root = open(layer, O_PATH | O_DIRECTORY | O_CLOEXEC);

	for (size_t i = 0; root >= 0 && i < WF_COUNT(loaders); i++) {
		wf_auto(wf_close_fd) int fd = place_open(root, loaders[i], 0);

		if (fd >= 0)
			return true;
	}
	return false;
}

/* The node at hand, where GitHub's runner puts its own. */
void
container_add_node(struct container *c)
{
	for (size_t i = 0; !c->has_node && i < WF_COUNT(node_places); i++) {
		c->has_node = access(node_places[i], X_OK) == 0;
		if (c->has_node)
			add_mount(c, node_places[i], NODE_INSIDE, false);
	}
}

static bool
layers_have_loader(const char *const *layer)
{
	while (*layer && !has_loader(*layer))
		layer++;
	return *layer != NULL;
}

const char *
container_node(const struct container *c)
{
	return c && c->has_node ? NODE_INSIDE : "node";
}

/* Without privileges there is one user, who is root in the box. */
static const char *
user_of(struct container *c)
{
	const char *user = c->user.n > 0 ? wf_cstr(c->job->arena, c->user) : c->config.user;
	bool root = !user[0] || strcmp(user, "root") == 0 || strcmp(user, "0") == 0;

	if (geteuid() == 0 || root)
		return user;
	differ(c, "the container runs as root: without privileges a sandbox has no other user");
	return "";
}

void
container_add_mounts(struct container *c, struct box_spec *spec)
{
	struct box_mount *mounts;

	mounts = wf_new_array(c->job->arena, spec->nmounts + c->nmounts, struct box_mount);
	for (size_t i = 0; i < spec->nmounts; i++)
		mounts[i] = spec->mounts[i];
	for (size_t i = 0; i < c->nmounts; i++)
		mounts[spec->nmounts++] = c->mounts[i];
	spec->mounts = mounts;
}

bool
container_use(struct job *job, struct box_spec *spec, struct wf_error *err)
{
	struct container *c = job->container;

	if (!image_config_read(job->arena, c->wait.image.config_text, &c->config, err))
		return false;
	c->image = (struct box_image){ .layers = c->wait.folders, .user = user_of(c) };
	spec->image = &c->image;
	add_mount(c, wf_join(job->arena, job->temp_dir, "_github_workflow"), "/github/workflow",
	    true);
	if (layers_have_loader(c->wait.folders))
		container_add_node(c);
	container_add_mounts(c, spec);
	return true;
}

const char *const *
container_env(const struct container *c, const char *home)
{
	struct wf_arena *arena = c->job->arena;
	const char **list = NULL;
	size_t n = 0, cap = 0;

	for (size_t i = 0; c->config.env[i]; i++)
		*wf_push(arena, list, n, cap) = c->config.env[i];
	for (size_t i = 0; i < c->env->n; i++) {
		struct wf_str value = expr_to_string(arena, c->env->pairs[i].value);

		if (value.n > 0) /* docker would look an empty one up outside, where it is not */
			*wf_push(arena, list, n, cap) = wf_strf(arena, "%.*s=%.*s",
			    WF_ARG(c->env->pairs[i].key), WF_ARG(value))
			                                    .p;
	}
	*wf_push(arena, list, n, cap) = wf_strf(arena, "HOME=%s", home).p;
	*wf_push(arena, list, n, cap) = NULL;
	return list;
}

struct expr_value
container_context(const struct container *c)
{
	struct wf_arena *arena = c->job->arena;
	struct expr_object *context = expr_object_new(arena);
	struct wf_str id = image_digest_of(arena, wf_str(c->job->box->spec.name));

	wf_str_cut(&id, ':');
	expr_object_set(context, WF_S("id"), expr_string(id));
	expr_object_set(context, WF_S("network"), expr_cstring("host"));
	return expr_object_value(context);
}

/* ---- before anything starts ---- */

static const struct expr_token *
literal_image(const struct expr_token *token)
{
	for (size_t i = 0; token->kind == EXPR_TOKEN_MAPPING && i < token->map.n; i++)
		if (wf_str_is(token->map.pairs[i].key->source, "image"))
			return literal_image(token->map.pairs[i].value);
	return token->kind == EXPR_TOKEN_LITERAL && token->literal.kind == EXPR_STRING ? token
	                                                                               : NULL;
}

bool
container_check(struct session *session, const struct job_def *def, struct wf_error *err)
{
	const struct expr_token *image = def->container ? literal_image(def->container) : NULL;
	struct stock_wait wait = { .arena = session->arena };
	struct stock *stock;

	if (!image || !session->options->actions.offline || !image->literal.string.n)
		return true;
	stock = container_stock(session, err);
	if (!stock)
		return false;
	if (!image_ref_read(session->arena, image->literal.string, &wait.ref, err)) {
		err->pos = image->pos;
		return false;
	}
	return stock_find(stock, &wait) || stock_fail_offline(&wait, image->pos, err);
}
