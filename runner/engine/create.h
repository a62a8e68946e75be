/* SPDX-License-Identifier: MIT */
/* create.h - from the keys of `container:` or of a service to what an engine is told to create
 * (semantics.md 8.1, 8.3). */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "expr/expr.h"

#include <stdbool.h>

/* A container in the making. */
struct engine_create {
	struct wf_arena *arena;
	struct expr_object *body, *host; /* of /containers/create, and its HostConfig */
};

struct engine_create engine_create_new(struct wf_arena *arena);

/* env, ports, volumes, options, entrypoint, command of an evaluated mapping. Errors say what docker
 * would refuse, or what is not supported. */
bool engine_create_keys(struct engine_create *c, struct expr_value keys, struct wf_error *err);

/* The flags of `docker create` in one text. */
bool engine_create_flags(struct engine_create *c, struct wf_str options, struct wf_error *err);

/* "NAME=VALUE"; one without a value is not set, as docker finds none outside. */
void engine_create_env(struct engine_create *c, struct wf_str name, struct wf_str value);
/* "80", "8080:80/udp", "127.0.0.1:8080:80". */
bool engine_create_port(struct engine_create *c, struct wf_str text, struct wf_error *err);
/* "/place", "name:/place", "/folder:/place:ro". */
bool engine_create_volume(struct engine_create *c, struct wf_str text, struct wf_error *err);
