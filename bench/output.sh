#!/bin/sh
# SPDX-License-Identifier: MIT
# output.sh: a step that prints 1 GiB in lines of 80 bytes, with 100 secrets to mask and commands to
# look for, against `grep -F -f` of the secrets alone over the same text: megabytes in a second from
# the step to the record, and to the live view; and the most memory that wfrun itself holds.
# shellcheck source=lib.sh disable=SC2154
. "$root/bench/lib.sh"

# 8 MiB. One line in 1,000 holds a secret, and one is a command.
mkdir repo
awk '
	BEGIN {
		letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
		n = split("Compiling PASSED Collecting package from warning: (cached) 42% sha256: ::", word)
		srand(7)
		for (s = 0; s < 100; s++) {
			while (length(secret[s]) < 32)
				secret[s] = secret[s] substr(letters, 1 + int(rand() * 62), 1)
			print secret[s] >"secrets"
			print "SECRET_" s "=" secret[s] >"dotenv"
		}
		for (l = 0; l < 104858; l++) {
			line = l % 1000 == 1 ? "::debug::" : l % 1000 == 2 ? "token=" secret[l % 100] " " : ""
			while (length(line) < 79)
				line = line word[1 + int(rand() * n)] " "
			print substr(line, 1, 79) >"repo/page"
		}
	}'
workflow repo <<'END'
- uses: actions/checkout@v4
- id: print
  run: for turn in $(seq 128); do cat page; done
END
repository repo

grep_rate() {
	start=$(date +%s%N)
	for turn in $(seq 128); do cat repo/page; done | grep -F -f secrets >found
	echo $(($(date +%s%N) - start)) | awk '{ printf "%.0f\n", 1073741824 / $1 * 1000 }'
}

# step_rate PEAK OPTION...: by the time that the step took, as it is said at the end
step_rate() {
	peak=$1
	shift
	"$bench/peak" "$peak" "$wfrun" -C repo --event push --secret-file ../dotenv "$@" |
		tail -n 20 >end
	awk -F '"duration_ms":' '/"step_id":"print"/ && /"step.finished"/ {
		printf "%.0f\n", 1073741824 / $2 / 1000
	}' end
}

# The live view writes into the void, and says the time of the whole run alone.
view_rate() {
	start=$(date +%s%N)
	"$wfrun" -C repo --event push --secret-file ../dotenv >/dev/null
	echo $(($(date +%s%N) - start)) | awk '{ printf "%.0f\n", 1073741824 / $1 * 1000 }'
}

for turn in 1 2 3; do
	grep_rate >"grep.$turn"
	step_rate "peak.$turn" --json >"record.$turn"
	view_rate >"view.$turn"
done
row "output: 1 GiB from the step to the record, MB/s / grep -F -f" MB/s \
	"$(cat record.? | median)" "$(cat grep.? | median)" '>150'
row "output: the same to the live view" MB/s "$(cat view.? | median)" "$(cat grep.? | median)" -
row "output: the most memory that wfrun held" MiB \
	"$(cat peak.? | median | awk '{ printf "%.1f", $1 / 1024 }')" - '<40'
