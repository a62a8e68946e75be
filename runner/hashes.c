/* SPDX-License-Identifier: MIT */
/* hashes.c - calls of hashFiles() that are answered on a thread of the pool: get, wait, work, done.
 */
#include "runner/hashes.h"

#include "base/fs.h"
#include "runner/hash.h"

#include <fcntl.h>
#include <stdlib.h>
#include <uv.h>

/* A call that was answered. */
struct hash_answer {
	const struct hash_call *call;
	bool ok;
	struct wf_str hash;
	struct wf_error error;
};

/* What a thread of the pool sees: nothing of the step. */
struct hash_request {
	uv_work_t work;
	struct wf_arena *arena;
	struct hash_ask ask;
	atomic_bool stop;
	struct hash_answer answer;
	struct hashes *hashes; /* for the loop's thread */
};

#define NANOSECONDS 1000000000u

/* The first failure, that of the descriptor, is as good as any: the box is going. */
static struct hash_ask
make_ask(struct box *box, const struct hash_call *call)
{
	return (struct hash_ask){
		.root = box_open(box, "/", O_PATH | O_DIRECTORY, NULL),
		.workspace = box->layout.workspace,
		.patterns = call->patterns,
		.n = call->n,
		.deadline = uv_hrtime() + (uint64_t)HASH_SECONDS * NANOSECONDS,
	};
}

bool
hashes_now(struct wf_arena *arena, struct box *box, const struct hash_call *call,
    struct wf_str *out, struct wf_error *err)
{
	struct hash_ask ask = make_ask(box, call);
	bool ok = hash_files(arena, &ask, out, err);

	wf_close_fd(&ask.root);
	return ok;
}

static bool
is_same(const struct hash_call *a, const struct hash_call *b)
{
	if (a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!wf_str_eq(a->patterns[i], b->patterns[i]))
			return false;
	return true;
}

static const struct hash_call *
copy_call(struct wf_arena *arena, const struct hash_call *call)
{
	struct wf_str *patterns = wf_new_array(arena, call->n, struct wf_str);
	struct hash_call *copy = wf_new(arena, struct hash_call);

	for (size_t i = 0; i < call->n; i++)
		patterns[i] = wf_str_dup(arena, call->patterns[i]);
	*copy = (struct hash_call){ patterns, call->n };
	return copy;
}

bool
hashes_get(struct hashes *hashes, struct wf_arena *arena, const struct hash_call *call,
    struct wf_str *out, struct wf_error *err)
{
	for (size_t i = 0; i < hashes->n; i++) {
		const struct hash_answer *answer = hashes->answers[i];

		if (!is_same(answer->call, call))
			continue;
		*out = answer->hash;
		if (!answer->ok && err)
			*err = answer->error;
		return answer->ok;
	}
	if (!hashes->asking && !hashes->request) /* the loop does not wait for the pool */
		return hashes_now(arena, hashes->box, call, out, err);
	if (!hashes->missed)
		hashes->missed = copy_call(hashes->arena, call);
	return wf_fail(err, WF_ERR_EVAL, WF_NOWHERE, "hashFiles() has no answer yet");
}

static bool
calls_hash_files(const struct expr_token *token)
{
	switch (token->kind) {
	case EXPR_TOKEN_LITERAL:
	case EXPR_TOKEN_INSERT: return false;
	case EXPR_TOKEN_EXPR: return expr_calls(token->expr, "hashFiles");
	case EXPR_TOKEN_SEQUENCE:
		for (size_t i = 0; i < token->seq.n; i++)
			if (calls_hash_files(token->seq.items[i]))
				return true;
		return false;
	case EXPR_TOKEN_MAPPING:
		for (size_t i = 0; i < token->map.n; i++)
			if (calls_hash_files(token->map.pairs[i].key) ||
			    calls_hash_files(token->map.pairs[i].value))
				return true;
		return false;
	}
	abort();
}

void
hashes_look(struct wf_arena *arena, const struct expr_token *token, const struct expr_scope *scope)
{
	struct expr_value value;

	if (token && calls_hash_files(token))
		expr_token_eval(arena, token, scope, &value, NULL);
}

/* ---- the pool ---- */

static void
on_work(uv_work_t *work)
{
	struct hash_request *request = work->data;
	struct hash_answer *answer = &request->answer;

	answer->ok = hash_files(request->arena, &request->ask, &answer->hash, &answer->error);
}

static void
on_done(uv_work_t *work, int status)
{
	struct hash_request *request = work->data;
	struct hashes *hashes = request->hashes;
	struct hash_answer *answer = wf_new(hashes->arena, struct hash_answer);

	*answer = request->answer;
	answer->hash = wf_str_dup(hashes->arena, answer->hash);
	if (status < 0) /* it was stopped before its turn */
		wf_fail(&answer->error, WF_ERR_EVAL, WF_NOWHERE, "%s", uv_strerror(status));
	*wf_push(hashes->arena, hashes->answers, hashes->n, hashes->cap) = answer;
	hashes->request = NULL;
	wf_close_fd(&request->ask.root);
	wf_arena_free(request->arena);
	hashes->again(hashes->data);
}

bool
hashes_wait(struct hashes *hashes, void (*again)(void *data), void *data)
{
	const struct hash_call *call = hashes->missed;
	struct hash_request *request;
	struct wf_arena *arena;

	hashes->asking = false;
	hashes->missed = NULL;
	if (!call)
		return false;
	arena = wf_arena_new();
	request = wf_new(arena, struct hash_request);
	request->arena = arena;
	request->ask = make_ask(hashes->box, call);
	request->ask.stop = &request->stop;
	request->answer.call = call;
	request->hashes = hashes;
	request->work.data = request;
	hashes->request = request;
	hashes->again = again;
	hashes->data = data;
	uv_queue_work(hashes->box->loop, &request->work, on_work, on_done);
	return true;
}

void
hashes_stop(struct hashes *hashes)
{
	if (!hashes->request)
		return;
	atomic_store(&hashes->request->stop, true);
	uv_cancel((uv_req_t *)&hashes->request->work);
}
