#!/bin/bash
# SPDX-License-Identifier: MIT
# The commands as a person types them, in a small repository: what they print, and their exit status.
# usage: cli.sh WFRUN. TAP: one case an expectation.
set -u
wfrun=$(realpath "${1:?usage: cli.sh WFRUN}")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 HOME=$scratch NO_COLOR=1
case=0

# try NAME STATUS WORD...: runs wfrun; standard output and error are then in $out and $err
try() {
	name=$1 want=$2
	shift 2
	"$wfrun" "$@" >"$scratch/out" 2>"$scratch/err" </dev/null
	got=$?
	out=$(cat "$scratch/out") err=$(cat "$scratch/err")
	verdict "$name: exit status $want" [ "$got" = "$want" ]
}

# verdict NAME TEST...
verdict() {
	local name=$1
	shift
	case=$((case + 1))
	if "$@"; then
		echo "ok $case - $name"
	else
		echo "not ok $case - $name"
		printf '%s\n' "exit $got" "$out" "$err" | sed 's/^/# /'
	fi
}

# is NAME GOT WANT
is() {
	verdict "$1" [ "$2" = "$3" ]
}

# has NAME TEXT PART
has() {
	verdict "$1" contains "$2" "$3"
}

contains() {
	case $1 in *"$2"*) true ;; *) false ;; esac
}

json() {
	python3 -c "import json, sys; d = json.load(open('$scratch/out')); print($1)"
}

make_repository() {
	mkdir -p "$1/.github/workflows" "$1/sub"
	cat >"$1/.github/workflows/ci.yml" <<-'YAML'
	name: CI
	on:
	  push:
	    branches: [main]
	    paths: ['src/**']
	  workflow_dispatch:
	    inputs:
	      stack: { type: choice, options: [dev, prod] }
	jobs:
	  build:
	    runs-on: ubuntu-latest
	    outputs: { list: '${{ steps.x.outputs.list }}' }
	    steps:
	      - id: x
	        run: echo "list=[1,2]" >>"$GITHUB_OUTPUT"
	  test:
	    needs: build
	    strategy: { matrix: { n: '${{ fromJSON(needs.build.outputs.list) }}' } }
	    runs-on: ubuntu-latest
	    steps: [{ run: 'echo leg ${{ matrix.n }}' }]
	  nightly:
	    if: github.event_name == 'schedule'
	    runs-on: ubuntu-latest
	    steps: [{ run: 'true' }]
	YAML
	cat >"$1/.github/workflows/docs.yml" <<-'YAML'
	on: pull_request
	jobs:
	  docs:
	    runs-on: ubuntu-latest
	    steps: [{ run: 'true' }]
	YAML
	cat >"$1/.github/workflows/fail.yml" <<-'YAML'
	name: Fail
	on: workflow_dispatch
	jobs:
	  fail:
	    runs-on: ubuntu-latest
	    steps: [{ run: 'exit 3' }]
	YAML
	git -C "$1" init -q -b main
	git -C "$1" add -A
	git -C "$1" -c user.name=Tester -c user.email=tester@example.org commit -qm "First"
}

# ---- the command line itself ----

cd "$scratch" || exit 1
try "version" 0 --version
has "version has a number" "$out" "wfrun 0."
try "help" 0 help
has "help lists the commands" "$out" "why "
try "help of a command" 0 why --help
has "help names the options" "$out" "--event SPEC"
try "an unknown option" 2 --evnt push
is "an unknown option names the nearest" "$err" "error: unknown option '--evnt'
hint: did you mean '--event'?"
try "no repository" 4 list
try "-C into nothing" 2 -C nowhere list
has "-C says which folder" "$err" "nowhere"

# ---- list, why, plan ----

