#!/bin/sh
# SPDX-License-Identifier: MIT
# engine.sh: a step in a container of docker and podman against the engine's own time for a process
# in it, by the median of 40 steps of a job.
# shellcheck source=lib.sh disable=SC2154
. "$root/bench/lib.sh"
trap 'for brand in docker podman; do "$root/tools/engine" stop "$PWD/$brand"; done' EXIT
export WFRUN_HOME="$PWD/home"

mkdir -p base/bin repo
cp "$(command -v busybox)" base/bin/busybox
for applet in sh tail; do ln -s busybox base/bin/$applet; done
for _ in $(seq 40); do echo '- run: echo hello'; done | workflow repo
repository repo
for brand in docker podman; do
	socket=$("$root/tools/engine" start $brand "$PWD/$brand") || continue
	"$root/tools/engine" image "$socket" bench:one base
	DOCKER_HOST=unix://$socket CONTAINER_HOST=unix://$socket \
		"$wfrun" -C repo --event push --box $brand --image bench:one --json >record
	grep '"type":"step.finished"' record | grep -o '"duration_ms":[0-9]*' | cut -d: -f2 |
		median >ours
	"$root/bench/exec.py" "$socket" bench:one 40 >theirs
	row "engine: a step in $brand / create, start, inspect" ms "$(cat ours)" "$(cat theirs)" "<=1.1"
done
