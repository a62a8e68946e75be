/* SPDX-License-Identifier: MIT */
/* test_cache_action.c - cache, its restore and its save against a store. */
#include "test.h"

#include "base/fs.h"
#include "builtin_fixture.h"

static const char files[] = "mkdir -p work/ws/dep/sub home/.far; cd work/ws; echo one >dep/a\n"
                            "echo two >dep/sub/run; chmod 755 dep/sub/run; ln -s a dep/link\n"
                            "echo far >../../home/.far/f; touch -d @1000000000 dep/a";

static void
inputs(struct fake_call *fake, const char *key, const char *restore_keys)
{
	fake_call_again(fake);
	fake_call_input(fake, "path", "dep\n~/.far");
	fake_call_input(fake, "key", key);
	fake_call_input(fake, "restore-keys", restore_keys);
}

static void
save(struct fake_call *fake, const char *key)
{
	inputs(fake, key, "");
	fake_call_run(fake, &builtin_cache_save);
}

static void
restore(struct fake_call *fake, const char *key, const char *restore_keys)
{
	scratch_run(&fake->scratch, "rm -rf work/ws/dep home/.far");
	inputs(fake, key, restore_keys);
	fake_call_run(fake, &builtin_cache_restore);
}

TEST(cache_brings_back_modes_times_and_links)
{
	struct fake_call fake;

	fake_call_init(&fake, files);
	save(&fake, "k");
	CHECK(fake_call_said(&fake, "Cache saved with key: k"));
	restore(&fake, "k", "");
	CHECK(fake.success);
	CHECK_STR(fake_call_output(&fake, "cache-hit"), "true");
	CHECK_STR(fake_call_output(&fake, "cache-matched-key"), "k");
	CHECK_STR(scratch_run(&fake.scratch,
	              "cat work/ws/dep/link home/.far/f; stat -c '%%a %%Y' work/ws/dep/a; "
	              "test -x work/ws/dep/sub/run && readlink work/ws/dep/link"),
	    "one\nfar\n644 1000000000\na");
	fake_call_release(&fake);
}

TEST(cache_finds_the_newest_that_begins_with_a_restore_key)
{
	struct fake_call fake;

	fake_call_init(&fake, files);
	save(&fake, "dep-1");
	save(&fake, "dep-2");
	restore(&fake, "none", "dep-\nd");
	CHECK_STR(fake_call_output(&fake, "cache-hit"), "false");
	CHECK_STR(fake_call_output(&fake, "cache-matched-key"), "dep-2");
	CHECK(fake_call_said(&fake, "Cache restored from key: dep-2"));
	restore(&fake, "none", "");
	CHECK(fake.success);
	CHECK(fake_call_said(&fake, "Cache not found for input keys: none"));
	CHECK_STR(fake_call_output(&fake, "cache-hit"), "(none)");
	fake_call_release(&fake);
}

TEST(cache_is_found_by_its_paths_too)
{
	struct fake_call fake;

	fake_call_init(&fake, files);
	save(&fake, "k");
	fake_call_again(&fake);
	fake_call_input(&fake, "path", "dep");
	fake_call_input(&fake, "key", "k");
	fake_call_input(&fake, "fail-on-cache-miss", "true");
	fake_call_run(&fake, &builtin_cache_restore);
	CHECK(!fake.success);
	CHECK(fake_call_said(&fake, "Exiting as fail-on-cache-miss is set. Input key: k"));
	fake_call_release(&fake);
}

TEST(cache_lookup_only_restores_nothing)
{
	struct fake_call fake;

	fake_call_init(&fake, files);
	save(&fake, "k");
	scratch_run(&fake.scratch, "rm -rf work/ws/dep");
	inputs(&fake, "K", ""); /* case does not count */
	fake_call_input(&fake, "lookup-only", "true");
	fake_call_run(&fake, &builtin_cache_restore);
	CHECK_STR(fake_call_output(&fake, "cache-hit"), "true");
	CHECK(fake_call_said(&fake, "Cache found and can be restored from key: k"));
	CHECK(!wf_exists(scratch_path(&fake.scratch, "work/ws/dep")));
	fake_call_release(&fake);
}

TEST(cache_saves_in_its_post_what_was_not_hit)
{
	struct fake_call fake;

	fake_call_init(&fake, files);
	inputs(&fake, "k", "");
	fake_call_run(&fake, &builtin_cache);
	CHECK(fake_call_said(&fake, "Cache not found for input keys: k"));
	fake_call_post(&fake, &builtin_cache);
	CHECK(fake_call_said(&fake, "Cache saved with key: k"));
	inputs(&fake, "k", "");
	fake_call_run(&fake, &builtin_cache);
	CHECK_STR(fake_call_output(&fake, "cache-hit"), "true");
	fake_call_post(&fake, &builtin_cache);
	CHECK(fake_call_said(&fake, "Cache hit occurred on the primary key k, not saving cache."));
	fake_call_release(&fake);
}

TEST(cache_that_cannot_be_saved_fails_no_step)
{
	struct fake_call fake;

	fake_call_init(&fake, files);
	save(&fake, "k");
	save(&fake, "k");
	CHECK(fake.success);
	CHECK(fake_call_said(&fake, "Unable to reserve cache with key k"));
	scratch_run(&fake.scratch, "rm -rf work/ws/dep home/.far");
	save(&fake, "other");
	CHECK(fake.success);
	CHECK(fake_call_said(&fake, "Path Validation Error"));
	fake_call_release(&fake);
}

TEST(cache_refuses_bad_keys)
{
	static const struct {
		const char *key, *said;
	} rows[] = {
		{ "a,b", "Key Validation Error: a,b cannot contain commas." },
		{ "", "Input required and not supplied: key" },
	};
	struct fake_call fake;

	fake_call_init(&fake, files);
	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		restore(&fake, rows[i].key, "");
		CHECK(!fake.success);
		CHECK(fake_call_said(&fake, rows[i].said));
	}
	restore(&fake, "k", "1\n2\n3\n4\n5\n6\n7\n8\n9\n10");
	CHECK(fake_call_said(&fake, "Keys are limited to a maximum of 10."));
	fake_call_release(&fake);
}

TEST(cache_that_was_damaged_is_a_miss)
{
	struct fake_call fake;

	fake_call_init(&fake, files);
	save(&fake, "k");
	scratch_run(&fake.scratch, "for f in $(find caches -type f ! -name 'caches.db*'); do "
	                           "printf xxxx | dd of=$f bs=1 seek=8 conv=notrunc 2>/dev/null; "
	                           "done");
	restore(&fake, "k", "");
	CHECK(fake.success);
	CHECK(fake_call_said(&fake, "Cache not found for input keys: k"));
	fake_call_release(&fake);
}
