/* SPDX-License-Identifier: MIT */
/* furnish.c - the places of a sandbox that are its own: /dev, /proc, /sys, /tmp, the runner's home,
 * what its spec mounts, and the files that name machines.
 *
 * As root there is no user namespace between the job and the machine, so what the kernel lets the
 * root user do by the mode of a file alone is hidden or read-only, as engines do it. */
#include "runner/box/root.h"

#include "base/fs.h"
#include "runner/box/space.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define INERT (MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC)
#define NAMES_MAX (1u << 20) /* of /etc/hosts and /etc/resolv.conf */

/* Shows a folder of the base at `inside`. */
static bool
own_folder(struct root *root, const char *folder, const char *inside, uint64_t attrs,
    struct wf_error *err)
{
	wf_auto(wf_close_fd) int source = place_open(root->base, folder, 0);
	wf_auto(wf_close_fd) int target = place_folder(root->box, inside, err);

	if (target < 0)
		return false;
	return mount_bind(source, target, attrs, err) || wf_wrap(err, "%s", inside);
}

static bool
make_folder(struct root *root, const char *inside, struct wf_error *err)
{
	wf_auto(wf_close_fd) int fd = place_folder(root->box, inside, err);

	return fd >= 0;
}

/* ---- /dev ---- */

static const char *const devices[] = { "full", "null", "random", "tty", "urandom", "zero" };

static const struct {
	const char *name, *target;
} dev_links[] = {
	{ "core", "/proc/kcore" },
	{ "fd", "/proc/self/fd" },
	{ "ptmx", "pts/ptmx" },
	{ "stderr", "/proc/self/fd/2" },
	{ "stdin", "/proc/self/fd/0" },
	{ "stdout", "/proc/self/fd/1" },
};

static bool
device(struct root *root, const char *name, struct wf_error *err)
{
	const char *path = wf_strf(root->arena, "/dev/%s", name).p;
	wf_auto(wf_close_fd) int source = place_open(root->host, path, 0);
	wf_auto(wf_close_fd) int target = -1;

	if (source < 0)
		return wf_fail_sys(err, errno, "%s", path);
	target = place_file(root->box, path, err);
	if (target < 0)
		return false;
	return mount_bind(source, target, INERT, err) || wf_wrap(err, "%s", path);
}

static bool
terminals(struct root *root, struct wf_error *err)
{
	wf_auto(wf_close_fd) int pts = place_folder(root->box, "/dev/pts", err);
	char target[64];

	if (pts < 0)
		return false;
	snprintf(target, sizeof(target), "/proc/self/fd/%d", pts);
	/* gid 5 is "tty" everywhere; it has no meaning where only one group is mapped */
	if (mount("devpts", target, "devpts", MS_NOSUID | MS_NOEXEC,
	        "newinstance,ptmxmode=0666,mode=0620,gid=5") < 0 &&
	    mount("devpts", target, "devpts", MS_NOSUID | MS_NOEXEC,
	        "newinstance,ptmxmode=0666,mode=0620") < 0)
		return wf_fail_sys(err, errno, "/dev/pts");
	return true;
}

static bool
make_dev(struct root *root, struct wf_error *err)
{
	wf_auto(wf_close_fd) int dev = -1;

	if (!own_folder(root, "/own/dev", "/dev", MOUNT_WRITABLE | INERT, err))
		return false;
	for (size_t i = 0; i < WF_COUNT(devices); i++)
		if (!device(root, devices[i], err))
			return false;
	if (!terminals(root, err))
		return false;
	dev = place_open(root->box, "/dev", O_DIRECTORY);
	for (size_t i = 0; i < WF_COUNT(dev_links); i++)
		if (symlinkat(dev_links[i].target, dev, dev_links[i].name) < 0)
			return wf_fail_sys(err, errno, "/dev/%s", dev_links[i].name);
	if (mkdirat(dev, "shm", 01777) < 0)
		return wf_fail_sys(err, errno, "/dev/shm");
	return true;
}

/* ---- /proc and /sys ---- */

