#!/bin/bash
# SPDX-License-Identifier: MIT
# Jobs in containers of docker and podman, each started here beside any that the machine has: what
# they see, how they end, and that nothing of them is left. An engine that cannot be started here
# skips its cases, with the reason.
# usage: engine.sh WFRUN. TAP.
set -u
wfrun=$(realpath "${1:?usage: engine.sh WFRUN}")
tools=$(cd "$(dirname "$0")/../../tools" && pwd)
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 NO_COLOR=1
scratch=$(mktemp -d /tmp/wfrun-engine-XXXXXX)
export WFRUN_HOME=$scratch/home
case=0
label='%7B%22label%22%3A%5B%22wfrun.scratch%22%5D%7D'

cleanup() {
	for brand in docker podman; do "$tools/engine" stop "$scratch/$brand"; done
	rm -rf "$scratch"
}
trap cleanup EXIT

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

# run WORKFLOW [ARGUMENT...]: its output in $scratch/out, its status in $status
run() {
	local workflow=$1
	shift
	timeout -k 5 100 "$wfrun" -C "$repo" "$workflow" --event dispatch --box "$brand" "$@" \
		>"$scratch/out" 2>&1
	status=$?
}

said() {
	grep -qF -- "$1" "$scratch/out"
}

count() {
	curl -s --max-time 20 --unix-socket "$socket" "http://e/v1.41$1?all=1&filters=$label" |
		grep -o '"wfrun.machine"' | wc -l
}

none_left() {
	[ "$(count /containers/json)" = 0 ] && [ "$(count /networks)" = 0 ]
}

passed() {
	[ "$status" = 0 ] && said "success"
}

make_image() {
	mkdir -p "$scratch/tree/bin" "$scratch/tree/tmp" "$scratch/tree/etc"
	cp "$(readlink -f "$(command -v busybox)")" "$scratch/tree/bin/busybox"
	for applet in $("$scratch/tree/bin/busybox" --list); do
		[ "$applet" = busybox ] || ln -sf busybox "$scratch/tree/bin/$applet"
	done
	echo 'root:x:0:0::/root:/bin/sh' >"$scratch/tree/etc/passwd"
}

# workflow NAME: its jobs are on the standard input
workflow() {
	{
		printf 'name: %s\non: workflow_dispatch\njobs:\n' "$1"
		cat
	} >"$repo/.github/workflows/$1.yml"
}

make_repository() {
	repo=$scratch/repo
	mkdir -p "$repo/.github/workflows"
	echo kept >"$repo/kept.txt"
	workflow machine <<-'YAML'
	  one:
	    runs-on: ubuntu-latest
	    outputs: {seen: "${{ steps.a.outputs.seen }}"}
	    steps:
	      - uses: actions/checkout@v4
	      - id: a
	        run: |
	          test "$PWD" = /home/runner/work/repo/repo && echo changed >kept.txt
	          echo seen=yes >>$GITHUB_OUTPUT; echo LATER=on >>$GITHUB_ENV; echo /extra >>$GITHUB_PATH
	      - run: test "$LATER-${PATH%%:*}" = on-/extra; echo to-stderr >&2; (setsid sleep 600 &); exit 7
	        id: b
	        continue-on-error: true
	      - run: test "${{ steps.b.outcome }}" = failure
	YAML
	workflow container <<-'YAML'
	  one:
	    runs-on: ubuntu-latest
	    container: {image: 'busybox:test', env: {OWN: "1"}, options: --hostname boxy --user 1000}
	    services:
	      web:
	        image: busybox:test
	        ports: ['8080']
	        entrypoint: /bin/httpd
	        command: -f -p 8080 -h /etc
	        options: --health-cmd "wget -q -O- http://127.0.0.1:8080/passwd" --health-interval 1s
	    steps:
	      - run: test "$OWN-$(hostname)-$(id -u)-$HOME-$PWD" = 1-boxy-1000-/github/home-/__w/repo/repo
	      - run: wget -q -O- http://web:8080/passwd | grep root
	      - run: test -n "${{ job.services.web.ports['8080'] }}" && test -n "${{ job.container.id }}"
	YAML
	workflow sick <<-'YAML'
	  one:
	    runs-on: ubuntu-latest
	    container: busybox:test
	    services:
	      bad:
	        image: busybox:test
	        entrypoint: /bin/sh
	        command: -c "echo last-words; sleep 600"
	        options: --health-cmd false --health-interval 1s --health-retries 1 --health-timeout 1s
	    steps:
	      - run: echo never
	YAML
	workflow wait <<-'YAML'
	  one:
	    runs-on: ubuntu-latest
	    steps:
	      - run: echo started; sleep 600
	YAML
	workflow missing <<-'YAML'
	  one:
	    runs-on: ubuntu-latest
	    container: registry.invalid/none:1
	    steps:
	      - run: echo never
	YAML
	workflow flags <<-'YAML'
	  one:
	    runs-on: ubuntu-latest
	    container: {image: 'busybox:test', options: --no-such-flag}
	    steps:
	      - run: echo never
	YAML
	git -C "$repo" init -q -b main
	git -C "$repo" add -A
	git -C "$repo" -c user.name=Fixture -c user.email=fixture@example.com commit -qm First
}

