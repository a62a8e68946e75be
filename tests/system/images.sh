#!/bin/bash
# SPDX-License-Identifier: MIT
# The image store against real parts and against hostile ones: pull, import, list, remove, and jobs
# that run on an image, as root and as another user. usage: images.sh WFRUN. TAP.
set -u
wfrun=$(realpath "${1:?usage: images.sh WFRUN}")
here=$(cd "$(dirname "$0")" && pwd)
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 NO_COLOR=1
for part in busybox python3 zstd; do
	command -v "$part" >/dev/null && continue
	echo "1..0 # SKIP needs $part"
	exit 0
done
case=0
scratch=$(mktemp -d /var/tmp/wfrun-images.XXXXXX)
chmod 755 "$scratch"
pids=
trap 'for p in $pids; do kill "$p" 2>/dev/null; done; wait; chmod -R u+rwX "$scratch"; rm -rf "$scratch"' EXIT

verdict() {
	local name=$1
	shift
	case=$((case + 1))
	if "$@"; then
		echo "ok $case - $name"
	else
		echo "not ok $case - $name"
		sed 's/^/# /' "$scratch/out" "$scratch/err"
	fi
}
skip() {
	case=$((case + 1))
	echo "ok $case - $1 # SKIP $2"
}
# run WORD...: wfrun as the user of this round
run() {
	(cd "$scratch/repo" && $as env HOME="$scratch/home" DOCKER_CONFIG="$docker" \
		WFRUN_HOME="$scratch/home" TMPDIR="$scratch/tmp" PATH="$scratch/bin:$PATH" \
		"$scratch/wfrun" "$@") >"$scratch/out" 2>"$scratch/err" </dev/null
	status=$?
}
says() { grep -q -- "$1" "$scratch/out" "$scratch/err"; }
ended() { [ "$status" = "$1" ]; }
layers() { find "$scratch/home/images/layers" -mindepth 1 -maxdepth 1 | wc -l; }
nothing_half() { [ -z "$(ls -A "$scratch/home/images/temp" "$scratch/home/images/blobs" | grep -v ':$')" ]; }
no_escape() { [ ! -e /tmp/wfrun-escape ] && [ ! -e "$scratch/escape" ]; }

# ---- an image of two layers ----

mkdir -p "$scratch"/{bin,tmp,base/{bin,etc,tmp,var/old/deep,usr/bin},top/{etc,var/old,opt},layout,bad}
cp "$(command -v busybox)" "$scratch/base/bin/busybox"
for tool in sh cat chmod echo env grep id ls mkdir pwd rm stat test touch; do
	ln -s busybox "$scratch/base/bin/$tool"
done
echo 'root:x:0:0:root:/root:/bin/sh
app:x:1000:1000::/:/bin/sh' >"$scratch/base/etc/passwd"
echo 'app:x:1000:
more:x:1001:app' >"$scratch/base/etc/group"
echo old >"$scratch/base/etc/gone"
echo old >"$scratch/base/var/old/deep/file"
ln "$scratch/base/etc/gone" "$scratch/base/etc/linked"
echo text >"$scratch/base/käse"
ln -s /nowhere/resolv.conf "$scratch/base/etc/resolv.conf"
chmod 4755 "$scratch/base/bin/busybox"
chmod 1777 "$scratch/base/tmp"
touch "$scratch/top/etc/.wh.gone" "$scratch/top/var/old/.wh..wh..opq" "$scratch/top/opt/own"
chmod 0555 "$scratch/top/opt"
pack() { tar -C "$scratch/$1" --sort=name --numeric-owner --owner=0 --group=0 -c . ; }
pack base | gzip -1 >"$scratch/base.tar.gz"
pack top | zstd -q >"$scratch/top.tar.zst"
"$here/make_image.py" "$scratch/layout" one \
	'{"Env": ["PATH=/bin", "FROM_IMAGE=yes"], "WorkingDir": "/opt"}' \
	--arch "$(dpkg --print-architecture 2>/dev/null || echo amd64)" \
	"$scratch/base.tar.gz" "$scratch/top.tar.zst"
