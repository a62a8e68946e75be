#!/bin/bash
# SPDX-License-Identifier: MIT
# What must not be left: no process, mount, folder, or changed file, after success, failure, Ctrl-C,
# a second Ctrl-C that steps would not hear, and SIGKILL of wfrun (then: after the next start at the
# latest), as root and as another user.
# usage: leftovers.sh WFRUN. TAP.
set -u
wfrun=$(realpath "${1:?usage: leftovers.sh WFRUN}")
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 NO_COLOR=1
case=0
nap=$((7000 + RANDOM % 1000)).$$ # how long steps sleep: tells their processes from all others

verdict() {
	local name=$1
	shift
	case=$((case + 1))
	if "$@"; then
		echo "ok $case - $name"
	else
		echo "not ok $case - $name"
		sed 's/^/# /' "$scratch/out"
	fi
}

make_repository() {
	mkdir -p "$1/.github/workflows"
	echo kept >"$1/kept.txt"
	echo '*.ignored' >"$1/.gitignore"
	echo own >"$1/own.ignored"
	cat >"$1/.github/workflows/touch.yml" <<-YAML
	name: Touch
	on: workflow_dispatch
	jobs:
	  touch:
	    runs-on: ubuntu-latest
	    steps:
	      - uses: actions/checkout@v4
	      - run: |
	          echo changed >kept.txt; rm -rf .github; echo new >new.txt; git add -A
	          test ! -e own.ignored
	          touch /tmp/wfrun-escape-$nap /var/tmp/wfrun-escape-$nap
	          touch /etc/wfrun-escape-$nap /usr/wfrun-escape-$nap || true
	          setsid sleep $nap >/dev/null 2>&1 &
	      - run: exit \${{ inputs.status }}
	YAML
	sed -i 's/^on: .*/on: {workflow_dispatch: {inputs: {status: {default: "0"}}}}/' \
		"$1/.github/workflows/touch.yml"
	cat >"$1/.github/workflows/wait.yml" <<-YAML
	name: Wait
	on: workflow_dispatch
	jobs:
	  wait:
	    runs-on: ubuntu-latest
	    strategy: {matrix: {n: [1, 2]}}
	    steps:
	      - uses: actions/checkout@v4
	      - background: true
	        run: |
	          trap '' INT TERM
	          (setsid sleep $nap &)
	          sleep $nap; sleep $nap
	      - run: |
	          trap '' INT TERM
	          (setsid sleep $nap &)
	          echo waiting; sleep $nap; sleep $nap
	      - if: always()
	        run: sleep $nap
	YAML
	cat >"$1/.github/workflows/obey.yml" <<-YAML
	name: Obey
	on: workflow_dispatch
	jobs:
	  obey:
	    runs-on: ubuntu-latest
	    strategy: {matrix: {n: [1, 2]}}
	    steps:
	      - uses: actions/checkout@v4
	      - run: |
	          (setsid sleep $nap >/dev/null 2>&1 &)
	          echo waiting; exec sleep $nap
	      - if: always()
	        run: |
	          echo changed >kept.txt; setsid sleep $nap >/dev/null 2>&1 &
	          echo cleaned
	YAML
	cat >"$1/.github/workflows/tick.yml" <<-YAML
	name: Tick
	on: workflow_dispatch
	jobs:
	  tick:
	    runs-on: ubuntu-latest
	    strategy: {matrix: {n: [1, 2]}}
	    steps:
	      - run: (setsid sleep $nap &); while echo tick; do sleep 0.1; done
	YAML
	git -C "$1" init -q -b main
	git -C "$1" add -A
	git -C "$1" -c user.name=Test -c user.email=test@example.com commit -q -m first
}

# start WORD...: wfrun in the background, as the user of this round
start() {
	(cd "$repo" && exec $as env HOME="$scratch" TMPDIR="$scratch/tmp" "$program" "$@") \
		>"$scratch/out" 2>&1 </dev/null &
	pid=$!
}

finish() {
	wait "$pid"
	status=$?
}

until_waiting() {
	for _ in $(seq 200); do
		[ "$(grep -c '  waiting$' "$scratch/out")" = 2 ] && return 0
		sleep 0.05
	done
	return 1
}

