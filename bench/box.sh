#!/bin/sh
# SPDX-License-Identifier: MIT
# box.sh BUILD: what a box costs, each figure beside a baseline of the same run: a sandbox from its
# start to its first output against bwrap, and 1,000 processes in a box against posix_spawn.
set -eu
bench=${1:-build}/bench
state=$(mktemp -d)
trap 'rm -rf "$state"' EXIT
trap 'exit 1' HUP INT TERM

echo "start: bwrap ... bash -c 'echo x' against a sandbox with it"
"$bench/stopwatch" 25 \
	bwrap --unshare-pid --unshare-ipc --unshare-uts --dev-bind / / bash -c 'echo x' -- \
	"$bench/box_run" "$state" bash -c 'echo x'
for kind in '' --host; do
	echo "1,000 processes: posix_spawn against a ${kind:-sandbox}"
	# shellcheck disable=SC2086 # one word or none
	"$bench/stopwatch" 3 "$bench/spawn" 1000 true -- \
		"$bench/box_run" $kind -n 1000 "$state" true
done