tar -C "$scratch/layout" -cf "$scratch/layout.tar" .
"$here/make_image.py" "$scratch/docker" one '{}' "$scratch/base.tar.gz" # docker writes no zstd
pack base >"$scratch/root.tar"
"$here/hostile_layers.py" "$scratch/bad"

# ---- registries, and who we are there ----

mkfifo "$scratch/port"
python3 "$here/faulty_registry.py" "$scratch/layout" "$scratch/log" >"$scratch/port" &
pids="$pids $!"
read -r port <"$scratch/port"
faulty=127.0.0.1:$port
cat >"$scratch/bin/docker-credential-test" <<SH
#!/bin/sh
read -r server
[ "\$server" = $faulty ] || { echo "credentials not found in native keychain"; exit 1; }
echo '{"ServerURL": "$faulty", "Username": "ann", "Secret": "secret"}'
SH
chmod +x "$scratch/bin/docker-credential-test"
mkdir "$scratch"/docker-{none,auths,helper}
echo "{\"auths\": {\"$faulty\": {\"auth\": \"$(printf ann:secret | base64)\"}}}" \
	>"$scratch/docker-auths/config.json"
echo '{"credsStore": "test"}' >"$scratch/docker-helper/config.json"

# ---- jobs ----

mkdir -p "$scratch/repo/.github/workflows"
cat >"$scratch/repo/.github/workflows/job.yml" <<YAML
name: Job
on: workflow_dispatch
env: {WORKFLOW: from-workflow}
jobs:
  inside:
    runs-on: ubuntu-latest
    strategy: {matrix: {n: [1, 2]}}
    container:
      image: $faulty/token:one
      env: {CONTAINER: "\${{ env.WORKFLOW }}", EMPTY: ""}
      credentials: {username: ann, password: "\${{ secrets.PASSWORD }}"}
      volumes: ["/data", "named:/named", "$scratch/top/etc:/shown"]
    steps:
      - uses: actions/checkout@v4
      - run: |
          echo "shell \$0; \$(pwd); home \$HOME; \$FROM_IMAGE \$CONTAINER [\${EMPTY-unset}] \$PATH"
          test -f .github/workflows/job.yml
          test ! -e /etc/gone; test "\$(ls /var/old)" = ""; test -f /opt/own; test -f /käse
          test "\$(stat -c %a /opt)" = 555; test "\$(stat -c %a /tmp)" = 1777
          test "\$(stat -c %h /etc/linked)" = 1 || test "\$(stat -c %h /etc/linked)" = 2
          grep -q localhost /etc/hosts; test -f /etc/resolv.conf -o ! -e "$scratch/none"
          test -r "\$GITHUB_EVENT_PATH"; echo "event \$GITHUB_EVENT_PATH"
          touch /etc/new /data/x /named/x /github/home/x; test ! -e "$scratch"; touch /shown/x || echo shown-read-only
          echo "KEPT=kept" >>"\$GITHUB_ENV"
      - run: test "\$KEPT" = kept; test -f /etc/new; echo "all is well"
YAML
cat >"$scratch/repo/.github/workflows/user.yml" <<YAML
name: User
on: workflow_dispatch
jobs:
  user:
    runs-on: ubuntu-latest
    container: {image: imported, options: "--user app --cpus 2"}
    steps:
      - run: echo "I am \$(id -u) \$(id -g) \$(id -G)"
YAML
sed 's/ imported,/ not-there,/' "$scratch/repo/.github/workflows/user.yml" \
	>"$scratch/repo/.github/workflows/missing.yml"
git -C "$scratch/repo" init -q -b main
git -C "$scratch/repo" add -A
git -C "$scratch/repo" -c user.name=Test -c user.email=test@example.com commit -q -m first
cp "$wfrun" "$scratch/wfrun"

# ---- rounds ----

