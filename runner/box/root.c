/* SPDX-License-Identifier: MIT */
/* root.c - the root of a sandbox: the host's, with overlays over it, or the layers of an image.
 *
 * All is built on a tmpfs of its own, the base, which first becomes the root (the host is then at
 * /old), and at the end lies under the box's /run, where no path leads to it: there it keeps what
 * overlays write, and what layers are made of. The host itself is detached.
 *
 * Where the kernel allows it the whole root is one overlay, and each mount below it gets another.
 * In a user namespace it refuses an overlay over a folder that has mounts below, since it would
 * show what they hide. Such a folder is made anew, and each of its entries shown by itself. */
#include "runner/box/root.h"

#include "base/fs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

/* A folder with mounts below it and more entries than this is shown read-only as a whole. */
#define SPLIT_MAX 512

/* What the box has of its own, or never shows. */
static const char *const hidden[] = { "/dev", "/proc", "/run", "/sys", "/tmp", "/var/tmp" };

/* File systems that are no place for files: an overlay over them shows nothing useful, and an
 * overlay is the root of somebody's container. */
static const char *const skipped_types[] = { "autofs", "binfmt_misc", "bpf", "cgroup", "cgroup2",
	"configfs", "debugfs", "devpts", "devtmpfs", "efivarfs", "fusectl", "hugetlbfs", "mqueue",
	"nsfs", "overlay", "proc", "pstore", "rpc_pipefs", "securityfs", "sysfs", "tracefs" };

static bool
listed(const char *const *list, size_t n, const char *text)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], text) == 0)
			return true;
	return false;
}

static bool
is_hidden(const struct root *root, const char *path)
{
	for (size_t i = 0; i < WF_COUNT(hidden); i++)
		if (mount_is_within(path, hidden[i]))
			return true;
	return mount_is_within(path, root->setup->layout.home);
}

/* ---- the base ---- */

static const struct base_folder {
	const char *path;
	mode_t mode;
} base_folders[] = {
	{ "old", 0755 },
	{ "box", 0755 },
	{ "guest", 0755 },
	{ "guest-up", 0700 },
	{ "up", 0700 },
	{ "proc", 0755 },
	{ "worktree", 0755 },
	{ "state", 0755 },
	{ "own", 0755 },
	{ "own/busy", 0777 },
	{ "own/dev", 0755 },
	{ "own/home", 0755 },
	{ "own/run", 0755 },
	{ "own/run/lock", 01777 },
	{ "own/tmp", 01777 },
	{ "own/var-tmp", 01777 },
	{ "own/void", 0555 },
};

static bool
make_base(struct root *root, struct wf_error *err)
{
	const char *place = root->setup->spec.state; /* any folder that is there will do */

	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		return wf_fail_sys(err, errno, "private mounts");
	if (mount("tmpfs", place, "tmpfs", MS_NODEV, "mode=0755") < 0 || chdir(place) < 0)
		return wf_fail_sys(err, errno, "tmpfs at %s", place);
	for (size_t i = 0; i < WF_COUNT(base_folders); i++)
		if (mkdir(base_folders[i].path, base_folders[i].mode) < 0)
			return wf_fail_sys(err, errno, "%s", base_folders[i].path);
	if (syscall(SYS_pivot_root, ".", "old") < 0 || chdir("/") < 0)
		return wf_fail_sys(err, errno, "change of the root");
	if (mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0) {
		wf_fail_sys(err, errno, "a /proc of its own");
		return wf_hint(err,
		    "where parts of /proc are covered, as container engines do, the "
		    "kernel refuses one; --privileged uncovers it; or --box host");
	}
	root->base = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	root->host = open("/old", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root->base < 0 || root->host < 0)
		return wf_fail_sys(err, errno, "root");
	return true;
}

static bool
takes_xattr(const char *name)
{
	return setxattr("/up", name, "y", 1, 0) == 0;
}

/* Overlays note in extended attributes what was removed: trusted.* for the root of the machine,
 * user.* for everybody else. A tmpfs knows the latter since Linux 6.6; before that, what is written
 * goes to the box's state folder on the disk. */
