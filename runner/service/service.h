/* SPDX-License-Identifier: MIT */
/* service.h - what actions believe to be GitHub's services: artifacts, caches, id tokens.
 *
 * One server for all jobs of a session, on a thread of its own; it tells jobs apart by their
 * tokens, for clients use nothing of the URLs but their origin. What it keeps lies in
 * runner/store/. Every function here may be called from the loop's thread while requests are
 * answered. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "expr/expr.h"

#include <stdbool.h>
#include <stdint.h>

struct service;

/* The repository that the API answers for; all strings are copied. */
struct service_repository {
	const char *dir; /* a folder of it; NULL: the API knows no git */
	struct wf_str full_name; /* owner/name */
	struct wf_str default_branch;
	struct wf_str html_url;
	const struct expr_object *payload; /* of the event: repository, pull_request; may be NULL */
};

struct service_options {
	const char *address; /* IPv4, where it listens: loopback, or the gateway of a box */
	const char *runs; /* folder of the repository's runs: RUN_ID/artifacts is below it */
	const char *caches; /* folder of its caches */
	uint64_t cache_limit; /* bytes of all caches; 0: GitHub's 10 GB */
	struct service_repository repository;
};

struct service *service_start(const struct service_options *options, struct wf_error *err);
/* Requests that are being answered are broken off. NULL is allowed. */
void service_stop(struct service *service);
/* "http://127.0.0.1:PORT", without a slash at its end. */
const char *service_origin(const struct service *service);

/* Who asks. The strings are copied. */
struct service_job {
	int64_t run_id;
	uint64_t job_id; /* unique in the run */
	struct wf_str ref, base_ref,
	    default_ref; /* full: where caches are written, and read besides;
	                    base_ref is empty for all but pull requests */
	const struct expr_object *claims; /* of its id token; NULL: it may not have one */
};

/* Makes the job known and gives its token (a JWT, as the clients read it), valid until
 * service_dismiss(). */
struct wf_str service_admit(struct service *service, struct wf_arena *arena,
    const struct service_job *job);
/* Where the job of this token finds the API of GitHub: GITHUB_API_URL. */
struct wf_str service_api_url(struct service *service, struct wf_arena *arena, struct wf_str token);
void service_dismiss(struct service *service, struct wf_str token);

/* What the session should know of. */
struct service_artifact {
	int64_t id, size;
	struct wf_str name, path; /* its bytes, on the host */
	bool is_zip;
};
struct service_news {
	enum service_news_kind {
		SERVICE_ARTIFACT, /* one was finished */
		SERVICE_WRITE, /* a call that would have changed something on GitHub */
		SERVICE_UNKNOWN, /* a call that wfrun cannot answer */
	} kind;
	int64_t run_id;
	struct wf_str text; /* of calls: "POST /repos/octo/cat/issues/1/comments" */
	struct wf_str body; /* of writes: its beginning */
	struct service_artifact artifact;
};
/* The next that was not taken yet; false when there is none. Whoever wants to be woken sets wake,
 * which is called on the service's thread. */
void service_on_news(struct service *service, void (*wake)(void *data), void *data);
bool service_next_news(struct service *service, struct wf_arena *arena, struct service_news *out);
