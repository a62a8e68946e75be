#!/bin/sh
# SPDX-License-Identifier: MIT
# jobs.sh: 10,000 jobs, 40 matrices of 250: planned, and run with one empty step each, against the
# start and end of a sandbox alone: of a program that makes one, runs `true` in it and ends, and of
# one that makes a hundred, one after the other, with a bash in each. The run has as many jobs at
# once as there are processors.
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

# Before the run and after it, as others may come to work on this machine meanwhile.
start_end() {
	"$bench/stopwatch" 25 true -- "$bench/box_run" "$PWD/state" true >stopwatch.out
	pick command end >>alone
	"$bench/stopwatch" 5 true -- \
		"$bench/box_run" -b 100 "$PWD/state" bash --noprofile --norc -e -c true >stopwatch.out
	pick command end >>of_nest
}
start_end
"$bench/peak" peak "$wfrun" -C repo --event push --json >record
start_end
awk -F '"duration_ms":' '/"run.finished"/ { print $2 / 10000 }' record >each
row "jobs: 10,000 run, each / a sandbox's start and end" ms "$(cat each)" \
	"$(awk '{ n += $1 } END { print n / NR }' alone)" '<=1.5'
row "jobs: the same / one of 100 sandboxes, with bash" ms "$(cat each)" \
	"$(awk '{ n += $1 } END { print n / NR / 100 }' of_nest)" '<=1.5'
row "jobs: the most memory of that" MiB "$(awk '{ printf "%.1f", $1 / 1024 }' peak)" - -
