# SPDX-License-Identifier: MIT
# lib.sh - what the scripts of this folder share. bench/run starts each of them in an empty folder,
# with BUILD, PEERS, root and rows set.
# shellcheck shell=sh disable=SC2154 # set by bench/run
set -eu
wfrun=$BUILD/wfrun
bench=$BUILD/bench

# row FIGURE UNIT OURS BASELINE GOAL: a line of the table. GOAL is '<=N' (at most N times the
# baseline), '>=N' (N times as fast or small), '<N' or '>N' (by itself), or '-'; BASELINE may be '-'.
row() {
	awk -v figure="$1" -v unit="$2" -v ours="$3" -v base="$4" -v goal="$5" 'BEGIN {
		number = goal; gsub(/[<>=]/, "", number); number += 0; ours += 0
		quick = goal ~ /^>=/
		ratio = base == "-" ? "-" : quick ? base / ours : ours / base
		value = (goal ~ /^[<>][0-9]/ ? ours : ratio) + 0
		good = goal ~ /^>/ ? value >= number : goal ~ /=/ ? value <= number : value < number
		met = goal == "-" ? "" : good ? "yes" : "no"
		printf "%s\t%s\t%s\t%s\t%s\t%s\n", figure, ours " " unit, base == "-" ? base : base " " unit,
			ratio == "-" ? ratio : sprintf("%.2f", ratio), goal, met
	}' >>"$rows"
}

# turns FIGURE GOAL first|end ARGUMENT...: the row of what stopwatch measures with these arguments.
turns() {
	figure=$1 goal=$2 point=$3
	shift 3
	"$bench/stopwatch" "$@" >stopwatch.out
	row "$figure" ms "$(pick command "$point")" "$(pick baseline "$point")" "$goal"
}

# pick COMMAND POINT: one number of stopwatch.out
pick() {
	awk -v command="$1" -v point="$2" '$1 == command {
		for (i = 2; i < NF; i++) if ($i == point) print $(i + 1)
	}' stopwatch.out
}

# repository DIR: makes the files in DIR a git repository with one commit and a remote
repository() {
	git -C "$1" init -q -b main
	git -C "$1" add -A
	git -C "$1" -c user.name=bench -c user.email=bench@example.com commit -q -m bench
	git -C "$1" remote add origin https://github.com/octo-org/bench.git
}

# workflow DIR: makes the repository's only workflow, one job whose steps come from stdin
workflow() {
	mkdir -p "$1/.github/workflows"
	{
		printf 'on: push\njobs:\n  bench:\n    runs-on: ubuntu-latest\n    steps:\n'
		sed 's/^/      /'
	} >"$1/.github/workflows/ci.yml"
}

# median: of the numbers on stdin
median() {
	sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'
}

# npm_packages: fetches GitHub's own packages; false, with a word, when there is no node or network
npm_packages() {
	[ ! -d "$PEERS/node_modules/@actions/workflow-parser" ] || return 0
	command -v npm >/dev/null &&
		npm install --silent --no-audit --no-fund --prefix "$PEERS" \
			@actions/expressions @actions/workflow-parser >&2 ||
		{ echo "skipped: npm's packages cannot be had"; return 1; }
}

# with_npm SCRIPT ARGUMENT...: runs a script of this folder beside the packages
with_npm() {
	cp "$root/bench/$1" "$PEERS/"
	script=$1
	shift
	node "$PEERS/$script" "$@"
}