pulls() {
	local name
	docker=$scratch/docker-none
	for name in ok busy shaky half; do
		run image pull "$faulty/$name-$rounds:one"
		verdict "$user: pull of '$name'" ended 0
		verdict "$user: '$name' has both layers" [ "$(layers)" = 2 ]
		verdict "$user: nothing half is left of '$name'" nothing_half
		[ "$name" = half ] && verdict "$user: half a blob goes on where it ended" \
			grep -q "half-$rounds/blobs.* bytes=[1-9]" "$scratch/log"
		run image remove "$faulty/$name-$rounds:one"
		verdict "$user: '$name' is removed with its layers" [ "$(layers)" = 0 ]
	done
	for name in wrong:digest long:'more than the manifest' down:'out of order' \
		basic:'access is denied' token:'access is denied'; do
		run image pull "$faulty/${name%%:*}:one"
		verdict "$user: pull of '${name%%:*}' fails" ended 4
		verdict "$user: '${name%%:*}' is told" says "${name#*:}"
		verdict "$user: no image comes of '${name%%:*}'" \
			[ -z "$(ls -A "$scratch/home/images/names" "$scratch/home/images/temp" | grep -v ':$')" ]
	done
	for docker in "$scratch"/docker-{auths,helper}; do
		for name in basic token; do
			run image pull "$faulty/$name:one"
			verdict "$user: pull of '$name' as ${docker##*-} say" ended 0
			run image remove "$faulty/$name:one"
		done
	done
	docker=$scratch/docker-none
	run image pull 127.0.0.1:1/none
	verdict "$user: nobody listens" ended 4
	verdict "$user: nobody listens: says so" says 'no connection'
}

imports() {
	local layer
	run image import "$scratch/layout"
	verdict "$user: import of a layout" ended 0
	run image import "$scratch/layout.tar" --name from-tar:2
	verdict "$user: import of a tar of a layout" ended 0
	run image import "$scratch/root.tar"
	verdict "$user: a root file system wants a name" ended 2
	run image import "$scratch/root.tar" --name imported
	verdict "$user: import of a root file system" ended 0
	run image list
	verdict "$user: list" says '^from-tar:2 .*sha256:'
	for layer in dotdot whiteout-up long hard-out cut; do
		run image import "$scratch/bad/$layer.tar" --name bad
		verdict "$user: layer '$layer' is refused" ended 4
		verdict "$user: nothing is left of '$layer'" nothing_half
	done
	for layer in hard-absolute hard-link; do
		run image import "$scratch/bad/$layer.tar" --name bad
		verdict "$user: layer '$layer' reaches nothing outside" ended 4
	done
	for layer in absolute link link-up link-file device overlay-notes replaced; do
		run image import "$scratch/bad/$layer.tar" --name "bad-$layer"
		case $layer in
		link | link-up) verdict "$user: layer '$layer' stays inside" no_escape ;;
		*) verdict "$user: layer '$layer' is taken" ended 0 ;;
		esac
		verdict "$user: nothing outside by '$layer'" no_escape
	done
	verdict "$user: no device comes out of a layer" \
		[ -z "$(find "$scratch/home/images/layers" -type b -o -name zero -type c)" ]
	run image remove bad-link-file
	verdict "$user: remove" ended 0
	run image remove bad-link-file
	verdict "$user: remove of what is not there" ended 4
}

