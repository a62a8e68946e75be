/* SPDX-License-Identifier: MIT */
/* test_setup_tool.c - which tool is chosen. The tools are scripts that say a version which none of
 * this machine has. */
#include "test.h"

#include "builtin_fixture.h"
#include "runner/builtin/setup_tool.h"

/* In PATH node 70.1.2; in the tool cache 71.5.0 and 72.0.1; java 8 and 77. */
static const char tools[] =
    "make() {\n"
    "	mkdir -p \"$(dirname \"$1\")\" && printf '#!/bin/sh\\necho \"%s\" >&2\\n' \"$2\" >\"$1\"\n"
    "	chmod 755 \"$1\"\n"
    "}\n"
    "make usr/bin/node v70.1.2; make tools/node/71.5.0/x64/bin/node v71.5.0\n"
    "make tools/node/72.0.1/x64/bin/node v72.0.1; make usr/bin/go 'go version go7.22 linux/amd64'\n"
    "make tools/Java_Temurin-Hotspot_jdk/77.0.9-9/x64/bin/java 'openjdk version 77.0.9.1 "
    "2023-10-17'\n"
    "make usr/bin/java 'openjdk version 1.8.0_392'; make usr/bin/ruby 'ruby 73.1.2p20 "
    "(2022-04-12)'\n"
    "mkdir -p work/ws; cd work/ws; echo v71 >.nvmrc; echo 73.1 >.ruby-version\n"
    "echo '{\"engines\": {\"node\": \">=70 <71\"}}' >package.json\n"
    "printf 'module x\\n\\ngo 7.22\\n' >go.mod; echo 'nodejs 72.0.1' >.tool-versions\n";

static void
run(struct fake_call *fake, const struct builtin *builtin, const char *input, const char *value)
{
	fake_call_init(fake, tools);
	/* the go of this machine is asked as well, and leaves a process that writes to its home */
	fake->env[0] = "HOME=/nonexistent";
	fake->env[1] =
	    wf_strf(fake->scratch.arena, "PATH=%s/usr/bin:/usr/bin:/bin", fake->scratch.dir).p;
	if (input)
		fake_call_input(fake, input, value);
	fake_call_run(fake, builtin);
}

TEST(setup_tool_takes_the_highest_that_satisfies)
{
	static const struct {
		const struct builtin *builtin;
		const char *input, *value, *output, *version;
	} rows[] = {
		{ &builtin_setup_node, "node-version", "70", "node-version", "v70.1.2" },
		{ &builtin_setup_node, "node-version", "71.x", "node-version", "v71.5.0" },
		{ &builtin_setup_node, "node-version", ">=70 <72", "node-version", "v71.5.0" },
		{ &builtin_setup_node, "node-version", "v72", "node-version", "v72.0.1" },
		{ &builtin_setup_node, "node-version", "lts/*", "node-version", "v72.0.1" },
		{ &builtin_setup_node, "node-version-file", ".nvmrc", "node-version", "v71.5.0" },
		{ &builtin_setup_node, "node-version-file", "package.json", "node-version",
		    "v70.1.2" },
		{ &builtin_setup_node, "node-version-file", ".tool-versions", "node-version",
		    "v72.0.1" },
		{ &builtin_setup_node, NULL, NULL, "node-version", "v70.1.2" },
		{ &builtin_setup_go, "go-version-file", "go.mod", "go-version", "7.22" },
		{ &builtin_setup_java, "java-version", "77", "version", "77.0.9.1" },
		{ &builtin_setup_java, "java-version", "8", "version", "1.8.0" },
		{ &builtin_setup_ruby, NULL, NULL, "ruby-version", "73.1.2" },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		struct fake_call fake;

		run(&fake, rows[i].builtin, rows[i].input, rows[i].value);
		CHECK(fake.success);
		CHECK_STR(fake_call_output(&fake, rows[i].output), rows[i].version);
		fake_call_release(&fake);
	}
}

TEST(setup_tool_changes_the_path_for_what_is_not_first_in_it)
{
	struct fake_call fake;

	run(&fake, &builtin_setup_node, "node-version", "70");
	CHECK_INT(fake.environment.n, 0);
	fake_call_release(&fake);
	run(&fake, &builtin_setup_java, "java-version", "77");
	CHECK(wf_str_find(wf_buf_str(&fake.environment), WF_S("77.0.9-9/x64/bin")) > 0);
	CHECK(wf_str_find(wf_buf_str(&fake.environment), WF_S("JAVA_HOME=")) >= 0);
	fake_call_release(&fake);
}

TEST(setup_tool_says_what_is_at_hand)
{
	struct fake_call fake;

	run(&fake, &builtin_setup_node, "node-version", "99");
	CHECK(!fake.success);
	CHECK(fake_call_said(&fake, "Unable to find Node version '99'. At hand: 70.1.2 ("));
	fake_call_release(&fake);
	run(&fake, &builtin_setup_node, "node-version-file", "none");
	CHECK(fake_call_said(&fake, "The specified node version file at: none does not exist"));
	fake_call_release(&fake);
}
