#!/bin/sh
# SPDX-License-Identifier: MIT
# steps.sh: a job of 1,000 `true` steps against `bash -e` on the same 1,000 scripts, one after the
# other. The whole wfrun counts, from its start to its end. As on GitHub a step's locale is C.UTF-8,
# for which bash opens a dozen more files than it does for none; so the second row, which is what
# wfrun itself adds, gives the baseline the same locale.
# shellcheck source=lib.sh disable=SC2154
. "$root/bench/lib.sh"

seq 1000 | sed 's/.*/- run: true/' | workflow repo
repository repo
mkdir scripts
for i in $(seq 1000); do
	echo true >"scripts/$i.sh"
done
steps() {
	turns "$1" "$2" end 7 \
		env "LANG=$3" bash -c 'for script in scripts/*; do bash -e "$script"; done' -- \
		"$wfrun" -C repo --event push
}
steps "steps: a job of 1,000 / bash -e one after the other" '<=1.5' "${LANG:-}"
steps "steps: the same, the baseline with LANG=C.UTF-8, too" - C.UTF-8
