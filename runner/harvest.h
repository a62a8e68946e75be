/* SPDX-License-Identifier: MIT */
/* harvest.h - finished artifacts become plain files: RUNS/RUN_ID/artifacts/NAME/, which belongs to
 * the person who runs wfrun, and is said in the record.
 *
 * One after the other on libuv's pool, while jobs go on; the loop does not end before all are done.
 * What cannot be unpacked stays as it was uploaded, and a note says why. */
#pragma once

#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

struct session;

struct harvest_artifact {
	int64_t id, run_id, size;
	struct wf_str name; /* one that artifacts_name_ok() took */
	struct wf_str path; /* its bytes: RUNS/RUN_ID/artifacts/.sealed/ID */
	bool is_zip; /* else it is one file of this name */
};

/* Takes it; everything is copied. */
void harvest_add(struct session *session, const struct harvest_artifact *artifact);
