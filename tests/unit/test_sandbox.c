/* SPDX-License-Identifier: MIT */
/* test_sandbox.c - what a job finds in a sandbox, and what must not get out of one. The same tests
 * run as root and as a user without privileges (tests/unprivileged.sh). */
#include "base/fs.h"
#include "box_fixture.h"
#include "test.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Runs `body` in a fresh sandbox. */
static void
in_sandbox(void (*body)(struct box_fixture *f))
{
	struct box_fixture f;

	box_fixture_open(&f, BOX_SANDBOX);
	body(&f);
	box_fixture_close(&f);
}

/* ---- what a job finds ---- */

static void
places(struct box_fixture *f)
{
	CHECK_SH(f, "pwd", 0, "/home/runner/work/hello/hello\n");
	CHECK_SH(f, "ls -A . /home/runner/work /home/runner", 0,
	    ".:\n\n/home/runner:\nwork\n\n/home/runner/work:\n_actions\n_temp\nhello\n");
	CHECK_SH(f,
	    "cd /tmp && ls -A && touch /home/runner/x /tmp/x /var/tmp/x "
	    "/run/x /opt/hostedtoolcache/x ./x /dev/shm/x",
	    0, "");
	CHECK_SH(f, "umask; stat -c %a /tmp /var/tmp /dev/shm /home/runner /run", 0,
	    "0022\n1777\n1777\n1777\n755\n755\n");
	CHECK_SH(f, "echo from-inside >/home/runner/work/_temp/file", 0, "");
	CHECK(wf_exists(wf_join(f->arena, f->temp, "file")));
}

TEST(sandbox_has_the_folders_of_a_hosted_runner)
{
	in_sandbox(places);
}

static void
devices(struct box_fixture *f)
{
	CHECK_SH(f, "ls /dev", 0,
	    "core\nfd\nfull\nnull\nptmx\npts\nrandom\nshm\nstderr\nstdin\nstdout\ntty\nurandom\n"
	    "zero\n");
	CHECK_SH(f,
	    "head -c 4 /dev/zero | wc -c; head -c 4 /dev/urandom | wc -c; echo x >/dev/null", 0,
	    "4\n4\n");
	CHECK_SH(f, "bash -c 'cat <(echo substituted)'", 0, "substituted\n");
	CHECK_SH(f, "script -qec 'tty | cut -c1-9' /dev/null | tr -d '\\r'", 0, "/dev/pts/\n");
}

TEST(sandbox_has_only_harmless_devices)
{
	in_sandbox(devices);
}

static void
names(struct box_fixture *f)
{
	CHECK_SH(f, "cat /proc/sys/kernel/hostname", 0, "job-1\n");
	CHECK_SH(f, "getent hosts job-1 | tr -s ' '", 0, "127.0.1.1 job-1\n");
	CHECK_SH(f, "getent hosts localhost >/dev/null", 0, "");
	CHECK_SH(f, "test ! -e /etc/resolv.conf || cat /etc/resolv.conf >/dev/null", 0, "");
}

TEST(sandbox_knows_its_own_name)
{
	char host[256], after[256];

	CHECK_INT(gethostname(host, sizeof(host)), 0);
	in_sandbox(names);
	CHECK_INT(gethostname(after, sizeof(after)), 0);
	CHECK_STR(wf_str(after), host);
}

static void
identity(struct box_fixture *f)
{
	CHECK_SH(f, "id -u; id -g", 0, wf_strf(f->arena, "%d\n%d\n", getuid(), getgid()).p);
	CHECK_SH(f, "stat -c %u /home/runner . /tmp", 0,
	    wf_strf(f->arena, "%d\n%d\n%d\n", getuid(), getuid(), getuid()).p);
	CHECK_SH(f, "grep -E '^(NoNewPrivs|Seccomp):' /proc/self/status | cut -f2", 0, "1\n2\n");
}

