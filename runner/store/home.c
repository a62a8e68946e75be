/* SPDX-License-Identifier: MIT */
/* home.c - one home, a folder for each store and each repository. */
#include "runner/store/home.h"

#include "base/fs.h"
#include "base/str.h"

#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

#define ID_BYTES 8 /* of the hash that tells repositories of one name apart */

const char *
store_home(struct wf_arena *arena, struct wf_error *err)
{
	const char *own = getenv("WFRUN_HOME");
	const char *cache = getenv("XDG_CACHE_HOME");
	const char *home = getenv("HOME");

	if (own && own[0] == '/')
		return own;
	if (own && own[0]) {
		wf_fail(err, WF_ERR_USAGE, WF_NOWHERE, "WFRUN_HOME is not an absolute path: '%s'",
		    own);
		return NULL;
	}
	if (cache && cache[0] == '/')
		return wf_join(arena, cache, "wfrun");
	if (home && home[0] == '/')
		return wf_join(arena, home, ".cache/wfrun");
	wf_fail(err, WF_ERR_SYS, WF_NOWHERE, "there is no home folder to keep anything in");
	wf_hint(err, "set HOME, or WFRUN_HOME to a folder of your own");
	return NULL;
}

const char *
store_folder(struct wf_arena *arena, const char *name, struct wf_error *err)
{
	const char *home = store_home(arena, err);
	const char *path;

	if (!home)
		return NULL;
	path = wf_join(arena, home, name);
	return wf_mkdirs(path, 0700, err) ? path : NULL;
}

/* The name is for people, the hash of the whole path tells those of one name apart. */
static const char *
repository_id(struct wf_arena *arena, const char *common_dir)
{
	unsigned char hash[SHA256_DIGEST_LENGTH];
	struct wf_str path = wf_str(common_dir);

	SHA256((const unsigned char *)path.p, path.n, hash);
	if (wf_str_ends(path, WF_S("/")))
		path.n--;
	if (wf_str_ends(path, WF_S("/.git")))
		path.n -= strlen("/.git");
	path = wf_str_skip(path, (size_t)(wf_str_rfind_char(path, '/') + 1));
	return wf_strf(arena, "repositories/%.*s-%s", WF_ARG(path), wf_hex(arena, hash, ID_BYTES).p)
	    .p;
}

const char *
store_repository_folder(struct wf_arena *arena, const char *common_dir, const char *name,
    struct wf_error *err)
{
	return store_folder(arena, wf_join(arena, repository_id(arena, common_dir), name), err);
}
