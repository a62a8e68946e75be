#!/bin/sh
# SPDX-License-Identifier: MIT
# mask.sh: 100 secrets masked in a large log against `grep -F -f` on the same.
# shellcheck source=lib.sh disable=SC2154
. "$root/bench/lib.sh"

for turn in 1 2 3; do
	"$bench/bench_mask" 64 | awk -v turn="$turn" '
		/^mask:/ { print $(NF - 1) > ("mask." turn) }
		/^grep/ { print $4 > ("grep." turn) }'
done
row "mask: 100 secrets, MB/s / grep -F -f" MB/s "$(cat mask.* | median)" "$(cat grep.* | median)" -
