#!/bin/bash
# SPDX-License-Identifier: MIT
# The numbers of runs: they go on from one wfrun to the next and between many at once, and a store
# that cannot be used is said and holds nobody up.
# usage: runs.sh WFRUN. TAP.
set -u
wfrun=$(realpath "${1:?usage: runs.sh WFRUN}")
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 NO_COLOR=1
scratch=$(mktemp -d /var/tmp/wfrun-runs.XXXXXX)
trap 'rm -rf "$scratch"' EXIT
export HOME=$scratch WFRUN_HOME=$scratch/home
repo=$scratch/repo case=0

verdict() {
	local name=$1
	shift
	case=$((case + 1))
	if "$@"; then
		echo "ok $case - $name"
	else
		echo "not ok $case - $name"
		sed 's/^/# /' "$scratch/out"
	fi
}

run() {
	"$wfrun" -C "$repo" --event push "$@" >"$scratch/out" 2>&1 </dev/null
	status=$?
}

has() { grep -q -- "$1" "$scratch/out"; }
lacks() { ! has "$1"; }
numbers() { sed -n 's/.*|   number \([0-9]*\) .*/\1/p' "$@" | sort -n | tr '\n' ' '; }

mkdir -p "$repo/.github/workflows"
for name in one two; do
	cat >"$repo/.github/workflows/$name.yml" <<-'YAML'
	on: push
	run-name: Title ${{ github.run_number }}
	jobs:
	  say:
	    runs-on: ubuntu-latest
	    steps:
	      - run: |
	          echo "number ${{ github.run_number }} attempt ${{ github.run_attempt }}"
	          test "$GITHUB_RUN_NUMBER" = ${{ github.run_number }}
	          test "$GITHUB_RUN_ATTEMPT" = ${{ github.run_attempt }}
	          test "$GITHUB_RUN_ID" = ${{ github.run_id }}
	YAML
done
git -C "$repo" init -q -b main
git -C "$repo" add -A
git -C "$repo" -c user.name=Test -c user.email=test@example.com commit -q -m first

run one.yml
verdict "the first run has the number 1" has "number 1 attempt 1"
verdict "contexts and environment agree" [ "$status" = 0 ]
run one.yml
verdict "the next has the number 2" has "number 2 attempt 1"
run --json one.yml
verdict "run-name sees it" has '"title":"Title 3"'
run two.yml
verdict "another workflow counts for itself" has "number 1 attempt 1"
git -C "$repo" worktree add -q "$scratch/other" 2>/dev/null
"$wfrun" -C "$scratch/other" --event push one.yml >"$scratch/out" 2>&1 </dev/null
verdict "worktrees of a repository count together" has "number 4 attempt 1"
run --strict --input nonsense=1 one.yml
verdict "what is refused takes no number" [ "$status" = 2 ]

for i in 1 2 3 4 5 6; do
	"$wfrun" -C "$repo" --event push one.yml >"$scratch/out.$i" 2>&1 </dev/null &
done
wait
cat "$scratch"/out.? >"$scratch/out"
verdict "many at once have numbers of their own" [ "$(numbers "$scratch/out")" = "5 6 7 8 9 10 " ]

file=$(echo "$WFRUN_HOME"/repositories/*/runs/runs.db)
verdict "the store is its owner's alone" [ "$(stat -c %a "$(dirname "$file")")" = 700 ]
echo "this is no database, and never was one, whatever its name says" >"$file"
run one.yml
verdict "a damaged store is said" has "the run store cannot be used"
verdict "with what to do" has "remove it, and a new one is made"
verdict "and the run goes on" [ "$status" = 0 ]
rm "$file"
echo "these are no numbers" >"${file%.db}"
mv "${file%.db}" "$(dirname "$file")/numbers"
run one.yml
verdict "damaged numbers are said" has "the run store cannot be used"
verdict "and the run goes on with the number 1" has "number 1 attempt 1"
verdict "as if nothing were" [ "$status" = 0 ]
rm "$(dirname "$file")/numbers"
run one.yml
verdict "removed, they begin anew" has "number 1 attempt 1"
verdict "in silence" lacks "cannot be used"

WFRUN_HOME=/proc/nowhere run one.yml
verdict "a store that cannot be written is said" has "the run store cannot be used"
verdict "and does not fail the run" [ "$status" = 0 ]
mkdir "$scratch/full"
if [ "$(id -u)" = 0 ] && mount -t tmpfs -o size=4k,mode=700 tmpfs "$scratch/full" 2>/dev/null; then
	dd if=/dev/zero of="$scratch/full/fill" bs=4k count=1 2>/dev/null
	WFRUN_HOME=$scratch/full run one.yml
	verdict "a full disk is said" has "the run store cannot be used"
	verdict "and does not fail the run either" [ "$status" = 0 ]
	umount "$scratch/full"
fi
echo "1..$case"
