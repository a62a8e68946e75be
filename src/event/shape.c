/* SPDX-License-Identifier: MIT */
/* shape.c - objects of payloads.
 *
 * Nothing here is random and nothing asks the clock: two runs of one event give one payload. */
#include "event/shape.h"

#include <ctype.h>
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

/* ---- lists of members ---- */

static struct expr_value
read_word(struct wf_arena *arena, struct wf_str word)
{
	if (wf_str_is(word, "null"))
		return EXPR_NULL_VALUE;
	if (wf_str_is(word, "true") || wf_str_is(word, "false"))
		return expr_bool(wf_str_is(word, "true"));
	if (wf_str_is(word, "[]"))
		return expr_array_value(expr_array_new(arena));
	if (wf_str_is(word, "{}"))
		return expr_object_value(expr_object_new(arena));
	if (word.n > 0 && isdigit((unsigned char)word.p[0]))
		return expr_number(expr_to_number(expr_string(word)));
	return expr_string(word);
}

void
shape_members(struct expr_object *object, const char *list)
{
	struct wf_str rest = wf_str(list), word, key;

	while (rest.n > 0) {
		word = wf_str_cut(&rest, ' ');
		key = wf_str_cut(&word, ':');
		expr_object_set(object, key, read_word(object->arena, word));
	}
}

void
shape_links(struct expr_object *object, struct wf_str base, const char *list)
{
	struct wf_str rest = wf_str(list), word, key;

	while (rest.n > 0) {
		word = wf_str_cut(&rest, ' ');
		key = wf_str_cut(&word, ':');
		expr_object_set(object, key,
		    expr_string(wf_strf(object->arena, "%.*s%.*s", WF_ARG(base), WF_ARG(word))));
	}
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

struct wf_str
shape_api(struct wf_arena *arena, const struct repo_facts *facts)
{
	return wf_strf(arena, "https://api.github.com/repos/%.*s", WF_ARG(facts->full_name));
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
	shape_links(user, wf_strf(arena, "https://api.github.com/users/%.*s", WF_ARG(login)),
	    "url: events_url:/events{/privacy} followers_url:/followers "
	    "following_url:/following{/other_user} gists_url:/gists{/gist_id} "
	    "organizations_url:/orgs received_events_url:/received_events repos_url:/repos "
	    "starred_url:/starred{/owner}{/repo} subscriptions_url:/subscriptions");
	shape_members(user, "type:User site_admin:false user_view_type:public gravatar_id:");
	return user;
}

static void
add_urls(struct expr_object *repository, const struct repo_facts *facts)
{
	struct wf_arena *arena = repository->arena;
	struct wf_str name = facts->full_name;

	shape_links(repository, wf_strf(arena, "https://github.com/%.*s", WF_ARG(name)),
	    "html_url: svn_url: clone_url:.git");
	shape_text(repository, "git_url",
	    wf_strf(arena, "git://github.com/%.*s.git", WF_ARG(name)));
	shape_text(repository, "ssh_url", wf_strf(arena, "git@github.com:%.*s.git", WF_ARG(name)));
	shape_links(repository, shape_api(arena, facts),
	    "url: archive_url:/{archive_format}{/ref} assignees_url:/assignees{/user} "
	    "blobs_url:/git/blobs{/sha} branches_url:/branches{/branch} "
	    "collaborators_url:/collaborators{/collaborator} comments_url:/comments{/number} "
	    "commits_url:/commits{/sha} compare_url:/compare/{base}...{head} "
	    "contents_url:/contents/{+path} contributors_url:/contributors "
	    "deployments_url:/deployments downloads_url:/downloads events_url:/events "
	    "forks_url:/forks git_commits_url:/git/commits{/sha} git_refs_url:/git/refs{/sha} "
	    "git_tags_url:/git/tags{/sha} hooks_url:/hooks "
	    "issue_comment_url:/issues/comments{/number} issue_events_url:/issues/events{/number} "
	    "issues_url:/issues{/number} keys_url:/keys{/key_id} labels_url:/labels{/name} "
	    "languages_url:/languages merges_url:/merges milestones_url:/milestones{/number} "
	    "notifications_url:/notifications{?since,all,participating} "
	    "pulls_url:/pulls{/number} releases_url:/releases{/id} stargazers_url:/stargazers "
	    "statuses_url:/statuses/{sha} subscribers_url:/subscribers "
	    "subscription_url:/subscription tags_url:/tags teams_url:/teams "
	    "trees_url:/git/trees{/sha}");
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
	shape_text(repository, "created_at", when);
	shape_text(repository, "updated_at", when);
	shape_text(repository, "pushed_at", when);
	add_urls(repository, facts);
	shape_members(repository,
	    "visibility:public private:false fork:false archived:false disabled:false "
	    "is_template:false allow_forking:true web_commit_signoff_required:false "
	    "has_discussions:false has_downloads:true has_issues:true has_pages:false "
	    "has_projects:true has_wiki:true description:null homepage:null language:null "
	    "license:null mirror_url:null forks:0 forks_count:0 open_issues:0 "
	    "open_issues_count:0 size:0 stargazers_count:0 watchers:0 watchers_count:0 topics:[] "
	    "custom_properties:{}");
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

struct expr_object *
shape_short_commit(struct wf_arena *arena, const struct repo_facts *facts,
    const struct repo_commit *commit)
{
	struct expr_object *object = shape_commit(arena, facts, commit);

	expr_object_remove(object, WF_S("distinct"));
	expr_object_remove(object, WF_S("url"));
	return object;
}

struct expr_object *
shape_reactions(struct wf_arena *arena, struct wf_str base)
{
	struct expr_object *object = expr_object_new(arena);

	shape_links(object, base, "url:/reactions");
	shape_members(object,
	    "total_count:0 +1:0 -1:0 laugh:0 hooray:0 confused:0 heart:0 rocket:0 "
	    "eyes:0");
	return object;
}
