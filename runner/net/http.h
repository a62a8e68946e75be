/* SPDX-License-Identifier: MIT */
/* http.h - HTTP on a uv loop: requests that stream in both directions.
 *
 * The only room that knows libcurl, which is loaded by http_new(), not linked. A `struct http`
 * belongs to one loop and keeps connections open between requests. A call is started with
 * http_start() and ends in exactly one on_end(), later and from the loop, also when it could not be
 * started or was cancelled. No other callback comes from within http_start(), http_resume() or
 * http_cancel() either, so that they may be called from anywhere, other callbacks included.
 * `struct http_call` and what its request points to must stay where they are until on_end() runs;
 * in on_end() the owner may free them.
 *
 * An answer with a status of 400 or more is an answer, not an error. Errors are WF_ERR_MISSING: no
 * such host, nobody listens, a certificate that nobody vouches for, an end in the middle; they name
 * the host, what failed, and what to try. */
#pragma once

#include "base/error.h"
#include "base/str.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

struct http;
struct http_transfer;

/* Files of TLS, each may be NULL: the machine's certificates, and none of one's own. */
struct http_tls {
	const char *ca_file, *cert_file, *key_file;
};

#define HTTP_IDLE_SECONDS 60 /* after which a connection that is silent counts as lost */
#define HTTP_NO_IDLE UINT_MAX

struct http_request {
	const char *method; /* NULL: GET, or POST when there is a body */
	const char *url; /* http:// or https:// */
	const char *socket; /* a unix socket that is connected to in place of the URL's host */
	const char *const *headers; /* NULL-ended "Name: value", or NULL */
	struct wf_str body; /* sent as it is; or empty */
	bool upload; /* the body comes from on_send() */
	int64_t upload_size; /* of it; -1: not known, it is sent in chunks */
	int64_t from; /* > 0: asks for the bytes behind these; the answer may be 206 or all of it */
	/* Redirects are followed, never from https to http, and without an Authorization header
	 * when they lead to another host. */
	bool follow;
	size_t keep; /* without on_chunk(): how many bytes of an answer are kept in call->body */
	unsigned idle_seconds; /* 0: HTTP_IDLE_SECONDS; HTTP_NO_IDLE: silence is no error */
	const struct http_tls *tls; /* NULL: the machine's certificates */
};

#define HTTP_LATER ((ptrdiff_t)-1)

struct http_call {
	/* set by the owner before http_start(); each callback but on_end may be NULL */
	struct http_request request;
	/* Bytes of the answer's body; status and http_header() are known. False: not taken, and
	 * none come until http_resume(), when the same bytes come again. */
	bool (*on_chunk)(struct http_call *call, struct wf_str chunk);
	/* Fills room with up to n bytes of an upload. 0: it is over; HTTP_LATER: there is none yet,
	 * http_resume() says when. */
	ptrdiff_t (*on_send)(struct http_call *call, char *room, size_t n);
	/* err is NULL when there was a whole answer. */
	void (*on_end)(struct http_call *call, const struct wf_error *err);
	void *data;

	/* the room's; valid from the first on_chunk() until on_end() returns */
	long status; /* of the answer, after redirects; 0: there was none */
	struct wf_buf body; /* what was kept */
	bool broken; /* the connection ended in the middle: asking again may help */
	bool cancelled;
	struct http_transfer *transfer;
};

/* NULL and *err (WF_ERR_MISSING) when libcurl is not installed. */
struct http *http_new(uv_loop_t *loop, struct wf_error *err);
void http_start(struct http *http, struct http_call *call);
/* Goes on with what on_chunk() or on_send() has paused. */
void http_resume(struct http_call *call);
/* on_end() follows with an error. Neither is for a call that has ended. */
void http_cancel(struct http_call *call);
/* The value of a header of the answer, p == NULL without one; valid until on_end() returns. */
struct wf_str http_header(const struct http_call *call, const char *name);
/* Cancels what is under way and closes everything; `closed` is called when nothing is left on the
 * loop and http is freed. NULL is allowed for `closed`. */
void http_close(struct http *http, void (*closed)(void *data), void *data);

/* Whether the host of this URL is this machine itself: localhost, 127.0.0.0/8, [::1]. Proxies are
 * never asked for those. */
bool http_is_loopback(struct wf_str url);
