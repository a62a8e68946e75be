#!/bin/sh
# SPDX-License-Identifier: MIT
# why.sh: `wfrun why` in a repository with 100 workflows and 10,000 changed files out of 100,000,
# against `git diff --name-status` of the same.
# shellcheck source=lib.sh disable=SC2154
. "$root/bench/lib.sh"

mkdir -p repo/.github/workflows
awk 'BEGIN {
	for (i = 0; i < 5000; i++)
		printf "repo/pkg%02d/src/mod%03d\n", i / 100, i % 100
}' | xargs mkdir -p
awk 'BEGIN {
	split("c py md js", ending, " ")
	for (i = 0; i < 100000; i++) {
		file = sprintf("repo/pkg%02d/src/mod%03d/file%02d.%s", i / 2000, int(i / 20) % 100,
			i % 20, ending[i % 4 + 1])
		print "line", i >file
		close(file)
	}
	for (i = 0; i < 100; i++) {
		file = sprintf("repo/.github/workflows/w%02d.yml", i)
		printf "on:\n  push:\n    branches: [main, \"release/**\"]\n    paths:\n" \
			"      - \"other%02d/**\"\n      - \"pkg%02d/src/**/*.js\"\n      - \"!**/*.md\"\n" \
			"jobs:\n  build:\n    runs-on: ubuntu-latest\n    steps:\n      - run: make\n", i, i >file
		close(file)
	}
}'
repository repo
find repo/pkg* -name 'file*[05].*' | sort | awk 'NR % 2 { print "more" >>$0; close($0) }'
cd repo
turns "why, 10,000 of 100,000 files changed" '<=3' end 11 \
	git diff --name-status -- "$wfrun" why --event push
