/* SPDX-License-Identifier: MIT */
/* lazy.c - dlopen() and a list of names. */
#include "base/lazy.h"

#include <dlfcn.h>
#include <string.h>

bool
wf_lazy_load(void *calls, const char *soname, const struct wf_lazy_call *list, size_t n,
    struct wf_error *err)
{
	void *library = dlopen(soname, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);

	if (!library) {
		wf_fail(err, WF_ERR_MISSING, WF_NOWHERE, "this needs %s: %s", soname, dlerror());
		return wf_hint(err, "install the package that has it");
	}
	for (size_t i = 0; i < n; i++) {
		void *call = dlsym(library, list[i].name);

		if (!call)
			return wf_fail(err, WF_ERR_MISSING, WF_NOWHERE, "%s is too old: %s", soname,
			    dlerror());
		memcpy((char *)calls + list[i].offset, &call, sizeof(call));
	}
	return true;
}
