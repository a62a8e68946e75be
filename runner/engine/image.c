/* SPDX-License-Identifier: MIT */
/* image.c - look, pull or build when it is not there, look again. */
#include "runner/engine/image.h"

#include <openssl/evp.h>
#include <stdlib.h>

static void look(struct engine_image *image);

static bool
fail(const struct engine_image *image, const char *what, const struct wf_error *cause,
    struct wf_error *err)
{
	*err = *cause;
	return wf_wrap(err, "image %.*s %s", WF_ARG(image->name), what);
}

/* ---- pull and build ---- */

/* One object of the engine's report: {"status": ..., "id": ...}, {"stream": ...}, {"error": ...}.
 * Bars that move come with "progressDetail" and are left out. */
static void
on_line(void *data, struct wf_str line, bool begins)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct engine_image *image = data;
	struct wf_str error, status, id, text;
	struct expr_value value;

	(void)begins; /* a piece is no JSON, and is dropped below */
	if (!wf_str_trim(line).n || !expr_json_read(arena, NULL, line, &value, NULL))
		return;
	error = expr_path_str(arena, value, "error");
	if (error.n && !image->refusal.n)
		image->refusal = wf_str_dup(image->arena, error);
	status = expr_path_str(arena, value, "status");
	text = wf_str_trim(expr_path_str(arena, value, "stream"));
	id = expr_path_str(arena, value, "id");
	if (!image->say || expr_path(value, "progressDetail.current").kind == EXPR_NUMBER)
		return;
	if (status.n && id.n)
		image->say(image, wf_strf(arena, "%.*s: %.*s", WF_ARG(id), WF_ARG(status)));
	else if (status.n || text.n)
		image->say(image, status.n ? status : text);
}

static void
on_report(struct engine_ask *ask, struct wf_str chunk)
{
	struct engine_image *image = ask->data;

	wf_lines_feed(&image->lines, chunk);
}

static bool
refused(const struct engine_image *image, const char *what, struct wf_error *err)
{
	wf_fail(err, WF_ERR_MISSING, WF_NOWHERE, "image %.*s %s: %.*s", WF_ARG(image->name), what,
	    WF_ARG(image->refusal));
	return wf_hint(err, "is the name right, and does the registry know you?");
}

static void
on_pulled(struct engine_ask *ask, const struct wf_error *err)
{
	struct engine_image *image = ask->data;
	struct wf_error why;

	wf_lines_finish(&image->lines);
	if (!err && !image->refusal.n) {
		look(image);
		return;
	}
	if (err)
		fail(image, "cannot be pulled", err, &why);
	else
		refused(image, "cannot be pulled", &why);
	image->on_ready(image, &why);
}

/* X-Registry-Auth: the account as JSON, in the alphabet of base64 for URLs. */
static const char *
account_header(const struct engine_image *image)
{
	wf_auto(wf_buf_release) struct wf_buf json = WF_BUF_INIT;
	struct wf_arena *arena = image->arena;
	char *text;

	if (!image->user.n || !image->password.n)
		return NULL;
	wf_buf_adds(&json, "{\"username\":");
	wf_buf_add_json(&json, image->user);
	wf_buf_adds(&json, ",\"password\":");
	wf_buf_add_json(&json, image->password);
	wf_buf_addc(&json, '}');
	text = wf_alloc(arena, (json.n + 2) / 3 * 4 + 1, 1);
	EVP_EncodeBlock((unsigned char *)text, (const unsigned char *)json.p, (int)json.n);
	for (char *p = text; *p; p++)
		*p = *p == '+' ? '-' : *p == '/' ? '_' : *p;
	return wf_strf(arena, "X-Registry-Auth: %s", text).p;
}

