/* SPDX-License-Identifier: MIT */
/* config.c - four kinds of names and values, read the same way by table. */
#include "cli/config.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "cli/dotenv.h"

#define MAX_FILE (16u << 20)

struct source {
	const char *option; /* "--secret" */
	const char *file; /* read from the root when no file is named */
	size_t pairs, files; /* fields of struct args */
	size_t object; /* field of struct config */
	bool from_environment; /* NAME alone takes the value of wfrun's own environment */
	bool named; /* GitHub's rule for names: letters, digits, _; stored in upper case */
	bool exact; /* names are case-sensitive */
	bool secret; /* values are never shown */
};

/* A field of another type does not compile. */
#define PAIRS(member)                                                                              \
	_Generic(((struct args *)0)->member, struct opt_list : offsetof(struct args, member))
#define OBJECT(member)                                                                             \
	_Generic(((struct config *)0)->member, struct expr_object *                                \
	         : offsetof(struct config, member))

static const struct source sources[] = {
	{ "--input", ".input", PAIRS(inputs), PAIRS(input_files), OBJECT(inputs), false, false,
	    false },
	{ "--secret", ".secrets", PAIRS(secrets), PAIRS(secret_files), OBJECT(secrets), true, true,
	    false, true },
	{ "--var", ".vars", PAIRS(vars), PAIRS(var_files), OBJECT(vars), false, true, false },
	{ "--env", ".env", PAIRS(env), PAIRS(env_files), OBJECT(env), false, false, true },
};

/* [A-Za-z_][A-Za-z0-9_]*, and GITHUB_ is GitHub's; GITHUB_TOKEN may be given, to replace it. */
static bool
check_name(const struct source *source, struct wf_str name, struct wf_pos pos, struct wf_error *err)
{
	bool good = name.n > 0;

	if (!source->named)
		return good || wf_fail(err, WF_ERR_USAGE, pos, "%s needs a name", source->option);
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];
		bool letter = c == '_' || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');

		good = good && (letter || (i > 0 && c >= '0' && c <= '9'));
	}
	if (!good)
		return wf_fail(err, WF_ERR_USAGE, pos,
		    "%s '%.*s': names have letters, digits and _, and do not start with a digit",
		    source->option, WF_ARG(name));
	if (name.n >= 7 && wf_str_ieq(wf_str_sub(name, 0, 7), WF_S("GITHUB_")) &&
	    !wf_str_ieq(name, WF_S("GITHUB_TOKEN")))
		return wf_fail(err, WF_ERR_USAGE, pos,
		    "%s '%.*s': names must not start with GITHUB_", source->option, WF_ARG(name));
	return true;
}

static bool
set_pair(struct wf_arena *arena, const struct source *source, struct expr_object *object,
    struct expr_pair pair, struct wf_error *err)
{
	if (!check_name(source, pair.key, WF_NOWHERE, err))
		return false;
	if (source->named)
		pair.key = wf_str_upper(arena, pair.key);
	expr_object_set(object, pair.key, pair.value);
	return true;
}

/* The line that an error points at holds a secret: the place is named, the line not shown. */
static bool
hide_excerpt(struct wf_error *err)
{
	struct wf_pos pos = err->pos;

	err->pos = WF_NOWHERE;
	return pos.file ? wf_wrap(err, "%s:%d:%d", pos.file, pos.line, pos.col) : false;
}

static bool
read_file(struct wf_arena *arena, const struct source *source, const char *path,
    struct expr_object *object, struct wf_error *err)
{
	struct expr_object *pairs = expr_object_new(arena);
	struct wf_str text;

	pairs->exact = source->exact;
	if (!wf_read_file(arena, path, MAX_FILE, &text, err))
		return wf_wrap(err, "%s-file", source->option);
	if (!dotenv_read(arena, path, text, pairs, err))
		return source->secret ? hide_excerpt(err) : false;
	for (size_t i = 0; i < pairs->n; i++)
		if (!set_pair(arena, source, object, pairs->pairs[i], err))
			return wf_wrap(err, "%s", path);
	return true;
}

static bool
read_files(struct wf_arena *arena, const struct source *source, const struct opt_list *files,
    const char *root, struct expr_object *object, struct wf_error *err)
{
	const char *fallback = wf_join(arena, root, source->file);

	for (size_t i = 0; i < files->n; i++)
		if (!read_file(arena, source, files->items[i], object, err))
			return false;
	if (files->n > 0 || !wf_exists(fallback) || wf_is_dir(fallback))
		return true; /* a folder `.env` is somebody's Python */
	return read_file(arena, source, fallback, object, err);
}

/* NAME=VALUE, or NAME where the environment has the value. */
static bool
read_option(struct wf_arena *arena, const struct source *source, const char *text,
    struct expr_object *object, struct wf_error *err)
{
	const char *equals = strchr(text, '='), *value = equals ? equals + 1 : NULL;
	struct wf_str name = { text, equals ? (size_t)(equals - text) : strlen(text) };

	if (!value && !source->from_environment)
		return wf_fail(err, WF_ERR_USAGE, WF_NOWHERE, "%s '%s': expected NAME=VALUE",
		    source->option, text);
	if (!value && !(value = getenv(text)))
		return wf_fail(err, WF_ERR_USAGE, WF_NOWHERE,
		    "%s '%s': there is no such variable in the environment", source->option, text);
	return set_pair(arena, source, object, (struct expr_pair){ name, expr_cstring(value) },
	    err);
}

static bool
read_source(struct wf_arena *arena, const struct source *source, const struct args *args,
    const char *root, struct expr_object *object, struct wf_error *err)
{
	const struct opt_list *pairs = (const void *)((const char *)args + source->pairs);
	const struct opt_list *files = (const void *)((const char *)args + source->files);

	if (!read_files(arena, source, files, root, object, err))
		return false;
	for (size_t i = 0; i < pairs->n; i++)
		if (!read_option(arena, source, pairs->items[i], object, err))
			return false;
	return true;
}

bool
config_read(struct wf_arena *arena, const struct args *args, const char *root, struct config *out,
    struct wf_error *err)
{
	for (size_t i = 0; i < WF_COUNT(sources); i++) {
		struct expr_object *object = expr_object_new(arena);

		object->exact = sources[i].exact;
		*(struct expr_object **)((char *)out + sources[i].object) = object;
		if (!read_source(arena, &sources[i], args, root, object, err))
			return false;
	}
	return true;
}
