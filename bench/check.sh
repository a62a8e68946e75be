#!/bin/sh
# SPDX-License-Identifier: MIT
# check.sh: `wfrun check` on one file and on 600, from start to end, against the time that npm's
# @actions/workflow-parser takes for the same 600 in a warm node process, and against actionlint.
# shellcheck source=lib.sh disable=SC2154
. "$root/bench/lib.sh"

# The workflows of all fixtures, 40 of each, with other names, versions and hours.
workflows=repo/.github/workflows
mkdir -p "$workflows"
for file in "$root"/fixtures/*/.github/workflows/*.yml; do
	name=$(basename "$file" .yml)
	cp "$file" "$workflows/"
	for i in $(seq 39); do
		sed -e "s/^name: *\(.*\)/name: \1 $i/" -e "s/3\.1[0-9]/3.$i/g" \
			-e "s/cron: '[0-9]*/cron: '$i/" -e "s/timeout-minutes: .*/timeout-minutes: $i/" \
			"$file" >"$workflows/$name-$i.yml"
	done
done
repository repo
set -- "$workflows"/*.yml
nfiles=$#

turns "check: one file, start to end" '<10' end 41 bash -c true -- "$wfrun" check "$workflows/ci.yml"

if npm_packages; then
	for turn in 1 2 3; do
		with_npm workflows.mjs "$workflows" >"npm.$turn"
		"$bench/stopwatch" 7 true -- "$wfrun" check "$@" >stopwatch.out
		pick command end >"ours.$turn"
	done
	row "check: $nfiles files / npm's workflow-parser, warm" ms \
		"$(cat ours.* | median)" "$(cat npm.* | median)" '>=20'
fi

command -v actionlint >/dev/null || [ -x "$PEERS/bin/actionlint" ] || {
	command -v go >/dev/null && GOBIN="$PEERS/bin" GOPATH="$PEERS/go" GOFLAGS=-modcacherw \
		go install github.com/rhysd/actionlint/cmd/actionlint@latest >&2
} || { echo "skipped: actionlint cannot be had"; exit 0; }
PATH=$PEERS/bin:$PATH
# It exits with 1 when it has something to say.
turns "check: $nfiles files / actionlint" '>=3' end 5 \
	sh -c 'actionlint -shellcheck= -pyflakes= "$@" >out.actionlint || [ $? = 1 ]' sh "$@" -- \
	"$wfrun" check "$@"
