/* SPDX-License-Identifier: MIT */
/* engine.h - an engine that speaks Docker's Engine API: what it is asked, and what it answers.
 *
 * Made without a word to the engine; the first engine_ask() finds out which version of the API both
 * know. An ask ends in exactly one on_answer(), later and from the loop, also when it could not be
 * sent or was cancelled; until then it must not move, and the texts it points to must stay.
 *
 * Errors are WF_ERR_MISSING when the engine cannot be reached, or is too old: they say what it is,
 * where, and what to do; and WF_ERR_SYS, with the engine's own words, when it refuses. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "expr/expr.h"
#include "runner/engine/place.h"
#include "runner/net/http.h"

#include <stdbool.h>
#include <uv.h>

struct engine;

struct engine_ask {
	/* set by the owner */
	const char *method; /* NULL: GET */
	const char *path; /* "/containers/json?all=1"; the version is put before it */
	struct expr_object *body; /* sent as JSON; NULL: none */
	const char *header; /* one more, or NULL */
	struct wf_str tar; /* sent as an archive in place of a JSON body; or empty */
	bool patient; /* silence is no error, however long */
	/* Bytes of a good answer as they come; NULL: the answer is JSON, and read as a whole. */
	void (*on_chunk)(struct engine_ask *ask, struct wf_str chunk);
	void (*on_answer)(struct engine_ask *ask, const struct wf_error *err);
	void *data;

	/* the engine's, valid until on_answer() returns */
	long status; /* of HTTP; 0: there was no answer */
	struct expr_value value; /* the answer, null when it is not JSON */
	struct wf_arena *arena; /* of the value; empty and at hand for on_answer() */

	struct engine *engine;
	struct engine_ask *next;
	struct http_call call;
	const char *headers[4];
	struct wf_buf text, answer;
	bool under_way;
};

/* Finds and loads what is needed; NULL and *err when there is no engine, or no libcurl. */
struct engine *engine_new(uv_loop_t *loop, enum engine_brand brand, struct wf_error *err);
void engine_ask(struct engine *engine, struct engine_ask *ask);
/* on_answer() follows with an error. Nothing happens when it is over. */
void engine_cancel(struct engine_ask *ask);
/* When nothing is under way; the loop has to be turned once more. NULL is allowed. */
void engine_close(struct engine *engine);

const struct engine_place *engine_place(const struct engine *engine);
/* Whether it is on this machine, so that it can show this machine's folders. */
bool engine_is_local(const struct engine *engine);

/* ---- bodies ---- */

/* {"key": value, ...} from pairs that end with key == NULL. */
struct engine_pair {
	const char *key;
	struct expr_value value;
};
struct expr_object *engine_object(struct wf_arena *arena, const struct engine_pair *pairs);
/* An array of strings from a NULL-ended list; list may be NULL. */
struct expr_value engine_list(struct wf_arena *arena, const char *const *list);
/* The text as part of a path or a query. */
struct wf_str engine_escape(struct wf_arena *arena, struct wf_str text);
