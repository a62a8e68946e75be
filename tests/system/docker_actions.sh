#!/bin/bash
# SPDX-License-Identifier: MIT
# Container actions in the sandbox: docker:// steps and actions on images of the store, as root and
# as another user. usage: docker_actions.sh WFRUN. TAP.
set -u
wfrun=$(realpath "${1:?usage: docker_actions.sh WFRUN}")
here=$(cd "$(dirname "$0")" && pwd)
export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1 NO_COLOR=1
for part in busybox python3; do
	command -v "$part" >/dev/null && continue
	echo "1..0 # SKIP needs $part"
	exit 0
done
case=0
scratch=$(mktemp -d /var/tmp/wfrun-docker.XXXXXX)
chmod 755 "$scratch"
trap 'chmod -R u+rwX "$scratch"; rm -rf "$scratch"' EXIT

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
# run WORD...: wfrun as the user of this round
run() {
	(cd "$scratch/repo" && $as env HOME="$scratch/home" WFRUN_HOME="$scratch/home" \
		TMPDIR="$scratch/tmp" "$scratch/wfrun" "$@") >"$scratch/out" 2>"$scratch/err" </dev/null
	status=$?
}
flow() { run run --event workflow_dispatch ".github/workflows/$1.yml" "${@:2}"; }
says() { grep -qF -- "$1" "$scratch/out" "$scratch/err"; }
says_not() { ! says "$1"; }
ended() { [ "$status" = "$1" ]; }
pristine() { [ -z "$(git -C "$scratch/repo" -c safe.directory='*' status --porcelain)" ]; }

# ---- images: a root alone, and one that says what runs, as whom, with what ----

mkdir -p "$scratch"/{tmp,image/{bin,etc,tmp}}
cp "$(command -v busybox)" "$scratch/image/bin/busybox"
for tool in sh cat echo env id kill ls pwd rm sleep test touch; do
	ln -s busybox "$scratch/image/bin/$tool"
done
echo 'root:x:0:0:root:/root:/bin/sh
app:x:1000:1000::/:/bin/sh' >"$scratch/image/etc/passwd"
tar -C "$scratch/image" --numeric-owner --owner=0 --group=0 -cf "$scratch/image.tar" .

"$here/make_image.py" "$scratch/layout" full:1 '{"Entrypoint": ["/bin/sh", "-c"],
	"Cmd": ["echo image: $FROM_IMAGE $PATH user $(id -u)"], "User": "app",
	"Env": ["PATH=/bin", "FROM_IMAGE=yes", "HOME=/root"]}' \
	--arch "$(dpkg --print-architecture 2>/dev/null || echo amd64)" "$scratch/image.tar"

# ---- workflows ----

mkdir -p "$scratch"/repo/{.github/workflows,act,late,built} "$scratch/stubs/images/not/there"
cat >"$scratch/repo/act/action.yml" <<'YAML'
name: Act
inputs: {who: {default: nobody}, two words: {default: 'x y'}}
outputs: {got: {description: what it got}}
runs:
  using: docker
  image: docker://tiny:1
  entrypoint: /bin/sh
  pre-entrypoint: /never
  post-entrypoint: /github/workspace/act/post
  post-if: success()
  env: {FROM_MANIFEST: 'm-${{ inputs.who }}', MINE: manifest}
  args:
    - -c
    - 'echo "0=$0 1=[$1] $INPUT_WHO $INPUT_TWO_WORDS $FROM_MANIFEST $MINE"; echo got=$0 >>$GITHUB_OUTPUT; echo k=kept >>$GITHUB_STATE'
    - ${{ inputs.who }}
    - ''
YAML
printf '#!/bin/sh\necho "post $STATE_k $INPUT_WHO args $#"\n' >"$scratch/repo/act/post"
chmod +x "$scratch/repo/act/post"
printf 'name: Built\nruns: {using: docker, image: Dockerfile}\n' >"$scratch/repo/built/action.yml"
cat >"$scratch/stubs/images/not/there/action.yml" <<'YAML'
name: Stub
inputs: {args: {}}
runs:
  using: composite
  steps: [{run: 'echo "a stub got ${{ inputs.args }}"', shell: bash}]
