/* SPDX-License-Identifier: MIT */
/* api.h - GitHub's REST API, as far as git and the stores know the answer: what its files share.
 *
 * GITHUB_API_URL is ORIGIN/api/KEY; the key stands for the job, so that neither a token that is no
 * secret nor another user of this machine can ask. What would change something is answered as
 * GitHub does and told to the session; what is not known is a 404, told as well. */
#pragma once

#include "event/repo.h"
#include "runner/service/service_state.h"

struct api_call {
	struct service_call *call;
	struct wf_arena *arena; /* the request's */
	const struct service_repository *facts;
	struct repo *repo;
	struct wf_str segments[SERVICE_SEGMENTS]; /* what the stars of the route stand for */
};

struct api_route {
	const char *method, *path; /* below repos/OWNER/NAME/; `**` at its end takes all the rest */
	void (*answer)(struct api_call *api);
};

extern const struct api_route api_git_routes[], api_run_routes[]; /* ended by method == NULL */

/* ---- replies ---- */

void api_say(struct api_call *api, unsigned status, struct expr_object *object);
/* {"message": …} as GitHub words it. */
void api_not_found(struct api_call *api);
void api_broken(struct api_call *api, const struct wf_error *err);
/* The page of the array that was asked for, with its Link header: the array itself, or, with a key,
 * {"total_count": …, KEY: […]}. */
void api_say_page(struct api_call *api, const struct expr_array *all, const char *key);

/* A parameter of the query, or empty. */
struct wf_str api_query(const struct api_call *api, const char *name);
/* A segment as a number; 0 when it is none, which nothing has for an id. */
int64_t api_number(const struct api_call *api, size_t segment);
/* "ORIGIN/api/KEY/repos/OWNER/NAME/REST". */
struct wf_str api_url(const struct api_call *api, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
