#!/bin/bash
# SPDX-License-Identifier: MIT
# Timeouts, which GitHub counts in minutes: time goes faster for wfrun here (hurry.c).
# usage: timeouts.sh WFRUN HURRY. TAP.
set -u
wfrun=$(realpath "${1:?usage: timeouts.sh WFRUN HURRY}")
hurry=$(realpath "${2:?usage: timeouts.sh WFRUN HURRY}")
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 NO_COLOR=1
export ASAN_OPTIONS=${ASAN_OPTIONS:+$ASAN_OPTIONS:}verify_asan_link_order=0
case=0
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# says NAME TEXT: the text is a line of the output
says() {
	verdict "$1" grep -qxF -- "$2" "$scratch/out"
}

says_not() {
	verdict "$1" test "$(grep -cF -- "$2" "$scratch/out")" = 0
}

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

mkdir -p "$scratch/repo/.github/workflows"
cat >"$scratch/repo/.github/workflows/ci.yml" <<'YAML'
name: Timeouts
on: push
jobs:
  step:
    runs-on: ubuntu-latest
    steps:
      - name: Slow
        timeout-minutes: 1
        run: trap 'echo interrupted; exit 4' INT; while true; do sleep 0.01; done
      - if: failure()
        run: echo "after it, ${{ job.status }}"
  forgiven:
    runs-on: ubuntu-latest
    steps:
      - {name: Slow, id: slow, timeout-minutes: 1, continue-on-error: true, run: sleep 100}
      - run: echo "${{ steps.slow.outcome }}, ${{ steps.slow.conclusion }}"
  composite:
    runs-on: ubuntu-latest
    steps:
      - uses: $/act
        timeout-minutes: 1
      - if: failure()
        run: echo "after it"
  background:
    runs-on: ubuntu-latest
    steps:
      - {name: Beside, id: slow, background: true, timeout-minutes: 1.9, run: sleep 100}
      - {name: Undecided, background: true, timeout-minutes: "${{ fromJSON('\"x\"') }}", run: "true"}
      - wait: slow
      - if: always()
        run: echo "${{ steps.slow.outcome }}, ${{ job.status }}"
  job:
    runs-on: ubuntu-latest
    timeout-minutes: 1
    steps:
      - {name: Slow, run: sleep 100}
      - if: cancelled()
        run: echo "cancelled steps run"
YAML
mkdir "$scratch/repo/act"
cat >"$scratch/repo/act/action.yml" <<'YAML'
name: Act
description: Two steps that last, the second whatever happens
runs:
  using: composite
  steps:
    - {name: First, if: always(), shell: bash, run: "trap 'echo interrupted inside; exit 4' INT; while true; do sleep 0.01; done"}
    - {name: Second, shell: bash, run: echo never}
    - {name: Third, if: always(), shell: bash, run: echo never}
YAML
(
	cd "$scratch/repo" && git init -q -b main && git add -A &&
		git -c user.name=Test -c user.email=test@example.com commit -q -m first
)
(cd "$scratch/repo" && TMPDIR=$scratch LD_PRELOAD=$hurry "$wfrun" --event push -j 4) >"$scratch/raw" 2>&1
status=$?
sed 's/^\([a-z]*\) *|/\1 |/' "$scratch/raw" >"$scratch/out"

says "a step has GitHub's words" \
	"step |   error: The action 'Slow' has timed out after 1 minutes."
says "a step is interrupted" "step |   interrupted"
says_not "its exit code is no error of its own" "Process completed"
says "the job has failed" "step |   after it, failure"
says "continue-on-error applies" "forgiven |   failure, success"
says "a step of a composite action is interrupted" "composite |     interrupted inside"
says "it has words of its own" "composite |     error: The action has timed out."
says_not "steps that follow have no time left" "never"
says_not "the composite action itself says nothing" "Run \$/act' has"
says "it has failed" "composite |   after it"
says "a step in the background has words of its own" \
	"background |   [1] error: The background step 'Beside' has timed out after 1 minutes."
says "its wait fails" "background |     Beside: Failed"
says "the job fails by the wait" "background |   failure, failure"
says_not "a timeout that is none is not reported in the background" "error occurred"
says "a job has GitHub's words" "job |   error: The job running on runner wfrun has exceeded the \
maximum execution time of 1 minutes."
says "its steps are cancelled" "job |   error: The operation was canceled."
says "those that want to run still do" "job |   cancelled steps run"
verdict "exit status 1, was $status" test "$status" = 1
echo "1..$case"
