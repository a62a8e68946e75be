/* SPDX-License-Identifier: MIT */
/* runs_on.c - see runs_on.h. */
#include "cli/runs_on.h"

#include "cli/settings.h"

const struct expr_object *
runs_on_read(struct wf_arena *arena, const struct opt_list *given, const char *root,
    struct wf_error *err)
{
	struct settings settings;

	if (!settings_read(arena, root, &settings, err))
		return NULL;
	for (size_t i = 0; i < given->n; i++) {
		struct wf_str image = wf_str(given->items[i]), label = wf_str_cut(&image, '=');

		if (!image.p) {
			image = label;
			label = WF_S("*");
		}
		if (!label.n || !image.n) {
			wf_fail(err, WF_ERR_USAGE, WF_NOWHERE,
			    "--image '%s': expected [LABEL=]IMAGE", given->items[i]);
			return NULL;
		}
		expr_object_set(settings.images, label, expr_string(image));
	}
	return settings.images;
}