# start_waiting: wfrun in the middle of a step, its process in $pid
start_waiting() {
	env --default-signal=INT "$wfrun" -C "$repo" wait --event dispatch --box "$brand" --image busybox:test \
		>"$scratch/out" 2>&1 &
	pid=$!
	for _ in $(seq 200); do
		said "| started" && grep -q '|   started' "$scratch/out" && return 0
		kill -0 "$pid" 2>/dev/null || return 1
		sleep 0.1
	done
	return 1
}

# ended: the waiting wfrun is gone soon
ended() {
	for _ in $(seq 300); do
		kill -0 "$pid" 2>/dev/null || { wait "$pid"; status=$?; return 0; }
		sleep 0.1
	done
	kill -9 "$pid"
	return 1
}

cases() {
	run machine --image busybox:test
	verdict "$brand: a job on a machine's image sees GitHub's places and files" passed
	verdict "$brand: the user's files are as they were" grep -qx kept "$repo/kept.txt"
	verdict "$brand: nothing is left of it" none_left
	run container
	verdict "$brand: a container has its env, user and options, and reaches its service" passed
	verdict "$brand: nothing is left of both" none_left
	run sick
	verdict "$brand: a service that does not get well fails the job" test "$status" = 1
	verdict "$brand: its last words are shown" said "last-words"
	verdict "$brand: nothing is left of the sick" none_left
	run missing --offline
	verdict "$brand: an image that is not there is named" said "registry.invalid/none:1"
	run flags
	verdict "$brand: a flag that is not known is named" said "--no-such-flag"
	run machine
	verdict "$brand: a job without image says how to name one" said "--image"
	start_waiting
	kill -INT "$pid"
	verdict "$brand: Ctrl-C ends a step" ended
	verdict "$brand: nothing is left of the cancelled" none_left
	start_waiting
	kill -9 "$pid"
	wait "$pid" 2>/dev/null
	run machine --image busybox:test
	verdict "$brand: what a killed wfrun left goes at the next start" none_left
	start_waiting
	"$tools/engine" stop "$scratch/$brand"
	verdict "$brand: an engine that ends in the middle of a step hangs nothing" ended
	verdict "$brand: and is a failure" test "$status" != 0
}

if ! command -v busybox >/dev/null || ! command -v curl >/dev/null; then
	echo "1..0 # SKIP busybox-static or curl is not installed"
	exit 0
fi
make_image
make_repository
for brand in docker podman; do
	if ! socket=$("$tools/engine" start $brand "$scratch/$brand" 2>"$scratch/why") ||
		! "$tools/engine" image "$socket" busybox:test "$scratch/tree" 2>"$scratch/why"; then
		case=$((case + 1))
		echo "ok $case - $brand # SKIP $(head -1 "$scratch/why")"
		continue
	fi
	export DOCKER_HOST=unix://$socket CONTAINER_HOST=unix://$socket
	cases
done
echo "1..$case"
