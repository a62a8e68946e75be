#!/bin/bash
# SPDX-License-Identifier: MIT
# A machine that lets nobody make namespaces: wfrun says what is missing and the way out, starts
# nothing, and the way out works. usage: refused.sh WFRUN. TAP.
set -u
wfrun=$(realpath "${1:?usage: refused.sh WFRUN}")
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 NO_COLOR=1

if [ "$(id -u)" != 0 ] || ! command -v setpriv >/dev/null || ! command -v bwrap >/dev/null; then
	echo "1..0 # SKIP needs root, setpriv and bwrap"
	exit 0
fi
scratch=$(mktemp -d /var/tmp/wfrun-refused.XXXXXX)
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$scratch/repo/.github/workflows" "$scratch/tmp"
cat >"$scratch/repo/.github/workflows/one.yml" <<'YAML'
name: One
on: push
jobs:
  one:
    runs-on: ubuntu-latest
    steps:
      - run: echo "it runs"
YAML
git -C "$scratch/repo" init -q -b main
git -C "$scratch/repo" add -A
git -C "$scratch/repo" -c user.name=Test -c user.email=test@example.com commit -q -m first
cp "$wfrun" "$scratch/wfrun"
chmod 755 "$scratch"
chown -R 65534:65534 "$scratch"

# in a user namespace in which no further one may be made
confined() {
	setpriv --reuid=65534 --regid=65534 --clear-groups env HOME="$scratch" TMPDIR="$scratch/tmp" \
		bwrap --unshare-user --disable-userns --dev-bind / / --chdir "$scratch/repo" \
		"$scratch/wfrun" one.yml --event push "$@" >"$scratch/out" 2>"$scratch/err" </dev/null
}

case=0
verdict() {
	case=$((case + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $case - $1"
	else
		echo "not ok $case - $1"
		sed 's/^/# /' "$scratch/out" "$scratch/err"
	fi
}

if ! setpriv --reuid=65534 --regid=65534 --clear-groups bwrap --unshare-user --disable-userns \
	--dev-bind / / true 2>/dev/null; then
	echo "1..0 # SKIP no user namespaces here at all"
	exit 0
fi
confined
verdict "exit status" "$?" 4
verdict "names what is missing" "$(grep -c 'user namespace' "$scratch/err")" 1
verdict "names the way out" "$(grep -c -e '--box host' "$scratch/err")" 1
verdict "no step ran" "$(grep -c 'it runs$' "$scratch/out")" 0
verdict "no folder is left" "$(ls -A "$scratch/tmp/wfrun-65534")" ""
confined --box host
verdict "the way out: exit status" "$?" 0
verdict "the way out: the step ran" "$(grep -c '  it runs$' "$scratch/out")" 1
echo "1..$case"