static bool
choose_uppers(struct root *root, struct wf_error *err)
{
	wf_auto(wf_close_fd) int state = -1;
	wf_auto(wf_close_fd) int upper = -1;

	root->userxattr = !takes_xattr("trusted.overlay.wfrun");
	root->uppers = place_open(root->base, "/up", O_DIRECTORY);
	root->in_memory = !root->userxattr || takes_xattr("user.overlay.wfrun");
	if (root->in_memory)
		return root->uppers >= 0 || wf_fail_sys(err, errno, "/up");
	state = place_open(root->host, root->setup->spec.state, O_DIRECTORY);
	upper = state < 0 ? -1 : place_folder(state, "upper", err);
	if (upper < 0 || !mount_bind(upper, root->uppers, MOUNT_WRITABLE, err))
		return wf_wrap(err, "%s", root->setup->spec.state);
	wf_close_fd(&root->uppers);
	root->uppers = place_open(root->base, "/up", O_DIRECTORY);
	return root->uppers >= 0 || wf_fail_sys(err, errno, "/up");
}

/* What layers are made of, as it changes on the host. */
static bool
keep_source(struct root *root, const char *path, const char *name, int *kept, struct wf_error *err)
{
	wf_auto(wf_close_fd) int source = -1;
	wf_auto(wf_close_fd) int target = place_open(root->base, name, O_DIRECTORY);

	*kept = -1;
	if (!*path)
		return true;
	source = place_open(root->host, path, O_DIRECTORY);
	if (source < 0)
		return wf_fail_sys(err, errno, "%s", path);
	if (!mount_bind(source, target, MOUNT_READ_ONLY, err))
		return wf_wrap(err, "%s", path);
	*kept = place_open(root->base, name, O_DIRECTORY);
	return *kept >= 0 || wf_fail_sys(err, errno, "%s", path);
}

/* The folders that the job does not see, each at a place of its own. */
static bool
keep_unseen(struct root *root, struct wf_error *err)
{
	const struct box_spec *spec = &root->setup->spec;

	root->sources = wf_new_array(root->arena, spec->nmounts, int);
	for (size_t i = 0; i < spec->nmounts; i++) {
		const char *name = wf_strf(root->arena, "/source-%zu", i).p;

		root->sources[i] = -1;
		if (*spec->mounts[i].inside)
			continue;
		if (mkdir(name, 0755) < 0)
			return wf_fail_sys(err, errno, "%s", name);
		if (!keep_source(root, spec->mounts[i].host, name, &root->sources[i], err))
			return false;
	}
	return true;
}

static bool
keep_sources(struct root *root, struct wf_error *err)
{
	const struct box_spec *spec = &root->setup->spec;

	return keep_source(root, spec->worktree, "/worktree", &root->worktree, err) &&
	       keep_source(root, spec->state, "/state", &root->state, err) &&
	       keep_unseen(root, err);
}

/* ---- overlays ---- */

