/* SPDX-License-Identifier: MIT */
/* calls.c - libarchive, by its name. */
#include "runner/archive/calls.h"

#define ARCHIVE_CALL(fn) WF_LAZY_CALL(struct archive_calls, fn)
static const struct wf_lazy_call list[] = { ARCHIVE_CALLS(ARCHIVE_CALL) };

bool
archive_load(struct archive_calls *calls, struct wf_error *err)
{
	return wf_lazy_load(calls, "libarchive.so.13", list, WF_COUNT(list), err);
}
