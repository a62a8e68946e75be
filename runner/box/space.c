/* SPDX-License-Identifier: MIT */
/* space.c - namespaces and capabilities. */
#include "runner/box/space.h"

#include "base/arena.h"
#include "base/fs.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <net/if.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* ---- what the kernel may refuse, and the way out ---- */

static const struct refusal {
	const char *sysctl; /* below /proc/sys */
	char value; /* the value's first byte when it forbids */
	const char *what, *remedy;
} refusals[] = {
	{ "kernel/unprivileged_userns_clone", '0',
	    "user namespaces for users without privileges are switched off "
	    "(kernel.unprivileged_userns_clone = 0)",
	    "sysctl -w kernel.unprivileged_userns_clone=1" },
	{ "user/max_user_namespaces", '0',
	    "no user namespace may be made (user.max_user_namespaces = 0)",
	    "sysctl -w user.max_user_namespaces=10000" },
	{ "kernel/apparmor_restrict_unprivileged_userns", '1',
	    "AppArmor restricts user namespaces for users without privileges "
	    "(kernel.apparmor_restrict_unprivileged_userns = 1)",
	    "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0" },
};

static bool
forbids(const struct refusal *refusal)
{
	char path[128], byte;
	wf_auto(wf_close_fd) int fd = -1;

	snprintf(path, sizeof(path), "/proc/sys/%s", refusal->sysctl);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd >= 0 && read(fd, &byte, 1) == 1 && byte == refusal->value;
}

static bool
refuse(struct wf_error *err, int errnum, const char *what)
{
	for (size_t i = 0; i < WF_COUNT(refusals); i++) {
		if (!forbids(&refusals[i]))
			continue;
		wf_fail(err, WF_ERR_MISSING, WF_NOWHERE, "%s", refusals[i].what);
		return wf_hint(err, "'%s' as root, or --box host", refusals[i].remedy);
	}
	wf_fail_sys(err, errnum, "%s", what);
	if (errnum == ENOSPC || errnum == EUSERS)
		return wf_hint(err, "the number of namespaces is limited, here or in a namespace "
		                    "around this one (user.max_*_namespaces); or --box host");
	if (errnum != EPERM)
		return false;
	return wf_hint(err, "needs CAP_SYS_ADMIN or unshare(2), which container engines take away "
	                    "(--privileged gives it back); or --box host");
}

/* ---- namespaces ---- */

static bool
may_mount(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };

	if (syscall(SYS_capget, &head, data) < 0)
		return false;
	return data[0].effective & (1u << CAP_SYS_ADMIN);
}

static bool
write_proc(const char *path, const char *text)
{
	wf_auto(wf_close_fd) int fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
}

struct space
space_plan(bool own_network)
{
	struct space space = { .uid = getuid(), .gid = getgid() };

	space.flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS;
	if (own_network)
		space.flags |= CLONE_NEWNET;
	if (!may_mount())
		space.flags |= CLONE_NEWUSER;
	return space;
}

/* The user namespace has one user, this one, which is itself there, or root. */
static bool
map_user(const struct space *space, bool as_root, struct wf_error *err)
{
	char users[64], groups[64];

	snprintf(users, sizeof(users), "%u %u 1\n", as_root ? 0 : space->uid, space->uid);
	snprintf(groups, sizeof(groups), "%u %u 1\n", as_root ? 0 : space->gid, space->gid);
	if (!write_proc("/proc/self/setgroups", "deny") ||
	    !write_proc("/proc/self/uid_map", users) || !write_proc("/proc/self/gid_map", groups))
		return refuse(err, errno, "the users of a user namespace");
	return true;
}

static bool
raise_loopback(struct wf_error *err)
{
	wf_auto(wf_close_fd) int sock = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq request = { .ifr_name = "lo", .ifr_flags = IFF_UP };

	return (sock >= 0 && ioctl(sock, SIOCSIFFLAGS, &request) == 0) ||
	       wf_fail_sys(err, errno, "loopback interface");
}

bool
space_enter(const struct space *space, bool as_root, struct wf_error *err)
{
	if ((space->flags & CLONE_NEWUSER) && !map_user(space, as_root, err))
		return false;
	return !(space->flags & CLONE_NEWNET) || raise_loopback(err);
}

bool
space_be_root(struct wf_error *err)
{
	const struct space space = { CLONE_NEWUSER, getuid(), getgid() };

	if (unshare(CLONE_NEWUSER) < 0)
		return refuse(err, errno, "a user namespace");
	return space_enter(&space, true, err);
}

bool
space_refused(const struct space *space, int errnum, struct wf_error *err)
{
	if ((space->flags & CLONE_NEWUSER) && unshare(CLONE_NEWUSER) < 0)
		return refuse(err, errno, "a user namespace");
	if ((space->flags & CLONE_NEWNET) && unshare(CLONE_NEWNET) < 0)
		return refuse(err, errno, "a network namespace");
	return refuse(err, errnum, "mount, PID, IPC and UTS namespaces");
}

/* ---- capabilities ---- */

/* What an engine leaves to the root of a container, without two that an engine makes harmless by
 * means that a sandbox does not have: mknod (a device cgroup) and net_raw (a network of its own).
 */
static const int allowed_caps[] = {
	CAP_CHOWN,
	CAP_DAC_OVERRIDE,
	CAP_FOWNER,
	CAP_FSETID,
	CAP_KILL,
	CAP_SETGID,
	CAP_SETUID,
	CAP_SETPCAP,
	CAP_NET_BIND_SERVICE,
	CAP_SYS_CHROOT,
	CAP_AUDIT_WRITE,
	CAP_SETFCAP,
};

static bool
allowed(int cap)
{
	for (size_t i = 0; i < WF_COUNT(allowed_caps); i++)
		if (allowed_caps[i] == cap)
			return true;
	return false;
}

/* The bounding set limits what an exec can gain, not what init itself holds. */
bool
space_drop(struct wf_error *err)
{
	for (int cap = 0; prctl(PR_CAPBSET_READ, cap) >= 0; cap++)
		if (!allowed(cap) && prctl(PR_CAPBSET_READ, cap) == 1 &&
		    prctl(PR_CAPBSET_DROP, cap) < 0)
			return wf_fail_sys(err, errno, "capability %d", cap);
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
		return wf_fail_sys(err, errno, "ambient capabilities");
	return true;
}

/* ---- the machine's name ---- */

void
space_hostname(const char *name, char out[64])
{
	size_t n = 0;

	for (; *name && n < 63; name++)
		if (isalnum((unsigned char)*name) || (*name == '-' && n > 0))
			out[n++] = *name;
	while (n > 0 && out[n - 1] == '-')
		n--;
	out[n] = '\0';
	if (n == 0)
		snprintf(out, 64, "runner");
}

bool
space_name(const char *name, struct wf_error *err)
{
	char host[64];

	space_hostname(name, host);
	if (sethostname(host, strlen(host)) < 0)
		return wf_fail_sys(err, errno, "host name");
	return true;
}