YAML
steps() {
	cat <<'YAML'
      - uses: actions/checkout@v4
      - run: echo made-before >before; echo "ADDED=added" >>"$GITHUB_ENV"; echo /nowhere >>"$GITHUB_PATH"
      - uses: docker://tiny:1
        id: direct
        env: {OWN: own}
        with:
          entrypoint: /bin/sh
          args: >-
            -c "echo \"$(pwd) $(cat before) $ADDED $OWN $JOB $HOME\"; test ! -e /usr || echo host-is-seen;
            echo places $GITHUB_WORKSPACE $GITHUB_EVENT_PATH $RUNNER_TEMP; cat $GITHUB_EVENT_PATH >/dev/null || exit 8;
            echo out=direct >>$GITHUB_OUTPUT; echo BACK=back >>$GITHUB_ENV; echo made-inside >inside;
            echo path [$PATH]; echo pid $$; echo x >/dev/null && echo null-works; touch /root-is-mine /github/home/note;
            echo '::add-mask::hidden-word'; echo hidden-word;
            echo '::error file=/github/workspace/src/a.c,line=3::wrong here'; (sleep 600 &)"
      - run: echo "after $BACK ${{ steps.direct.outputs.out }} $(cat inside)"
      - uses: docker://tiny:1
        with: {entrypoint: sh, args: '-c "ls /; ls /github/home"'}
      - uses: docker://tiny:1
        continue-on-error: true
        with: {entrypoint: not-there}
      - uses: docker://tiny:1
        id: seven
        continue-on-error: true
        with: {entrypoint: sh, args: '-c "exit 7"'}
      - run: echo "seven was ${{ steps.seven.outcome }}"
      - uses: ./act
        id: act
        env: {MINE: step}
        with: {who: somebody}
      - run: echo "act said ${{ steps.act.outputs.got }}"
YAML
}
head_of() { printf 'name: %s\non: workflow_dispatch\nenv: {JOB: job}\njobs:\n  a:\n    runs-on: ubuntu-latest\n' "$1"; }
flows=$scratch/repo/.github/workflows
{ head_of Plain && echo '    steps:' && steps; } >"$flows/plain.yml"
{ head_of Inside && printf '    container: tiny:1\n    steps:\n' && steps; } >"$flows/inside.yml"
{ head_of Built && printf '    steps: [{uses: ./built}]\n'; } >"$flows/built.yml"
{ head_of Missing && printf '    steps: [{uses: "docker://not/there:1", with: {args: word}}]\n'; } >"$flows/missing.yml"
{ head_of Nowhere && printf '    steps: [{run: echo never-said}, {if: false, uses: "docker://127.0.0.1:1/none"}]\n'; } >"$flows/nowhere.yml"
{ head_of Full && cat <<'YAML'; } >"$flows/full.yml"
    steps:
      - uses: docker://full:1
      - uses: docker://full:1
        with: {args: '"echo args: $FROM_IMAGE $HOME"'}
      - uses: docker://tiny:1
        continue-on-error: true
YAML
mkdir -p "$scratch/other"
cat >"$scratch/other/action.yml" <<'YAML'
name: Other
inputs: {word: {default: of-default}}
runs:
  using: docker
  image: docker://tiny:1
  pre-entrypoint: /bin/echo
  entrypoint: sh
  post-entrypoint: echo
  args: [-c, 'echo main $0', '${{ inputs.word }}']
YAML
{ head_of Other && printf '    steps:\n      - run: echo first\n      - {uses: some/other@v1, with: {word: given, strange: 1}}\n'; } >"$flows/other.yml"
{ head_of Slow && printf '    steps: [{uses: "docker://tiny:1", timeout-minutes: 1, with: {entrypoint: sh, args: "-c \\"trap '"'echo asked; exit 3'"' INT; echo begun; while :; do sleep 1; done\\""}}]\n'; } >"$flows/slow.yml"
git -C "$scratch/repo" init -q -b main
git -C "$scratch/repo" add -A
git -C "$scratch/repo" -c user.name=Test -c user.email=test@example.com commit -q -m first
cp "$wfrun" "$scratch/wfrun"

# ---- rounds ----

