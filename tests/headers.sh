#!/bin/sh
# SPDX-License-Identifier: MIT
# Every header compiles alone, and twice. TAP: one case a header.
set -u
cd "$(dirname "$0")/.." || exit 1

flags=$(pkg-config --cflags libuv yaml-0.1 libgit2 libpcre2-8 libcrypto cmocka)
headers=$(find src expr runner tests -name '*.h' | LC_ALL=C sort)
case=0

echo "1..$(echo "$headers" | wc -l)"
for header in $headers; do
	case=$((case + 1))
	# shellcheck disable=SC2086 # one word a flag
	if message=$(printf '#include "%s"\n#include "%s"\n' "$header" "$header" |
		"${CC:-cc}" -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -I. -Isrc -Itests/unit \
			$flags -fsyntax-only -x c - 2>&1); then
		echo "ok $case - $header"
	else
		echo "not ok $case - $header"
		echo "$message" | sed 's/^/# /'
	fi
done
