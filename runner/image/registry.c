/* SPDX-License-Identifier: MIT */
/* registry.c - a fetch in the order of its life: ask, bytes, answer, token, patience, end. */
#include "runner/image/registry.h"

#include "base/fs.h"
#include "expr/expr.h"
#include "runner/image/challenge.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define TRIES 5 /* without a single byte between them */
#define FIRST_PAUSE_MS 250u
#define LONGEST_PAUSE_MS 60000u
#define SAID_LARGEST 4096
#define TOKEN_LARGEST ((size_t)1 << 20)
#define STATUS_UNAUTHORIZED 401
#define STATUS_NOT_FOUND 404
#define STATUS_RANGE 416
#define STATUS_TOO_MANY 429

static void ask(struct image_fetch *f);
static void on_answer(struct http_call *call, const struct wf_error *err);
static void ask_for_token(struct image_fetch *f, const struct image_challenge *challenge);
static void on_token(struct http_call *call, const struct wf_error *err);
static void try_again(struct image_fetch *f, uint64_t pause_ms);
static void finish(struct image_fetch *f);

/* ---- ask ---- */

static const char *
host_of(const struct image_ref *ref, struct wf_arena *arena)
{
	if (wf_str_is(ref->registry, "docker.io"))
		return "registry-1.docker.io";
	return wf_cstr(arena, ref->registry);
}

void
image_fetch_start(struct image_fetch *f)
{
	struct stat st;

	uv_timer_init(f->registry->loop, &f->timer);
	f->timer.data = f;
	f->call.data = f;
	f->have = 0;
	if (f->file >= 0 && fstat(f->file, &st) == 0)
		f->have = (uint64_t)st.st_size;
	ask(f);
}

static bool
set_disk_full(struct image_fetch *f)
{
	f->failed = true;
	wf_fail_sys(&f->error, errno, "image store");
	return wf_hint(&f->error,
	    "'wfrun image remove' makes room; WFRUN_HOME chooses another place");
}

static bool
to_file(struct image_fetch *f, struct wf_str chunk)
{
	if (!f->begun && f->call.status == 200 && f->have > 0) {
		f->have = 0; /* the server sends all of it, whatever it was asked for */
		if (ftruncate(f->file, 0) < 0)
			return set_disk_full(f);
	}
	f->begun = true;
	if (f->have + chunk.n > f->limit) {
		f->failed = true;
		return wf_fail(&f->error, WF_ERR_MISSING, WF_NOWHERE,
		    "the registry sends more than the manifest says");
	}
	if (lseek(f->file, (off_t)f->have, SEEK_SET) < 0 || !wf_write_all(f->file, chunk))
		return set_disk_full(f);
	f->have += chunk.n;
	f->tries = 0;
	if (f->on_bytes)
		f->on_bytes(f, chunk.n);
	return true;
}

static bool
on_chunk(struct http_call *call, struct wf_str chunk)
{
	struct image_fetch *f = call->data;

	if (f->failed || call->status / 100 != 2) {
		if (f->said.n < SAID_LARGEST)
			wf_buf_add(&f->said, wf_str_sub(chunk, 0, SAID_LARGEST));
		return true;
	}
	if (f->file >= 0) {
		if (!to_file(f, chunk))
			http_cancel(call);
		return true;
	}
	if (f->said.n + chunk.n > f->keep) {
		f->failed = true;
		wf_fail(&f->error, WF_ERR_MISSING, WF_NOWHERE,
		    "the registry's answer is larger than %zu bytes", f->keep);
		http_cancel(call);
		return true;
	}
	wf_buf_add(&f->said, chunk);
	return true;
}

static void
ask(struct image_fetch *f)
{
	struct image_registry *r = f->registry;
	const char **headers = wf_new_array(r->arena, 3, const char *);
	size_t n = 0;

	if (f->accept)
		headers[n++] = f->accept;
	if (r->authorization)
		headers[n++] = r->authorization;
	wf_buf_clear(&f->said);
	f->begun = false;
	f->call.on_chunk = on_chunk;
	f->call.on_end = on_answer;
	f->call.request = (struct http_request){
		.url = wf_strf(r->arena, "%s://%s/v2/%.*s/%s", r->plain ? "http" : "https",
		    host_of(r->ref, r->arena), WF_ARG(r->ref->repository), f->path)
		           .p,
		.headers = headers,
		.from = (int64_t)f->have,
		.follow = true,
	};
	http_start(r->http, &f->call);
}

/* ---- answer ---- */