jobs() {
	docker=$scratch/docker-none
	run job.yml --event dispatch --offline --secret PASSWORD=secret
	verdict "$user: --offline pulls nothing" ended 4
	verdict "$user: --offline says what to do" says 'wfrun image pull'
	: >"$scratch/log"
	run job.yml --event dispatch --secret PASSWORD=secret -v
	verdict "$user: two jobs on an image that is pulled" ended 0
	verdict "$user: their steps ran" [ "$(grep -c 'all is well$' "$scratch/out")" = 2 ]
	verdict "$user: it was pulled once" [ "$(grep -c 'token/manifests/one' "$scratch/log")" -le 2 ]
	verdict "$user: shell, folder, home, environment" says \
		'shell /__w/_temp/.*; /__w/repo/repo; home /github/home; yes from-workflow \[unset\] /bin'
	verdict "$user: event.json" says 'event /github/workflow/event.json'
	verdict "$user: a folder of this machine is read-only" says 'shown-read-only'
	verdict "$user: and that is said" says 'volumes of folders on this machine are read-only'
	verdict "$user: nothing was written into a layer" \
		[ -z "$(find "$scratch/home/images/layers" "$scratch/top" -name new -o -name x)" ]
	run user.yml --event dispatch
	verdict "$user: a job as another user" ended 0
	if [ -z "$as" ] && [ "$(id -u)" = 0 ]; then
		verdict "$user: by the image's files" says 'I am 1000 1000 1000 1001'
	else
		verdict "$user: root alone, and that is said" says 'sandbox has no other user'
	fi
	verdict "$user: an option without effect is said" says 'option --cpus'
	run missing.yml --event dispatch --offline
	verdict "$user: a missing image is found before the run" ended 4
	verdict "$user: with its place" says 'missing.yml:6:24'
	run user.yml --event dispatch --box host
	verdict "$user: --box host says that it makes no container" says 'makes no containers'
}

killed() {
	run image remove "$faulty/token:one"
	(cd "$scratch/repo" && exec $as env HOME="$scratch/home" WFRUN_HOME="$scratch/home" \
		"$scratch/wfrun" image import "$scratch/root.tar" --name killed) >/dev/null 2>&1 &
	local pid=$!
	for _ in $(seq 500); do
		[ -n "$(ls -A "$scratch/home/images/temp")" ] && break
	done
	kill -KILL "$pid"
	wait "$pid" 2>/dev/null
	run image list
	verdict "$user: the next start after SIGKILL sweeps" [ -z "$(ls -A "$scratch/home/images/temp")" ]
}

real_registry() {
	local name="$user: a real registry" started
	if ! command -v docker-registry >/dev/null || ! command -v skopeo >/dev/null ||
		! command -v umoci >/dev/null; then
		skip "$name" "needs docker-registry, skopeo and umoci"
		return
	fi
	started=$("$here/../../tools/registry" "$scratch/registry") || return
	pids="$pids ${started#* }"
	skopeo copy -q --dest-tls-verify=false "oci:$scratch/layout:one" \
		"docker://127.0.0.1:${started% *}/real:one" >"$scratch/out" 2>"$scratch/err"
	run image pull "localhost:${started% *}/real:one"
	verdict "$name" ended 0
	skopeo copy -q "oci:$scratch/docker:one" "docker-archive:$scratch/saved.tar:saved:1" \
		>"$scratch/out" 2>"$scratch/err" || verdict "$user: skopeo writes a docker archive" false
	run image import "$scratch/saved.tar"
	verdict "$user: import of what docker save writes" says '^saved:1'
}

# the same tree as umoci makes of the lower layer
same_tree() {
	local layer ours theirs
	layer=sha256-$(sha256sum <"$scratch/base.tar.gz" | cut -d' ' -f1)
	ours=$(cd "$scratch/home/images/layers/$layer" && find . -printf '%P %y %m %U %G %l %n %T@\n' | sort)
	mkdir "$scratch/theirs"
	theirs=$(tar -C "$scratch/theirs" -xzf "$scratch/base.tar.gz" --numeric-owner -p &&
		cd "$scratch/theirs" && find . -printf '%P %y %m %U %G %l %n %T@\n' | sort)
	[ "$ours" = "$theirs" ]
}

round() {
	user=$1 as=$2 rounds=$((rounds + 1))
	rm -rf "$scratch"/{registry,theirs,saved.tar}
	[ ! -e "$scratch/home" ] || chmod -R u+rwX "$scratch/home"
	rm -rf "$scratch/home"
	mkdir "$scratch/home"
	[ -z "$as" ] || chown -R 65534:65534 "$scratch"/{home,tmp,repo}
	pulls
	imports
	[ -n "$as" ] || verdict "$user: the tree is the one that tar makes" same_tree
	jobs
	killed
	real_registry
}

rounds=0
round "$(id -un)" ""
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
	round nobody "setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all"
fi
echo "1..$case"
