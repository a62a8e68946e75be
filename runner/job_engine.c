/* SPDX-License-Identifier: MIT */
/* job_engine.c - from the keys of a job to containers, and from containers to its contexts. */
#include "runner/job_engine.h"

#include "runner/box/engine.h"
#include "runner/container.h"
#include "runner/engine/create.h"
#include "runner/engine/sweep.h"
#include "runner/image/account.h"
#include "runner/image/ref.h"
#include "runner/job.h"
#include "runner/scope.h"
#include "runner/session_state.h"

#include <stdlib.h>
#include <unistd.h>

struct job_engine {
	struct job *job;
	struct box_engine box;
	size_t cap; /* of box.members */
	/* of the box; the job's own when it has a `container:`, else what stands in for GitHub's
	 * machine */
	struct container *container;
	void (*on_ready)(struct job *job, const struct wf_error *err);
	bool getting;
};

bool
job_engine_kind(enum box_kind kind)
{
	switch (kind) {
	case BOX_SANDBOX:
	case BOX_HOST: return false;
	case BOX_DOCKER:
	case BOX_PODMAN: return true;
	}
	abort();
}

/* ---- the engine ---- */

static struct engine *
engine_of(struct session *session, struct wf_error *err)
{
	enum engine_brand brand = session->options->box == BOX_PODMAN ? ENGINE_PODMAN
	                                                              : ENGINE_DOCKER;

	if (session->engine)
		return session->engine;
	session->engine = engine_new(&session->loop, brand, err);
	if (!session->engine)
		return NULL;
	if (!engine_is_local(session->engine)) {
		wf_fail(err, WF_ERR_MISSING, WF_NOWHERE,
		    "the engine at %s is on another machine: it cannot show the folders of this "
		    "one",
		    engine_place(session->engine)->shown);
		wf_hint(err, "use an engine that listens at a unix socket of this machine");
		return NULL;
	}
	engine_sweep(session->engine);
	return session->engine;
}

static void
say(void *data, struct wf_str line)
{
	const struct job_engine *e = data;
	struct session *session = e->job->call->run->session;

	session_note(session, RECORD_NOTE, e->job->call->run->rec, WF_NOWHERE,
	    wf_strf(session->arena, "%.*s: %.*s", WF_ARG(e->job->rec->name), WF_ARG(line)));
}

/* ---- images ---- */

static bool
wanted_image(struct expr_value labels, const struct expr_object *images, struct wf_str *image)
{
	struct expr_value found;

	if (labels.kind == EXPR_OBJECT)
		labels = expr_object_get(labels.object, WF_S("labels"));
	if (labels.kind == EXPR_STRING) {
		found = expr_object_get(images, labels.string);
		*image = found.kind == EXPR_STRING ? found.string : WF_S("");
		return image->n > 0;
	}
	for (size_t i = 0; labels.kind == EXPR_ARRAY && i < labels.array->n; i++)
		if (wanted_image(labels.array->items[i], images, image))
			return true;
	return false;
}

/* The image that stands in for a machine with the job's labels. */
static bool
machine_image(struct job *job, struct wf_str *image, struct wf_error *err)
{
	const struct expr_object *images = job->call->run->session->options->images;
	const struct expr_scope scope = { .contexts = scope_node(job->arena, job) };
	const struct expr_token *runs_on = job->def->runs_on;
	struct expr_value labels;

	if (!expr_token_eval(job->arena, runs_on, &scope, &labels, err))
		return false;
	if (images &&
	    (wanted_image(labels, images, image) || wanted_image(expr_cstring("*"), images, image)))
		return true;
	wf_fail(err, WF_ERR_MISSING, runs_on ? runs_on->pos : WF_NOWHERE,
	    "no image is named for jobs that run on '%.*s' and have no container of their own",
	    WF_ARG(runs_on ? runs_on->source : WF_S("")));
	return wf_hint(err, "name one with --image IMAGE, or in .wfrun.yml below runs-on:, as "
	                    "'ubuntu-latest: IMAGE'");
}

/* Whom the registry knows us as: the keys say it, or docker's own configuration. */
static bool
read_account(struct job *job, struct pod_member *member, struct expr_value keys,
    struct wf_error *err)
{
	struct wf_arena *arena = job->arena;
	struct image_account account = { 0 };
	struct image_ref ref;