TEST(sandbox_runs_as_the_same_user_who_gains_no_privileges)
{
	in_sandbox(identity);
}

static void
capabilities(struct box_fixture *f)
{
	/* chown dac_override fowner fsetid kill setgid setuid setpcap net_bind_service sys_chroot
	 * audit_write setfcap */
	const char *effective = getuid() == 0 ? "00000000a00405fb" : "0000000000000000";

	CHECK_SH(f, "grep -E '^Cap(Eff|Bnd|Inh|Amb)' /proc/self/status | cut -f2", 0,
	    wf_strf(f->arena, "0000000000000000\n%s\n00000000a00405fb\n0000000000000000\n",
	        effective)
	        .p);
}

TEST(sandbox_leaves_the_capabilities_of_a_container)
{
	in_sandbox(capabilities);
}

static void
rewritten(struct box_fixture *f)
{
	const char *list[] = { f->worktree, NULL };

	CHECK(wf_mkdirs(wf_join(f->arena, f->worktree, "dir/sub"), 0755, NULL));
	CHECK(wf_write_file(wf_join(f->arena, f->worktree, "dir/sub/x"), WF_S("x"), 0644, NULL));
	CHECK(box_lay(f, list, f->box->layout.workspace));
	/* a folder that is removed and made again must not show what it had; a renamed one keeps */
	CHECK_SH(f, "rm -r dir && mkdir dir && ls -A dir && mkdir -p dir/sub && ls -A dir/sub", 0,
	    "");
	CHECK_SH(f, "mkdir a && touch a/b && mv a c && find c", 0, "c\nc/b\n");
}

TEST(sandbox_workspace_forgets_removed_folders)
{
	in_sandbox(rewritten);
}

/* ---- what must not get out ---- */

static void
writes(struct box_fixture *f)
{
	static const char *const canaries[] = { "/wfrun-canary", "/etc/wfrun-canary",
		"/usr/wfrun-canary", "/root/wfrun-canary", "/home/wfrun-canary",
		"/var/wfrun-canary", "/tmp/wfrun-canary", "/var/tmp/wfrun-canary",
		"/run/wfrun-canary", "/dev/wfrun-canary", "/dev/shm/wfrun-canary",
		"/opt/wfrun-canary", "/srv/wfrun-canary", "/mnt/wfrun-canary" };
	const char *list[] = { f->worktree, NULL };

	CHECK(box_lay(f, list, f->box->layout.workspace));
	for (size_t i = 0; i < WF_COUNT(canaries); i++) {
		CHECK(!wf_exists(canaries[i]));
		CHECK_SH(f,
		    wf_strf(f->arena, "touch %s 2>/dev/null; mkdir -p %s.d 2>/dev/null; true",
		        canaries[i], canaries[i])
		        .p,
		    0, "");
		CHECK(!wf_exists(canaries[i]));
		CHECK(!wf_exists(wf_strf(f->arena, "%s.d", canaries[i]).p));
	}
	/* the work tree and the state, by their own paths and through the workspace */
	CHECK_SH(f,
	    wf_strf(f->arena,
	        "for d in . %s %s %s; do mkdir -p $d; echo x >$d/canary; done 2>/dev/null; true",
	        f->worktree, f->state, f->dir)
	        .p,
	    0, "");
	CHECK(!wf_exists(wf_join(f->arena, f->worktree, "canary")));
	CHECK(!wf_exists(wf_join(f->arena, f->state, "canary")));
	CHECK(!wf_exists(wf_join(f->arena, f->dir, "canary")));
}

TEST(sandbox_writes_never_reach_the_host)
{
	in_sandbox(writes);
}

