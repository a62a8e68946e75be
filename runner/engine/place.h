/* SPDX-License-Identifier: MIT */
/* place.h - where an engine listens: a unix socket, or a host with or without TLS.
 *
 * Found as docker's and podman's own programs find it: DOCKER_HOST, DOCKER_CONTEXT, the context
 * that was chosen last, then the sockets that are usual. Nothing is connected to here. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "runner/net/http.h"

#include <stdbool.h>

enum engine_brand { ENGINE_DOCKER, ENGINE_PODMAN };

struct engine_place {
	enum engine_brand brand;
	const char *socket; /* path of a unix socket, or NULL */
	const char *base; /* what requests begin with: "http://engine", "https://host:2376" */
	const char *found; /* for people: "DOCKER_HOST", "the context 'lab'", "its usual place" */
	const char *shown; /* for people: "unix:///run/docker.sock" */
	struct http_tls tls; /* all NULL without */
};

/* What place_find() looks at; tests give their own. */
struct engine_surroundings {
	const char *(*env)(void *data, const char *name); /* NULL or empty: not set */
	bool (*exists)(void *data, const char *path);
	void *data;
	unsigned uid;
};

extern const struct engine_surroundings engine_surroundings; /* those of this process */

/* False and *err (WF_ERR_MISSING) when a setting names what cannot be, or none is set and there is
 * no socket: then the hint says how to start an engine. */
bool engine_place_find(struct wf_arena *arena, enum engine_brand brand,
    const struct engine_surroundings *around, struct engine_place *out, struct wf_error *err);

/* "docker" or "podman". */
const char *engine_brand_name(enum engine_brand brand);