	if (!image_ref_read(arena, member->image.name, &ref, err)) {
		err->pos = member->pos;
		return false;
	}
	member->image.user = expr_path_str(arena, keys, "credentials.username");
	member->image.password = expr_path_str(arena, keys, "credentials.password");
	if (member->image.user.n && member->image.password.n)
		return true;
	if (!image_account_find(arena, ref.registry, &account, NULL))
		account = (struct image_account){ 0 };
	member->image.user = account.user;
	member->image.password = account.password;
	return true;
}

/* One container of the job from its evaluated keys: a name, or a mapping. */
static bool
add_member(struct job_engine *e, struct expr_value keys, const char *alias, struct wf_pos pos,
    struct wf_error *err)
{
	struct job *job = e->job;
	struct wf_arena *arena = job->arena;
	struct engine_create create = engine_create_new(arena);
	struct wf_str name = keys.kind == EXPR_OBJECT ? expr_path_str(arena, keys, "image")
	                                              : expr_to_string(arena, keys);
	struct pod_member *member = wf_push(arena, e->box.members, e->box.nmembers, e->cap);

	name = wf_str_trim(name);
	if (wf_str_starts(name, WF_S("docker://")))
		name = wf_str_skip(name, strlen("docker://"));
	member->image.name = wf_str_dup(arena, name);
	member->image.offline = job->call->run->session->options->actions.offline;
	member->alias = alias;
	member->pos = pos;
	member->name = wf_strf(arena, "wfrun-%d-%llu-%zu", (int)getpid(),
	    (unsigned long long)job->rec->number, e->box.nmembers)
	                   .p;
	engine_create_env(&create, WF_S("GITHUB_ACTIONS"), WF_S("true"));
	engine_create_env(&create, WF_S("CI"), WF_S("true"));
	if (!engine_create_keys(&create, keys, err)) {
		err->pos = pos;
		return false;
	}
	member->body = create.body;
	return read_account(job, member, keys, err);
}

/* ---- read ---- */

static bool
read_box(struct job_engine *e, struct wf_error *err)
{
	struct job *job = e->job;
	struct expr_value keys = EXPR_NULL_VALUE;
	struct wf_pos pos = job->def->runs_on ? job->def->runs_on->pos : WF_NOWHERE;
	struct wf_str name;

	if (job->def->container) {
		if (!container_evaluate(job, job->def->container, &keys, err))
			return false;
		name = keys.kind == EXPR_OBJECT ? expr_path_str(job->arena, keys, "image")
		                                : expr_to_string(job->arena, keys);
		e->box.container = wf_str_trim(name).n > 0;
	}
	if (e->box.container)
		pos = container_image_pos(job->def->container);
	else if (machine_image(job, &name, err))
		keys = expr_string(name);
	else
		return false;
	e->container = container_new(job, pos);
	if (e->box.container)
		job->container = e->container;
	return add_member(e, keys, NULL, pos, err);
}

static struct wf_pos
service_pos(const struct expr_token *services, struct wf_str id)
{
	for (size_t i = 0; services->kind == EXPR_TOKEN_MAPPING && i < services->map.n; i++)
		if (wf_str_eq(services->map.pairs[i].key->source, id))
			return container_image_pos(services->map.pairs[i].value);
	return services->pos;
}

static bool
read_services(struct job_engine *e, struct wf_error *err)
{
	struct job *job = e->job;
	struct expr_value services;

	if (!job->def->services)
		return true;
	if (!container_evaluate(job, job->def->services, &services, err))
		return false;
	for (size_t i = 0; services.kind == EXPR_OBJECT && i < services.object->n; i++) {
		const struct expr_pair *pair = &services.object->pairs[i];
		struct wf_str image = pair->value.kind == EXPR_OBJECT
		                          ? expr_path_str(job->arena, pair->value, "image")
		                          : expr_to_string(job->arena, pair->value);

		if (!wf_str_trim(image).n)
			say(e,
			    wf_strf(job->arena, "service '%.*s' has no image, and is not started",
			        WF_ARG(pair->key)));
		else if (!add_member(e, pair->value, wf_cstr(job->arena, pair->key),
		             service_pos(job->def->services, pair->key), err))
			return false;
	}
	return true;
}

