#!/bin/sh
# SPDX-License-Identifier: MIT
# Every C file has the look of the project: clang-format has nothing to change, its first line names
# the licence, comments are not of the // kind, it has at most 800 lines. TAP: one case a file.
set -u
cd "$(dirname "$0")/.." || exit 1

files=$(find src expr runner tests bench -name '*.[ch]' 2>/dev/null | LC_ALL=C sort)
case=0

look() {
	[ "$(head -n 1 "$1")" = "/* SPDX-License-Identifier: MIT */" ] ||
		echo "the first line does not name the licence"
	[ "$(wc -l <"$1")" -le 800 ] || echo "more than 800 lines"
	grep -n '^[[:space:]]*//' "$1"
	clang-format --dry-run -Werror "$1" 2>&1 | head -n 6
}

if ! command -v clang-format >/dev/null; then
	echo "1..0 # SKIP there is no clang-format"
	exit 0
fi
echo "1..$(echo "$files" | wc -l)"
for file in $files; do
	case=$((case + 1))
	message=$(look "$file")
	if [ -z "$message" ]; then
		echo "ok $case - $file"
	else
		echo "not ok $case - $file"
		echo "$message" | sed 's/^/# /'
	fi
done