static const struct guard {
	const char *path;
	bool hide; /* else read-only */
} guards[] = {
	{ "/proc/acpi", true },
	{ "/proc/asound", true },
	{ "/proc/bus", false },
	{ "/proc/fs", false },
	{ "/proc/interrupts", true },
	{ "/proc/irq", false },
	{ "/proc/kcore", true },
	{ "/proc/keys", true },
	{ "/proc/latency_stats", true },
	{ "/proc/sched_debug", true },
	{ "/proc/scsi", true },
	{ "/proc/sys", false },
	{ "/proc/sysrq-trigger", false },
	{ "/proc/timer_list", true },
	{ "/proc/timer_stats", true },
	{ "/sys/devices/virtual/powercap", true },
	{ "/sys/firmware", true },
	{ "/sys/kernel/debug", true },
	{ "/sys/kernel/tracing", true },
};

static bool
guard(struct root *root, const struct guard *g, struct wf_error *err)
{
	wf_auto(wf_close_fd) int target = place_open(root->box, g->path, 0);
	wf_auto(wf_close_fd) int source = -1;
	struct stat st;

	if (target < 0 || fstat(target, &st) < 0)
		return true; /* this kernel does not have it */
	if (!g->hide)
		source = place_open(root->box, g->path, 0);
	else if (S_ISDIR(st.st_mode))
		source = place_open(root->base, "/own/void", 0);
	else
		source = place_open(root->box, "/dev/null", 0);
	return mount_bind(source, target, MOUNT_ATTR_RDONLY | INERT, err) ||
	       wf_wrap(err, "%s", g->path);
}

