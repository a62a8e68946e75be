#!/bin/sh
# SPDX-License-Identifier: MIT
# memory.sh: the most memory that wfrun itself holds during the platform's release chain.
# shellcheck source=lib.sh disable=SC2154
. "$root/bench/lib.sh"

"$root/tools/fixture" platform repo >/dev/null
for turn in 1 2 3; do
	"$bench/peak" "peak.$turn" "$wfrun" -C repo ci.yml --event tag=v1.2.3 \
		--stubs "$root/fixtures/stubs" >out || { tail out; exit 1; }
done
row "memory: peak of the platform's release chain" MiB \
	"$(cat peak.* | median | awk '{ printf "%.1f", $1 / 1024 }')" - '<40'
