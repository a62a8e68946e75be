/* SPDX-License-Identifier: MIT */
/* self.h - the repository as `$/` means it: at the commit of the file in which it stands (10.3). */
#pragma once

#include "base/error.h"

struct run;

/* The folder that shows the commit of a run's workflow: the work tree, or an export in the
 * session's scratch folder, made when it is first asked for. NULL and *err when that fails; once it
 * has been given it does not fail any more. Without a use of `$/` there is no need to export. */
const char *self_folder(const struct run *run, struct wf_error *err);
