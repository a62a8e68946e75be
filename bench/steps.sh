#!/bin/sh
# SPDX-License-Identifier: MIT
# steps.sh: a job of 1,000 `true` steps against `bash -e` on the same 1,000 scripts, one after the
# other. The whole wfrun counts, from its start to its end.
# shellcheck source=lib.sh disable=SC2154
. "$root/bench/lib.sh"

seq 1000 | sed 's/.*/- run: true/' | workflow repo
repository repo
mkdir scripts
for i in $(seq 1000); do
	echo true >"scripts/$i.sh"
done
turns "steps: a job of 1,000 / bash -e one after the other" '<=1.5' end 7 \
	bash -c 'for script in scripts/*; do bash -e "$script"; done' -- \
	"$wfrun" -C repo --event push
