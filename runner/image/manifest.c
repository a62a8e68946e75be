/* SPDX-License-Identifier: MIT */
/* manifest.c - descriptions of images, read out of JSON. */
#include "runner/image/manifest.h"

#include "expr/expr.h"
#include "runner/image/digest.h"

#include <math.h>
#include <sys/utsname.h>

#define SIZE_LARGEST 0x1p53 /* beyond it a number of JSON is not exact */
#define ENTRIES_LARGEST 1000

/* ---- pieces ---- */

static struct wf_str
text_of(struct expr_value object, const char *path)
{
	struct expr_value value = expr_path(object, path);

	return value.kind == EXPR_STRING ? value.string : (struct wf_str){ NULL, 0 };
}

static const struct expr_array *
list_of(struct expr_value object, const char *path)
{
	struct expr_value value = expr_path(object, path);

	return value.kind == EXPR_ARRAY ? value.array : NULL;
}

static bool
read_object(struct wf_arena *arena, struct wf_str text, const char *what, struct expr_value *out,
    struct wf_error *err)
{
	if (!expr_json_read(arena, NULL, text, out, err)) {
		err->kind = WF_ERR_MISSING;
		return wf_wrap(err, "%s of the image", what);
	}
	if (out->kind == EXPR_OBJECT)
		return true;
	return wf_fail(err, WF_ERR_MISSING, WF_NOWHERE, "%s of the image is not an object", what);
}

static bool
read_blob(struct expr_value value, struct image_blob *out, struct wf_error *err)
{
	struct expr_value size = expr_path(value, "size");

	out->digest = text_of(value, "digest");
	if (!image_digest_valid(out->digest))
		return wf_fail(err, WF_ERR_MISSING, WF_NOWHERE,
		    "the manifest of the image names a part by '%.*s', which is no sha256 digest",
		    WF_ARG(wf_str_sub(out->digest, 0, 100)));
	if (size.kind != EXPR_NUMBER || !(size.number >= 0 && size.number < SIZE_LARGEST) ||
	    trunc(size.number) != size.number)
		return wf_fail(err, WF_ERR_MISSING, WF_NOWHERE,
		    "the manifest of the image gives no size for %.*s", WF_ARG(out->digest));
	out->size = (uint64_t)size.number;
	return true;
}

/* ---- index ---- */

/* The names that tools write for the images of a layout; the first one there is. */
static const char *const name_keys[] = { "io.containerd.image.name",
	"org.opencontainers.image.ref.name" };

static struct wf_str
entry_name(struct expr_value entry)
{
	struct expr_value notes = expr_path(entry, "annotations");

	for (size_t i = 0; notes.kind == EXPR_OBJECT && i < WF_COUNT(name_keys); i++) {
		struct expr_value name = expr_object_get(notes.object, wf_str(name_keys[i]));

		if (name.kind == EXPR_STRING)
			return name.string;
	}
	return (struct wf_str){ NULL, 0 };
}

static bool
read_index(struct wf_arena *arena, const struct expr_array *list, struct image_document *out,
    struct wf_error *err)
{
	if (list->n > ENTRIES_LARGEST)
		return wf_fail(err, WF_ERR_MISSING, WF_NOWHERE,
		    "the index of the image has %zu entries", list->n);
	out->is_index = true;
	out->entries = wf_new_array(arena, list->n, struct image_entry);
	for (size_t i = 0; i < list->n; i++) {
		struct image_entry *entry = &out->entries[out->nentries++];

		if (!read_blob(list->items[i], &entry->blob, err))
			return false;
		entry->os = text_of(list->items[i], "platform.os");
		entry->architecture = text_of(list->items[i], "platform.architecture");
		entry->variant = text_of(list->items[i], "platform.variant");
		entry->name = entry_name(list->items[i]);
	}
	return true;
}

/* What uname says, what images say, and the variants that this processor runs, the best first. */
static const struct {
	const char *machine, *architecture, *variants[4];
} processors[] = {
	{ "x86_64", "amd64", { "", "v1" } },
	{ "aarch64", "arm64", { "v8", "" } },
	{ "armv7l", "arm", { "v7", "v6", "v5", "" } },
	{ "armv6l", "arm", { "v6", "v5", "" } },
	{ "i686", "386", { "" } },
	{ "ppc64le", "ppc64le", { "" } },
	{ "riscv64", "riscv64", { "" } },
	{ "s390x", "s390x", { "" } },
};

static size_t
this_processor(void)
{
	struct utsname name;

	if (uname(&name) == 0)
		for (size_t i = 0; i < WF_COUNT(processors); i++)
			if (strcmp(processors[i].machine, name.machine) == 0)
				return i;
	return 0;
}

const char *
image_architecture(void)
{
	return processors[this_processor()].architecture;
}

static const struct image_entry *
find_entry(const struct image_document *index, const char *architecture, const char *variant)
{
	for (size_t i = 0; i < index->nentries; i++) {
		const struct image_entry *entry = &index->entries[i];

		if (wf_str_is(entry->os, "linux") && wf_str_is(entry->architecture, architecture) &&
		    wf_str_is(entry->variant, variant))
			return entry;
	}
	return NULL;
}