/* The registry's own words: {"errors": [{"message": ...}]} */
static struct wf_str
words_of(const struct image_fetch *f)
{
	struct wf_arena *arena = f->registry->arena;
	struct expr_value value, errors;

	if (!expr_json_read(arena, NULL, wf_buf_str(&f->said), &value, NULL))
		return WF_S("");
	errors = expr_path(value, "errors");
	if (errors.kind != EXPR_ARRAY || errors.array->n == 0)
		return WF_S("");
	return wf_str_sub(expr_path_str(arena, errors.array->items[0], "message"), 0, 200);
}

static void
fail_status(struct image_fetch *f)
{
	struct wf_str words = words_of(f);
	long status = f->call.status;
	const char *what = "the registry refuses";

	if (status == STATUS_NOT_FOUND)
		what = "there is no such image";
	else if (status == STATUS_UNAUTHORIZED || status == 403)
		what = "access is denied";
	else if (status >= 500)
		what = "the registry is out of order";
	else if (status == STATUS_TOO_MANY)
		what = "too many requests for this registry";
	f->failed = true;
	wf_fail(&f->error, WF_ERR_MISSING, WF_NOWHERE, "%.*s: %s (HTTP %ld%s%.*s)",
	    WF_ARG(f->registry->ref->registry), what, status, words.n ? ": " : "", WF_ARG(words));
	if (status == STATUS_UNAUTHORIZED || status == 403)
		wf_hint(&f->error,
		    "does it exist? if it is private: docker login, or credentials: in "
		    "the workflow");
	else if (status >= 500 || status == STATUS_TOO_MANY)
		wf_hint(&f->error, "try again later");
}

/* Seconds; a date, or none, gives the ordinary pause. */
static uint64_t
pause_of(const struct image_fetch *f)
{
	uint64_t seconds, ms = (uint64_t)FIRST_PAUSE_MS << f->tries;

	if (wf_str_u64(http_header(&f->call, "Retry-After"), &seconds) &&
	    seconds < LONGEST_PAUSE_MS / 1000)
		ms = seconds * 1000;
	return ms < LONGEST_PAUSE_MS ? ms : LONGEST_PAUSE_MS;
}

static void
on_status(struct image_fetch *f)
{
	long status = f->call.status;
	struct image_challenge challenge;

	f->reached = true;
	if (status == STATUS_UNAUTHORIZED && !f->asked) {
		challenge = image_challenge_read(f->registry->arena,
		    http_header(&f->call, "WWW-Authenticate"));
		if (challenge.scheme != IMAGE_SCHEME_NONE) {
			ask_for_token(f, &challenge);
			return;
		}
	}
	if (status / 100 == 2) {
		f->text = wf_buf_take(&f->said, f->registry->arena);
		finish(f);
	} else if (status == STATUS_RANGE && f->have > 0) {
		finish(f); /* there is nothing behind what we have; the digest decides */
	} else if ((status == STATUS_TOO_MANY || status >= 500) && f->tries < TRIES) {
		try_again(f, pause_of(f));
	} else {
		fail_status(f);
		finish(f);
	}
}

static void
on_answer(struct http_call *call, const struct wf_error *err)
{
	struct image_fetch *f = call->data;

	if (err && call->broken && !f->failed && !f->cancelled && f->tries < TRIES) {
		try_again(f, pause_of(f));
		return;
	}
	if (err && !f->failed) {
		f->failed = true;
		f->error = *err;
	}
	if (f->failed)
		finish(f);
	else
		on_status(f);
}

/* ---- token ---- */

static void
add_parameter(struct wf_buf *out, const char *name, struct wf_str value)
{
	wf_buf_addf(out, "%s=", name);
	for (size_t i = 0; i < value.n; i++)
		if (isalnum((unsigned char)value.p[i]) || strchr("-._~", value.p[i]))
			wf_buf_addc(out, value.p[i]);
		else
			wf_buf_addf(out, "%%%02X", (unsigned)(unsigned char)value.p[i]);
}

static const char *
basic_header(const struct image_registry *r)
{
	return wf_strf(r->arena, "Authorization: Basic %.*s",
	    WF_ARG(image_account_basic(r->arena, &r->account)))
	    .p;
}

/* A password must not be handed to whoever listens on the way, or to a place that merely the
 * registry names. */
static bool
check_realm(struct image_fetch *f, struct wf_str realm)
{
	if (wf_str_starts(realm, WF_S("https://")) || http_is_loopback(realm) || f->registry->plain)
		return true;
	f->failed = true;
	return wf_fail(&f->error, WF_ERR_MISSING, WF_NOWHERE,
	    "%.*s wants its token to be fetched without TLS, from '%.*s'",
	    WF_ARG(f->registry->ref->registry), WF_ARG(wf_str_sub(realm, 0, 100)));
}

