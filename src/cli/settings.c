/* SPDX-License-Identifier: MIT */
/* settings.c - a mapping of names to texts or lists of texts, read by table. */
#include "cli/settings.h"

#include "base/fs.h"
#include "model/tree.h"

#define MAX_FILE (1u << 20)

struct reading {
	struct wf_arena *arena;
	const char *root;
	const struct tree_node *node, *end;
};

static bool read_sources(struct reading *r, struct settings *out, struct wf_error *err);
static bool read_images(struct reading *r, struct settings *out, struct wf_error *err);

static const struct key {
	const char *name;
	bool (*read)(struct reading *r, struct settings *out, struct wf_error *err);
} keys[] = {
	{ "action-sources", read_sources },
	{ "runs-on", read_images },
};

static bool
fail(struct wf_pos pos, const char *what, struct wf_error *err)
{
	wf_fail(err, WF_ERR_USAGE, pos, "%s", what);
	return wf_hint(err, "for example 'action-sources: [\"/mirror/{owner}/{repo}\"]'");
}

/* The next node; what ends too early has an end of its own kind. */
static const struct tree_node *
take(struct reading *r)
{
	static const struct tree_node nothing = { .kind = TREE_MAPPING_END };

	return r->node < r->end ? r->node++ : &nothing;
}

static bool
add_text(struct reading *r, const struct tree_node *node, struct opt_list *list,
    struct wf_error *err)
{
	const char *text;

	if (node->kind != TREE_SCALAR || node->value.kind != EXPR_STRING)
		return fail(node->pos, "expected a text", err);
	text = wf_cstr(r->arena, node->value.string);
	if (wf_str_find_char(node->value.string, ':') < 0)
		text = wf_join(r->arena, r->root, text);
	*wf_push(r->arena, list->items, list->n, list->cap) = text;
	*wf_push(r->arena, list->items, list->n, list->cap) = NULL;
	list->n--;
	return true;
}

static bool
read_sources(struct reading *r, struct settings *out, struct wf_error *err)
{
	const struct tree_node *node = take(r);
	struct opt_list *list = &out->action_sources;

	if (node->kind != TREE_SEQUENCE)
		return add_text(r, node, list, err);
	while ((node = take(r))->kind != TREE_SEQUENCE_END)
		if (!add_text(r, node, list, err))
			return false;
	return true;
}

/* LABEL: IMAGE */
static bool
read_images(struct reading *r, struct settings *out, struct wf_error *err)
{
	const struct tree_node *label = take(r), *image;

	for (bool good = label->kind == TREE_MAPPING; good;) {
		label = take(r);
		if (label->kind == TREE_MAPPING_END)
			return true;
		image = take(r);
		good = label->kind == TREE_SCALAR && image->kind == TREE_SCALAR &&
		       image->text.n > 0;
		if (good)
			expr_object_set(out->images, label->text, expr_string(image->text));
	}
	wf_fail(err, WF_ERR_USAGE, label->pos, "expected labels and the images for them");
	return wf_hint(err, "for example 'runs-on: {ubuntu-latest: debian:12}'");
}

static const struct key *
find_key(const struct tree_node *node, struct wf_error *err)
{
	struct wf_str names[WF_COUNT(keys)], nearest;

	for (size_t i = 0; i < WF_COUNT(keys); i++) {
		names[i] = wf_str(keys[i].name);
		if (node->kind == TREE_SCALAR && wf_str_eq(node->text, names[i]))
			return &keys[i];
	}
	nearest = wf_nearest(node->text, names, WF_COUNT(keys));
	wf_fail(err, WF_ERR_USAGE, node->pos, "unknown setting '%.*s'", WF_ARG(node->text));
	if (nearest.n)
		wf_hint(err, "did you mean '%.*s'?", WF_ARG(nearest));
	return NULL;
}

static bool
read_nodes(struct reading *r, struct settings *out, struct wf_error *err)
{
	const struct tree_node *node = take(r);

	if (node->kind != TREE_MAPPING)
		return fail(node->pos, "expected settings by their names", err);
	while ((node = take(r))->kind != TREE_MAPPING_END) {
		const struct key *key = find_key(node, err);

		if (!key || !key->read(r, out, err))
			return false;
	}
	return true;
}

/* Only comments, if anything; YAML has no document there. */
static bool
is_blank(struct wf_str text)
{
	while (text.p) {
		struct wf_str line = wf_str_trim(wf_str_cut(&text, '\n'));

		if (line.n && line.p[0] != '#')
			return false;
	}
	return true;
}

bool
settings_read(struct wf_arena *arena, const char *root, struct settings *out, struct wf_error *err)
{
	const char *path = wf_join(arena, root, SETTINGS_FILE);
	const struct tree_limits limits = TREE_LIMITS;
	struct wf_str text;
	struct tree tree;

	*out = (struct settings){ .images = expr_object_new(arena) };
	if (!wf_exists(path))
		return true;
	if (!wf_read_file(arena, path, MAX_FILE, &text, err))
		return false;
	tree_read(arena, arena, wf_shown_path(arena, path), text, &limits, &tree);
	if (!tree.n && is_blank(text))
		return true;
	if (tree.failed) {
		*err = tree.error;
		err->kind = WF_ERR_USAGE;
		return false;
	}
	struct reading r = { arena, root, tree.nodes, tree.nodes + tree.n };
	return read_nodes(&r, out, err);
}
