/* SPDX-License-Identifier: MIT */
/* guest.c - from the init of a box to a process that sees an image.
 *
 * The child is born with process ids of its own, while init waits for its exec. It builds the
 * guest's root where init keeps what boxes are made of, since only there all of the box can be
 * reached; copies that tree off, moves into mounts of its own, and makes the copy their root. Init
 * then removes the original. */
#include "runner/box/guest.h"

#include "base/fs.h"
#include "runner/box/mount.h"
#include "runner/box/space.h"
#include "runner/box/user.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* What the child knows, and what it tells: this page is shared with init. */
struct guest_report {
	bool failed;
	struct wf_error error;
};

static int
copy_tree(int source, struct wf_error *err)
{
	int tree = open_tree(source, "",
	    AT_EMPTY_PATH | AT_RECURSIVE | OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);

	if (tree < 0)
		wf_fail_sys(err, errno, "copy of the container's mounts");
	return tree;
}

/* Where files belong to a user who is not root in the box, the guest is given users of its own, and
 * with them come all capabilities again. */
static bool
own_spaces(bool nested, struct wf_error *err)
{
	if (nested && !space_be_root(err))
		return false;
	if (unshare(CLONE_NEWNS) < 0)
		return wf_fail_sys(err, errno, "mount namespace");
	return !nested || space_drop(err);
}

/* Any folder will do for the tree to be attached at: nothing of these mounts is seen again. */
static bool
change_root(int tree, struct wf_error *err)
{
	if (move_mount(tree, "", AT_FDCWD, "/proc", MOVE_MOUNT_F_EMPTY_PATH) < 0 ||
	    fchdir(tree) < 0 || syscall(SYS_pivot_root, ".", ".") < 0 ||
	    umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		return wf_fail_sys(err, errno, "change of the root");
	return true;
}

static bool
make_folder(const char *path, struct wf_error *err)
{
	wf_auto(wf_close_fd) int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	wf_auto(wf_close_fd) int fd = root < 0 ? -1 : place_folder(root, path, err);

	return fd >= 0;
}

/* In the words of an engine. */
static bool
fail_start(const struct child_order *order, int errnum, struct wf_error *err)
{
	const char *name = order->argv[0];

	if (errnum == ENOENT && !strchr(name, '/'))
		return wf_fail(err, WF_ERR_SYS, WF_NOWHERE,
		    "exec: \"%.200s\": executable file not found in $PATH", name);
	return wf_fail(err, WF_ERR_SYS, WF_NOWHERE, "exec: \"%.200s\": %s", name, strerror(errnum));
}

/* In the child, for which all memory is its own. Returns only when it fails. */
static bool
become(const struct root *root, const struct children *children, const struct child_order *order,
    const struct box_guest *guest, struct wf_error *err)
{
	const struct child_user *user = NULL;
	bool nested = geteuid() != 0;
	struct root own;
	int tree;

	if (!root_guest(root, guest, &own, err))
		return false;
	tree = copy_tree(own.box, err);
	if (tree < 0 || !own_spaces(nested, err) || !change_root(tree, err) ||
	    !user_find(root->arena, guest->image.user, &user, err) || !make_folder(order->cwd, err))
		return false;
	return fail_start(order, child_become(order, user, children->filtered), err);
}

/* As fork() does, but init waits until the child has become the program, or ended. */
static pid_t
fork_guest(void)
{
	return (pid_t)syscall(SYS_clone, CLONE_NEWPID | CLONE_VFORK | SIGCHLD, NULL, NULL, NULL,
	    NULL);
}

bool
guest_start(struct root *root, struct children *children, const struct child_order *order,
    const struct box_guest *guest, struct wf_error *err)
{
	struct guest_report *report = mmap(NULL, sizeof(*report), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	bool started = false;
	pid_t pid;

	if (report == MAP_FAILED)
		return wf_fail_sys(err, errno, "container");
	pid = fork_guest();
	if (pid == 0) {
		report->failed = !become(root, children, order, guest, &report->error);
		_exit(127);
	}
	root->nuppers += 2; /* which the child has used */
	if (pid < 0) {
		wf_fail_sys(err, errno, "process of a container");
	} else if (report->failed) {
		waitpid(pid, NULL, 0);
		*err = report->error;
	} else {
		child_adopt(children, order->id, pid);
		started = true;
	}
	root_guest_leave(root);
	munmap(report, sizeof(*report));
	return started;
}