/* A folder of the user in a place of the host that the job sees: TEST_DIR, or as root any. */
TEST(sandbox_writes_to_files_of_the_same_user_vanish)
{
	const char *place = getenv("TEST_DIR");
	struct box_fixture f;
	struct wf_str text;
	const char *file;

	if (!place && getuid() != 0)
		SKIP("neither root nor TEST_DIR");
	box_fixture_make_in(&f, BOX_SANDBOX, place ? place : "/var/lib", NULL, 0);
	file = wf_join(f.arena, f.dir, "mine");
	CHECK(wf_write_file(file, WF_S("before"), 0666, NULL));
	box_fixture_start(&f);
	CHECK_STR(wf_str(f.error.msg), "");
	/* without privileges a write is refused where a folder above belongs to another user */
	CHECK_SH(&f,
	    wf_strf(f.arena, "cat %s; echo after >%s; cat %s; rm -rf %s; true", file, file, file,
	        f.dir)
	        .p,
	    0, getuid() == 0 ? "beforeafter\n" : NULL);
	CHECK(wf_read_file(f.arena, file, 0, &text, NULL));
	CHECK_STR(text, "before");
	CHECK(wf_is_dir(f.worktree));
	box_fixture_close(&f);
}

static void
kernel(struct box_fixture *f)
{
	struct wf_str before, after;

	CHECK(wf_read_file(f->arena, "/proc/sys/kernel/core_pattern", 0, &before, NULL));
	CHECK_SH(f, "echo '|/bin/false' >/proc/sys/kernel/core_pattern", 2, "");
	CHECK_SH(f, "echo x >/proc/sysrq-trigger", 2, "");
	CHECK_SH(f, "touch /sys/x", 1, "");
	CHECK_SH(f,
	    "for f in $(find /proc/sys /sys/kernel /sys/module /sys/fs -maxdepth 3 -type f); do "
	    "(: >>$f) && echo wrote $f; done 2>/dev/null | grep -v ns_last_pid; true",
	    0, "");
	CHECK(wf_read_file(f->arena, "/proc/sys/kernel/core_pattern", 0, &after, NULL));
	CHECK(wf_str_eq(before, after));
}

TEST(sandbox_cannot_change_the_kernel)
{
	in_sandbox(kernel);
}

static void
mounting(struct box_fixture *f)
{
	CHECK_SH(f, "mount -t tmpfs x /mnt 2>/dev/null || echo refused", 0, "refused\n");
	CHECK_SH(f,
	    "umount /run 2>/dev/null || umount -l /proc 2>/dev/null || "
	    "umount /home/runner/work/_temp 2>/dev/null || echo refused",
	    0, "refused\n");
	/* in a user namespace of its own a job has all capabilities, but over nothing of ours */
	CHECK_SH(f,
	    "unshare -Urm sh -c 'umount /run || umount -l /run || umount /tmp || "
	    "mount -o remount,rw /sys || mount -o remount,bind,rw /sys' 2>/dev/null || "
	    "echo refused",
	    0, "refused\n");
	CHECK_SH(f, "ls -d /run/old /run/up /run/own /old /up 2>/dev/null", 2, "");
	CHECK_SH(f,
	    "cut -d' ' -f5,6 /proc/self/mountinfo | grep -v -E '^/dev/(full|null|random|"
	    "tty|urandom|zero) ' | grep -v -E '^/proc/' | grep -v -E '^/dev/pts ' | "
	    "grep -v nodev",
	    1, "");
}

TEST(sandbox_cannot_mount_nor_uncover_nor_use_devices)
{
	in_sandbox(mounting);
}

static void
device_nodes(struct box_fixture *f)
{
	CHECK_SH(f,
	    "for d in /tmp /dev . /home/runner/work/_temp /run; do "
	    "mknod $d/node c 1 3 2>/dev/null && head -c1 $d/node 2>/dev/null && echo $d; "
	    "done; true",
	    0, "");
	CHECK(!wf_exists(wf_join(f->arena, f->temp, "node")));
}

TEST(sandbox_cannot_make_devices)
{
	in_sandbox(device_nodes);
}

