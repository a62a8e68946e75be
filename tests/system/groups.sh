#!/bin/bash
# SPDX-License-Identifier: MIT
# Concurrency groups between several wfrun at once: who waits, who has to go, what a killed one and
# a store that cannot be used mean; as root and as another user.
# usage: groups.sh WFRUN. TAP.
set -u
wfrun=$(realpath "${1:?usage: groups.sh WFRUN}")
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 NO_COLOR=1
case=0

verdict() {
	local name=$1
	shift
	case=$((case + 1))
	if "$@"; then
		echo "ok $case - $name ($user)"
	else
		echo "not ok $case - $name ($user)"
		tail -n 30 "$scratch"/out.* | sed 's/^/# /'
	fi
}

make_repository() {
	mkdir -p "$1/.github/workflows"
	cat >"$1/.github/workflows/hold.yml" <<-'YAML'
	on: {workflow_dispatch: {inputs: {progress: {type: boolean}, n: {}}}}
	concurrency: {group: Deploy, cancel-in-progress: '${{ inputs.progress }}'}
	jobs:
	  hold:
	    runs-on: ubuntu-latest
	    steps:
	      - run: |
	          trap 'exit 1' INT
	          echo "holding ${{ inputs.n }}"; while [ ! -e /opt/wfrun/stubs/go ]; do sleep 0.05; done
	      - if: cancelled()
	        run: echo "told to end"
	YAML
	cat >"$1/.github/workflows/job.yml" <<-'YAML'
	on: workflow_dispatch
	jobs:
	  job:
	    runs-on: ubuntu-latest
	    concurrency: dEPLOY
	    steps:
	      - run: echo "job has its turn"
	YAML
	cat >"$1/.github/workflows/queue.yml" <<-'YAML'
	on: {workflow_dispatch: {inputs: {n: {}}}}
	concurrency: {group: deploy, queue: max}
	jobs:
	  next:
	    runs-on: ubuntu-latest
	    steps:
	      - run: echo "turn ${{ inputs.n }}"
	YAML
	git -C "$1" init -q -b main
	git -C "$1" add -A
	git -C "$1" -c user.name=Test -c user.email=test@example.com commit -q -m first
}

# start N WORD...: a wfrun in the background that prints to out.N; its id is then in pid[N]
start() {
	local n=$1
	shift
	: >"$scratch/out.$n"
	(cd "$repo" && exec $as env HOME="$scratch" WFRUN_HOME="$home" TMPDIR="$scratch/tmp" \
		"$program" "$@" --event dispatch --stubs "$scratch/stubs") \
		>"$scratch/out.$n" 2>&1 </dev/null &
	pid[n]=$!
}

# finish N STATUS: it ends by itself, and so
finish() {
	wait "${pid[$1]}"
	[ $? = "$2" ]
}

# says N TEXT: it comes to print that
says() {
	for _ in $(seq 400); do
		grep -q -- "$2" "$scratch/out.$1" && return 0
		sleep 0.05
	done
	return 1
}
silent() { ! grep -q -- "$2" "$scratch/out.$1"; }

tickets() { find "$home" -type s | wc -l; }
# queued N: so many stand in the queues
queued() {
	for _ in $(seq 400); do
		[ "$(tickets)" = "$1" ] && return 0
		sleep 0.05
	done
	return 1
}
go() { touch "$scratch/stubs/go"; }
again() { rm -f "$scratch/stubs/go"; }

round() {
	user=$1 as=$2 uid=$3
	scratch=$(mktemp -d /var/tmp/wfrun-groups.XXXXXX)
	repo=$scratch/repo program=$scratch/wfrun home=$scratch/home
	mkdir "$scratch/tmp" "$scratch/stubs"
	cp "$wfrun" "$program"
	make_repository "$repo"
	chmod 755 "$scratch"
	chown -R "$uid:$uid" "$scratch" 2>/dev/null

	start 1 hold.yml --input n=1
	verdict "the first one holds the group" says 1 "holding 1"
	start 2 hold.yml --input n=2
	verdict "the second one waits" queued 2
	start 3 job.yml
	verdict "a third one, a job, takes the place of the second" finish 2 1
	verdict "which says why" says 2 "higher priority waiting request for 'Deploy' exists"
	verdict "and never started" silent 2 "holding 2"
	go
	verdict "the first one ends in peace" finish 1 0
	verdict "then it is the job's turn" finish 3 0
	verdict "it ran" says 3 "job has its turn"
	verdict "no ticket is left" queued 0

	again
	start 1 hold.yml --input n=1
	verdict "one holds the group" says 1 "holding 1"
	start 2 hold.yml --input n=2 --input progress=true
	verdict "cancel-in-progress ends it" finish 1 1
	verdict "its cancelled() steps run" says 1 "told to end"
	verdict "the newer one follows" says 2 "holding 2"
	start 3 job.yml
	verdict "somebody waits" queued 2
	kill -KILL "${pid[2]}"
	wait "${pid[2]}" 2>/dev/null
	verdict "what a killed one held is free" finish 3 0

	again
	start 1 hold.yml --input n=1
	verdict "one holds the group again" says 1 "holding 1"
	start 2 hold.yml --input n=2
	verdict "another waits" queued 2
	kill -TERM "${pid[2]}"
	verdict "a signal ends the waiting" finish 2 130
	verdict "its place is free" queued 1
	go
	verdict "the holder goes on" finish 1 0
	again

	start 1 hold.yml --input n=1
	verdict "one more holds the group" says 1 "holding 1"
	for n in 2 3 4; do
		start "$n" queue.yml --input "n=$n"
		verdict "$n queues" queued "$n"
	done
	kill -KILL "${pid[3]}"
	wait "${pid[3]}" 2>/dev/null
	go
	verdict "queue: max lets each one run: 1" finish 1 0
	verdict "queue: max lets each one run: 2" finish 2 0
	verdict "queue: max lets each one run: 4" finish 4 0
	verdict "in order" [ "$scratch/out.2" -ot "$scratch/out.4" ]

	start 1 job.yml
	finish 1 0
	verdict "what killed ones left is swept away" queued 0

	home=/proc/nowhere
	start 1 job.yml
	verdict "without a store it runs all the same" finish 1 0
	verdict "and says what that means" says 1 "concurrency groups hold within this wfrun only"
	rm -rf "$scratch"
}

round "$(id -un)" "" "$(id -u)"
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
	round nobody "setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all" 65534
fi
echo "1..$case"