# what a step sees and does is the same in a job with a container and in one without
same_answers() {
	local job=$1 from=$user/$1
	flow "$job"
	verdict "$from: the job succeeds" ended 0
	verdict "$from: workspace, env and home" says '/github/workspace made-before added own job /github/home'
	verdict "$from: GitHub's places" says \
		'places /github/workspace /github/workflow/event.json /github/runner_temp'
	verdict "$from: the machine is not seen" says_not host-is-seen
	verdict "$from: PATH is the image's" says 'path [/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin]'
	verdict "$from: it is the first process" says 'pid 1'
	verdict "$from: its devices work" says null-works
	verdict "$from: files and commands come back" says 'after back direct made-inside'
	verdict "$from: masks hold" says_not hidden-word
	verdict "$from: annotations name the file of the repository" says 'src/a.c:3'
	verdict "$from: what it writes into the image is its own" says_not root-is-mine
	verdict "$from: the home is that of all" says note
	verdict "$from: a missing program fails the step" says \
		'exec: "not-there": executable file not found in $PATH'
	verdict "$from: an exit status fails the step" says 'Process completed with exit code 7.'
	verdict "$from: and no more than the step" says 'seven was failure'
	verdict "$from: args, inputs and env of a manifest" says \
		'0=somebody 1=[] somebody x y m-somebody step'
	verdict "$from: outputs of an action" says 'act said somebody'
	verdict "$from: no pre of a local action" says '`pre` execution is not supported for local action'
	verdict "$from: post with state and inputs" says 'post kept somebody args 4'
	verdict "$from: the work tree is as it was" pristine
}

# what the image says counts as far as the step does not
image_words() {
	flow full
	verdict "$user: entrypoint, command and env of the image" says 'image: yes /bin user'
	verdict "$user: args in place of its command" says 'args: yes /github/home'
	verdict "$user: nothing to run" says 'has neither entrypoint nor command'
	if [ -z "$as" ]; then
		verdict "$user: the user of the image" says 'user 1000'
	else
		verdict "$user: no user but root" says 'user 0'
		verdict "$user: which is said" says 'the container runs as root'
	fi
}

stages() {
	flow other --local-repository "some/other@v1=$scratch/other"
	verdict "$user: pre, main and post of an action" ended 0
	grep -o 'first$\|-c echo main $0 given\|main given$' "$scratch/out" >"$scratch/order"
	verdict "$user: in their order" [ "$(tr '\n' ';' <"$scratch/order")" = \
		'-c echo main $0 given;first;first;main given;-c echo main $0 given;' ]
	verdict "$user: what it does not take is said" says \
		"Unexpected input(s) 'strange', valid inputs are ['entryPoint', 'args', 'word']"
}

refusals() {
	flow built
	verdict "$user: what is to be built is refused" ended 4
	verdict "$user: and it is said how to answer" says '--stubs'
	flow nowhere
	verdict "$user: an image that cannot be had ends the run" ended 4
	verdict "$user: before the first step" says_not '|   never-said'
	verdict "$user: with the image's name" says 'image 127.0.0.1:1/none:latest'
	flow missing --offline
	verdict "$user: --offline names the image that is missing" ended 4
	verdict "$user: by its name" says 'image not/there:1 is not stored'
	flow plain --box host
	verdict "$user: the host runs no containers" ended 4
	flow missing --offline --stubs "$scratch/stubs"
	verdict "$user: a stub answers for an image" says 'a stub got word'
}

# Ctrl-C reaches the process in the container
interrupted() {
	local pid
	(cd "$scratch/repo" && exec $as env HOME="$scratch/home" WFRUN_HOME="$scratch/home" \
		TMPDIR="$scratch/tmp" "$scratch/wfrun" run --event workflow_dispatch .github/workflows/slow.yml) \
		>"$scratch/out" 2>"$scratch/err" </dev/null &
	pid=$!
	for _ in $(seq 200); do
		says begun && break
		sleep 0.05
	done
	kill -INT "$pid"
	wait "$pid"
	verdict "$user: a cancel reaches the container" says asked
	verdict "$user: and the step is cancelled" says 'The operation was canceled.'
}

round() {
	user=$1 as=$2
	rm -rf "$scratch/home"
	mkdir "$scratch/home"
	[ -z "$as" ] || chown -R 65534:65534 "$scratch"/{home,tmp,repo}
	run image import "$scratch/image.tar" --name tiny:1
	run image import "$scratch/layout"
	same_answers plain
	same_answers inside
	image_words
	stages
	refusals
	interrupted
}

round "$(id -un)" ""
if [ "$(id -u)" = 0 ] && command -v setpriv >/dev/null; then
	round nobody "setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all"
fi
echo "1..$case"
