/* SPDX-License-Identifier: MIT */
/* json.h - toJSON() under the memory limit of an evaluation. */
#pragma once

#include "expr/expr.h"

/* As expr_json_pretty(); false, with the text unfinished, once its pieces cost more than max bytes
 * by GitHub's count. */
bool expr_json_pretty_within(struct wf_buf *out, struct expr_value value, size_t max);
