/* SPDX-License-Identifier: MIT */
/* ref.c - [REGISTRY/]PATH[:TAG][@DIGEST] */
#include "runner/image/ref.h"

#include "runner/image/digest.h"

#define REPOSITORY_LARGEST 255
#define TAG_LARGEST 128
#define HUB "docker.io"
#define OFFICIAL "library/"

static bool
is_lower(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool
is_word(char c)
{
	return is_lower(c) || (c >= 'A' && c <= 'Z') || c == '_';
}

/* How many bytes of a separator stand at the front: ".", "_", "__" or any number of "-". */
static size_t
separator(struct wf_str s)
{
	size_t n = 0;

	if (wf_str_starts(s, WF_S("__")))
		return 2;
	if (s.n > 0 && (s.p[0] == '.' || s.p[0] == '_'))
		return 1;
	while (n < s.n && s.p[n] == '-')
		n++;
	return n;
}

/* Letters and digits, with single separators between them. */
static bool
is_component(struct wf_str s)
{
	for (size_t i = 0; i < s.n;) {
		size_t skip = separator(wf_str_skip(s, i));

		if (!is_lower(s.p[i]) && (skip == 0 || i == 0))
			return false;
		i += skip ? skip : 1;
		if (skip && (i == s.n || !is_lower(s.p[i])))
			return false;
	}
	return s.n > 0;
}

static bool
is_path(struct wf_str path)
{
	if (path.n == 0 || path.n > REPOSITORY_LARGEST)
		return false;
	while (path.p)
		if (!is_component(wf_str_cut(&path, '/')))
			return false;
	return true;
}

static bool
is_tag(struct wf_str tag)
{
	for (size_t i = 0; i < tag.n; i++)
		if (!is_word(tag.p[i]) && (i == 0 || (tag.p[i] != '.' && tag.p[i] != '-')))
			return false;
	return tag.n > 0 && tag.n <= TAG_LARGEST;
}

/* "host", "host.name:5000", "[::1]:5000" */
static bool
is_registry(struct wf_str host)
{
	ptrdiff_t colon = wf_str_rfind_char(host, ':');
	bool bracket = wf_str_starts(host, WF_S("["));
	ptrdiff_t close = wf_str_find_char(host, ']');
	uint64_t port;

	if (colon > close) {
		if (!wf_str_u64(wf_str_skip(host, (size_t)colon + 1), &port) || port > 65535)
			return false;
		host = wf_str_sub(host, 0, (size_t)colon);
	}
	if (bracket && (close < 0 || (size_t)close + 1 != host.n))
		return false;
	for (size_t i = bracket; i + bracket < host.n; i++)
		if (!is_word(host.p[i]) && host.p[i] != '.' && host.p[i] != '-' &&
		    !(bracket && host.p[i] == ':'))
			return false;
	return host.n > 0;
}

/* Docker takes the first part for a host when it cannot be the name of a user. */
static bool
looks_like_registry(struct wf_str part)
{
	for (size_t i = 0; i < part.n; i++)
		if (part.p[i] == '.' || part.p[i] == ':' || (part.p[i] >= 'A' && part.p[i] <= 'Z'))
			return true;
	return wf_str_is(part, "localhost");
}

static void
split_registry(struct wf_str text, struct image_ref *out)
{
	struct wf_str rest = text;
	struct wf_str first = wf_str_cut(&rest, '/');

	out->registry = WF_S(HUB);
	out->repository = text;
	if (!rest.p || !looks_like_registry(first))
		return;
	if (!wf_str_is(first, "index.docker.io"))
		out->registry = first;
	out->repository = rest;
}

static bool
has_upper(struct wf_str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] >= 'A' && text.p[i] <= 'Z')
			return true;
	return false;
}

static bool
check(const struct image_ref *ref, struct wf_str text, struct wf_error *err)
{
	if (has_upper(ref->repository))
		return wf_fail(err, WF_ERR_INVALID, WF_NOWHERE,
		    "invalid reference format: repository name (%.*s) must be lowercase",
		    WF_ARG(ref->repository));
	if (ref->digest.p && !image_digest_valid(ref->digest))
		return wf_fail(err, WF_ERR_INVALID, WF_NOWHERE,
		    "invalid reference format: '%.*s' is not a digest (sha256: and 64 digits)",
		    WF_ARG(ref->digest));
	if (is_path(ref->repository) && is_registry(ref->registry) &&
	    (!ref->tag.p || is_tag(ref->tag)))
		return true;
	return wf_fail(err, WF_ERR_INVALID, WF_NOWHERE, "invalid reference format: '%.*s'",
	    WF_ARG(text));
}

bool
image_ref_read(struct wf_arena *arena, struct wf_str text, struct image_ref *out,
    struct wf_error *err)
{
	struct image_ref ref = { 0 };
	ptrdiff_t colon;

	text = wf_str_dup(arena, text);
	if (wf_str_starts(text, WF_S("docker://")))
		text = wf_str_skip(text, sizeof("docker://") - 1);
	ref.digest = text;
	split_registry(wf_str_cut(&ref.digest, '@'), &ref);
	colon = wf_str_find_char(ref.repository, ':');
	if (colon >= 0) {
		ref.tag = wf_str_skip(ref.repository, (size_t)colon + 1);
		ref.repository = wf_str_sub(ref.repository, 0, (size_t)colon);
	}
	if (!check(&ref, text, err))
		return false;
	if (!ref.tag.p && !ref.digest.p)
		ref.tag = WF_S("latest");
	if (wf_str_is(ref.registry, HUB) && wf_str_find_char(ref.repository, '/') < 0)
		ref.repository = wf_strf(arena, OFFICIAL "%.*s", WF_ARG(ref.repository));
	*out = ref;
	return true;
}

static struct wf_str
with_version(struct wf_arena *arena, struct wf_str name, const struct image_ref *ref)
{
	return wf_strf(arena, "%.*s%s%.*s%s%.*s", WF_ARG(name), ref->tag.n ? ":" : "",
	    WF_ARG(ref->tag), ref->digest.n ? "@" : "", WF_ARG(ref->digest));
}

struct wf_str
image_ref_name(struct wf_arena *arena, const struct image_ref *ref)
{
	return with_version(arena,
	    wf_strf(arena, "%.*s/%.*s", WF_ARG(ref->registry), WF_ARG(ref->repository)), ref);
}

struct wf_str
image_ref_short(struct wf_arena *arena, const struct image_ref *ref)
{
	struct wf_str path = ref->repository;

	if (!wf_str_is(ref->registry, HUB))
		return image_ref_name(arena, ref);
	if (wf_str_starts(path, WF_S(OFFICIAL)))
		path = wf_str_skip(path, sizeof(OFFICIAL) - 1);
	return with_version(arena, path, ref);
}

struct wf_str
image_ref_version(const struct image_ref *ref)
{
	return ref->digest.n ? ref->digest : ref->tag;
}
