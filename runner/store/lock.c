/* SPDX-License-Identifier: MIT */
/* lock.c - reads and writes the lock file, line by line. */
#include "runner/store/lock.h"

#include "base/fs.h"

#include <stdlib.h>

#define LOCK_LARGEST ((size_t)4 << 20)
#define SHA_DIGITS 40

static const char heading[] =
    "# What the actions and workflows of other repositories meant when they were fetched.\n"
    "# `wfrun fetch` adds what is new, `wfrun fetch --update` takes what has moved.\n";

bool
lock_is_sha(struct wf_str text)
{
	for (size_t i = 0; i < text.n; i++)
		if (!((text.p[i] >= '0' && text.p[i] <= '9') ||
		        (text.p[i] >= 'a' && text.p[i] <= 'f')))
			return false;
	return text.n == SHA_DIGITS;
}

/* Two names mean the same: owner and repository in lower case, the ref as it is. */
static struct wf_str
key_of(struct wf_arena *arena, struct wf_str name)
{
	struct wf_str ref = name, repository = wf_str_cut(&ref, '@');

	return wf_strf(arena, "%.*s@%.*s", WF_ARG(wf_str_lower(arena, repository)), WF_ARG(ref));
}

void
lock_init(struct lock *lock, struct wf_arena *arena)
{
	lock->arena = arena;
	wf_map_init(&lock->commits, arena, false);
}

struct wf_str
lock_get(const struct lock *lock, struct wf_str name)
{
	const struct lock_entry *entry = wf_map_get(&lock->commits, key_of(lock->arena, name));

	return entry ? entry->sha : WF_S("");
}

void
lock_set(struct lock *lock, struct wf_str name, struct wf_str sha)
{
	struct lock_entry *entry = wf_new(lock->arena, struct lock_entry);

	entry->key = key_of(lock->arena, name);
	entry->name = wf_str_dup(lock->arena, name);
	entry->sha = wf_str_dup(lock->arena, sha);
	wf_map_set(&lock->commits, entry->key, entry);
}

/* owner/repo@ref: one '@', and a slash before it. */
static bool
is_name(struct wf_str name)
{
	struct wf_str ref = name, repository = wf_str_cut(&ref, '@');
	ptrdiff_t slash = wf_str_find_char(repository, '/');

	return ref.n > 0 && slash > 0 && (size_t)slash + 1 < repository.n &&
	       wf_str_find_char(wf_str_skip(repository, (size_t)slash + 1), '/') < 0;
}

static bool
parse_line(struct lock *lock, struct wf_pos pos, struct wf_str line, struct wf_error *err)
{
	struct wf_str rest = wf_str_trim(line), name;

	if (!rest.n || rest.p[0] == '#')
		return true;
	name = wf_str_cut(&rest, ' ');
	rest = wf_str_trim(rest);
	if (is_name(name) && lock_is_sha(rest)) {
		lock_set(lock, name, rest);
		return true;
	}
	wf_fail(err, WF_ERR_INVALID, pos, "expected 'owner/repo@ref' and a commit's 40 digits");
	return wf_hint(err, "'wfrun fetch' writes this file: remove it and fetch again");
}

bool
lock_parse(struct lock *lock, const char *file, struct wf_str text, struct wf_error *err)
{
	struct wf_pos pos = { .file = file, .line = 0, .col = 1 };

	while (text.p) {
		pos.line++;
		if (!parse_line(lock, pos, wf_str_cut(&text, '\n'), err))
			return false;
	}
	return true;
}

bool
lock_read(struct lock *lock, const char *workdir, struct wf_error *err)
{
	const char *path = wf_join(lock->arena, workdir, LOCK_FILE);
	struct wf_str text;

	if (!wf_exists(path))
		return true;
	return wf_read_file(lock->arena, path, LOCK_LARGEST, &text, err) &&
	       lock_parse(lock, wf_shown_path(lock->arena, path), text, err);
}

static int
by_name(const void *a, const void *b)
{
	const struct lock_entry *const *one = a, *const *two = b;

	return wf_str_cmp((*one)->key, (*two)->key);
}

struct wf_str
lock_text(const struct lock *lock, struct wf_arena *arena)
{
	const struct lock_entry **entries = wf_new_array(arena, lock->commits.n,
	    const struct lock_entry *);
	struct wf_buf text = WF_BUF_INIT;

	for (size_t i = 0; i < lock->commits.n; i++)
		entries[i] = lock->commits.items[i].value;
	if (lock->commits.n)
		qsort(entries, lock->commits.n, sizeof(*entries), by_name);
	wf_buf_adds(&text, heading);
	for (size_t i = 0; i < lock->commits.n; i++)
		wf_buf_addf(&text, "%.*s %.*s\n", WF_ARG(entries[i]->name),
		    WF_ARG(entries[i]->sha));
	return wf_buf_take(&text, arena);
}

bool
lock_write(const struct lock *lock, const char *workdir, struct wf_error *err)
{
	const char *path = wf_join(lock->arena, workdir, LOCK_FILE);
	struct wf_str text = lock_text(lock, lock->arena), before;

	if (wf_exists(path) && wf_read_file(lock->arena, path, LOCK_LARGEST, &before, NULL) &&
	    wf_str_eq(before, text))
		return true;
	return wf_write_file(path, text, 0644, err);
}
