#!/bin/sh
# SPDX-License-Identifier: MIT
# unprivileged.sh BINARY: runs a unit test as a user without privileges, when this is root. The
# binary is copied to where that user may read it.
set -u

if [ "$(id -u)" -ne 0 ] || ! command -v setpriv >/dev/null; then
	echo "1..0 # SKIP needs root and setpriv"
	exit 0
fi
TEST_DIR=$(mktemp -d /var/lib/wfrun-test-XXXXXX) || exit 1
export TEST_DIR
trap 'rm -rf "$TEST_DIR"' EXIT
trap 'exit 1' HUP INT TERM
cp "$1" "$TEST_DIR/test" && chown -R 65534:65534 "$TEST_DIR" || exit 1
cd / || exit 1
setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all "$TEST_DIR/test"