bool
job_engine_read(struct job *job, struct wf_error *err)
{
	struct session *session = job->call->run->session;
	struct job_engine *e;

	if (!job_engine_kind(session->options->box))
		return true;
	e = wf_new(job->arena, struct job_engine);
	e->job = job;
	e->box.scratch = scratch_path(session->scratch);
	e->box.say = say;
	e->box.data = e;
	if (!read_box(e, err) || !read_services(e, err))
		return false;
	/* a job on GitHub's own machine has no network for itself alone, unless it has services */
	e->box.networked = e->box.container || e->box.nmembers > 1;
	e->box.engine = engine_of(session, err);
	job->engine = e;
	return e->box.engine != NULL;
}

/* ---- get ---- */

static void
on_image(struct engine_image *image, const struct wf_error *err)
{
	struct job_engine *e = image->data;
	struct expr_value env = expr_path(image->config, "Env");
	struct wf_arena *arena = e->job->arena;
	const char **list = NULL;
	size_t n = 0, cap = 0;
	struct wf_error why;

	e->getting = false;
	for (size_t i = 0; !err && env.kind == EXPR_ARRAY && i < env.array->n; i++)
		*wf_push(arena, list, n, cap) = wf_cstr(arena,
		    expr_to_string(arena, env.array->items[i]));
	*wf_push(arena, list, n, cap) = NULL;
	e->container->config.env = list;
	if (err) {
		why = *err;
		why.pos = e->container->pos;
		err = &why;
	}
	e->on_ready(e->job, err);
}

static void
on_pull_says(struct engine_image *image, struct wf_str line)
{
	say(image->data, line);
}

bool
job_engine_get(struct job *job, void (*on_ready)(struct job *job, const struct wf_error *err),
    struct wf_error *err)
{
	struct job_engine *e = job->engine;
	struct engine_image *image = &e->box.members[0].image;

	(void)err;
	e->on_ready = on_ready;
	image->engine = e->box.engine;
	image->arena = job->arena;
	image->say = on_pull_says;
	image->on_ready = on_image;
	image->data = e;
	e->getting = true;
	engine_image_get(image);
	return true;
}

void
job_engine_cancel(struct job *job)
{
	if (job->engine && job->engine->getting)
		engine_image_cancel(&job->engine->box.members[0].image);
	else if (job->engine && job->box_started)
		box_stop(job->box);
}

/* ---- use ---- */

void
job_engine_use(struct job *job, struct box_spec *spec)
{
	struct job_engine *e = job->engine;

	container_add_node(e->container);
	container_add_mounts(e->container, spec);
	spec->engine = &e->box;
}

const char *const *
job_engine_env(struct job *job)
{
	const struct job_engine *e = job->engine;
	const struct expr_value env = expr_object_get(e->box.members[0].body, WF_S("Env"));
	struct expr_object *own = e->container->env;

	for (size_t i = 0; env.kind == EXPR_ARRAY && i < env.array->n; i++) {
		struct wf_str value = expr_to_string(job->arena, env.array->items[i]);
		struct wf_str name = wf_str_cut(&value, '=');

		expr_object_set(own, name, expr_string(value));
	}
	return container_env(e->container, job->box->layout.home);
}

const char *
job_engine_node(const struct job *job)
{
	return container_node(job->engine->container);
}

/* ---- ready ---- */

static struct expr_object *
member_context(struct job *job, const struct pod_member *member)
{
	const struct engine_pair pairs[] = {
		{ "id", expr_cstring(member->id) },
		{ "network", expr_string(wf_strf(job->arena, "%s-network", job->box->spec.name)) },
		{ NULL, EXPR_NULL_VALUE },
	};

	return engine_object(job->arena, pairs);
}

void
job_engine_ready(struct job *job)
{
	struct job_engine *e = job->engine;
	struct expr_object *services = expr_object_new(job->arena);

	if (e->box.container)
		expr_object_set(job->job_context, WF_S("container"),
		    expr_object_value(member_context(job, &e->box.members[0])));
	for (size_t i = 1; i < e->box.nmembers; i++) {
		const struct pod_member *member = &e->box.members[i];
		struct expr_object *context = member_context(job, member);

		expr_object_set(context, WF_S("ports"), expr_object_value(member->ports));
		expr_object_set(services, wf_str(member->alias), expr_object_value(context));
	}
	if (services->n > 0)
		expr_object_set(job->job_context, WF_S("services"), expr_object_value(services));
	job->has_bash = !e->box.container && e->box.has_bash;
	e->container->has_node = e->container->has_node && e->box.has_loader;
}