/* "host:5000/name:tag" to name and tag: the last colon, if no slash is behind it. */
static struct wf_str
pull_path(const struct engine_image *image)
{
	struct wf_str name = image->name, tag = WF_S("latest");
	ptrdiff_t colon = wf_str_rfind_char(name, ':');

	if (wf_str_find_char(name, '@') >= 0)
		return wf_strf(image->arena, "/images/create?fromImage=%.*s",
		    WF_ARG(engine_escape(image->arena, name)));
	if (colon > wf_str_rfind_char(name, '/')) {
		tag = wf_str_skip(name, (size_t)colon + 1);
		name = wf_str_sub(name, 0, (size_t)colon);
	}
	return wf_strf(image->arena, "/images/create?fromImage=%.*s&tag=%.*s",
	    WF_ARG(engine_escape(image->arena, name)), WF_ARG(engine_escape(image->arena, tag)));
}

static void
pull(struct engine_image *image)
{
	image->pulled = true;
	image->refusal = (struct wf_str){ NULL, 0 };
	image->lines = (struct wf_lines){ .on_line = on_line, .data = image };
	image->ask = (struct engine_ask){
		.method = "POST",
		.path = pull_path(image).p,
		.header = account_header(image),
		.patient = true,
		.on_chunk = on_report,
		.on_answer = on_pulled,
		.data = image,
	};
	engine_ask(image->engine, &image->ask);
}

static void
on_built(struct engine_ask *ask, const struct wf_error *err)
{
	struct engine_image *image = ask->data;
	struct wf_error why;

	wf_lines_finish(&image->lines);
	if (!err && !image->refusal.n) {
		look(image);
		return;
	}
	if (err)
		fail(image, "cannot be built", err, &why);
	else
		wf_fail(&why, WF_ERR_EVAL, WF_NOWHERE, "%.*s", WF_ARG(image->refusal));
	image->on_ready(image, &why);
}

void
engine_image_build(struct engine_image *image, struct wf_str tar, struct wf_str dockerfile)
{
	struct wf_arena *arena = image->arena;

	image->pulled = true; /* what is not there after it was built, is in no registry */
	image->lines = (struct wf_lines){ .on_line = on_line, .data = image };
	image->ask = (struct engine_ask){
		.method = "POST",
		.path = wf_strf(arena, "/build?t=%.*s&dockerfile=%.*s&rm=1&forcerm=1",
		    WF_ARG(engine_escape(arena, image->name)),
		    WF_ARG(engine_escape(arena, dockerfile)))
		            .p,
		.tar = tar,
		.patient = true,
		.on_chunk = on_report,
		.on_answer = on_built,
		.data = image,
	};
	engine_ask(image->engine, &image->ask);
}

/* ---- look ---- */

static bool
fail_offline(const struct engine_image *image, struct wf_error *err)
{
	const char *brand = engine_brand_name(engine_place(image->engine)->brand);

	wf_fail(err, WF_ERR_MISSING, WF_NOWHERE,
	    "image %.*s is not in the engine, and --offline pulls none", WF_ARG(image->name));
	return wf_hint(err, "'%s pull %.*s'", brand, WF_ARG(image->name));
}

static void
on_looked(struct engine_ask *ask, const struct wf_error *err)
{
	struct engine_image *image = ask->data;
	struct wf_error why;

	if (err && ask->status == 404 && !image->pulled && !image->offline) {
		pull(image);
		return;
	}
	if (err && ask->status == 404 && image->offline) {
		fail_offline(image, &why);
		err = &why;
	}
	if (!err) {
		image->config = expr_copy(image->arena, expr_path(ask->value, "Config"));
		image->id = wf_str_dup(image->arena, expr_path_str(ask->arena, ask->value, "Id"));
	}
	image->on_ready(image, err);
}

static void
look(struct engine_image *image)
{
	image->ask = (struct engine_ask){
		.path = wf_strf(image->arena, "/images/%.*s/json",
		    WF_ARG(engine_escape(image->arena, image->name)))
		            .p,
		.on_answer = on_looked,
		.data = image,
	};
	engine_ask(image->engine, &image->ask);
}

void
engine_image_get(struct engine_image *image)
{
	image->pulled = false;
	look(image);
}

void
engine_image_cancel(struct engine_image *image)
{
	engine_cancel(&image->ask);
}
