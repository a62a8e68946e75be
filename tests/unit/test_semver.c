/* SPDX-License-Identifier: MIT */
/* test_semver.c - versions in and out of ranges, as node's semver decides. */
#include "test.h"

#include "runner/builtin/semver.h"

TEST(semver_ranges_hold_what_node_says)
{
	static const struct {
		const char *range, *version;
		bool fits;
	} rows[] = {
		{ "3.11", "3.11.4", true },
		{ "3.11", "3.12.0", false },
		{ "3.x", "3.13.1", true },
		{ "3", "3.0.0", true },
		{ "3", "4.0.0", false },
		{ "*", "1.2.3", true },
		{ "", "1.2.3", true },
		{ "x", "1.2.3", true },
		{ "3.11.4", "3.11.4", true },
		{ "=3.11.4", "3.11.4", true },
		{ "v3.11.4", "3.11.4", true },
		{ "3.11.4", "3.11.5", false },
		{ ">=3.9 <3.12", "3.11.9", true },
		{ ">=3.9 <3.12", "3.12.0", false },
		{ ">= 3.9 < 3.12", "3.8.10", false },
		{ ">3.9", "3.9.7", false },
		{ ">3.9", "3.10.0", true },
		{ ">3.9.1", "3.9.2", true },
		{ "<=3.9", "3.9.19", true },
		{ "<=3.9", "3.10.0", false },
		{ "<3.9", "3.9.0", false },
		{ "<=3.9.1", "3.9.1", true },
		{ "~3.9", "3.9.19", true },
		{ "~3.9.2", "3.9.1", false },
		{ "~3", "3.14.0", true },
		{ "~>3.9.2", "3.9.3", true },
		{ "^3.9", "3.14.0", true },
		{ "^3.9", "4.0.0", false },
		{ "^0.2.3", "0.2.9", true },
		{ "^0.2.3", "0.3.0", false },
		{ "^0.0.3", "0.0.4", false },
		{ "3.8 - 3.10", "3.10.14", true },
		{ "3.8 - 3.10", "3.11.0", false },
		{ "3.8 || 3.12", "3.12.2", true },
		{ "3.8||3.10", "3.9.0", false },
		{ "<*", "1.0.0", false },
		{ "3.13", "3.13.0-rc.1", false },
		{ "~3.13.0-0", "3.13.0-rc.1", true },
		{ "~3.13.0-0", "3.13.2", true },
		{ "~3.13.0-0", "3.14.0-a1", false },
		{ ">=3.13.0-beta.2", "3.13.0-beta.10", true },
		{ ">=3.13.0-beta.2", "3.13.0-alpha", false },
		{ ">=3.13.0-beta.2", "3.14.0-beta.2", false },
		{ "3.b", "3.0.0", false },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		struct semver version;

		CHECK(semver_parse(wf_str(rows[i].version), &version));
		if (semver_satisfies(&version, wf_str(rows[i].range)) != rows[i].fits)
			fail_msg("%s in %s", rows[i].version, rows[i].range);
	}
}

TEST(semver_orders_versions)
{
	static const char *const ordered[] = { "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta",
		"1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1",
		"1.10.0", "2.0.0" };

	for (size_t i = 0; i + 1 < WF_COUNT(ordered); i++) {
		struct semver a, b;

		CHECK(semver_parse(wf_str(ordered[i]), &a));
		CHECK(semver_parse(wf_str(ordered[i + 1]), &b));
		CHECK(semver_compare(&a, &b) < 0);
		CHECK(semver_compare(&b, &a) > 0);
		CHECK(semver_compare(&a, &a) == 0);
	}
}

TEST(semver_knows_what_is_no_version_and_no_range)
{
	static const char *const bad[] = { "3", "3.11", "3.11.x", "", "a.b.c", "3.11.4.5",
		"3.11.4-", "-1.2.3", "3..4", "3.11.4-a_b", "3.11.4+", "3.11.4+a b" };
	static const char *const bad_ranges[] = { "3.b", ">=", "3.11 -", "latest", "3.8 | 3.9",
		"- 3" };
	struct semver v;

	for (size_t i = 0; i < WF_COUNT(bad); i++)
		CHECK(!semver_parse(wf_str(bad[i]), &v));
	for (size_t i = 0; i < WF_COUNT(bad_ranges); i++)
		CHECK(!semver_is_range(wf_str(bad_ranges[i])));
	CHECK(semver_is_range(WF_S(">=3.9 <3.12 || ^2.7")));
}
