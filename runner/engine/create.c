/* SPDX-License-Identifier: MIT */
/* create.c - keys that have their own places in the engine's JSON; flags are in flag.c. */
#include "runner/engine/create.h"

#include "runner/engine/engine.h"
#include "runner/words.h"

struct engine_create
engine_create_new(struct wf_arena *arena)
{
	struct engine_create c = {
		.arena = arena,
		.body = expr_object_new(arena),
		.host = expr_object_new(arena),
	};

	c.body->exact = c.host->exact = true;
	expr_object_set(c.body, WF_S("HostConfig"), expr_object_value(c.host));
	return c;
}

/* The object or array at this key, made when it is missing. */
static struct expr_object *
object_at(struct engine_create *c, struct expr_object *in, const char *key)
{
	struct expr_value value = expr_object_get(in, wf_str(key));

	if (value.kind == EXPR_OBJECT)
		return value.object;
	value = expr_object_value(expr_object_new(c->arena));
	value.object->exact = true;
	expr_object_set(in, wf_str(key), value);
	return value.object;
}

static struct expr_array *
array_at(struct engine_create *c, struct expr_object *in, const char *key)
{
	struct expr_value value = expr_object_get(in, wf_str(key));

	if (value.kind == EXPR_ARRAY)
		return value.array;
	value = expr_array_value(expr_array_new(c->arena));
	expr_object_set(in, wf_str(key), value);
	return value.array;
}

void
engine_create_env(struct engine_create *c, struct wf_str name, struct wf_str value)
{
	if (value.n > 0)
		expr_array_push(array_at(c, c->body, "Env"),
		    expr_string(wf_strf(c->arena, "%.*s=%.*s", WF_ARG(name), WF_ARG(value))));
}

/* ---- ports ---- */

static bool
is_port(struct wf_str text)
{
	uint64_t port;

	return wf_str_u64(text, &port) && port > 0 && port < 65536;
}

bool
engine_create_port(struct engine_create *c, struct wf_str text, struct wf_error *err)
{
	struct wf_str rest = text, ports = wf_str_cut(&rest, '/');
	struct wf_str protocol = rest.p ? rest : WF_S("tcp"), inside, outside = WF_S(""), ip;
	ptrdiff_t colon = wf_str_rfind_char(ports, ':');

	inside = wf_str_skip(ports, (size_t)(colon + 1));
	ip = wf_str_sub(ports, 0, colon < 0 ? 0 : (size_t)colon);
	colon = wf_str_rfind_char(ip, ':');
	outside = wf_str_skip(ip, (size_t)(colon + 1));
	ip = wf_str_sub(ip, 0, colon < 0 ? 0 : (size_t)colon);
	if (!is_port(inside) || (outside.n > 0 && !is_port(outside)))
		return wf_fail(err, WF_ERR_EVAL, WF_NOWHERE,
		    "invalid port '%.*s': expected [[IP:]PORT:]PORT[/PROTOCOL], and no ranges",
		    WF_ARG(text));
	const struct engine_pair binding[] = {
		{ "HostIp", expr_string(ip) },
		{ "HostPort", expr_string(outside) },
		{ NULL, EXPR_NULL_VALUE },
	};
	struct wf_str key = wf_strf(c->arena, "%.*s/%.*s", WF_ARG(inside), WF_ARG(protocol));

	expr_object_set(object_at(c, c->body, "ExposedPorts"), key,
	    expr_object_value(expr_object_new(c->arena)));
	expr_array_push(array_at(c, object_at(c, c->host, "PortBindings"), key.p),
	    expr_object_value(engine_object(c->arena, binding)));
	return true;
}

/* ---- volumes ---- */

bool
engine_create_volume(struct engine_create *c, struct wf_str text, struct wf_error *err)
{
	struct wf_str rest = text, source = wf_str_cut(&rest, ':');
	struct wf_str target = rest.p ? wf_str_cut(&rest, ':') : source;

	if (!wf_str_starts(target, WF_S("/")))
		return wf_fail(err, WF_ERR_EVAL, WF_NOWHERE,
		    "invalid volume '%.*s': its place in the container is not an absolute path",
		    WF_ARG(text));
	if (source.p == target.p)
		expr_object_set(object_at(c, c->body, "Volumes"), target,
		    expr_object_value(expr_object_new(c->arena)));
	else
		expr_array_push(array_at(c, c->host, "Binds"), expr_string(text));
	return true;
}

/* ---- keys ---- */

static bool
each(struct engine_create *c, struct expr_value list,
    bool (*take)(struct engine_create *c, struct wf_str text, struct wf_error *err),
    struct wf_error *err)
{
	for (size_t i = 0; list.kind == EXPR_ARRAY && i < list.array->n; i++)
		if (!take(c, expr_to_string(c->arena, list.array->items[i]), err))
			return false;
	return true;
}

/* The new keys of services (8.1): texts that docker gets behind the image. */
static void
set_words(struct engine_create *c, const char *key, struct wf_str text)
{
	struct expr_array *list;
	struct wf_str word;

	if (!wf_str_trim(text).n)
		return;
	list = array_at(c, c->body, key);
	while (words_next(c->arena, &text, &word))
		expr_array_push(list, expr_string(word));
}

bool
engine_create_keys(struct engine_create *c, struct expr_value keys, struct wf_error *err)
{
	struct expr_value env = expr_path(keys, "env");
	struct wf_str entrypoint = expr_path_str(c->arena, keys, "entrypoint");

	if (keys.kind != EXPR_OBJECT)
		return true;
	if (!each(c, expr_path(keys, "ports"), engine_create_port, err) ||
	    !engine_create_flags(c, expr_path_str(c->arena, keys, "options"), err))
		return false;
	for (size_t i = 0; env.kind == EXPR_OBJECT && i < env.object->n; i++)
		engine_create_env(c, env.object->pairs[i].key,
		    expr_to_string(c->arena, env.object->pairs[i].value));
	if (entrypoint.n > 0)
		expr_array_push(array_at(c, c->body, "Entrypoint"), expr_string(entrypoint));
	set_words(c, "Cmd", expr_path_str(c->arena, keys, "command"));
	return each(c, expr_path(keys, "volumes"), engine_create_volume, err);
}
