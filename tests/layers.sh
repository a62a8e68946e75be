#!/bin/sh
# SPDX-License-Identifier: MIT
# A file includes its own floor and those below it, never one above; the headers of other projects
# stand only where the floors allow it. TAP: one case a floor, one a foreign header.
set -u
cd "$(dirname "$0")/.." || exit 1

floors="src/base expr src/model src/event src/plan runner src/cli"
# header prefix, and the files that may include it
foreign="yaml.h src/model/tree.c
git2 src/event/repo*|runner/store/fetch_*|tests/unit/test_repo_tls.c
pcre2.h src/base/pattern*.c
uv.h runner/*|tests/unit/*
openssl/ runner/*
sqlite3.h runner/store/db.c
microhttpd.h runner/service/server.c
curl/ runner/net/http.c
archive runner/archive/calls.h|runner/image/unpack.c
md4c.h src/cli/markdown.c
cmocka.h tests/unit/*"
case=0

# verdict NAME LINES: ok when there are no lines
verdict() {
	case=$((case + 1))
	if [ -z "$2" ]; then
		echo "ok $case - $1"
	else
		echo "not ok $case - $1"
		echo "$2" | sed 's/^/# /'
	fi
}

sources() {
	find "$@" -name '*.[ch]' | LC_ALL=C sort
}

# the folders of all floors above $1, as a regular expression for the start of an include
above() {
	seen=
	for floor in $floors; do
		[ -z "$seen" ] || printf '%s%s' "$separator" "${floor#src/}"
		[ -z "$seen" ] || separator='\|'
		[ "$floor" != "$1" ] || { seen=yes separator=; }
	done
}

echo "1..$(($(echo "$floors" | wc -w) + $(echo "$foreign" | wc -l)))"
for floor in $floors; do
	higher=$(above "$floor")
	lines=
	[ -z "$higher" ] ||
		lines=$(sources "$floor" | xargs grep -Hn "^#include \"\($higher\)/")
	verdict "$floor includes no floor above it" "$lines"
done

# allowed FILE PATTERNS: whether the file matches one of the patterns, which | separates
allowed() {
	rest=$2
	while [ -n "$rest" ]; do
		# shellcheck disable=SC2254 # it is a pattern
		case $1 in ${rest%%|*}) return 0 ;; esac
		case $rest in *\|*) rest=${rest#*|} ;; *) rest= ;; esac
	done
	return 1
}

# sources are listed before the patterns are read, so that nothing is expanded here
set -f
while read -r header places; do
	lines=$(set +f; sources $floors tests | xargs grep -Hn "^#include <$header" |
		while IFS= read -r line; do
			allowed "${line%%:*}" "$places" || echo "$line"
		done)
	verdict "<$header> stands in $places only" "$lines"
done <<END
$foreign
END
