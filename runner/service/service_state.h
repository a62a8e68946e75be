/* SPDX-License-Identifier: MIT */
/* service_state.h - what the files of runner/service/ share: a call, its route, its job. */
#pragma once

#include "runner/service/server.h"
#include "runner/service/service.h"
#include "runner/store/artifacts.h"
#include "runner/store/caches.h"

#include <openssl/types.h>
#include <pthread.h>

#define SERVICE_SEGMENTS 4 /* that a route may leave open */
#define SERVICE_KEY 32 /* bytes */

/* A job that may ask; freed when it is dismissed and no call of it is left. */
struct service_guest {
	struct wf_arena *arena;
	struct service_job job;
	struct wf_str token;
	struct wf_str api_key; /* stands for it in the URLs of the API */
	unsigned users; /* calls, and the table */
};

struct service {
	struct wf_arena *arena;
	struct server *server;
	const char *origin;
	unsigned char key[SERVICE_KEY]; /* signs tokens and URLs of this service */
	struct artifacts *artifacts; /* the server's thread alone */
	struct caches *caches; /* the same */
	struct repo *repo; /* the same; NULL without one */
	struct service_repository repository; /* never changes */
	const char *runs; /* the folder of artifacts and of the run store */
	EVP_PKEY *identity; /* the same: signs id tokens; made when needed */

	pthread_mutex_t lock; /* of what follows */
	struct service_guest **guests;
	size_t nguests, cap;
	struct service_told *news, **news_tail;
	void (*wake)(void *data);
	void *wake_data;
};

struct service_call;

enum service_access {
	SERVICE_TOKEN, /* only with a job's token */
	SERVICE_API, /* only with a job's key as the second segment */
	SERVICE_SIGNED, /* only with a signed URL */
	SERVICE_OPEN,
};

struct service_route {
	/* a segment `*` takes any text that is not empty, `**` all that is left */
	const char *method, *path;
	enum service_access access;
	/* begin may be NULL: then the body is gathered. A JSON body is in call->json then. */
	void (*begin)(struct service_call *call);
	void (*finish)(struct service_call *call);
	void (*gone)(struct service_call *call);
};

/* One request on its way. */
struct service_call {
	struct service *service;
	struct server_request *request;
	const struct service_route *route;
	struct service_guest *guest; /* of a SERVICE_TOKEN route */
	struct wf_str segments[SERVICE_SEGMENTS]; /* decoded */
	struct expr_value json;
	void *data; /* the route's */
};

extern const struct service_route artifact_routes[], cache_routes[], cache_v1_routes[],
    blob_routes[], identity_routes[], api_routes[]; /* each ended by method == NULL */

/* A service that listens nowhere yet, and who answers its requests: for service_start(), and for
 * tests that make requests themselves. */
struct service *service_new(const struct service_options *options, struct wf_error *err);
struct server_handler service_handler(struct service *service);

/* ---- replies ---- */

/* {"code": …, "msg": …}, as Twirp reports errors (semantics.md 9.2). */
void service_refuse(struct service_call *call, unsigned status, const char *code, const char *fmt,
    ...) __attribute__((format(printf, 4, 5)));
/* For what went wrong here: 500, with the error's text. */
void service_broken(struct service_call *call, const struct wf_error *err);
/* A URL of this service for one path that needs no token. `mode` is "r" or "w". */
struct wf_str service_sign(struct service_call *call, const char *mode, struct wf_str path);
/* A time in milliseconds since 1970 as RFC 3339, UTC. */
struct wf_str service_time(struct wf_arena *arena, int64_t ms);
/* Tells the session; everything is copied. */
void service_tell(struct service *service, const struct service_news *news);

/* A field of the call's JSON as text, by either spelling that Twirp knows; empty when it is not
 * there. */
struct wf_str service_field(const struct service_call *call, const char *name);

/* ---- tokens (token.c) ---- */

/* HEADER.PAYLOAD.SIGNATURE with HMAC-SHA256. */
struct wf_str token_make(struct wf_arena *arena, const unsigned char key[SERVICE_KEY],
    struct expr_value payload);
struct wf_str token_base64url(struct wf_arena *arena, struct wf_str bytes);
/* HMAC-SHA256 of text, as hexadecimal digits. */
struct wf_str token_mac(struct wf_arena *arena, const unsigned char key[SERVICE_KEY],
    struct wf_str text);
/* Equal, in a time that does not tell where they differ. */
bool token_equal(struct wf_str a, struct wf_str b);
