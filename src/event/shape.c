/* SPDX-License-Identifier: MIT */
/* shape.c - objects of payloads.
 *
 * Nothing here is random and nothing asks the clock: two runs of one event give one payload. */
#include "event/shape.h"

#include <stdlib.h>
#include <time.h>

void
shape_text(struct expr_object *object, const char *key, struct wf_str text)
{
	expr_object_set(object, wf_str(key), expr_string(text));
}

void
shape_bool(struct expr_object *object, const char *key, bool flag)
{
	expr_object_set(object, wf_str(key), expr_bool(flag));
}

void
shape_number(struct expr_object *object, const char *key, double number)
{
	expr_object_set(object, wf_str(key), expr_number(number));
}

void
shape_null(struct expr_object *object, const char *key)
{
	expr_object_set(object, wf_str(key), EXPR_NULL_VALUE);
}

void
shape_object(struct expr_object *object, const char *key, struct expr_object *member)
{
	expr_object_set(object, wf_str(key), expr_object_value(member));
}

void
shape_array(struct expr_object *object, const char *key, struct expr_array *member)
{
	expr_object_set(object, wf_str(key), expr_array_value(member));
}

/* ---- small words ---- */

static uint64_t
hash(uint64_t h, struct wf_str text)
{
	for (size_t i = 0; i < text.n; i++)
		h = (h ^ (unsigned char)text.p[i]) * 1099511628211u; /* FNV-1a */
	return h;
}

double
shape_id(const char *kind, struct wf_str name)
{
	uint64_t h = hash(hash(14695981039346656037u, wf_str(kind)), name);

	return (double)(100000000 + h % 900000000);
}

static struct wf_str
base64(struct wf_arena *arena, struct wf_str in)
{
	static const char digits[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	wf_auto(wf_buf_release) struct wf_buf out = WF_BUF_INIT;

	for (size_t i = 0; i < in.n; i += 3) {
		uint32_t group = 0;

		for (size_t k = 0; k < 3; k++)
			group = group << 8 | (i + k < in.n ? (unsigned char)in.p[i + k] : 0);
		for (size_t k = 0; k < 4; k++) {
			char digit = digits[group >> (18 - 6 * k) & 63];

			if (i + k > in.n)
				digit = '=';
			wf_buf_addc(&out, digit);
		}
	}
	return wf_str_dup(arena, wf_buf_str(&out));
}

struct wf_str
shape_node_id(struct wf_arena *arena, const char *kind, double id)
{
	return base64(arena, wf_strf(arena, "0%zu:%s%.0f", strlen(kind), kind, id));
}

struct wf_str
shape_time_at(struct wf_arena *arena, int64_t seconds, int offset)
{
	time_t t = (time_t)(seconds + (int64_t)offset * 60);
	struct tm tm = { 0 };
	char text[64];

	gmtime_r(&t, &tm);
	strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm);
	return wf_strf(arena, "%s%c%02d:%02d", text, offset < 0 ? '-' : '+', abs(offset) / 60,
	    abs(offset) % 60);
}

struct wf_str
shape_time(struct wf_arena *arena, int64_t seconds)
{
	struct wf_str at = shape_time_at(arena, seconds, 0);

	return wf_strf(arena, "%.*sZ", (int)(at.n - strlen("+00:00")), at.p);
}

struct wf_str
shape_message(struct wf_str message)
{
	while (message.n > 0 && strchr("\r\n", message.p[message.n - 1]))
		message.n--;
	return message;
}

/* ---- objects ---- */

struct expr_object *
shape_user(struct wf_arena *arena, struct wf_str login)
{
	struct expr_object *user = expr_object_new(arena);
	double id = shape_id("User", login);

	shape_text(user, "login", login);
	shape_number(user, "id", id);
	shape_text(user, "node_id", shape_node_id(arena, "User", id));
	shape_text(user, "avatar_url",
	    wf_strf(arena, "https://avatars.githubusercontent.com/u/%.0f?v=4", id));
	shape_text(user, "html_url", wf_strf(arena, "https://github.com/%.*s", WF_ARG(login)));
	shape_text(user, "url", wf_strf(arena, "https://api.github.com/users/%.*s", WF_ARG(login)));
	shape_text(user, "type", WF_S("User"));
	shape_bool(user, "site_admin", false);
	return user;
}

