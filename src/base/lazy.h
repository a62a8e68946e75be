/* SPDX-License-Identifier: MIT */
/* lazy.h - a library that few commands need, loaded when it is first asked for.
 *
 * libcurl, libarchive and libmicrohttpd bring some thirty more libraries each time they are linked,
 * which would double the time of every start, those of box inits included. A room that needs one
 * lists its calls once and reaches them through a struct of its own:
 *
 *     #define ZIP_CALLS(CALL) CALL(zip_open) CALL(zip_close)
 *     struct zip_calls { ZIP_CALLS(WF_LAZY_FIELD) };
 *     #define ZIP_CALL(fn) WF_LAZY_CALL(struct zip_calls, fn)
 *     static const struct wf_lazy_call zip_list[] = { ZIP_CALLS(ZIP_CALL) };
 *
 *     struct zip_calls zip;
 *     if (!wf_lazy_load(&zip, "libzip.so.4", zip_list, WF_COUNT(zip_list), err)) ...
 *     zip.zip_open(...);
 *
 * The header of the library gives the types, so that a wrong argument does not compile. */
#pragma once

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

struct wf_lazy_call {
	const char *name;
	size_t offset; /* of its pointer in the struct of calls */
};

#define WF_LAZY_FIELD(fn) __typeof__(fn) *fn;
#define WF_LAZY_CALL(type, fn) { #fn, offsetof(type, fn) },

/* Loads the library and fills every pointer of the list in *calls. It is never unloaded: libraries
 * below it register what must stay. Loading it again costs a look-up. WF_ERR_MISSING when it, or
 * one of the calls, is not there. */
bool wf_lazy_load(void *calls, const char *soname, const struct wf_lazy_call *list, size_t n,
    struct wf_error *err);
