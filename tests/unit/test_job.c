/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "runner/job.h"

TEST(job_moves_only_on_its_facts)
{
	static const struct {
		enum job_state from, to;
		struct job_facts facts;
	} rows[] = {
		{ JOB_QUEUED, JOB_QUEUED, { .setup_done = true } },
		{ JOB_QUEUED, JOB_SETUP, { .admitted = true } },
		{ JOB_QUEUED, JOB_DONE, { .cancelled = true } },
		{ JOB_QUEUED, JOB_DONE, { .cancelled = true, .admitted = true } },
		{ JOB_SETUP, JOB_SETUP, { .admitted = true, .cancelled = true } },
		{ JOB_SETUP, JOB_STEPS, { .setup_done = true } },
		{ JOB_SETUP, JOB_TEARDOWN, { .setup_failed = true } },
		{ JOB_STEPS, JOB_STEPS, { .cancelled = true } },
		{ JOB_STEPS, JOB_STEPS, { .torn_down = true } },
		{ JOB_STEPS, JOB_TEARDOWN, { .steps_done = true } },
		{ JOB_TEARDOWN, JOB_TEARDOWN, { .steps_done = true } },
		{ JOB_TEARDOWN, JOB_DONE, { .torn_down = true } },
		{ JOB_DONE, JOB_DONE, { .admitted = true, .setup_done = true } },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++)
		CHECK_INT(job_next(rows[i].from, &rows[i].facts), rows[i].to);
}