static struct wf_str
token_parameters(const struct image_fetch *f, const struct image_challenge *challenge)
{
	struct image_registry *r = f->registry;
	wf_auto(wf_buf_release) struct wf_buf out = WF_BUF_INIT;
	struct wf_str scope = challenge->scope;

	if (!scope.n)
		scope = wf_strf(r->arena, "repository:%.*s:pull", WF_ARG(r->ref->repository));
	add_parameter(&out, "service", challenge->service);
	wf_buf_addc(&out, '&');
	add_parameter(&out, "scope", scope);
	if (r->account.token.n > 0) {
		wf_buf_adds(&out, "&grant_type=refresh_token&client_id=wfrun&");
		add_parameter(&out, "refresh_token", r->account.token);
	}
	return wf_str_dup(r->arena, wf_buf_str(&out));
}

static void
ask_for_token(struct image_fetch *f, const struct image_challenge *challenge)
{
	struct image_registry *r = f->registry;
	const char **headers = wf_new_array(r->arena, 2, const char *);
	struct wf_str parameters = token_parameters(f, challenge);
	bool post = r->account.token.n > 0;
	bool has_query = wf_str_find_char(challenge->realm, '?') >= 0;

	f->asked = true;
	if (challenge->scheme == IMAGE_SCHEME_BASIC && r->account.user.n > 0) {
		r->authorization = basic_header(r);
		ask(f);
		return;
	}
	if (challenge->scheme == IMAGE_SCHEME_BASIC || !check_realm(f, challenge->realm)) {
		if (!f->failed)
			fail_status(f);
		finish(f);
		return;
	}
	if (!post && r->account.user.n > 0)
		headers[0] = basic_header(r);
	f->call.on_chunk = NULL;
	f->call.on_end = on_token;
	f->call.request = (struct http_request){
		.url = post ? wf_cstr(r->arena, challenge->realm)
		            : wf_strf(r->arena, "%.*s%c%.*s", WF_ARG(challenge->realm),
		                  has_query ? '&' : '?', WF_ARG(parameters))
		                  .p,
		.headers = headers,
		.body = post ? parameters : (struct wf_str){ NULL, 0 },
		.follow = true,
		.keep = TOKEN_LARGEST,
	};
	http_start(r->http, &f->call);
}

static bool
take_token(struct image_fetch *f)
{
	struct image_registry *r = f->registry;
	struct expr_value value;
	struct wf_str token;

	if (f->call.status / 100 != 2 ||
	    !expr_json_read(r->arena, NULL, wf_buf_str(&f->call.body), &value, NULL))
		return false;
	token = expr_path_str(r->arena, value, "token");
	if (!token.n)
		token = expr_path_str(r->arena, value, "access_token");
	for (size_t i = 0; i < token.n; i++)
		if (!isgraph((unsigned char)token.p[i]))
			return false; /* it would end the header */
	r->authorization = wf_strf(r->arena, "Authorization: Bearer %.*s", WF_ARG(token)).p;
	return token.n > 0;
}

static void
on_token(struct http_call *call, const struct wf_error *err)
{
	struct image_fetch *f = call->data;

	if (!err && take_token(f)) {
		ask(f);
		return;
	}
	f->failed = true;
	if (err)
		f->error = *err;
	else
		fail_status(f);
	finish(f);
}

/* ---- patience ---- */

static void
on_pause_over(uv_timer_t *timer)
{
	ask(timer->data);
}

static void
try_again(struct image_fetch *f, uint64_t pause_ms)
{
	f->tries++;
	uv_timer_start(&f->timer, on_pause_over, pause_ms, 0);
}

/* ---- end ---- */

static void
on_closed(uv_handle_t *handle)
{
	struct image_fetch *f = handle->data;

	f->on_done(f, f->failed ? &f->error : NULL);
}

static void
finish(struct image_fetch *f)
{
	wf_buf_release(&f->said);
	uv_close((uv_handle_t *)&f->timer, on_closed);
}

void
image_fetch_cancel(struct image_fetch *f)
{
	if (f->cancelled || uv_is_closing((uv_handle_t *)&f->timer))
		return;
	f->cancelled = true;
	if (!uv_is_active((uv_handle_t *)&f->timer)) {
		http_cancel(&f->call);
		return;
	}
	uv_timer_stop(&f->timer);
	f->failed = true;
	wf_fail(&f->error, WF_ERR_MISSING, WF_NOWHERE, "cancelled");
	finish(f);
}
