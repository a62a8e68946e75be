#!/bin/sh
# SPDX-License-Identifier: MIT
# patterns.sh: 100 patterns of everyday kinds against 1,000,000 paths of a large repository, beside
# npm's picomatch in the version that dorny/paths-filter bundles.
# shellcheck source=lib.sh disable=SC2154
. "$root/bench/lib.sh"

awk 'BEGIN {
	split("**/*.%s|src/%s/**|docs/**/*.%s|*.%s|packages/%s/src/**/*.ts|.github/workflows/*.%s|" \
		"**/%s/**|lib/*/%s?.c|apps/%s/**/test/*.js|tools/%s/[a-m]*", shape, "|")
	split("js md yml c json py go rs ts txt", word, " ")
	for (i = 0; i < 100; i++) {
		pattern = shape[i % 10 + 1]
		sub("%s", word[int(i / 10) + 1], pattern)
		print pattern
	}
}' >patterns
awk 'BEGIN {
	split("src packages apps lib docs tools .github/workflows", top, " ")
	split("js md yml c json py go rs ts txt core web api test src util", word, " ")
	for (i = 0; i < 1000000; i++)
		printf "%s/%s/%s/%s%d.%s\n", top[i % 7 + 1], word[int(i / 7) % 16 + 1],
			word[int(i / 112) % 16 + 1], word[int(i / 1792) % 16 + 1], i % 1000,
			word[i % 10 + 1]
}' >paths

[ -d "$PEERS/node_modules/picomatch" ] ||
	npm install --silent --no-audit --no-fund --prefix "$PEERS" picomatch@2.3.1 >&2 ||
	{ echo "skipped: npm's picomatch cannot be had"; exit 0; }
for turn in 1 2 3; do
	"$bench/bench_pattern" filter patterns paths >"filter.$turn"
	"$bench/bench_pattern" picomatch patterns paths >"ours.$turn"
	with_npm patterns.mjs patterns paths >"npm.$turn"
done
[ "$(cut -d' ' -f2 ours.1)" = "$(cut -d' ' -f2 npm.1)" ] || echo "patterns: the answers differ"
npm=$(cut -d' ' -f1 npm.? | median)
row "100 patterns, 1,000,000 paths: filters" ms "$(cut -d' ' -f1 filter.? | median)" "$npm" '>=10'
row "100 patterns, 1,000,000 paths: picomatch dialect" ms "$(cut -d' ' -f1 ours.? | median)" "$npm" '>=10'
