#!/bin/sh
# SPDX-License-Identifier: MIT
# actions.sh: from start to the first step's first line where ten actions of other repositories are
# in the store, against the same step where there are none.
# shellcheck source=lib.sh disable=SC2154
. "$root/bench/lib.sh"

WFRUN_HOME=$PWD/home
export WFRUN_HOME
workflow none <<-'TEXT'
	- run: printf 'first %s\n' line
TEXT
repository none
uses=
for i in 1 2 3 4 5 6 7 8 9 10; do
	mkdir -p "mirror/acme/a$i"
	printf 'name: a\nruns: {using: composite, steps: [{run: "true", shell: bash}]}\n' \
		>"mirror/acme/a$i/action.yml"
	repository "mirror/acme/a$i"
	git -C "mirror/acme/a$i" tag v1
	uses="$uses- uses: acme/a$i@v1
"
done
workflow ten <<-TEXT
	- run: printf 'first %s\n' line
	$uses
TEXT
repository ten
"$wfrun" -C ten fetch --action-source "$PWD/mirror/{owner}/{repo}" >fetch.out 2>&1
turns "ten actions in the store: first line / with none" '<=1.1' first -t "first line" 41 \
	"$wfrun" -C none --event push -- "$wfrun" -C ten --event push
