/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "base/crew.h"

#include <stdatomic.h>

struct counts {
	atomic_int times[1000];
	atomic_bool taken[WF_CREW_SLOTS]; /* slots, from work to delivery */
	atomic_int shared; /* times that a slot was not free */
	size_t delivered;
	bool delivering, in_order, alone;
};

static void
count(void *data, size_t i, size_t slot)
{
	struct counts *counts = data;

	atomic_fetch_add(&counts->times[i], 1);
	atomic_fetch_add(&counts->shared, atomic_exchange(&counts->taken[slot], true));
}

static void
deliver(void *data, size_t i, size_t slot)
{
	struct counts *counts = data;

	counts->alone = counts->alone && !counts->delivering;
	counts->delivering = true;
	counts->in_order = counts->in_order && i == counts->delivered;
	counts->delivered++;
	atomic_store(&counts->taken[slot], false);
	counts->delivering = false;
}

TEST(crew_does_each_thing_once_and_delivers_in_order)
{
	static const size_t sizes[] = { 0, 1, 2, 3, 1000 };

	for (size_t s = 0; s < WF_COUNT(sizes); s++) {
		struct counts counts = { .in_order = true, .alone = true };
		struct wf_crew crew = { count, deliver, &counts };

		wf_crew(&crew, sizes[s]);
		for (size_t i = 0; i < WF_COUNT(counts.times); i++)
			CHECK_INT(atomic_load(&counts.times[i]), i < sizes[s]);
		CHECK_INT(counts.delivered, sizes[s]);
		CHECK(counts.in_order);
		CHECK(counts.alone);
		CHECK_INT(atomic_load(&counts.shared), 0);
	}
}

TEST(crew_does_each_thing_that_nobody_waits_for)
{
	struct counts counts = { .in_order = true };
	struct wf_crew crew = { .work = count, .data = &counts };

	wf_crew(&crew, WF_COUNT(counts.times));
	for (size_t i = 0; i < WF_COUNT(counts.times); i++)
		CHECK_INT(atomic_load(&counts.times[i]), 1);
	CHECK_INT(counts.delivered, 0);
}
