/* SPDX-License-Identifier: MIT */
/* challenge.c - SCHEME NAME="value", NAME=value, SCHEME ... */
#include "runner/image/challenge.h"

struct reader {
	struct wf_arena *arena;
	struct wf_str rest;
};

static bool
is_token(char c)
{
	return c > ' ' && c < 0x7f && !strchr("\"(),/:;<=>?@[\\]{}", c);
}

static void
skip_blanks(struct reader *r)
{
	while (r->rest.n && strchr(" \t,", r->rest.p[0]) && r->rest.p[0])
		r->rest = wf_str_skip(r->rest, 1);
}

static struct wf_str
read_token(struct reader *r)
{
	size_t n = 0;
	struct wf_str token;

	while (n < r->rest.n && is_token(r->rest.p[n]))
		n++;
	token = wf_str_sub(r->rest, 0, n);
	r->rest = wf_str_skip(r->rest, n);
	return token;
}

/* "text", where a backslash makes the next byte an ordinary one; without the end quote: to the end
 */
static struct wf_str
read_quoted(struct reader *r)
{
	wf_auto(wf_buf_release) struct wf_buf text = WF_BUF_INIT;
	size_t i = 1;

	for (; i < r->rest.n && r->rest.p[i] != '"'; i++) {
		if (r->rest.p[i] == '\\' && i + 1 < r->rest.n)
			i++;
		wf_buf_addc(&text, r->rest.p[i]);
	}
	r->rest = wf_str_skip(r->rest, i + 1);
	return wf_str_dup(r->arena, wf_buf_str(&text));
}

static struct wf_str
read_value(struct reader *r)
{
	if (wf_str_starts(r->rest, WF_S("\"")))
		return read_quoted(r);
	return wf_str_dup(r->arena, read_token(r));
}

static enum image_scheme
scheme_of(struct wf_str name)
{
	if (wf_str_ieq(name, WF_S("Bearer")))
		return IMAGE_SCHEME_BEARER;
	return wf_str_ieq(name, WF_S("Basic")) ? IMAGE_SCHEME_BASIC : IMAGE_SCHEME_NONE;
}

static void
set(struct image_challenge *challenge, struct wf_str name, struct wf_str value)
{
	if (wf_str_ieq(name, WF_S("realm")))
		challenge->realm = value;
	else if (wf_str_ieq(name, WF_S("service")))
		challenge->service = value;
	else if (wf_str_ieq(name, WF_S("scope")))
		challenge->scope = value;
}

/* One challenge: its scheme, and pairs up to a word that no '=' follows. */
static struct image_challenge
read_one(struct reader *r)
{
	struct image_challenge one = { .scheme = scheme_of(read_token(r)) };

	for (;;) {
		struct reader before;
		struct wf_str name;

		skip_blanks(r);
		before = *r;
		name = read_token(r);
		if (!name.n || !wf_str_starts(r->rest, WF_S("="))) {
			*r = before;
			return one;
		}
		r->rest = wf_str_skip(r->rest, 1);
		set(&one, name, read_value(r));
	}
}

struct image_challenge
image_challenge_read(struct wf_arena *arena, struct wf_str header)
{
	struct image_challenge best = { 0 };
	struct reader r = { arena, header };
	size_t left;

	skip_blanks(&r);
	do {
		struct image_challenge one;

		left = r.rest.n;
		one = read_one(&r);
		if (one.scheme == IMAGE_SCHEME_BEARER && !one.realm.n)
			continue;
		if (one.scheme > best.scheme)
			best = one;
	} while (r.rest.n > 0 && r.rest.n < left);
	return best;
}