static void
processes(struct box_fixture *f)
{
	const char *self = wf_strf(f->arena, "%d", (int)getpid()).p;

	CHECK_SH(f,
	    wf_strf(f->arena, "test ! -e /proc/%s && ! kill -0 %s 2>/dev/null", self, self).p, 0,
	    "");
	/* init and sh */
	CHECK_SH(f, "set -- /proc/[0-9]*; echo $#", 0, "2\n");
	CHECK_SH(f, "tr '\\0' ' ' </proc/1/cmdline", 0, "wfrun-box job-1 ");
}

TEST(sandbox_sees_no_process_but_its_own)
{
	in_sandbox(processes);
}

static void
init_is_safe(struct box_fixture *f)
{
	CHECK_SH(f, "for s in $(seq 1 64); do kill -$s 1 2>/dev/null; done; kill -0 $$", 0, "");
	CHECK_SH(f, "kill -9 -1 2>/dev/null; true", 0, NULL);
	CHECK_SH(f, "echo alive", 0, "alive\n");
	CHECK_SH(f,
	    "readlink /proc/1/root || readlink /proc/1/fd/* || cat /proc/1/environ || "
	    "cat /proc/1/mem || cat /proc/1/maps || echo x >/proc/1/mem",
	    2, "");
}

TEST(sandbox_init_can_be_neither_killed_nor_read)
{
	in_sandbox(init_is_safe);
}

static void
ipc(struct box_fixture *f)
{
	CHECK_SH(f, "ipcmk -M 64 >/dev/null && ipcs -m | grep -c 0x", 0, "1\n");
}

TEST(sandbox_has_shared_memory_of_its_own)
{
	FILE *file = popen("ipcs -m | wc -l", "r");
	char before[16] = "", after[16] = "";

	CHECK(fgets(before, sizeof(before), file) != NULL);
	pclose(file);
	in_sandbox(ipc);
	file = popen("ipcs -m | wc -l", "r");
	CHECK(fgets(after, sizeof(after), file) != NULL);
	pclose(file);
	CHECK_STR(wf_str(after), before);
}

/* Whatever the job does with links, wfrun opens what the job would, never a file of the host. */
static void
link_escape(struct box_fixture *f)
{
	const char *canary = wf_join(f->arena, f->dir, "canary");
	const char *temp = f->box->layout.temp;
	struct wf_error err;
	struct stat st, host;
	int fd;

	CHECK(wf_write_file(canary, WF_S("secret"), 0644, NULL));
	CHECK_SH(f,
	    wf_strf(f->arena,
	        "cd %s; ln -s %s a; ln -s ../../../../../../../../..%s b; ln -s /proc/self/root%s "
	        "c; "
	        "ln -s /proc/1/root%s d; ln -s /dev/zero e",
	        temp, canary, canary, canary, canary)
	        .p,
	    0, "");
	for (const char *name = "abcd"; *name; name++)
		CHECK_INT(box_open(f->box, wf_strf(f->arena, "%s/%c", temp, *name).p, O_RDONLY,
		              &err),
		    -1);
	CHECK(stat("/etc/hosts", &host) == 0);
	fd = box_open(f->box, "/etc/hosts", O_RDONLY, &err);
	CHECK(fd >= 0 && fstat(fd, &st) == 0);
	CHECK(st.st_dev != host.st_dev || st.st_ino != host.st_ino);
	close(fd);
}

TEST(sandbox_open_never_follows_a_link_to_the_host)
{
	in_sandbox(link_escape);
}

static void
foreign_layer(struct box_fixture *f)
{
	const char *etc[] = { "/etc", NULL };
	const char *beside[] = { wf_strf(f->arena, "%s-more", f->worktree).p, NULL };
	const char *place = f->box->layout.workspace;

	CHECK(!box_lay(f, etc, place));
	CHECK_STR(wf_str(f->error.msg), "layer /etc: neither in the work tree nor of this box");
	CHECK(!box_lay(f, beside, place));
	CHECK_SH(f, "echo fine", 0, "fine\n");
}

