/* SPDX-License-Identifier: MIT */
/* test_setup_python.c - which interpreter is chosen, and what the job gets. The interpreters are
 * scripts that say a version which no interpreter of this machine has. */
#include "test.h"

#include "builtin_fixture.h"

#include <stdlib.h>

/* In PATH: 7.11.2 as a distribution has it, without `python`; 7.9.7. In the tool cache 7.12.1; for
 * pyenv 7.13.0rc1 and a pypy. */
static const char interpreters[] =
    "make() {\n"
    "	mkdir -p \"$(dirname \"$1\")\" && printf '#!/bin/sh\\necho \"%s\"\\n' \"$2\" >\"$1\"\n"
    "	chmod 755 \"$1\"\n"
    "}\n"
    "make usr/bin/python3.11 'Python 7.11.2'; ln -s python3.11 usr/bin/python3\n"
    "mkdir -p usr/lib/python3.11 && touch usr/lib/python3.11/EXTERNALLY-MANAGED\n"
    "make opt/bin/python3.9 'Python 7.9.7'\n"
    "make tools/Python/7.12.1/x64/bin/python3.12 'Python 7.12.1'\n"
    "ln -s python3.12 tools/Python/7.12.1/x64/bin/python\n"
    "make home/.pyenv/versions/7.13.0rc1/bin/python 'Python 7.13.0rc1'\n"
    "make home/.pyenv/versions/pypy/bin/python 'Python 7.10.14 (x)\n[PyPy 7.7.17]'\n"
    "make usr/bin/python3.8 'no version'\n"
    "make opt/shims/python3 'Python 7.14.0'\n"
    "mkdir -p work/ws\n";

static void
start(struct fake_call *fake, const char *version)
{
	fake_call_init(fake, interpreters);
	fake->env[1] = wf_strf(fake->scratch.arena,
	    "PATH=%s/opt/shims:%s/usr/bin:%s/opt/bin:/usr/bin:/bin", fake->scratch.dir,
	    fake->scratch.dir, fake->scratch.dir)
	                   .p;
	fake->env[2] = "LD_LIBRARY_PATH=/before";
	fake_call_input(fake, "python-version", version);
}

TEST(setup_python_takes_the_highest_that_satisfies)
{
	static const struct {
		const char *wanted, *prereleases, *got;
	} rows[] = {
		{ "7.11.2", "false", "7.11.2" },
		{ "7.12", "false", "7.12.1" },
		{ "7.9", "false", "7.9.7" },
		{ ">=7.9.7 <7.11", "false", "7.9.7" },
		{ "7.13", "true", "7.13.0rc1" },
		{ "7.13-dev", "false", "7.13.0rc1" },
		{ "7.13.0rc1", "false", "7.13.0rc1" },
		{ "~7.13.0-0", "false", "7.13.0rc1" },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		struct fake_call fake;

		start(&fake, rows[i].wanted);
		fake_call_input(&fake, "allow-prereleases", rows[i].prereleases);
		fake_call_run(&fake, &builtin_setup_python);
		CHECK_STR(fake_call_output(&fake, "python-version"), rows[i].got);
		CHECK(fake.success);
		fake_call_release(&fake);
	}
}

TEST(setup_python_uses_an_own_installation_where_it_is)
{
	struct fake_call fake;
	const char *root;

	start(&fake, "7.12");
	fake_call_run(&fake, &builtin_setup_python);
	root = scratch_path(&fake.scratch, "tools/Python/7.12.1/x64");
	CHECK_STR(wf_buf_str(&fake.environment),
	    wf_strf(fake.scratch.arena,
	        "pythonLocation=%s\nPython_ROOT_DIR=%s\nPython2_ROOT_DIR=%s\nPython3_ROOT_DIR=%s\n"
	        "PKG_CONFIG_PATH=%s/lib/pkgconfig\nLD_LIBRARY_PATH=%s/lib:/before\n"
	        "PATH+=%s\nPATH+=%s/bin\n",
	        root, root, root, root, root, root, root, root)
	        .p);
	CHECK_STR(fake_call_output(&fake, "python-path"),
	    wf_strf(fake.scratch.arena, "%s/bin/python", root).p);
	CHECK(fake_call_said(&fake,
	    "::group::Installed versions\nSuccessfully set up CPython (7.12.1)\n"
	    "::endgroup::\n"));
	fake_call_release(&fake);
}