/* An empty folder for what is written, which gives the overlay's top its mode. */
static int
make_upper(struct root *root, mode_t mode, int *work)
{
	char name[32];
	int upper = -1;

	snprintf(name, sizeof(name), "%u", root->nuppers++);
	if (mkdirat(root->uppers, name, mode & 07777) == 0)
		upper = openat(root->uppers, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	snprintf(name, sizeof(name), "%u", root->nuppers++);
	if (upper >= 0 && mkdirat(root->uppers, name, 0700) == 0)
		*work = openat(root->uppers, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return upper;
}

static int
lay(struct root *root, const int *layers, size_t n, mode_t mode, int target)
{
	wf_auto(wf_close_fd) int work = -1;
	wf_auto(wf_close_fd) int upper = make_upper(root, mode, &work);
	struct mount_overlay overlay = {
		.layers = layers,
		.nlayers = n,
		.upper = upper,
		.work = work,
		.userxattr = root->userxattr,
	};

	if (work < 0)
		return errno;
	return mount_overlay(&overlay, target);
}

/* ---- the host's folders ---- */

/* One folder of the host at the same place in the box: an overlay, or read-only where there can be
 * none. What can be shown in neither way (a file system that only its owner may enter) stays an
 * empty folder. */
static void
show_folder(struct root *root, int source, int target)
{
	struct stat st;

	if (fstat(source, &st) < 0 || lay(root, &source, 1, st.st_mode, target) == 0)
		return;
	mount_bind(source, target, MOUNT_READ_ONLY, NULL);
}

/* A mount of the host below an overlay, which does not see it. */
static void
show_mount(struct root *root, const struct mount_entry *entry)
{
	wf_auto(wf_close_fd) int source = place_open(root->host, entry->path, 0);
	wf_auto(wf_close_fd) int target = place_open(root->box, entry->path, 0);
	struct stat st;

	if (source < 0 || target < 0 || fstat(source, &st) < 0)
		return;
	if (S_ISDIR(st.st_mode))
		show_folder(root, source, target);
	else if (S_ISREG(st.st_mode))
		mount_bind(source, target, MOUNT_READ_ONLY, NULL);
}

static void
show_mounts(struct root *root)
{
	for (size_t i = 0; i < root->mounts.n; i++) {
		const struct mount_entry *entry = &root->mounts.items[i];

		if (strcmp(entry->path, "/") != 0 && !is_hidden(root, entry->path) &&
		    !listed(skipped_types, WF_COUNT(skipped_types), entry->type))
			show_mount(root, entry);
	}
}

static bool split(struct root *root, int source, int target, const char *path);

static void
show_dir_entry(struct root *root, int source, int target, const char *path, const char *name)
{
	wf_auto(wf_close_fd) int from = openat(source, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	wf_auto(wf_close_fd) int to = -1;
	const char *type = mount_table_type(&root->mounts, path);
	struct stat st;

	if (from < 0 || fstat(from, &st) < 0 || mkdirat(target, name, st.st_mode & 07777) < 0)
		return;
	if (type && listed(skipped_types, WF_COUNT(skipped_types), type))
		return;
	to = openat(target, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (mount_table_below(&root->mounts, path) && split(root, from, to, path))
		return;
	show_folder(root, from, to);
}

static void
show_entry(struct root *root, int source, int target, const char *path, const char *name)
{
	wf_auto(wf_close_fd) int from = -1;
	wf_auto(wf_close_fd) int to = -1;
	char link[PATH_MAX];
	struct stat st;
	ssize_t n;

	if (is_hidden(root, path) || fstatat(source, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
		return;
	if (S_ISDIR(st.st_mode)) {
		show_dir_entry(root, source, target, path, name);
	} else if (S_ISLNK(st.st_mode)) {
		n = readlinkat(source, name, link, sizeof(link) - 1);
		link[n < 0 ? 0 : n] = '\0';
		symlinkat(link, target, name);
	} else if (S_ISREG(st.st_mode)) {
		from = openat(source, name, O_PATH | O_NOFOLLOW | O_CLOEXEC);
		to = openat(target, name, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
		mount_bind(from, to, MOUNT_READ_ONLY, NULL);
	}
}

/* The entries of a folder, each by itself. False when it cannot be read, or has too many. */
static bool
split(struct root *root, int source, int target, const char *path)
{
	char from[PATH_MAX];
	char **names;
	size_t n;

	snprintf(from, sizeof(from), "/proc/self/fd/%d", source);
	if (!wf_list_dir(root->arena, from, &names, &n, NULL) || n > SPLIT_MAX)
		return false;
	for (size_t i = 0; i < n; i++) {
		const char *parent = path[1] ? path : "";

		show_entry(root, source, target, wf_strf(root->arena, "%s/%s", parent, names[i]).p,
		    names[i]);
	}
	return true;
}

/* Opens the box's root again: what was mounted on it is on top now. */
static bool
reopen_box(struct root *root, struct wf_error *err)
{
	wf_close_fd(&root->box);
	root->box = place_open(root->base, "/box", O_DIRECTORY);
	return root->box >= 0 || wf_fail_sys(err, errno, "root of the box");
}

static bool
show_host(struct root *root, struct wf_error *err)
{
	if (lay(root, &root->host, 1, 0755, root->box) == 0) {
		if (!reopen_box(root, err))
			return false;
		show_mounts(root);
		return true;
	}
	if (!mount_bind(root->box, root->box, MOUNT_WRITABLE, err) || !reopen_box(root, err))
		return false;
	return split(root, root->host, root->box, "/") ||
	       wf_fail(err, WF_ERR_SYS, WF_NOWHERE, "the root folder cannot be listed");
}

/* ---- an image ---- */

static bool
lay_image(struct root *root, const struct box_image *image, struct wf_error *err)
{
	size_t n = 0, opened = 0;
	struct stat st = { .st_mode = 0755 };
	int *fds, errnum = 0;

	while (image->layers[n])
		n++;
	fds = wf_new_array(root->arena, n, int);
	for (; opened < n && errnum == 0; opened++) {
		fds[opened] = place_open(root->host, image->layers[opened], O_DIRECTORY);
		errnum = fds[opened] < 0 ? errno : 0;
	}
	if (errnum == 0 && fstat(fds[0], &st) == 0)
		errnum = lay(root, fds, n, st.st_mode, root->box);
	for (size_t i = 0; i < opened; i++)
		wf_close_fd(&fds[i]);
	return errnum == 0 || wf_fail_sys(err, errnum, "layers of the image");
}

/* The box's /run is the image's own, wherever enter() shows it. */
static bool
show_image(struct root *root, const struct box_image *image, struct wf_error *err)
{
	wf_auto(wf_close_fd) int own = place_open(root->base, "/own/run", O_DIRECTORY);
	wf_auto(wf_close_fd) int run = -1;

	if (!lay_image(root, image, err) || !reopen_box(root, err))
		return false;
	run = place_folder(root->box, "/run", err);
	return run >= 0 && (mount_bind(run, own, MOUNT_WRITABLE, err) || wf_wrap(err, "/run"));
}

static bool
show_root(struct root *root, struct wf_error *err)
{
	const struct box_image *image = root->setup->spec.image;

	if (!reopen_box(root, err))
		return false;
	return image ? show_image(root, image, err) : show_host(root, err);
}

/* ---- build ---- */

static bool
read_mounts(struct root *root, struct wf_error *err)
{
	return mount_table_read(root->arena, &root->mounts, err);
}

/* The box's root becomes the root; the base goes under its /run and is covered there. */
static bool
enter(struct root *root, struct wf_error *err)
{
	wf_auto(wf_close_fd) int run = place_folder(root->box, "/run", err);
	wf_auto(wf_close_fd) int own = place_open(root->base, "/own/run", O_DIRECTORY);
	wf_auto(wf_close_fd) int cover = -1;

	if (run < 0)
		return false;
	if (fchdir(root->box) < 0 || syscall(SYS_pivot_root, ".", "run") < 0 || chdir("/") < 0)
		return wf_fail_sys(err, errno, "change of the root");
	if (umount2("/run/old", MNT_DETACH) < 0)
		return wf_fail_sys(err, errno, "detaching the host");
	cover = open("/run", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (!mount_bind(own, cover, MOUNT_WRITABLE, err))
		return wf_wrap(err, "/run");
	wf_close_fd(&root->host);
	return true;
}

static const struct stage {
	const char *what;
	bool (*build)(struct root *root, struct wf_error *err);
} stages[] = {
	{ "mounts of this machine", read_mounts },
	{ "base of the box", make_base },
	{ "writable layer", choose_uppers },
	{ "root folder", show_root },
	{ "sources of layers", keep_sources },
	{ "folders of its own", root_furnish },
	{ "way in", enter },
};

bool
root_build(struct root *root, struct wf_arena *arena, const struct wire_setup *setup,
    struct wf_error *err)
{
	*root = (struct root){
		.arena = arena,
		.setup = setup,
		.host = -1,
		.base = -1,
		.box = -1,
		.worktree = -1,
		.state = -1,
		.uppers = -1,
	};
	umask(0);
	for (size_t i = 0; i < WF_COUNT(stages); i++)
		if (!stages[i].build(root, err))
			return wf_wrap(err, "%s", stages[i].what);
	umask(022);
	return true;
}

/* ---- overlays of the job ---- */

/* Finds the source that a layer lies in: its descriptor, and what is left of the path. */
static int
source_of(const struct root *root, const char **path)
{
	const struct box_spec *spec = &root->setup->spec;

	for (size_t i = 0; i < spec->nmounts + 2; i++) {
		const char *folder = i == 0   ? spec->state
		                     : i == 1 ? spec->worktree
		                              : spec->mounts[i - 2].host;
		int fd = i == 0 ? root->state : i == 1 ? root->worktree : root->sources[i - 2];

		if (fd >= 0 && mount_is_within(*path, folder)) {
			*path += strlen(folder);
			return fd;
		}
	}
	return -1;
}

static int
open_layer(const struct root *root, const char *path, struct wf_error *err)
{
	const char *below = path;
	int source = source_of(root, &below), fd;

	if (source < 0) {
		wf_fail(err, WF_ERR_SYS, WF_NOWHERE,
		    "layer %s: neither in the work tree nor of this box", path);
		return -1;
	}
	fd = place_open(source, *below ? below : "/", O_DIRECTORY);
	if (fd < 0)
		wf_fail_sys(err, errno, "layer %s", path);
	return fd;
}

static bool
open_layers(struct root *root, char *const *layers, int *fds, size_t n, struct wf_error *err)
{
	for (size_t i = 0; i < n; i++) {
		fds[i] = open_layer(root, layers[i], err);
		if (fds[i] < 0)
			return false;
	}
	return true;
}

/* Returns 0 or errno's number; -1 and *err when a layer cannot be opened. */
static int
lay_named(struct root *root, char *const *layers, size_t n, int target, struct wf_error *err)
{
	int *fds = wf_new_array(root->arena, n, int);
	int errnum = -1;

	for (size_t i = 0; i < n; i++)
		fds[i] = -1;
	if (open_layers(root, layers, fds, n, err))
		errnum = lay(root, fds, n, 0755, target);
	for (size_t i = 0; i < n; i++)
		wf_close_fd(&fds[i]);
	return errnum;
}

bool
root_overlay(struct root *root, char *const *layers, size_t n, const char *inside,
    struct wf_error *err)
{
	wf_auto(wf_close_fd) int target = place_folder(root->box, inside, err);
	int errnum = target < 0 ? -1 : lay_named(root, layers, n, target, err);

	if (errnum <= 0)
		return errnum == 0;
	wf_fail_sys(err, errnum, "overlay at %s", inside);
	return wf_hint(err, "--box host copies the work tree instead");
}

/* ---- guests ---- */

/* What a guest writes has memory of its own where that is possible, which is free again as soon as
 * its mounts are gone. */
static bool
guest_uppers(struct root *guest, struct wf_error *err)
{
	wf_auto(wf_close_fd) int place = place_open(guest->base, "/guest-up", O_DIRECTORY);
	char path[64];

	if (!guest->in_memory)
		return true;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", place);
	if (mount("tmpfs", path, "tmpfs", MS_NODEV, "mode=0700") < 0)
		return wf_fail_sys(err, errno, "memory of the container");
	guest->uppers = place_open(guest->base, "/guest-up", O_DIRECTORY);
	return guest->uppers >= 0 || wf_fail_sys(err, errno, "memory of the container");
}

static void
detach(const struct root *root, const char *folder)
{
	wf_auto(wf_close_fd) int top = place_open(root->base, folder, O_DIRECTORY);
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", top);
	umount2(path, MNT_DETACH); /* fails where nothing was mounted */
}

bool
root_guest(const struct root *root, const struct box_guest *guest, struct root *out,
    struct wf_error *err)
{
	wf_auto(wf_close_fd) int target = place_open(root->base, "/guest", O_DIRECTORY);
	char *const *layers = (char *const *)guest->image.layers;
	size_t n = 0;
	int errnum;

	*out = *root;
	out->box = -1;
	while (layers[n])
		n++;
	if (!guest_uppers(out, err))
		return false;
	errnum = lay_named(out, layers, n, target, err);
	if (errnum)
		return errnum > 0 ? wf_fail_sys(err, errnum, "layers of the image") : false;
	out->box = place_open(root->base, "/guest", O_DIRECTORY);
	return root_furnish_guest(out, root, guest, err);
}

void
root_guest_leave(const struct root *root)
{
	detach(root, "/guest");
	detach(root, "/guest-up");
}