static bool
make_proc(struct root *root, struct wf_error *err)
{
	wf_auto(wf_close_fd) int proc = place_folder(root->box, "/proc", err);
	char target[64];

	if (proc < 0)
		return false;
	snprintf(target, sizeof(target), "/proc/self/fd/%d", proc);
	if (mount("proc", target, "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
		return wf_fail_sys(err, errno, "/proc");
	return true;
}

/* As root there is no user namespace between the job and the machine. */
static bool
guard_all(struct root *root, struct wf_error *err)
{
	for (size_t i = 0; geteuid() == 0 && i < WF_COUNT(guards); i++)
		if (!guard(root, &guards[i], err))
			return false;
	return true;
}

static bool
make_sys(struct root *root, struct wf_error *err)
{
	wf_auto(wf_close_fd) int source = place_open(root->host, "/sys", O_DIRECTORY);
	wf_auto(wf_close_fd) int target = place_folder(root->box, "/sys", err);

	if (target < 0)
		return false;
	if (source >= 0 && !mount_bind(source, target, MOUNT_READ_ONLY | INERT, err))
		return wf_wrap(err, "/sys");
	return guard_all(root, err);
}

/* ---- folders ---- */

static bool
make_temporary(struct root *root, struct wf_error *err)
{
	wf_auto(wf_close_fd) int there = place_open(root->box, "/var/tmp", O_DIRECTORY);

	if (root->setup->spec.image)
		return true; /* it has its own, which vanish with the box */
	if (!own_folder(root, "/own/tmp", "/tmp", MOUNT_WRITABLE, err))
		return false;
	return there < 0 || own_folder(root, "/own/var-tmp", "/var/tmp", MOUNT_WRITABLE, err);
}

static bool
make_home(struct root *root, struct wf_error *err)
{
	const struct box_layout *layout = &root->setup->layout;

	return own_folder(root, "/own/home", layout->home, MOUNT_WRITABLE, err) &&
	       make_folder(root, layout->workspace, err) && make_folder(root, layout->temp, err) &&
	       make_folder(root, layout->actions, err) &&
	       make_folder(root, layout->tool_cache, err);
}

static bool
show_mount(struct root *root, const struct box_mount *mount, struct wf_error *err)
{
	wf_auto(wf_close_fd) int source = place_open(root->host, mount->host, 0);
	wf_auto(wf_close_fd) int target = -1;
	struct stat st;

	if (source < 0 || fstat(source, &st) < 0)
		return wf_fail_sys(err, errno, "%s", mount->host);
	target = S_ISDIR(st.st_mode) ? place_folder(root->box, mount->inside, err)
	                             : place_file(root->box, mount->inside, err);
	if (target < 0)
		return false;
	return mount_bind(source, target, mount->writable ? MOUNT_WRITABLE : MOUNT_READ_ONLY,
	           err) ||
	       wf_wrap(err, "%s", mount->inside);
}

static bool
show_mounts(struct root *root, struct wf_error *err)
{
	const struct wire_setup *setup = root->setup;
	const struct box_mount temp = { setup->spec.temp, setup->layout.temp, true };

	if (!show_mount(root, &temp, err))
		return false;
	if (setup->spec.busy[0] &&
	    !own_folder(root, "/own/busy", setup->spec.busy, MOUNT_WRITABLE, err))
		return false;
	for (size_t i = 0; i < setup->spec.nmounts; i++)
		if (*setup->spec.mounts[i].inside && !show_mount(root, &setup->spec.mounts[i], err))
			return false;
	return true;
}

/* What wfrun keeps for itself, and other jobs' state, wherever they are. */
static bool
cover_folders(struct root *root, struct wf_error *err)
{
	wf_auto(wf_close_fd) int nothing = place_open(root->base, "/own/void", O_DIRECTORY);

	for (const char *const *path = root->setup->spec.covered; *path; path++) {
		wf_auto(wf_close_fd) int target = place_open(root->box, *path, O_DIRECTORY);

		if (target >= 0 && !mount_bind(nothing, target, MOUNT_ATTR_RDONLY | INERT, err))
			return wf_wrap(err, "%s", *path);
	}
	return true;
}

/* ---- files that name machines ---- */

/* A file of the host, as far as it can be read. */
static struct wf_str
host_file(struct root *root, int fd)
{
	char path[64];
	struct wf_str text = { 0 };

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (fd >= 0)
		wf_read_file(root->arena, path, NAMES_MAX, &text, NULL);
	return text;
}

static bool
put_file(int folder, const char *path, struct wf_str text, struct wf_error *err)
{
	wf_auto(wf_close_fd) int fd = place_file(folder, path, err);

	if (fd < 0)
		return false;
	if (write(fd, text.p, text.n) != (ssize_t)text.n)
		return wf_fail_sys(err, errno, "%s", path);
	return true;
}

/* A file of an image, made anew: what stands there may be a link to anywhere. */
static bool
make_file(struct root *root, const char *name, struct wf_str text, struct wf_error *err)
{
	wf_auto(wf_close_fd) int etc = place_folder(root->box, "/etc", err);
	wf_auto(wf_close_fd) int fd = -1;

	if (etc < 0)
		return false;
	unlinkat(etc, name, 0);
	fd = openat(etc, name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
	if (fd < 0 || !wf_write_all(fd, text))
		return wf_fail_sys(err, errno, "/etc/%s", name);
	return true;
}

/* A file of the box with other text: written over where that is possible, so that a job can replace
 * it, else mounted. */
static bool
replace_file(struct root *root, const char *path, struct wf_str text, struct wf_error *err)
{
	wf_auto(wf_close_fd) int target = place_file(root->box, path, err);
	wf_auto(wf_close_fd) int source = -1;
	wf_auto(wf_close_fd) int over = -1;
	char name[64];

	if (target < 0)
		return false;
	snprintf(name, sizeof(name), "/proc/self/fd/%d", target);
	over = open(name, O_WRONLY | O_TRUNC | O_CLOEXEC);
	if (over >= 0 && write(over, text.p, text.n) == (ssize_t)text.n)
		return true;
	if (!put_file(root->base, "/own/file", text, err))
		return false;
	source = place_open(root->base, "/own/file", 0);
	return mount_bind(source, target, MOUNT_WRITABLE, err) || wf_wrap(err, "%s", path);
}

/* The job looks itself up by name (a JVM does so at its start), so the name has to be known. */
static bool
make_hosts(struct root *root, struct wf_error *err)
{
	wf_auto(wf_close_fd) int old = place_open(root->host, "/etc/hosts", 0);
	struct wf_str text = host_file(root, old);
	char name[64];

	space_hostname(root->setup->spec.name, name);
	text = wf_strf(root->arena, "%.*s\n127.0.1.1\t%s\n", WF_ARG(wf_str_trim(text)), name);
	if (!root->setup->spec.image)
		return replace_file(root, "/etc/hosts", text, err);
	return make_file(root, "hosts", text, err) &&
	       make_file(root, "hostname", wf_strf(root->arena, "%s\n", name), err);
}

/* /etc/resolv.conf is often a link to a file below /run, which the box does not show. */
static bool
make_resolver(struct root *root, struct wf_error *err)
{
	static const char before[] = "/old/run";
	wf_auto(wf_close_fd) int old = place_open(root->host, "/etc/resolv.conf", 0);
	wf_auto(wf_close_fd) int run = place_open(root->base, "/own/run", O_DIRECTORY);
	char path[64], target[PATH_MAX];
	ssize_t n;

	if (old < 0)
		return true;
	if (root->setup->spec.image)
		return make_file(root, "resolv.conf", host_file(root, old), err);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", old);
	n = readlink(path, target, sizeof(target) - 1);
	if (n < 0)
		return wf_fail_sys(err, errno, "/etc/resolv.conf");
	target[n] = '\0';
	if (!mount_is_within(target, before))
		return true;
	return put_file(run, target + sizeof(before) - 1, host_file(root, old), err);
}

/* ---- sudo ---- */

/* Workflows call sudo as GitHub's machines have it: without a password. For root it does what it is
 * asked where the machine has none; for others nothing could make it work, so that it says so. */
static const char sudo_of_root[] =
    "#!/bin/sh\n"
    "while :; do\n"
    "	case $1 in\n"
    "	--) shift; break ;;\n"
    "	-u|-g|-C|-h|-p|-r|-t|-T|-U|-D|-R|--user|--group|--chdir) shift 2 ;;\n"
    "	-i|-s) shift; [ $# -gt 0 ] || set -- \"${SHELL:-/bin/sh}\"; break ;;\n"
    "	-*) shift ;;\n"
    "	*) break ;;\n"
    "	esac\n"
    "done\n"
    "[ $# -gt 0 ] || exit 0\n"
    "exec env -- \"$@\"\n";

static const char sudo_of_others[] =
    "#!/bin/sh\n"
    "echo 'sudo: this sandbox has no root, as wfrun was started by an ordinary user: what"
    " belongs to others on this machine is read-only. Start wfrun as root, or give the job an"
    " image (container:).' >&2\n"
    "exit 1\n";

static bool
make_sudo(struct root *root, struct wf_error *err)
{
	wf_auto(wf_close_fd) int run = place_open(root->base, "/own/run", O_DIRECTORY);
	wf_auto(wf_close_fd) int file = -1;
	const char *text = geteuid() == 0 ? sudo_of_root : sudo_of_others;

	if (!put_file(run, "/wfrun/sudo", wf_str(text), err))
		return false;
	file = place_open_mode(run, "/wfrun/sudo", O_RDONLY, 0);
	return (file >= 0 && fchmod(file, 0755) == 0) || wf_fail_sys(err, errno, "sudo");
}

bool
root_furnish(struct root *root, struct wf_error *err)
{
	return make_dev(root, err) && make_proc(root, err) && make_sys(root, err) &&
	       make_temporary(root, err) && cover_folders(root, err) && make_home(root, err) &&
	       make_hosts(root, err) && make_resolver(root, err) && make_sudo(root, err) &&
	       show_mounts(root, err);
}

/* ---- guests ---- */

/* A folder of the box, made when missing, with all that is mounted there. */
static bool
share(struct root *root, const struct root *around, const struct box_mount *mount, uint64_t attrs,
    struct wf_error *err)
{
	wf_auto(wf_close_fd) int source = place_folder(around->box, mount->host, err);
	wf_auto(wf_close_fd) int target = source < 0 ? -1
	                                             : place_folder(root->box, mount->inside, err);

	if (target < 0)
		return false;
	return mount_bind(source, target, attrs, err) || wf_wrap(err, "%s", mount->inside);
}

/* The same names of machines as the box has. */
static bool
copy_names(struct root *root, const struct root *around, struct wf_error *err)
{
	static const char *const names[] = { "hosts", "resolv.conf" };

	for (size_t i = 0; i < WF_COUNT(names); i++) {
		const char *path = wf_strf(root->arena, "/etc/%s", names[i]).p;
		wf_auto(wf_close_fd) int there = place_open(around->box, path, 0);

		if (there >= 0 && !make_file(root, names[i], host_file(root, there), err))
			return false;
	}
	return true;
}

bool
root_furnish_guest(struct root *root, const struct root *around, const struct box_guest *guest,
    struct wf_error *err)
{
	const struct box_mount dev = { "/dev", "/dev", true }, sys = { "/sys", "/sys", false };

	if (!share(root, around, &dev, INERT, err) ||
	    !share(root, around, &sys, MOUNT_READ_ONLY | INERT, err))
		return false;
	if (!make_proc(root, err) || !guard_all(root, err) || !copy_names(root, around, err))
		return false;
	for (size_t i = 0; i < guest->nmounts; i++)
		if (!share(root, around, &guest->mounts[i],
		        guest->mounts[i].writable ? MOUNT_WRITABLE : MOUNT_READ_ONLY, err))
			return false;
	return true;
}