make_repository "$scratch/repo"
cd "$scratch/repo" || exit 1
try "list" 0 list
is "list shows what each listens to" "$out" ".github/workflows/ci.yml  CI
  push                branches: main; paths: src/**
  workflow_dispatch   inputs: stack
.github/workflows/docs.yml
  pull_request
.github/workflows/fail.yml  Fail
  workflow_dispatch"
try "list of one in a folder below" 0 -C sub list Fail
is "list of one shows it alone" "$out" ".github/workflows/fail.yml  Fail
  workflow_dispatch"
try "list as JSON" 0 list --json
is "list as JSON has the filters" "$(json "d[0]['on']['push']['paths']")" "['src/**']"
try "a workflow that is not there" 2 list dosc.yml
has "the nearest workflow is named" "$err" "did you mean 'docs.yml'?"
try "a mistyped command" 2 lsit
has "the nearest command is named" "$err" "did you mean 'wfrun list'?"

try "why without an event" 0 why --changed src/a.c
has "why says what it assumes" "$out" "push is assumed"
has "why says what runs" "$out" "runs  .github/workflows/ci.yml:"
has "why says what does not" "$out" "no    .github/workflows/docs.yml:"
try "why of a path that no filter has" 0 why --event push --changed README.md --json
is "why names the line" "$(json "[(w['runs'], w['line']) for w in d['workflows']][0]")" \
	"(False, 5)"
try "an event that is none" 2 why --event pusch
has "the nearest event is named" "$err" "push"

try "plan" 0 plan --event push --changed src/a.c
has "plan knows what is skipped" "$out" "skipped: if: github.event_name == 'schedule' is false"
has "plan does not guess a matrix" "$out" "matrix unknown, waits for build"
try "plan as JSON" 0 plan --event push --changed src/a.c --json
is "plan as JSON has each job's state" \
	"$(json "[j['state'] for j in d['workflows'][0]['jobs']]")" "['runs', 'runs', 'skipped']"
try "a named workflow without an event" 2 plan ci.yml
has "its events are listed" "$err" "'ci.yml' listens to push, workflow_dispatch"

try "inputs of an event that takes none" 2 why --event push --input stack=dev
has "which event takes inputs is said" "$err" "inputs go with --event dispatch"
echo stack=dev >.input
try "a file of inputs may lie there" 0 why --event push
rm .input

try "why of a path" 0 why --path src/a.c ci.yml
has "the pattern that decides is said" "$out" "paths: 'src/a.c' matches 'src/**'"
has "an event that wakes nothing is said" "$out" "pull_request wakes nothing"
try "why of a path and one event" 0 why --path README.md --event push --json
is "it is asked alone" "$(json "[(q['event'], q['wakes']) for q in d]")" "[('push', [])]"
try "a graph" 0 plan --event push --changed src/a.c --graph text
has "a job stands below what it waits for" "$out" '|   `-- test'
try "a graph of a form that is none" 2 plan --graph png
try "a week that is none" 2 list --schedule --week 2026-02-30
printf "on: { schedule: [{ cron: '0 5 * * *', timezone: Mars/Olympus }] }\n" >.github/workflows/mars.yml
printf "jobs: { a: { runs-on: x, steps: [{ run: 'true' }] } }\n" >>.github/workflows/mars.yml
try "a time zone that is none" 3 list --schedule
has "it is named with its place" "$err" "mars.yml:1:26: error: there is no time zone 'Mars/Olympus'"
rm .github/workflows/mars.yml

# ---- event, match, check, parse, eval ----

try "event" 0 event tag=v1.2.3
is "event is a payload" "$(json "d['ref']")" "refs/tags/v1.2.3"
try "match" 0 match -p 'v*' '!v0*' -- v1.0 v0.9
is "match says what decided" "$out" "yes v1.0  by 'v*'
no  v0.9  by '!v0*'"
try "match of nothing" 1 match -p 'v*' -- main
try "match without names" 2 match -p 'v*' main
try "check" 0 check
try "parse" 0 parse .github/workflows/ci.yml
is "parse has the jobs" "$(json "[j['id'] for j in d['jobs']]")" "['build', 'test', 'nightly']"
try "parse of a file that is not there" 1 parse nowhere.yml
try "eval" 0 eval "format('{0}', 1.0)"
is "eval prints text as it is" "$out" "1"
try "eval of what is no expression" 1 eval "1 +"
has "eval shows where" "$err" "expression:1:"
try "eval as JSON" 0 eval --json -- "!true"
is "eval as JSON has kind and value" "$(json "(d['kind'], d['value'])")" "('Boolean', False)"

# ---- run ----

try "a run" 0 run ci.yml --event push --changed src/a.c --box host
has "a run shows the legs" "$out" "leg 2"
try "a run that fails" 1 fail.yml --event dispatch --box host
try "a run as JSON" 0 run ci.yml --event push --changed src/a.c --box host --json
verdict "each line of it is an object" python3 -c "
import json
kinds = [json.loads(line)['type'] for line in open('$scratch/out')]
assert kinds[0] != kinds[-1] and 'job.finished' in kinds"
try "an event that a workflow does not listen to" 2 docs.yml --event push
has "what it listens to is said" "$err" "pull_request"
try "a run without an event" 2 ci.yml
try "an image for a box that takes none" 2 ci.yml --event push --image debian:12
has "an image for a box that takes none says which do" "$err" "--box docker"
try "an input that is none of the choices" 2 ci.yml --event dispatch --input stack=x --box host

# ---- a file that GitHub refuses ----

printf 'on: push\njobs:\n  a:\n    runs-on: x\n    stepps: []\n' >.github/workflows/bad.yml
try "an invalid file" 3 list
has "an invalid file is shown with line and column" "$err" ".github/workflows/bad.yml:5:5: error:"
has "an invalid file is shown with its text" "$err" "stepps: []"
has "the others are listed all the same" "$out" "ci.yml  CI"
try "a run of an invalid file" 3 bad.yml --event push --box host
try "check of an invalid file" 3 check
has "check says where" "$out" ".github/workflows/bad.yml:5:5: error:"
verdict "check of a valid file beside it" "$wfrun" check .github/workflows/fail.yml
rm .github/workflows/bad.yml

# ---- check ----

mkdir -p actions/greet
cat >actions/greet/action.yml <<'YAML'
name: Greet
description: Greets
inputs: { who: { required: true } }
runs: { using: composite, steps: [{ shell: sh, run: 'echo ${{ inputs.whom }}' }] }
YAML
cat >.github/workflows/warn.yml <<'YAML'
on: push
jobs:
  a:
    runs-on: ${{ matrix.os }}
    steps:
      - uses: ./actions/greet
      - run: echo $<< github.sha >>
YAML
try "check with warnings" 0 check
is "check shows each with its name" "$(echo "$out" | grep -A2 '^.github/workflows/warn.yml:4')" \
	".github/workflows/warn.yml:4:25: warning: job 'a' has no matrix: this is always empty [unknown-matrix-key]
    4 |     runs-on: \${{ matrix.os }}
      |                         ^"
has "check knows the inputs of a local action" "$out" "requires the input 'who' [missing-input]"
has "check reads an action that is used" "$out" "actions/greet/action.yml:4:70: warning:"
try "check in a folder below" 0 -C sub check
has "check finds the repository" "$out" "../.github/workflows/warn.yml:4:25: warning:"
try "check of one file" 0 check .github/workflows/warn.yml
has "check of one file asks the others" "$out" "[missing-input]"
try "check --strict" 5 check --strict
has "--strict makes an error of the other spelling" "$out" "7:19: error:"
try "check as JSON" 0 check --json .github/workflows/warn.yml
verdict "check as JSON is an object a line" python3 -c "
import json
rows = [json.loads(line) for line in open('$scratch/out')]
assert [(r['line'], r['col'], r['end'], r['severity'], r['rule']) for r in rows] == [
    (4, 25, 27, 'warning', 'unknown-matrix-key'), (6, 15, 30, 'warning', 'missing-input'),
    (7, 19, 36, 'note', 'other-spelling')], rows"
try "check as SARIF" 0 check --sarif
verdict "check as SARIF has rules and regions" python3 -c "
import json
log = json.load(open('$scratch/out'))
run, = log['runs']
rules = [rule['id'] for rule in run['tool']['driver']['rules']]
assert log['version'] == '2.1.0' and len(run['results']) > 3
for result in run['results']:
    place = result['locations'][0]['physicalLocation']
    assert rules[result['ruleIndex']] == result['ruleId']
    assert result['level'] in ('error', 'warning', 'note')
    assert place['region']['startColumn'] < place['region']['endColumn']
prints = [r['partialFingerprints']['primaryLocationLineHash'] for r in run['results']]
assert len(set(prints)) == len(prints)"
try "check in two forms" 2 check --sarif --json
try "check of a file that is not there" 4 check nowhere.yml
has "check names the file that is not there" "$err" "nowhere.yml"
sed -i 's/matrix.os }}/& # wfrun: ignore unknown-matrix-key/' .github/workflows/warn.yml
try "check with a comment" 0 check
verdict "a comment silences" [ "${out#*unknown-matrix-key}" = "$out" ]
rm -r actions .github/workflows/warn.yml
try "explain" 0 check --explain
has "explain lists the rules" "$out" "script-injection"
try "explain a rule" 0 check --explain script-injection
has "explain has an example" "$out" "Right:"
try "explain what is no rule" 2 check --explain script-injektion
has "the nearest rule is named" "$err" "did you mean 'script-injection'?"

mkdir "$scratch/empty"
git -C "$scratch/empty" init -q
try "list without workflows" 0 -C "$scratch/empty" list
is "list without workflows prints nothing" "$out" ""
try "check without problems" 0 check
is "check without problems prints nothing" "$out" ""
try "eval to nothing" 0 eval "''"

# a stream that the caller has closed
"$wfrun" list >&- 2>"$scratch/err"
got=$? out= err=$(cat "$scratch/err")
is "no standard output: exit status 4" "$got" 4
has "no standard output is said" "$err" "standard output"
"$wfrun" list <&- >"$scratch/out" 2>&-
got=$? out=$(cat "$scratch/out") err=
is "neither input nor error output: exit status 0" "$got" 0
has "the list is there all the same" "$out" "ci.yml"

# HOME is another user's, as after setpriv or in a container
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
	mkdir -m 700 "$scratch/closed"
	chmod 755 "$scratch"
	as_nobody="setpriv --reuid=65534 --regid=65534 --clear-groups"
	if $as_nobody test -x "$wfrun"; then
		HOME=$scratch/closed $as_nobody "$wfrun" list >"$scratch/out" 2>"$scratch/err"
		got=$? out=$(cat "$scratch/out") err=$(cat "$scratch/err")
		is "a closed HOME: exit status 0" "$got" 0
		is "a closed HOME is not spoken of" "$err" ""
	fi
fi

echo "1..$case"
