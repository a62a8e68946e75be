#!/bin/sh
# SPDX-License-Identifier: MIT
# box.sh: what a box costs: a sandbox from its start to its first output against bwrap, and 1,000
# processes in a box against posix_spawn.
# shellcheck source=lib.sh disable=SC2154
. "$root/bench/lib.sh"
mkdir state

turns "box: start to first output / bwrap" - first 25 \
	bwrap --unshare-pid --unshare-ipc --unshare-uts --dev-bind / / bash -c 'echo x' -- \
	"$bench/box_run" "$PWD/state" bash -c 'echo x'
turns "box: 1,000 processes in a sandbox / posix_spawn" - end 3 \
	"$bench/spawn" 1000 true -- "$bench/box_run" -n 1000 "$PWD/state" true
turns "box: 1,000 processes in a host box / posix_spawn" - end 3 \
	"$bench/spawn" 1000 true -- "$bench/box_run" --host -n 1000 "$PWD/state" true
