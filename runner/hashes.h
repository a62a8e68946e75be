/* SPDX-License-Identifier: MIT */
/* hashes.h - hashFiles() for expressions, without holding up the loop.
 *
 * Evaluation is synchronous, and hashing a workspace is not done in a moment. So the expressions of
 * a step are evaluated twice where they call hashFiles(): a call whose answer is not there fails
 * and is noted; hashes_wait() has it answered by the pool; then all is evaluated again and finds
 * the answer. `struct hashes` belongs to one step and must not move while it is busy. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "expr/expr.h"
#include "runner/box/box.h"

#include <stdbool.h>
#include <stddef.h>

/* The arguments of one call. */
struct hash_call {
	const struct wf_str *patterns;
	size_t n;
};

struct hash_answer;
struct hash_request;

struct hashes {
	struct wf_arena *arena; /* the step's */
	struct box *box;
	bool asking; /* a call without an answer is noted, not answered at once */
	const struct hash_call *missed; /* the first such call since the last wait */
	struct hash_answer **answers;
	size_t n, cap;
	struct hash_request *request; /* what the pool works at; NULL: nothing */
	void (*again)(void *data);
	void *data;
};

/* The answer to a call: the one that is known, else a note of it while asking, else at once. */
bool hashes_get(struct hashes *hashes, struct wf_arena *arena, const struct hash_call *call,
    struct wf_str *out, struct wf_error *err);
/* The answer at once, on this thread. */
bool hashes_now(struct wf_arena *arena, struct box *box, const struct hash_call *call,
    struct wf_str *out, struct wf_error *err);
/* Evaluates the token for its calls alone, when it has any. */
void hashes_look(struct wf_arena *arena, const struct expr_token *token,
    const struct expr_scope *scope);
/* Ends the asking. true: a call was noted; again() comes later, never from within, and asks anew.
 */
bool hashes_wait(struct hashes *hashes, void (*again)(void *data), void *data);
/* The answer is not wanted any more; again() comes soon. Nothing happens when not busy. */
void hashes_stop(struct hashes *hashes);
