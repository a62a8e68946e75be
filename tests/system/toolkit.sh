#!/bin/bash
# SPDX-License-Identifier: MIT
# GitHub's own clients, from the package registry, inside jobs: artifacts, caches, core, exec, glob,
# tool cache, the API across a workflow_run chain; and the built-in actions with what they left.
# usage: toolkit.sh WFRUN. TAP. Skipped where npm, node or the registry are not there.
set -u
wfrun=$(realpath "${1:?usage: toolkit.sh WFRUN}")
root=$(cd "$(dirname "$0")/../.." && pwd)
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 NO_COLOR=1
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export WFRUN_HOME=$scratch/home
case=0

skip() {
	echo "1..0 # SKIP $1"
	exit 0
}

verdict() {
	local name=$1
	shift
	case=$((case + 1))
	if "$@"; then
		echo "ok $case - $name"
	else
		echo "not ok $case - $name"
		grep -v '"type":"debug"' "$scratch/out" | tail -60 | sed 's/^/# /'
	fi
}

command -v npm >/dev/null && command -v node >/dev/null || skip 'npm or node is not here'
mkdir -p "$scratch/stubs/actions/toolkit"
cp -r "$root/fixtures/actions/toolkit" "$scratch/stubs/actions/toolkit/toolkit"
(cd "$scratch/stubs/actions/toolkit/toolkit" &&
	npm install --no-audit --no-fund --ignore-scripts --loglevel=error) >"$scratch/npm" 2>&1 ||
	skip "npm cannot install the clients: $(head -n 1 "$scratch/npm")"

mkdir -p "$scratch/repo/.github/workflows"
cd "$scratch/repo" || exit 1
cat >.github/workflows/clients.yml <<'YAML'
name: Clients
on: workflow_dispatch
permissions: {contents: read, id-token: write}
jobs:
  clients:
    runs-on: ubuntu-latest
    strategy:
      max-parallel: 1
      matrix: {version: [now, before]}
    steps:
      - {uses: toolkit/toolkit/artifact@v1, with: {version: "${{ matrix.version }}"}}
      - run: mkdir by-builtin && echo built in >by-builtin/file
      - uses: actions/cache/save@v4
        with: {path: by-builtin, key: "builtin-${{ github.run_id }}"}
      - {uses: toolkit/toolkit/cache@v1, with: {version: "${{ matrix.version }}"}}
      - {uses: toolkit/toolkit/exec@v1, with: {version: "${{ matrix.version }}"}}
      - {uses: toolkit/toolkit/tool-cache@v1, with: {version: "${{ matrix.version }}"}}
      - {uses: toolkit/toolkit/glob@v1, id: glob, with: {version: "${{ matrix.version }}"}}
      - run: test "${{ steps.glob.outputs.answer }}" = "${{ hashFiles('globbed/**') }}"
      - {uses: toolkit/toolkit/core@v1, id: core, with: {version: "${{ matrix.version }}"}}
      - run: |
          test "$FROM_CORE" = "$(printf 'two\nlines')" && case ":$PATH:" in *:/from/core:*) ;; *) false ;; esac
          test '${{ fromJSON(steps.core.outputs.answer).of }}' = ${{ matrix.version }}
      - uses: actions/upload-artifact@v4
        with: {name: "builtin-${{ matrix.version }}", path: by-builtin}
  cache-v1:
    runs-on: ubuntu-latest
    steps:
      - {uses: toolkit/toolkit/cache@v1, with: {version: v1}, env: {ACTIONS_CACHE_SERVICE_V2: ""}}
  builtins:
    needs: clients
    runs-on: ubuntu-latest
    steps:
      - {uses: actions/download-artifact@v4, with: {pattern: logs-*}}
      - run: test "$(cat logs-now/a.txt logs-before/a.txt)" = 'of nowof before'
      - id: restore
        uses: actions/cache/restore@v4
        with: {path: kept, key: "toolkit-now-${{ github.run_id }}", fail-on-cache-miss: true}
      - run: test "$(cat kept/file)" = 'of now' && ${{ steps.restore.outputs.cache-hit }}
YAML
cat >.github/workflows/follow.yml <<'YAML'
name: Follow
on: {workflow_run: {workflows: [Clients], types: [completed]}}
jobs:
  follow:
    runs-on: ubuntu-latest
    strategy:
      matrix: {version: [now, before]}
    steps:
      - uses: toolkit/toolkit/github@v1
        with:
          version: ${{ matrix.version }}
          run-id: ${{ github.event.workflow_run.id }}
          token: ${{ github.token }}
      - uses: actions/download-artifact@v4
        with: {name: builtin-now, run-id: "${{ github.event.workflow_run.id }}", github-token: "${{ github.token }}"}
      - run: test "$(cat file)" = 'built in'
      - run: curl -fsS "$GITHUB_API_URL/repos/$GITHUB_REPOSITORY/commits/main" | grep -q second.txt
        env: {GH_TOKEN: "${{ github.token }}"}
YAML
git init -q -b main .
git add -A
git -c user.name=Toolkit -c user.email=toolkit@example.com commit -q -m first
echo second >second.txt
git add -A
git -c user.name=Toolkit -c user.email=toolkit@example.com commit -q -m second

"$wfrun" run clients.yml --event workflow_dispatch --stubs "$scratch/stubs" --json \
	>"$scratch/out" 2>&1

finished() {
	grep '"type":"job.finished"' "$scratch/out" | grep -F "\"name\":\"$1\"" |
		grep -q '"result":"success"'
}

says() {
	grep -F "\"type\":\"$1\"" "$scratch/out" | grep -qF "$2"
}

hides() {
	says line 'not to be seen: ***' && ! grep -qF "$1" "$scratch/out"
}

plain_files() {
	[ "$(cat "$WFRUN_HOME"/repositories/*/runs/*/artifacts/logs-now/a.txt)" = 'of now' ]
}

echo '1..11'
verdict 'clients of the current versions' finished 'clients (now)'
verdict 'clients of the previous versions' finished 'clients (before)'
verdict 'the older cache service' finished cache-v1
verdict 'built-ins find what clients left' finished builtins
verdict 'the current API client in a run that follows' finished 'follow (now)'
verdict 'the previous API client in a run that follows' finished 'follow (before)'
verdict 'a write is said' says would '"call":"POST /repos/local/repo/issues/1/comments"'
verdict 'an unknown call is said' says note 'GET /repos/local/repo/issues'
verdict 'an artifact is said' says artifact '"name":"logs-now"'
verdict 'artifacts are plain files' plain_files
verdict 'what a client masks is not seen' hides hunter-two
