/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "base/crew.h"

#include <stdatomic.h>

struct counts {
	atomic_int times[1000];
};

static void
count(void *data, size_t i)
{
	struct counts *counts = data;

	atomic_fetch_add(&counts->times[i], 1);
}

TEST(crew_does_each_thing_once)
{
	static const size_t sizes[] = { 0, 1, 2, 3, 1000 };

	for (size_t s = 0; s < WF_COUNT(sizes); s++) {
		struct counts counts = { 0 };

		wf_crew(sizes[s], count, &counts);
		for (size_t i = 0; i < WF_COUNT(counts.times); i++)
			CHECK_INT(atomic_load(&counts.times[i]), i < sizes[s]);
	}
}
