#!/bin/bash
# SPDX-License-Identifier: MIT
# What is said ahead of a run, against what is expected: fixtures/plans/CASE has a repository, a list
# of commands, and the output of each in the file that the command's line begins with; a script `setup`
# may add to the history. TAP.
# usage: plans.sh WFRUN [--update]: --update writes what comes out in place of what is expected.
set -u
wfrun=$(realpath "${1:?usage: plans.sh WFRUN [--update]}")
update=${2-}
plans=$(cd "$(dirname "$0")/../fixtures/plans" && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 HOME=$scratch NO_COLOR=1 TZ=Asia/Tokyo
export GIT_AUTHOR_NAME=Tester GIT_AUTHOR_EMAIL=tester@example.org GIT_AUTHOR_DATE='2026-01-01T00:00:00Z'
export GIT_COMMITTER_NAME=Tester GIT_COMMITTER_EMAIL=tester@example.org
export GIT_COMMITTER_DATE='2026-01-01T00:00:00Z'
case=0

# verdict NAME COMMAND...: ok when the command succeeds; else what it printed
verdict() {
	local name=$1
	shift
	case=$((case + 1))
	if "$@" >"$scratch/said" 2>&1; then
		echo "ok $case - $name"
	else
		echo "not ok $case - $name"
		sed 's/^/# /' "$scratch/said"
	fi
}

# well_formed FILE: whether a program that knows the form can read it
well_formed() {
	case $1 in
	*.svg) python3 -c "import sys, xml.dom.minidom as x; x.parse(sys.argv[1])" "$1" ;;
	*.json) python3 -c "import json, sys; json.load(open(sys.argv[1]))" "$1" ;;
	*.txt) [ "$(LC_ALL=C grep -c '[[:cntrl:]]' "$1")" = 0 ] ;;
	esac
}

for dir in "$plans"/*/; do
	name=$(basename "$dir")
	cp -r "$dir/repo" "$scratch/$name"
	git -C "$scratch/$name" init -q -b main
	git -C "$scratch/$name" add -A
	git -C "$scratch/$name" commit -qm "All of it"
	[ ! -f "$dir/setup" ] || (cd "$scratch/$name" && bash -e "$dir/setup")
	while read -r file words; do
		# shellcheck disable=SC2086 # they are words
		(cd "$scratch/$name" && "$wfrun" $words) >"$scratch/$file" 2>&1 </dev/null
		[ "$update" != --update ] || cp "$scratch/$file" "$dir/$file"
		verdict "$name: wfrun $words" diff -u "$dir/$file" "$scratch/$file"
		verdict "$name: $file is well-formed" well_formed "$scratch/$file"
	done <"$dir/commands"
done
echo "1..$case"