static bool
fail_platform(struct wf_arena *arena, const struct image_document *index, struct wf_error *err)
{
	struct wf_str have = WF_S("none");

	for (size_t i = 0; i < index->nentries && have.n < 200; i++)
		have = wf_strf(arena, "%.*s%s%.*s/%.*s", i ? (int)have.n : 0, have.p, i ? ", " : "",
		    WF_ARG(wf_str_sub(index->entries[i].os, 0, 20)),
		    WF_ARG(wf_str_sub(index->entries[i].architecture, 0, 20)));
	return wf_fail(err, WF_ERR_MISSING, WF_NOWHERE,
	    "the image is not made for linux/%s, but for: %.*s", image_architecture(),
	    WF_ARG(have));
}

const struct image_entry *
image_document_pick(struct wf_arena *arena, const struct image_document *index,
    struct wf_error *err)
{
	size_t here = this_processor();
	const char *architecture = processors[here].architecture;

	for (size_t i = 0; i < WF_COUNT(processors[here].variants); i++) {
		const char *variant = processors[here].variants[i];
		const struct image_entry *entry = variant ? find_entry(index, architecture, variant)
		                                          : NULL;

		if (entry)
			return entry;
	}
	/* layouts of one image often do not say what it is for */
	if (index->nentries == 1 && !index->entries[0].os.n)
		return &index->entries[0];
	fail_platform(arena, index, err);
	return NULL;
}

/* ---- manifest ---- */

static bool
is_layer(struct wf_str type)
{
	return type.n == 0 || wf_str_starts(type, WF_S("application/vnd.oci.image.layer.")) ||
	       wf_str_starts(type, WF_S("application/vnd.docker.image.rootfs."));
}

static bool
read_manifest(struct wf_arena *arena, struct expr_value value, const struct expr_array *layers,
    struct image_document *out, struct wf_error *err)
{
	if (!read_blob(expr_path(value, "config"), &out->config, err))
		return false;
	if (layers->n == 0 || layers->n > IMAGE_LAYERS_LARGEST)
		return wf_fail(err, WF_ERR_MISSING, WF_NOWHERE,
		    "the image has %zu layers; it must have 1 to %d", layers->n,
		    IMAGE_LAYERS_LARGEST);
	out->layers = wf_new_array(arena, layers->n, struct image_blob);
	for (size_t i = 0; i < layers->n; i++) {
		struct wf_str type = text_of(layers->items[i], "mediaType");

		if (!is_layer(type))
			return wf_fail(err, WF_ERR_MISSING, WF_NOWHERE,
			    "this is no image of a root file system: it has a part of the type "
			    "'%.*s'",
			    WF_ARG(wf_str_sub(type, 0, 100)));
		if (!read_blob(layers->items[i], &out->layers[out->nlayers++], err))
			return false;
	}
	return true;
}

bool
image_document_read(struct wf_arena *arena, struct wf_str text, struct image_document *out,
    struct wf_error *err)
{
	const struct expr_array *entries, *layers;
	struct expr_value value;

	*out = (struct image_document){ 0 };
	if (!read_object(arena, text, "manifest", &value, err))
		return false;
	entries = list_of(value, "manifests");
	layers = list_of(value, "layers");
	if (entries)
		return read_index(arena, entries, out, err);
	if (layers)
		return read_manifest(arena, value, layers, out, err);
	if (expr_to_number(expr_path(value, "schemaVersion")) == 1)
		wf_fail(err, WF_ERR_MISSING, WF_NOWHERE,
		    "the image has a manifest of the old schema 1, which nobody writes any more");
	else
		wf_fail(err, WF_ERR_MISSING, WF_NOWHERE,
		    "the manifest of the image has neither layers nor manifests");
	return false;
}

/* ---- configuration ---- */

/* Texts of a list, NULL-ended; what is no text, or could not be handed to a process, is left out.
 */
static const char *const *
texts_of(struct wf_arena *arena, const struct expr_array *list, bool pairs)
{
	const char **texts = wf_new_array(arena, (list ? list->n : 0) + 1, const char *);
	size_t n = 0;

	for (size_t i = 0; list && i < list->n; i++) {
		struct expr_value item = list->items[i];

		if (item.kind == EXPR_STRING && wf_str_find_char(item.string, '\0') < 0 &&
		    (!pairs || wf_str_find_char(item.string, '=') > 0))
			texts[n++] = wf_cstr(arena, item.string);
	}
	return texts;
}

bool
image_config_read(struct wf_arena *arena, struct wf_str text, struct image_config *out,
    struct wf_error *err)
{
	const struct expr_array *diffs;
	struct expr_value value, config;

	*out = (struct image_config){ 0 };
	if (!read_object(arena, text, "configuration", &value, err))
		return false;
	config = expr_path(value, "config");
	out->env = texts_of(arena, list_of(config, "Env"), true);
	out->user = wf_cstr(arena, text_of(config, "User"));
	out->directory = wf_cstr(arena, text_of(config, "WorkingDir"));
	out->entrypoint = texts_of(arena, list_of(config, "Entrypoint"), false);
	out->command = texts_of(arena, list_of(config, "Cmd"), false);
	diffs = list_of(value, "rootfs.diff_ids");
	out->diff_ids = wf_new_array(arena, diffs ? diffs->n : 0, struct wf_str);
	for (size_t i = 0; diffs && i < diffs->n; i++)
		out->diff_ids[out->ndiff_ids++] = diffs->items[i].kind == EXPR_STRING
		                                      ? diffs->items[i].string
		                                      : WF_S("");
	return true;
}
