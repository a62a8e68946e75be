/* SPDX-License-Identifier: MIT */
/* cache_api.h - what both versions of the cache service do alike. */
#pragma once

#include "runner/service/service_state.h"

/* The entry that these keys hit for the job that asks; false on a miss, or with the reply set. */
bool cache_api_find(struct service_call *call, const struct wf_str *keys, size_t n,
    struct wf_str version, struct cache_entry *out);
/* The signed URL of an entry's bytes. */
struct wf_str cache_api_url(struct service_call *call, const char *mode, int64_t id);
/* The upload is complete, with a decimal number of bytes; false with the reply set. */
bool cache_api_commit(struct service_call *call, int64_t id, struct wf_str size);