TEST(sandbox_overlay_takes_no_layer_from_elsewhere)
{
	in_sandbox(foreign_layer);
}

/* ---- mounts, and starts that fail ---- */

TEST(sandbox_mounts_what_its_spec_names)
{
	const struct box_mount mounts[] = {
		{ "/usr/share", "/home/runner/stubs", false },
		{ "/etc/passwd", "/opt/a/file", false },
	};
	struct box_fixture f;

	box_fixture_make(&f, BOX_SANDBOX, mounts, WF_COUNT(mounts));
	box_fixture_start(&f);
	CHECK_STR(wf_str(f.error.msg), "");
	CHECK_SH(&f, "test -d /home/runner/stubs/doc && cmp /opt/a/file /etc/passwd", 0, "");
	CHECK_SH(&f, "touch /home/runner/stubs/x", 1, "");
	CHECK_SH(&f, "echo x >>/opt/a/file", 2, "");
	box_fixture_close(&f);
}

TEST(sandbox_writes_only_to_mounts_that_allow_it)
{
	struct box_mount mount = { NULL, "/opt/shared", true };
	struct box_fixture f;
	char dir[] = "/tmp/wfrun-box-XXXXXX";

	CHECK(mkdtemp(dir) != NULL);
	mount.host = dir;
	box_fixture_make(&f, BOX_SANDBOX, &mount, 1);
	box_fixture_start(&f);
	CHECK_SH(&f, "echo x >/opt/shared/file", 0, "");
	CHECK(wf_exists(wf_join(f.arena, dir, "file")));
	box_fixture_close(&f);
	CHECK(wf_remove_tree(dir, NULL));
}

TEST(sandbox_that_cannot_be_built_says_why_and_leaves_nothing)
{
	const struct box_mount missing = { "/no/such/folder", "/opt/x", false };
	const char *argv[] = { "true", NULL };
	struct box_fixture f;
	struct box_ran ran;

	box_fixture_make(&f, BOX_SANDBOX, &missing, 1);
	box_fixture_start(&f);
	CHECK_INT(f.error.kind, WF_ERR_MISSING);
	CHECK_STR(wf_str(f.error.msg),
	    "sandbox: folders of its own: /no/such/folder: No such file or directory");
	CHECK_STR(wf_str(f.error.hint), "--box host runs the steps on this machine as it is");
	box_begin(&f, &ran, argv, NULL, "/");
	box_wait(&f, &ran);
	CHECK(!ran.end.started);
	CHECK_STR(wf_str(ran.end.error.msg), f.error.msg);
	box_fixture_close(&f);
}

TEST(sandbox_without_its_state_folder_says_so)
{
	struct box_fixture f;

	box_fixture_make(&f, BOX_SANDBOX, NULL, 0);
	CHECK(wf_remove_tree(f.state, NULL));
	box_fixture_start(&f);
	CHECK_INT(f.error.kind, WF_ERR_MISSING);
	CHECK(strstr(f.error.msg, "No such file or directory") != NULL);
	box_fixture_close(&f);
}

