#!/bin/sh
# SPDX-License-Identifier: MIT
# workspace.sh: the workspace of a repository of 100,000 files: the whole wfrun from its start to
# the line after checkout, and the checkout step alone, against `cp -a` of the repository.
# shellcheck source=lib.sh disable=SC2154
. "$root/bench/lib.sh"

# As one stream into a pack: 100,000 loose objects would be the benchmark of another thing.
workflow repo <<-'TEXT'
	- uses: actions/checkout@v4
	- run: printf 'is %s\n' ready
TEXT
git -C repo init -q -b main
{
	printf 'commit refs/heads/main\ncommitter bench <bench@example.com> 1700000000 +0000\n'
	printf 'data 5\nbench\nM 100644 inline .github/workflows/ci.yml\n'
	printf 'data %d\n' "$(wc -c <repo/.github/workflows/ci.yml)"
	cat repo/.github/workflows/ci.yml
	awk 'BEGIN {
		for (i = 0; i < 100000; i++) {
			text = sprintf("file %d\n", i)
			printf "\nM 100644 inline src/%03d/%02d/f%d.txt\ndata %d\n%s", i / 1000, i / 50 % 20, i,
				length(text), text
		}
	}'
} | git -C repo fast-import --quiet
git -C repo reset -q --hard
git -C repo remote add origin https://github.com/octo-org/bench.git

"$wfrun" -C repo --event push >warm.out
turns "workspace: 100,000 files, start to the step after / cp -a" '>=20' first -t "is ready" 3 \
	sh -c 'cp -a repo copy && echo is ready; rm -rf copy' -- \
	"$wfrun" -C repo --event push
for turn in 1 2 3 4 5; do
	"$wfrun" -C repo --event push --json |
		sed -n '/"step.finished".*checkout/s/.*"duration_ms":\([0-9]*\).*/\1/p'
done | median >checkout
row "workspace: the checkout step alone / cp -a" ms \
	"$(cat checkout)" "$(pick baseline first)" '>=20'
