#!/bin/sh
# SPDX-License-Identifier: MIT
# cache.sh: a cache of 1 GiB, half of it noise, restored by the built-in, against `tar -I zstd -x` of
# the same archive in the same box.
# shellcheck source=lib.sh disable=SC2154
. "$root/bench/lib.sh"
export WFRUN_HOME="$PWD/home"

workflow repo <<'END'
- run: |
    mkdir kept
    for i in 1 2 3 4 5 6 7 8; do
      { head -c 64M /dev/urandom; head -c 64M /dev/zero; } >kept/$i
    done
- uses: actions/cache/save@v4
  with: {path: kept, key: bench}
- run: tar -I zstd -cf "$RUNNER_TEMP/kept.tzst" kept && rm -r kept
- id: restore
  uses: actions/cache/restore@v4
  with: {path: kept, key: bench, fail-on-cache-miss: true}
- run: rm -r kept
- id: tar
  run: tar -I zstd -xf "$RUNNER_TEMP/kept.tzst"
END
repository repo

for turn in 1 2 3; do
	rm -rf home
	"$wfrun" -C repo --event push --json >record
	for step in restore tar; do
		awk -F '"duration_ms":' -v step="\"step_id\":\"$step\"" \
			'index($0, step) && /"step.finished"/ { print int($2) }' record >"$step.$turn"
	done
done
row "cache hit: 1 GiB / tar -I zstd -x" ms "$(cat restore.? | median)" "$(cat tar.? | median)" '<=1'
