#!/bin/sh
# SPDX-License-Identifier: MIT
# expressions.sh: parsing and evaluating an expression against npm's @actions/expressions in a warm
# node process, in turns.
# shellcheck source=lib.sh disable=SC2154
. "$root/bench/lib.sh"

npm_packages || exit 0
set -- "$root/bench/contexts.json" "$root/bench/expressions.txt"
for turn in 1 2 3; do
	"$bench/bench_expr" "$@" >"ours.$turn"
	with_npm expressions.mjs "$@" >"npm.$turn"
done
line=0
while IFS= read -r expression; do
	line=$((line + 1))
	ours=$(for turn in 1 2 3; do sed -n "${line}p" "ours.$turn"; done | median)
	npm=$(for turn in 1 2 3; do sed -n "${line}p" "npm.$turn"; done | median)
	row "expression: $(printf %.46s "$expression")" ns "$ours" "$npm" '>=20'
done <"$2"