static int
open_descriptors(void)
{
	int n = 0;

	for (int fd = 0; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

TEST(sandbox_leaves_no_descriptor_behind)
{
	const struct box_mount missing = { "/no/such/folder", "/opt/x", false };
	int before = open_descriptors();
	struct box_fixture f;

	for (int i = 0; i < 3; i++) {
		box_fixture_open(&f, BOX_SANDBOX);
		CHECK_SH(&f, "true", 0, "");
		box_fixture_close(&f);
		box_fixture_make(&f, BOX_SANDBOX, &missing, 1);
		box_fixture_start(&f);
		box_fixture_close(&f);
	}
	CHECK_INT(open_descriptors(), before);
}

/* ---- what its spec takes away ---- */

static void
filtered(struct box_fixture *f)
{
	CHECK_SH(f, "unshare --user true 2>&1; unshare --mount true 2>&1", 1,
	    "unshare: unshare failed: Operation not permitted\n"
	    "unshare: unshare failed: Operation not permitted\n");
	CHECK_SH(f, "setarch --addr-no-randomize true 2>/dev/null", 1, "");
	/* programs that make threads and processes go on as ever */
	CHECK_SH(f, "seq 3 | sort -r --parallel=4 | tr -d '\\n'", 0, "321");
}

TEST(sandbox_makes_no_namespaces_inside)
{
	in_sandbox(filtered);
}

TEST(sandbox_shows_what_is_covered_as_empty)
{
	static const char *const covered[] = { "/usr/share/doc", "/no/such/folder", NULL };
	struct box_fixture f;

	box_fixture_make(&f, BOX_SANDBOX, NULL, 0);
	f.box->spec.covered = covered;
	box_fixture_start(&f);
	CHECK_STR(wf_str(f.error.msg), "");
	CHECK_SH(&f, "ls -A /usr/share/doc; touch /usr/share/doc/x 2>/dev/null || echo no", 0,
	    "no\n");
	box_fixture_close(&f);
}

TEST(sandbox_without_network_has_its_own_loopback_alone)
{
	struct box_fixture f;

	box_fixture_make(&f, BOX_SANDBOX, NULL, 0);
	f.box->spec.no_network = true;
	box_fixture_start(&f);
	CHECK_STR(wf_str(f.error.msg), "");
	CHECK_SH(&f, "tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '", 0, "lo\n");
	/* it is up: nobody listens, but there is somebody to say so */
	CHECK_SH(&f,
	    "bash -c ': </dev/tcp/127.0.0.1/9' 2>&1 | grep -o 'Connection refused' | head -1", 0,
	    "Connection refused\n");
	box_fixture_close(&f);
}

/* A box with these limits, or none where no control group can be made. */
static bool
limited(struct box_fixture *f, struct box_limits limits)
{
	box_fixture_make(f, BOX_SANDBOX, NULL, 0);
	f->box->spec.limits = limits;
	box_fixture_start(f);
	if (f->error.msg[0] == '\0')
		return true;
	CHECK(strstr(f->error.msg, "control group") != NULL);
	CHECK_INT(f->error.kind, WF_ERR_MISSING);
	box_fixture_close(f);
	return false;
}

TEST(sandbox_keeps_to_its_number_of_processes)
{
	struct box_fixture f;

	if (!limited(&f, (struct box_limits){ .processes = 12 }))
		SKIP("no control group for the number of processes can be made here");
	CHECK_SH(&f, "i=0; while [ $i -lt 5 ]; do sleep 0 & i=$((i + 1)); done; wait; echo ok", 0,
	    "ok\n");
	CHECK_SH(&f, "i=0; while [ $i -lt 30 ]; do sleep 9 & i=$((i + 1)); done", 2, NULL);
	box_fixture_close(&f);
}

TEST(sandbox_keeps_to_its_memory)
{
	struct box_fixture f;

	if (!limited(&f, (struct box_limits){ .memory = 48u << 20 }))
		SKIP("no control group for memory can be made here");
	CHECK_SH(&f, "head -c 1m /dev/zero | tail -c 1m | wc -c", 0, "1048576\n");
	CHECK_SH(&f, "head -c 200m /dev/zero | tail -c 200m >/dev/null", 137, NULL);
	box_fixture_close(&f);
}

static void
sudo(struct box_fixture *f)
{
	if (geteuid() == 0)
		CHECK_SH(f, "/run/wfrun/sudo -E -u root NAME=x sh -c 'echo $NAME; id -u'", 0,
		    "x\n0\n");
	else
		CHECK_SH(f, "/run/wfrun/sudo true 2>&1 | cut -c1-30", 0,
		    "sudo: this sandbox has no root\n");
}

TEST(sandbox_has_a_sudo_that_works_or_says_why_not)
{
	in_sandbox(sudo);
}
