#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# The fixtures themselves, without wfrun: what fixtures/README.md says of them is so. TAP.
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
export PATH=$root/fixtures/stubs:$PATH PYTHONDONTWRITEBYTECODE=1
unset STUB_LOG STUB_UNPROVISIONED STUB_VERSION STUB_TERRAFORM_STATE
case=0

# check NAME COMMAND...: ok when the command succeeds; else what it printed
check() {
	local name=$1
	shift
	case=$((case + 1))
	if "$@" > "$scratch/out" 2>&1; then
		echo "ok $case - $name"
	else
		echo "not ok $case - $name"
		sed 's/^/# /' "$scratch/out"
	fi
}

# fails COMMAND...: succeeds when the command does not
fails() {
	! "$@"
}

# prints TEXT COMMAND...: the command prints this, whatever its exit status
prints() {
	local text=$1
	shift
	"$@" 2>&1 | tee /dev/stderr | grep -qF -- "$text"
}

# make NAME [OPTION...]: a new repository of this fixture; the folder is $repo
make() {
	repo=$(mktemp -d "$scratch/$1.XXXXXX")
	"$root/tools/fixture" "$1" "$repo" "${@:2}"
}

# make_twice NAME: two machines that differ in all that must not matter
make_twice() {
	make "$1" && git -C "$repo" for-each-ref > "$scratch/first" || return
	(
		umask 077
		export HOME=$scratch/nobody TZ=Asia/Tokyo GIT_AUTHOR_NAME=Somebody LC_ALL=C
		make "$1" && git -C "$repo" for-each-ref > "$scratch/second"
	) && diff "$scratch/first" "$scratch/second"
}

# clean NAME: the work tree is the fixture, and git sees nothing to commit
clean() {
	make "$1" && [ -z "$(git -C "$repo" status --porcelain)" ] &&
		diff -r --exclude=.git --exclude=__pycache__ "$root/fixtures/$1" "$repo"
}

# answered NAME: every action of the workflows is local, a stub, or brought along by wfrun
answered() {
	local action status=0
	while read -r action; do
		case $action in
		./* | actions/checkout | actions/setup-python | dorny/paths-filter) ;;
		*) [ -f "$root/fixtures/stubs/actions/$action/action.yml" ] || { echo "$action"; status=1; } ;;
		esac
	done < <(find "$root/fixtures/$1/.github" -name '*.yml' \
		-exec sed -nE 's/^ *(- )?uses: ([^@ ]+).*/\2/p' {} + | sort -u)
	return "$status"
}

# covered PACKAGE THRESHOLD: as _test.yml does it
covered() (
	tests='' source='' # said by workspace.py
	cd "$repo" && eval "$(python3 tools/workspace.py package "$1")" &&
		uv run coverage run --source="$source" -m unittest discover --start-directory "$tests" &&
		uv run coverage report --fail-under="$2"
)

backtest() (
	cd "$repo" && python3 -m tradelab "$@"
)

plan() (
	cd "$repo/infrastructure" && terraform plan
)

# log_of COMMAND...: what the stubs write into STUB_LOG for it
log_of() {
	STUB_LOG=$scratch/log "$@" > /dev/null 2>&1
	cat "$scratch/log"
	rm "$scratch/log"
}

for name in platform strategies trading; do
	check "$name: the same commit ids everywhere" make_twice "$name"
	check "$name: a clean work tree that is the fixture" clean "$name"
	check "$name: every action is answered" answered "$name"
	for patch in "$root/fixtures/changes/$name/option"/*.patch; do
		option=--$(basename "$patch" .patch)
		check "$name: $option applies" make "$name" "$option"
	done
done
check "an option that there is not is refused" fails make platform --no-such-option
make platform
check "a folder with something in it is refused" fails "$root/tools/fixture" platform "$repo"

for package in common data strategy backend data-collection strategy-service; do
	check "platform: $package passes and is covered" covered "$package" 60
done
check "platform: cli passes and is covered" covered cli 45
check "platform: integration passes" covered integration 0
check "platform: too little coverage fails" fails covered integration 99
check "platform: the whole suite passes" "$repo/tools/test-all"
make platform --failing-test
check "platform: with --failing-test strategy fails" fails covered strategy 0
check "platform: with --failing-test integration passes" covered integration 0

make strategies
for strategy in momentum ml-rsi low-volatility; do
	check "strategies: $strategy meets its gates" backtest full "$strategy"
done
make strategies --missed-gate
check "strategies: with --missed-gate the smoke test passes" backtest smoke momentum
check "strategies: with --missed-gate the full backtest fails" fails backtest full momentum

make trading
check "trading: one change is planned" prints "0 to add, 1 to change, 0 to destroy" plan
make trading --rules-off
check "trading: with --rules-off three rules more" prints "0 to add, 4 to change, 0 to destroy" plan
check "trading: with --rules-off they go off" prints 'state: "ENABLED" -> "DISABLED"' plan

check "stubs: a call is one line of the log" \
	prints "aws ecs update-service --cluster prod" log_of aws ecs update-service --cluster prod
check "stubs: a missing environment is not found" prints ResourceNotFoundException \
	env STUB_UNPROVISIONED=dev aws lambda update-function-code --function-name tradai-dev-notifier
check "stubs: a missing environment fails" fails \
	env STUB_UNPROVISIONED=dev aws lambda update-function-code --function-name tradai-dev-notifier
check "stubs: another environment is there" \
	env STUB_UNPROVISIONED=dev aws lambda update-function-code --function-name tradai-prod-notifier
check "stubs: git still is git" prints "git version" git --version
check "stubs: a push goes nowhere" prints "git push origin main" log_of git push origin main
echo "1..$case"