static void
add_urls(struct expr_object *repository, const struct repo_facts *facts)
{
	static const struct {
		const char *key, *before, *after;
	} urls[] = {
		{ "html_url", "https://github.com/", "" },
		{ "url", "https://api.github.com/repos/", "" },
		{ "git_url", "git://github.com/", ".git" },
		{ "ssh_url", "git@github.com:", ".git" },
		{ "clone_url", "https://github.com/", ".git" },
	};

	for (size_t i = 0; i < WF_COUNT(urls); i++)
		shape_text(repository, urls[i].key,
		    wf_strf(repository->arena, "%s%.*s%s", urls[i].before, WF_ARG(facts->full_name),
		        urls[i].after));
}

static void
add_switches(struct expr_object *repository)
{
	static const struct {
		const char *key;
		bool on;
	} switches[] = {
		{ "private", false },
		{ "fork", false },
		{ "archived", false },
		{ "disabled", false },
		{ "is_template", false },
		{ "allow_forking", true },
		{ "has_issues", true },
		{ "has_wiki", true },
		{ "has_pages", false },
	};
	static const char *const unset[] = { "description", "homepage", "language", "license",
		"mirror_url" };
	static const char *const counts[] = { "forks_count", "open_issues_count", "size",
		"stargazers_count", "watchers_count" };

	for (size_t i = 0; i < WF_COUNT(switches); i++)
		shape_bool(repository, switches[i].key, switches[i].on);
	for (size_t i = 0; i < WF_COUNT(unset); i++)
		shape_null(repository, unset[i]);
	for (size_t i = 0; i < WF_COUNT(counts); i++)
		shape_number(repository, counts[i], 0);
}

struct expr_object *
shape_repository(struct wf_arena *arena, const struct repo_facts *facts, int64_t changed)
{
	struct expr_object *repository = expr_object_new(arena);
	double id = shape_id("Repository", facts->full_name);
	struct wf_str when = shape_time(arena, changed);

	shape_number(repository, "id", id);
	shape_text(repository, "node_id", shape_node_id(arena, "Repository", id));
	shape_text(repository, "name", facts->name);
	shape_text(repository, "full_name", facts->full_name);
	shape_object(repository, "owner", shape_user(arena, facts->owner));
	shape_text(repository, "default_branch", facts->default_branch);
	shape_text(repository, "visibility", WF_S("public"));
	shape_array(repository, "topics", expr_array_new(arena));
	shape_text(repository, "created_at", when);
	shape_text(repository, "updated_at", when);
	shape_text(repository, "pushed_at", when);
	add_urls(repository, facts);
	add_switches(repository);
	return repository;
}

static struct expr_object *
shape_person(struct wf_arena *arena, struct wf_str name, struct wf_str email)
{
	struct expr_object *person = expr_object_new(arena);

	shape_text(person, "name", name);
	shape_text(person, "email", email);
	return person;
}

struct expr_object *
shape_commit(struct wf_arena *arena, const struct repo_facts *facts,
    const struct repo_commit *commit)
{
	struct expr_object *object = expr_object_new(arena);

	shape_text(object, "id", commit->sha);
	shape_text(object, "tree_id", commit->tree);
	shape_bool(object, "distinct", true);
	shape_text(object, "message", shape_message(commit->message));
	shape_text(object, "timestamp",
	    shape_time_at(arena, commit->committer_time, commit->committer_offset));
	shape_text(object, "url",
	    wf_strf(arena, "https://github.com/%.*s/commit/%.*s", WF_ARG(facts->full_name),
	        WF_ARG(commit->sha)));
	shape_object(object, "author",
	    shape_person(arena, commit->author_name, commit->author_email));
	shape_object(object, "committer",
	    shape_person(arena, commit->committer_name, commit->committer_email));
	return object;
}
