/* SPDX-License-Identifier: MIT */
/* artifacts.h - what jobs upload for each other, kept by run (semantics.md 9.3).
 *
 * RUNS/RUN_ID/artifacts/NAME/ has the files as they were; beside them .sealed/ID are the bytes that
 * clients uploaded and download again. An artifact is seen by others once it is finished, and never
 * changes then. Errors that a client may make are WF_ERR_USAGE, others WF_ERR_SYS. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

struct artifacts;

struct artifact {
	int64_t id, run_id, job_id, size, created; /* milliseconds since 1970 */
	struct wf_str name, digest; /* "sha256:…" */
	struct wf_str type; /* media type */
};

/* `runs` is the folder of a repository's runs. */
struct artifacts *artifacts_open(const char *runs, struct wf_error *err);
void artifacts_close(struct artifacts *artifacts);

/* Whether the name may be an artifact's; *err says which character may not. */
bool artifacts_name_ok(struct wf_str name, struct wf_error *err);
/* A new one of this run to upload into; 0 in *id when the run has one of this name, finished or
 * being uploaded. */
bool artifacts_create(struct artifacts *artifacts, const struct artifact *wanted, int64_t *id,
    struct wf_error *err);
/* Where its bytes are, or go. */
const char *artifacts_path(const struct artifacts *artifacts, struct wf_arena *arena,
    int64_t run_id, int64_t id);
/* Reads one by its id; false without *err touched when there is none. `open` is set when it is not
 * finished. */
bool artifacts_get(struct artifacts *artifacts, struct wf_arena *arena, int64_t id,
    struct artifact *out, bool *open);
/* The upload is complete: the bytes must have this size, and the digest unless it is empty. The
 * artifact in *out. */
bool artifacts_finish(struct artifacts *artifacts, struct wf_arena *arena, int64_t run_id,
    struct wf_str name, int64_t size, struct wf_str digest, struct artifact *out,
    struct wf_error *err);
/* All finished ones of a run, the oldest first; with this name, with this id, unless empty or 0. */
bool artifacts_list(struct artifacts *artifacts, struct wf_arena *arena, int64_t run_id,
    struct wf_str name, int64_t id, struct artifact **out, size_t *n, struct wf_error *err);
/* Removes it; 0 in *id when there was none. */
bool artifacts_delete(struct artifacts *artifacts, int64_t run_id, struct wf_str name, int64_t *id,
    struct wf_error *err);
