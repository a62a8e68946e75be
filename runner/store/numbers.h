/* SPDX-License-Identifier: MIT */
/* numbers.h - the ids and numbers of a repository's runs, as any number of wfrun processes take
 * them.
 *
 * A small text file beside the run store, since a run needs its numbers before it starts: opening a
 * database takes ten times as long. The first line has the last id; each other one the last number
 * of a workflow, and its path as JSON. */
#pragma once

#include "base/error.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

struct numbers {
	uint64_t id; /* unique in the repository */
	uint64_t number; /* counts the runs of one workflow file from 1 (semantics.md 5.11) */
};

/* Takes the next numbers for a run of this workflow file, by the path of the file. On entry out->id
 * is the least that the id may be. false and *err: the folder cannot be written, or the file is
 * damaged, and *out is as it was. */
bool numbers_take(const char *folder, struct wf_str path, struct numbers *out,
    struct wf_error *err);
