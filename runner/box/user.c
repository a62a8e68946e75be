/* SPDX-License-Identifier: MIT */
/* user.c - lines of NAME:PASSWORD:NUMBER:... */
#include "runner/box/user.h"

#include "base/fs.h"

#include <limits.h>
#include <stdlib.h>

#define FILE_LARGEST ((size_t)4 << 20)

/* A line of passwd or group, as far as it is asked for. */
struct entry {
	struct wf_str name;
	uint64_t id;
	struct wf_str fourth; /* group of a user, members of a group */
};

static bool
next_entry(struct wf_str *rest, struct entry *out)
{
	while (rest->p) {
		struct wf_str line = wf_str_cut(rest, '\n');

		out->name = wf_str_cut(&line, ':');
		wf_str_cut(&line, ':');
		if (!wf_str_u64(wf_str_cut(&line, ':'), &out->id) || out->id > UINT_MAX)
			continue;
		out->fourth = wf_str_cut(&line, ':');
		return true;
	}
	return false;
}

static struct wf_str
read_file(struct wf_arena *arena, const char *path)
{
	struct wf_str text = { NULL, 0 };

	wf_read_file(arena, path, FILE_LARGEST, &text, NULL);
	return text;
}

static bool
find_entry(struct wf_str rest, struct wf_str name, struct entry *out)
{
	uint64_t id;
	bool number = wf_str_u64(name, &id);

	while (next_entry(&rest, out))
		if (wf_str_eq(out->name, name) || (number && out->id == id))
			return true;
	*out = (struct entry){ .id = id };
	return false;
}

static bool
is_member(struct wf_str members, struct wf_str name)
{
	while (members.p)
		if (wf_str_eq(wf_str_cut(&members, ','), name))
			return true;
	return false;
}

static void
add_groups(struct wf_arena *arena, struct wf_str rest, struct wf_str name, struct child_user *user)
{
	size_t cap = 0;
	struct entry group;

	while (name.n > 0 && next_entry(&rest, &group))
		if (is_member(group.fourth, name))
			*wf_push(arena, user->groups, user->ngroups, cap) = (gid_t)group.id;
}

bool
user_find(struct wf_arena *arena, const char *text, const struct child_user **out,
    struct wf_error *err)
{
	struct child_user *user = wf_new(arena, struct child_user);
	struct wf_str group_name = wf_str(text), name = wf_str_cut(&group_name, ':');
	struct wf_str groups = read_file(arena, "/etc/group");
	struct entry entry = { .id = 0 }, group;
	uint64_t id;

	*out = NULL;
	if (name.n > 0 && !find_entry(read_file(arena, "/etc/passwd"), name, &entry) &&
	    (!wf_str_u64(name, &id) || id > UINT_MAX))
		return wf_fail(err, WF_ERR_MISSING, WF_NOWHERE,
		    "unable to find user %s: no matching entries in passwd file", text);
	user->uid = (uid_t)entry.id;
	if (wf_str_u64(entry.fourth, &id))
		user->gid = (gid_t)id;
	if (group_name.n > 0) {
		if (!find_entry(groups, group_name, &group) && !wf_str_u64(group_name, &group.id))
			return wf_fail(err, WF_ERR_MISSING, WF_NOWHERE,
			    "unable to find group %.*s: no matching entries in group file",
			    WF_ARG(group_name));
		user->gid = (gid_t)group.id;
	} else {
		add_groups(arena, groups, entry.name, user);
	}
	if (user->uid != 0 || user->gid != 0)
		*out = user;
	return true;
}
