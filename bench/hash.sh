#!/bin/sh
# SPDX-License-Identifier: MIT
# hash.sh: hashFiles() over 1 GiB in 10,000 files against sha256sum on them. Both read from memory.
# shellcheck source=lib.sh disable=SC2154
. "$root/bench/lib.sh"

workflow repo <<'END'
- uses: actions/checkout@v4
- id: hash
  run: test -n "$HASH"
  env:
    HASH: ${{ hashFiles('data') }}
END
repository repo
mkdir repo/data
head -c 1073741824 /dev/zero | split -b 107375 -a 5 -d - repo/data/file.

for turn in 1 2 3; do
	start=$(date +%s%N)
	find repo/data -type f -print0 | xargs -0 sha256sum >sums
	echo $((($(date +%s%N) - start) / 1000000)) >"sum.$turn"
	"$wfrun" -C repo --event push --json >record
	awk -F '"duration_ms":' '/"step_id":"hash"/ && /"step.finished"/ { print int($2) }' \
		record >"hash.$turn"
done
row "hashFiles: 1 GiB in 10,000 files / sha256sum" ms "$(cat hash.? | median)" \
	"$(cat sum.? | median)" '<=1'
