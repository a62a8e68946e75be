#!/bin/sh
# SPDX-License-Identifier: MIT
# start.sh: from start to the first step's first line in a small repository, against bwrap.
# shellcheck source=lib.sh disable=SC2154
. "$root/bench/lib.sh"

workflow repo <<-'TEXT'
	- run: printf 'first %s\n' line
TEXT
echo hello >repo/README.md
repository repo
turns "start: to the first step's first line / bwrap" '<=5' first -t "first line" 41 \
	bwrap --unshare-pid --unshare-ipc --unshare-uts --dev-bind / / \
	bash -c 'printf "first %s\n" line' -- \
	"$wfrun" -C repo --event push
row "start: to the end / bwrap" ms "$(pick command end)" "$(pick baseline end)" -
