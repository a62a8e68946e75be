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
		return wf_wrap(err, source->file ? "%s-file" : "%s", source->option);
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

/* ---- environments ---- */

struct environment {
	struct wf_str name;
	struct expr_object *objects[2]; /* as environment_kinds */
	bool complete; /* its files were read */
};

struct config_environments {
	struct wf_arena *arena;
	const char *root;
	struct environment *items;
	size_t n, cap;
};

/* What an environment may have: NAME:secret.KEY=VALUE, and the file .secrets.NAME. */
static const struct environment_kind {
	const char *mark, *prefix;
	struct source source;
} environment_kinds[] = {
	{ ":secret.", ".secrets.",
	    { .option = "--environment", .from_environment = true, .named = true } },
	{ ":var.", ".vars.", { .option = "--environment", .named = true } },
};
_Static_assert(WF_COUNT(environment_kinds) == WF_COUNT(((struct environment *)0)->objects),
    "an object for each kind");

static struct environment *
environment_of(struct config_environments *all, struct wf_str name)
{
	struct environment *item;

	for (size_t i = 0; i < all->n; i++)
		if (wf_str_ieq(all->items[i].name, name))
			return &all->items[i];
	item = wf_push(all->arena, all->items, all->n, all->cap);
	item->name = wf_str_dup(all->arena, name);
	for (size_t i = 0; i < WF_COUNT(item->objects); i++)
		item->objects[i] = expr_object_new(all->arena);
	return item;
}

static bool
read_environment_option(struct config_environments *all, const char *text, struct wf_error *err)
{
	for (size_t i = 0; i < WF_COUNT(environment_kinds); i++) {
		const struct environment_kind *kind = &environment_kinds[i];
		const char *mark = strstr(text, kind->mark), *equals = strchr(text, '=');

		if (!mark || mark == text || (equals && equals < mark))
			continue;
		return read_option(all->arena, &kind->source, mark + strlen(kind->mark),
		    environment_of(all, (struct wf_str){ text, (size_t)(mark - text) })->objects[i],
		    err);
	}
	wf_fail(err, WF_ERR_USAGE, WF_NOWHERE,
	    "--environment '%s': expected NAME:secret.KEY=VALUE or NAME:var.KEY=VALUE", text);
	return false;
}

/* Reads a file below what the options gave: they win. */
static bool
read_environment_file(struct config_environments *all, const struct environment_kind *kind,
    const char *name, struct expr_object *object, struct wf_error *err)
{
	struct expr_object *pairs = expr_object_new(all->arena);

	if (!read_file(all->arena, &kind->source, wf_join(all->arena, all->root, name), pairs, err))
		return false;
	for (size_t i = 0; i < pairs->n; i++)
		if (!expr_object_find(object, pairs->pairs[i].key))
			expr_object_set(object, pairs->pairs[i].key, pairs->pairs[i].value);
	return true;
}

/* The files of an environment, whatever the case of its name in theirs. */
static bool
read_environment_files(struct config_environments *all, struct environment *item,
    struct wf_error *err)
{
	char **names;
	size_t n;

	if (!wf_list_dir(all->arena, all->root, &names, &n, err))
		return false;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < WF_COUNT(environment_kinds); k++) {
			const struct environment_kind *kind = &environment_kinds[k];
			struct wf_str name = wf_str(names[i]), prefix = wf_str(kind->prefix);

			if (wf_str_starts(name, prefix) &&
			    wf_str_ieq(wf_str_skip(name, prefix.n), item->name) &&
			    !read_environment_file(all, kind, names[i], item->objects[k], err))
				return false;
		}
	return true;
}

bool
config_environment(struct config_environments *environments, struct wf_str name,
    struct expr_object **secrets, struct expr_object **vars, struct wf_error *err)
{
	struct environment *item = environment_of(environments, name);

	if (!item->complete && !read_environment_files(environments, item, err))
		return false;
	item->complete = true;
	*secrets = item->objects[0];
	*vars = item->objects[1];
	return true;
}

static bool
read_environments(struct wf_arena *arena, const struct args *args, const char *root,
    struct config *out, struct wf_error *err)
{
	out->environments = wf_new(arena, struct config_environments);
	out->environments->arena = arena;
	out->environments->root = root;
	for (size_t i = 0; i < args->environments.n; i++)
		if (!read_environment_option(out->environments, args->environments.items[i], err))
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
	return read_environments(arena, args, root, out, err);
}