TEST(setup_python_makes_a_folder_for_the_interpreter_of_the_system)
{
	struct fake_call fake;
	struct wf_str root;

	start(&fake, "7.11.2");
	fake_call_run(&fake, &builtin_setup_python);
	root = fake_call_output(&fake, "python-path");
	CHECK(wf_str_ends(root, WF_S("/bin/python")));
	root = wf_str_sub(root, 0, root.n - strlen("/bin/python"));
	CHECK(wf_str_starts(root, wf_str(scratch_path(&fake.scratch, "tools/Python/7.11.2/"))));
	CHECK_STR(scratch_run(&fake.scratch, "cd '%.*s' && ls -A . bin", WF_ARG(root)),
	    ".:\nbin\nlib\npyvenv.cfg\n\nbin:\npip\npip3\npip7.11\npython\npython3\npython7.11");
	CHECK_STR(scratch_run(&fake.scratch, "'%.*s/bin/python' --version", WF_ARG(root)),
	    "Python 7.11.2");
	CHECK_STR(scratch_run(&fake.scratch, "head -n 1 '%.*s/pyvenv.cfg'", WF_ARG(root)),
	    wf_strf(fake.scratch.arena, "home = %s/usr/bin", fake.scratch.dir).p);
	fake_call_release(&fake);
}

TEST(setup_python_falls_back_to_temp_when_the_tool_cache_is_read_only)
{
	struct fake_call fake;

	start(&fake, "7.11.2");
	scratch_run(&fake.scratch, "rm -rf tools && touch tools"); /* no folder can be made there */
	fake_call_run(&fake, &builtin_setup_python);
	CHECK(fake.success);
	CHECK(wf_str_starts(fake_call_output(&fake, "python-path"),
	    wf_str(scratch_path(&fake.scratch, "temp/Python/7.11.2/"))));
	fake_call_release(&fake);
}

TEST(setup_python_sets_up_several_versions_in_order)
{
	struct fake_call fake;

	start(&fake, "7.12\n\n 7.9 \n");
	fake_call_run(&fake, &builtin_setup_python);
	CHECK(fake.success);
	CHECK(fake_call_said(&fake,
	    "Successfully set up CPython (7.12.1)\nSuccessfully set up CPython (7.9.7)\n"));
	CHECK_STR(fake_call_output(&fake, "python-version"), "7.9.7");
	fake_call_release(&fake);
}

TEST(setup_python_leaves_the_environment_when_told_to)
{
	struct fake_call fake;

	start(&fake, "7.12");
	fake_call_input(&fake, "update-environment", "false");
	fake_call_run(&fake, &builtin_setup_python);
	CHECK(fake.success);
	CHECK_STR(wf_buf_str(&fake.environment), "");
	CHECK_STR(fake_call_output(&fake, "python-version"), "7.12.1");
	fake_call_release(&fake);
}

TEST(setup_python_lists_what_is_at_hand_when_none_satisfies)
{
	static const struct {
		const char *version, *arch, *want;
	} rows[] = {
		{ "6.7", "", "::error::The version '6.7' with architecture '" },
		{ "7.14", "", "was not found." }, /* a shim is no interpreter */
		{ "7.13.0-beta.1", "", "was not found. At hand: 7.12.1 (" },
		{ "7.12", "s390",
		    "::error::The version '7.12' with architecture 's390' was not found." },
		{ "pypy7.10", "", "::error::'pypy7.10' is not supported" },
		{ "7.b", "", "::error::The version '7.b' with architecture '" },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		struct fake_call fake;

		start(&fake, rows[i].version);
		fake_call_input(&fake, "architecture", rows[i].arch);
		fake_call_run(&fake, &builtin_setup_python);
		CHECK(!fake.success);
		CHECK(fake_call_said(&fake, rows[i].want));
		fake_call_release(&fake);
	}
}

