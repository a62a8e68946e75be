/* SPDX-License-Identifier: MIT */
/* ledger.h - what a session writes into the run store (store/runs.h).
 *
 * A run gets its numbers at once (store/numbers.h). All else is opened and written by libuv's pool,
 * while the session waits for something anyway: a sink of the record hears what is to be written,
 * many rows to one transaction. A store that cannot be used is said once, and nothing else depends
 * on it. */
#pragma once

#include "base/error.h"
#include "runner/output/record.h"
#include "runner/store/runs.h"

#include <stdbool.h>
#include <uv.h>

struct ledger;

/* For the repository with this git directory (which outlives the ledger). note() says why the store
 * cannot be used; from the loop, or from within ledger_begin(). */
struct ledger *ledger_open(uv_loop_t *loop, const char *common_dir,
    void (*note)(void *data, const struct wf_error *why), void *data);
/* Its sink, to be added to the record, which closes it and frees the ledger. */
struct record_sink *ledger_sink(struct ledger *ledger);
/* Gives the run its number, and an id of at least run->id. Without a store the number is 1, and the
 * id stays. */
void ledger_begin(struct ledger *ledger, struct runs_run *run);
/* The runs are over: writes the rest, while the loop turns once more. */
void ledger_finish(struct ledger *ledger);
/* Once the loop has ended: closes the store. */
void ledger_close(struct ledger *ledger);
