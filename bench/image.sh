#!/bin/sh
# SPDX-License-Identifier: MIT
# image.sh: a box on a stored image against `docker run` of the same image, and pull against `skopeo
# copy` plus `umoci unpack`, from a registry on loopback. Needs root for the first one.
# shellcheck source=lib.sh disable=SC2154
. "$root/bench/lib.sh"
pids=
trap 'for pid in $pids; do kill "$pid"; done; wait' EXIT
export WFRUN_HOME="$PWD/home"

# a root file system of some hundred MB out of this machine's own files: programs and small files
mkdir -p state base/bin
cp "$(command -v busybox)" base/bin/
ln -s busybox base/bin/sh
tar -C base -cf base.tar .
tar -C / -czf files.tar.gz --ignore-failed-read usr/bin usr/share/doc usr/include 2>/dev/null || :
"$root/tests/system/make_image.py" layout one '{"Env": ["PATH=/bin"]}' base.tar files.tar.gz

started=$("$root/tools/registry" "$PWD/registry")
pids=${started#* }
registry=127.0.0.1:${started% *}
skopeo copy -q --dest-tls-verify=false oci:layout:one "docker://$registry/bench:one"
cat >theirs <<SH
#!/bin/sh
set -e
rm -rf oci bundle
skopeo copy -q --src-tls-verify=false docker://$registry/bench:one oci:oci:one
umoci unpack --image oci:one bundle >/dev/null 2>&1
SH
cat >ours <<SH
#!/bin/sh
set -e
rm -rf home
$wfrun image pull $registry/bench:one >/dev/null 2>&1
SH
chmod +x theirs ours
turns "image: pull / skopeo copy + umoci unpack" "<=1" end 3 ./theirs -- ./ours

if [ "$(id -u)" = 0 ] && command -v dockerd >/dev/null; then
	# without networks of its own, which makes it quicker
	dockerd --data-root "$PWD/docker" --exec-root "$PWD/docker-exec" -H "unix://$PWD/docker.sock" \
		-p "$PWD/docker.pid" --bridge none --iptables=false >dockerd.log 2>&1 &
	pids="$pids $!"
	export DOCKER_HOST="unix://$PWD/docker.sock"
	for _ in $(seq 100); do
		docker info >/dev/null 2>&1 && break
		sleep 0.1
	done
	docker import base.tar bench >/dev/null
	"$wfrun" image import base.tar --name bench >/dev/null
	layer=$(find home/images/layers -maxdepth 1 -name "*$(sha256sum <base.tar | cut -d' ' -f1)")
	turns "image: box on a stored image / docker run" ">=20" first 10 \
		docker run --rm --network none bench /bin/sh -c 'echo x' -- \
		"$bench/box_run" --image "$PWD/$layer" "$PWD/state" /bin/sh -c 'echo x'
fi
