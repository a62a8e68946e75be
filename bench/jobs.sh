#!/bin/sh
# SPDX-License-Identifier: MIT
# jobs.sh: 10,000 jobs, 40 matrices of 250: planned, and run with one empty step each, against the
# start and end of a sandbox alone. The run has as many jobs at once as there are processors.
# shellcheck source=lib.sh disable=SC2154
. "$root/bench/lib.sh"

mkdir -p repo/.github/workflows state
awk 'BEGIN {
	print "on: push\njobs:"
	for (i = 0; i < 250; i++)
		values = values (i ? ", " : "") i
	for (j = 0; j < 40; j++)
		printf "  j%d:\n    runs-on: ubuntu-latest\n    strategy:\n      matrix:\n        i: [%s]\n" \
			"    steps:\n      - run: \"true\"\n", j, values
}' >repo/.github/workflows/ci.yml
repository repo

"$bench/stopwatch" 15 true -- "$wfrun" plan -C repo --event push >stopwatch.out
row "jobs: 10,000 planned" ms "$(pick command end)" - '<300'
"$bench/peak" peak "$wfrun" plan -C repo --event push >plan
row "jobs: the most memory of that" MiB "$(awk '{ printf "%.1f", $1 / 1024 }' peak)" - '<150'

"$bench/stopwatch" 50 true -- "$bench/box_run" "$PWD/state" true >stopwatch.out
"$bench/peak" peak "$wfrun" -C repo --event push --json >record
awk -F '"duration_ms":' '/"run.finished"/ { print $2 / 10000 }' record >each
row "jobs: 10,000 run, each / a sandbox's start and end" ms "$(cat each)" \
	"$(pick command end)" '<=1.5'
row "jobs: the most memory of that" MiB "$(awk '{ printf "%.1f", $1 / 1024 }' peak)" - -