TEST(setup_python_reads_the_version_from_files)
{
	static const struct {
		const char *name, *text, *got;
	} rows[] = {
		{ ".python-version", "# a comment\n7.12/envs/x\n", "7.12.1" },
		{ "other", "7.9\r\n", "7.9.7" },
		{ "pyproject.toml", "[project]\nname = \"x\"\nrequires-python = \">=7.12,<7.13\"\n",
		    "7.12.1" },
		{ "pyproject.toml",
		    "[build-system]\npython = \"1\"\n[tool.poetry.dependencies]\npython = "
		    "'~7.12'\n",
		    "7.12.1" },
		{ "Pipfile", "[requires]\npython_version = \"7.12\"\n", "7.12.1" },
		{ ".tool-versions", "nodejs 16\n python   v7.12.1 \n", "7.12.1" },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		struct fake_call fake;

		start(&fake, "");
		scratch_run(&fake.scratch, "cat >'work/ws/%s' <<'EOF'\n%sEOF", rows[i].name,
		    rows[i].text);
		fake_call_input(&fake, "python-version-file", rows[i].name);
		fake_call_run(&fake, &builtin_setup_python);
		CHECK_STR(fake_call_output(&fake, "python-version"), rows[i].got);
		fake_call_release(&fake);
	}
}

TEST(setup_python_without_a_version_uses_the_one_in_path)
{
	struct fake_call fake;

	start(&fake, "");
	fake_call_run(&fake, &builtin_setup_python);
	CHECK(fake.success);
	CHECK(fake_call_said(&fake, "::warning::The `python-version` input is not set."));
	CHECK_STR(wf_buf_str(&fake.environment), "");
	fake_call_release(&fake);

	start(&fake, "");
	scratch_run(&fake.scratch, "echo 7.12 >work/ws/.python-version");
	fake_call_run(&fake, &builtin_setup_python);
	CHECK_STR(fake_call_output(&fake, "python-version"), "7.12.1");
	fake_call_release(&fake);

	start(&fake, "");
	fake_call_input(&fake, "python-version-file", "none");
	fake_call_run(&fake, &builtin_setup_python);
	CHECK(!fake.success);
	CHECK(fake_call_said(&fake,
	    "::error::The specified python version file at: none doesn't exist."));
	fake_call_release(&fake);
}

TEST(setup_python_says_that_there_is_no_cache)
{
	struct fake_call fake;

	start(&fake, "7.12");
	fake_call_input(&fake, "cache", "pip");
	fake_call_run(&fake, &builtin_setup_python);
	CHECK(fake.success);
	CHECK(fake_call_said(&fake, "::notice::The cache of 'pip' is not restored"));
	CHECK_STR(fake_call_output(&fake, "cache-hit"), "false");
	fake_call_release(&fake);
}

TEST(setup_python_really_works_with_the_interpreter_of_this_machine)
{
	struct fake_call fake;
	struct wf_str path;

	if (system("command -v python3 >/dev/null") != 0)
		SKIP("there is no python3");
	start(&fake, "3");
	fake.env[1] = wf_strf(fake.scratch.arena, "PATH=%s", getenv("PATH")).p;
	scratch_run(&fake.scratch, "rm -rf tools/* home/.pyenv");
	fake_call_run(&fake, &builtin_setup_python);
	CHECK(fake.success);
	path = fake_call_output(&fake, "python-path");
	CHECK_STR(scratch_run(&fake.scratch,
	              "'%.*s' -c 'import platform; print(platform.python_version())'",
	              WF_ARG(path)),
	    wf_cstr(fake.scratch.arena, fake_call_output(&fake, "python-version")));
	fake_call_release(&fake);
}