no_process() {
	! pgrep -f "sleep $nap" >/dev/null && ! pgrep -f "wfrun-box wfrun-$pid-" >/dev/null
}
gone_soon() {
	for _ in $(seq 40); do
		no_process && return 0
		sleep 0.05
	done
	return 1
}
no_mount() { ! grep -q "$scratch" /proc/self/mounts; }
no_folder() { [ -z "$(ls -A "$scratch/tmp/wfrun-$uid" 2>/dev/null)" ]; }
no_escape() { ! ls {/tmp,/var/tmp,/etc,/usr}/wfrun-escape-"$nap" >/dev/null 2>&1; }
same_tree() {
	[ "$(git -C "$repo" -c safe.directory='*' status --porcelain --ignored)" = '!! own.ignored' ] &&
		[ "$(cat "$repo/kept.txt" "$repo/own.ignored")" = $'kept\nown' ]
}

nothing_left() {
	verdict "$1 ($user): no process" gone_soon
	verdict "$1 ($user): no mount" no_mount
	verdict "$1 ($user): no folder" no_folder
	verdict "$1 ($user): nothing outside of the box" no_escape
	verdict "$1 ($user): the work tree is as it was" same_tree
}

until_cancelling() {
	for _ in $(seq 200); do
		grep -q '^note: cancelling' "$scratch/out" && return 0
		sleep 0.05
	done
	return 1
}

# ends_on WORKFLOW SIGNAL STATUS [SIGNAL]: the second signal follows when the first one is known
ends_on() {
	local name="$1, SIG$2${4:+, SIG$4} ($user)"
	start "$1.yml" --event dispatch -j 2
	verdict "$name: both jobs run" until_waiting
	kill "-$2" "$pid"
	if [ "${4:-}" ]; then
		verdict "$name: it is cancelling" until_cancelling
		kill "-$4" "$pid"
	fi
	finish
	verdict "$name: exit status $3, was $status" [ "$status" = "$3" ]
}

# the end of `wfrun ... | head -1`: quiet, and no later than with a signal
reader_goes() {
	mkfifo "$scratch/pipe"
	(cd "$repo" && exec $as env HOME="$scratch" TMPDIR="$scratch/tmp" "$program" tick.yml \
		--event dispatch -j 2 $1) >"$scratch/pipe" 2>"$scratch/out" </dev/null &
	pid=$!
	head -n 1 "$scratch/pipe" >/dev/null
	finish
	rm "$scratch/pipe"
	verdict "no reader any more $1 ($user): as SIGPIPE ends it" [ "$status" = 141 ]
	verdict "no reader any more $1 ($user): nothing is said" [ ! -s "$scratch/out" ]
}

round() {
	user=$1 as=$2 uid=$3 gid=${4:-$3}
	scratch=$(mktemp -d /var/tmp/wfrun-leftovers.XXXXXX)
	repo=$scratch/repo program=$scratch/wfrun
	mkdir "$scratch/tmp"
	cp "$wfrun" "$program"
	make_repository "$repo"
	chmod 755 "$scratch"
	chown -R "$uid:$gid" "$scratch" 2>/dev/null

	start touch.yml --event dispatch
	finish
	verdict "success ($user): exit status 0" [ "$status" = 0 ]
	nothing_left success
	start touch.yml --event dispatch --input status=3
	finish
	verdict "failure ($user): exit status 1" [ "$status" = 1 ]
	nothing_left failure
	ends_on obey INT 130
	verdict "SIGINT ($user): always() ran" [ "$(grep -c '  cleaned$' "$scratch/out")" = 2 ]
	nothing_left SIGINT
	ends_on wait INT 130 INT
	nothing_left "SIGINT twice"
	ends_on wait INT 130 TERM
	nothing_left "SIGINT, SIGTERM"
	ends_on wait TERM 130
	nothing_left SIGTERM
	ends_on wait HUP 130
	nothing_left SIGHUP
	reader_goes ""
	reader_goes --json
	nothing_left "no reader any more"
	ends_on wait KILL 137
	verdict "SIGKILL ($user): no process" gone_soon
	start touch.yml --event dispatch
	finish
	nothing_left "start after SIGKILL"
	rm -rf "$scratch"
}

round "$(id -un)" "" "$(id -u)"
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
	as_nobody="setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all"
	round nobody "$as_nobody" 65534
	round "nobody, files of another group" "$as_nobody" 65534 0
fi
echo "1..$case"
