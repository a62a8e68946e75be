#!/bin/sh
# SPDX-License-Identifier: MIT
# box_mounts.sh BOX_RUN: a sandbox on a machine with mounts below its folders shows what they show,
# and writes to none of them; as root and as a user without privileges. Makes these mounts in a
# mount namespace of its own, so it needs root. TAP.
set -u

if [ "$(id -u)" -ne 0 ] || ! command -v setpriv >/dev/null || ! unshare -m true 2>/dev/null; then
	echo "1..0 # SKIP needs root, setpriv and unshare"
	exit 0
fi
if [ "${IN_NAMESPACE:-}" != yes ]; then
	export IN_NAMESPACE=yes
	exec unshare -m "$0" "$@"
fi

case=0
nobody='setpriv --reuid=65534 --regid=65534 --clear-groups'
dir=$(mktemp -d /var/lib/wfrun-test-XXXXXX) || exit 1
trap 'umount "$dir/file" "$dir/mount/below" "$dir/mount" "$dir/free" 2>/dev/null; rm -rf "$dir"' EXIT
trap 'exit 1' HUP INT TERM
cp "$1" "$dir/box_run"
chmod 755 "$dir"

mkdir "$dir/mount" "$dir/state" "$dir/home" "$dir/free"
echo covered >"$dir/mount/covered"
mount -t tmpfs -o mode=777 none "$dir/mount" || exit 1
echo seen >"$dir/mount/seen"
mkdir "$dir/mount/below"
mount -t tmpfs -o mode=777 none "$dir/mount/below" || exit 1
echo deep >"$dir/mount/below/deep"
mount -t tmpfs -o mode=777 none "$dir/free" || exit 1
echo one >"$dir/source"
echo two >"$dir/file"
chmod 666 "$dir/source" "$dir/file" "$dir/mount/seen" "$dir/mount/below/deep"
mount --bind "$dir/source" "$dir/file" || exit 1
chown -R 65534 "$dir/home"

# in_box USER SCRIPT
in_box() {
	rm -rf "$dir/state"
	mkdir -m 777 "$dir/state"
	if [ "$1" = root ]; then
		"$dir/box_run" "$dir/state" sh -c "$2" 2>&1
	else
		$nobody "$dir/box_run" "$dir/state" sh -c "$2" 2>&1
	fi
}

# is NAME GOT WANT
is() {
	case=$((case + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $case - $1"
	else
		echo "not ok $case - $1"
		printf 'got:  %s\nwant: %s\n' "$2" "$3" | sed 's/^/# /'
	fi
}

echo 1..8
for user in root nobody; do
	is "$user sees what is mounted, not what it covers" \
		"$(in_box $user "cd $dir; cat mount/seen mount/below/deep file; ls mount")" \
		"$(printf 'seen\ndeep\none\nbelow\nseen')"
	in_box $user "cd $dir; for f in mount/seen mount/below/deep file mount/new mount/below/new \
		free/new; do echo x >\$f; done; rm -rf mount/* free; true" >/dev/null
	is "$user cannot write through a mount" \
		"$(cat "$dir/mount/seen" "$dir/mount/below/deep" "$dir/source"
		ls "$dir/mount" "$dir/mount/below" "$dir/free" | grep new)" \
		"$(printf 'seen\ndeep\none')"
	is "$user has a writable home beside them" \
		"$(in_box $user 'touch /home/runner/x && echo yes')" yes
	is "$user leaves no mount on the machine" \
		"$(grep -c -E 'overlay .*/proc/self/fd' /proc/self/mountinfo)" 0
done
