/* SPDX-License-Identifier: MIT */
/* wire.c - messages with descriptors, and texts in memory files. */
#include "runner/box/wire.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

union control {
	struct cmsghdr head; /* for the alignment */
	char bytes[CMSG_SPACE(WIRE_MAX_FDS * sizeof(int))];
};

int
wire_send(int sock, const void *bytes, size_t size, const int *fds, size_t nfds)
{
	union control control = { 0 };
	struct iovec iov = { .iov_base = (void *)bytes, .iov_len = size };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *head;
	ssize_t n;

	if (nfds > 0) {
		msg.msg_control = control.bytes;
		msg.msg_controllen = CMSG_SPACE(nfds * sizeof(int));
		head = CMSG_FIRSTHDR(&msg);
		head->cmsg_level = SOL_SOCKET;
		head->cmsg_type = SCM_RIGHTS;
		head->cmsg_len = CMSG_LEN(nfds * sizeof(int));
		memcpy(CMSG_DATA(head), fds, nfds * sizeof(int));
	}
	do
		n = sendmsg(sock, &msg, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	return n < 0 ? errno : 0;
}

int
wire_send_answer(int sock, const struct wire_answer *answer, int fd)
{
	size_t size = offsetof(struct wire_answer, error);

	if (answer->kind == WIRE_FAILED)
		size = sizeof(*answer);
	return wire_send(sock, answer, size, &fd, fd < 0 ? 0 : 1);
}

static void
take_fds(struct msghdr *msg, int fds[WIRE_MAX_FDS], size_t *nfds)
{
	for (struct cmsghdr *head = CMSG_FIRSTHDR(msg); head; head = CMSG_NXTHDR(msg, head)) {
		if (head->cmsg_level != SOL_SOCKET || head->cmsg_type != SCM_RIGHTS)
			continue;
		*nfds = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
		memcpy(fds, CMSG_DATA(head), *nfds * sizeof(int));
	}
}

ssize_t
wire_recv(int sock, void *bytes, size_t size, int fds[WIRE_MAX_FDS], size_t *nfds)
{
	union control control = { 0 };
	struct iovec iov = { .iov_base = bytes, .iov_len = size };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control.bytes,
		.msg_controllen = CMSG_LEN(WIRE_MAX_FDS * sizeof(int)), /* no room for one more */
	};
	ssize_t n;

	*nfds = 0;
	do
		n = recvmsg(sock, &msg, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n > 0)
		take_fds(&msg, fds, nfds);
	return n;
}

void
wire_put(struct wf_buf *texts, const char *text)
{
	wf_buf_add(texts, (struct wf_str){ text ? text : "", text ? strlen(text) + 1 : 1 });
}

uint32_t
wire_put_list(struct wf_buf *texts, const char *const *list)
{
	uint32_t n = 0;

	for (; list && list[n]; n++)
		wire_put(texts, list[n]);
	return n;
}

int
wire_pack(const struct wf_buf *texts)
{
	int fd = memfd_create("wfrun-texts", MFD_CLOEXEC);
	size_t done = 0;
	ssize_t n;

	if (fd < 0)
		return -1;
	while (done < texts->n) {
		n = write(fd, texts->p + done, texts->n - done);
		if (n < 0) {
			int errnum = errno;

			close(fd);
			errno = errnum;
			return -1;
		}
		done += (size_t)n;
	}
	return fd;
}

bool
wire_unpack(struct wf_arena *arena, int fd, struct wf_str *texts, struct wf_error *err)
{
	off_t size = lseek(fd, 0, SEEK_END);
	size_t done = 0;
	ssize_t n;
	char *p;

	if (size < 0)
		return wf_fail_sys(err, errno, "request to the box");
	p = wf_alloc(arena, (size_t)size + 1, 1); /* zeroed: the last text ends in any case */
	while (done < (size_t)size) {
		n = pread(fd, p + done, (size_t)size - done, (off_t)done);
		if (n <= 0)
			return wf_fail_sys(err, n < 0 ? errno : EIO, "request to the box");
		done += (size_t)n;
	}
	*texts = (struct wf_str){ p, done };
	return true;
}

char *
wire_get(struct wf_str *texts)
{
	char *text = (char *)texts->p;

	if (texts->n == 0)
		return (char *)"";
	*texts = wf_str_skip(*texts, strlen(text) + 1);
	return text;
}

char **
wire_get_list(struct wf_arena *arena, struct wf_str *texts, uint32_t n)
{
	char **list = wf_new_array(arena, (size_t)n + 1, char *);

	for (uint32_t i = 0; i < n; i++)
		list[i] = wire_get(texts);
	return list;
}

/* The members of a setup that are texts, in the order in which they travel. */
#define TEXT(member) offsetof(struct wire_setup, member)
static const size_t setup_texts[] = {
	TEXT(spec.name),
	TEXT(spec.repo),
	TEXT(spec.worktree),
	TEXT(spec.state),
	TEXT(spec.temp),
	TEXT(spec.busy),
	TEXT(layout.home),
	TEXT(layout.work),
	TEXT(layout.workspace),
	TEXT(layout.temp),
	TEXT(layout.actions),
	TEXT(layout.tool_cache),
};

static uint32_t
put_mounts(struct wf_buf *texts, const struct box_mount *mounts, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		wire_put(texts, mounts[i].host);
		wire_put(texts, mounts[i].inside);
		wire_put(texts, mounts[i].writable ? "rw" : "ro");
	}
	return (uint32_t)n;
}

static struct box_mount *
get_mounts(struct wf_arena *arena, struct wf_str *texts, size_t n)
{
	struct box_mount *mounts = wf_new_array(arena, n, struct box_mount);

	for (size_t i = 0; i < n; i++) {
		mounts[i].host = wire_get(texts);
		mounts[i].inside = wire_get(texts);
		mounts[i].writable = strcmp(wire_get(texts), "rw") == 0;
	}
	return mounts;
}

static uint32_t
put_image(struct wf_buf *texts, const struct box_image *image)
{
	wire_put(texts, image->user);
	return wire_put_list(texts, image->layers);
}

void
wire_put_setup(struct wire_request *request, struct wf_buf *texts, const struct wire_setup *setup)
{
	*request = (struct wire_request){ .kind = WIRE_SETUP };
	wire_put(texts, setup->sandbox ? "sandbox" : "host");
	wire_put(texts, setup->spec.no_network ? "none" : "host");
	for (size_t i = 0; i < WF_COUNT(setup_texts); i++)
		wire_put(texts, *(const char **)((const char *)setup + setup_texts[i]));
	request->counts[0] = put_mounts(texts, setup->spec.mounts, setup->spec.nmounts);
	request->counts[1] = wire_put_list(texts, setup->spec.covered);
	request->counts[2] = wire_put_list(texts, setup->joins);
	if (!setup->spec.image)
		return;
	request->counts[3] = put_image(texts, setup->spec.image);
}

/* An image has at least one layer. */
static const struct box_image *
get_image(struct wf_arena *arena, struct wf_str *texts, uint32_t nlayers)
{
	struct box_image *image = nlayers > 0 ? wf_new(arena, struct box_image) : NULL;

	if (!image)
		return NULL;
	image->user = wire_get(texts);
	image->layers = (const char *const *)wire_get_list(arena, texts, nlayers);
	return image;
}

void
wire_get_setup(struct wf_arena *arena, const struct wire_request *request, struct wf_str texts,
    struct wire_setup *setup)
{
	*setup = (struct wire_setup){ 0 };
	setup->sandbox = strcmp(wire_get(&texts), "sandbox") == 0;
	setup->spec.no_network = strcmp(wire_get(&texts), "none") == 0;
	for (size_t i = 0; i < WF_COUNT(setup_texts); i++)
		*(const char **)((char *)setup + setup_texts[i]) = wire_get(&texts);
	setup->spec.mounts = get_mounts(arena, &texts, request->counts[0]);
	setup->spec.nmounts = request->counts[0];
	setup->spec.covered = (const char *const *)wire_get_list(arena, &texts, request->counts[1]);
	setup->joins = (const char *const *)wire_get_list(arena, &texts, request->counts[2]);
	setup->spec.image = get_image(arena, &texts, request->counts[3]);
}

void
wire_put_exec(struct wire_request *request, struct wf_buf *texts, const struct box_exec *exec)
{
	wire_put(texts, exec->cwd);
	request->counts[0] = wire_put_list(texts, exec->argv);
	request->counts[1] = wire_put_list(texts, exec->env);
	if (!exec->guest)
		return;
	request->counts[2] = put_mounts(texts, exec->guest->mounts, exec->guest->nmounts);
	request->counts[3] = put_image(texts, &exec->guest->image);
}

void
wire_get_exec(struct wf_arena *arena, const struct wire_request *request, struct wf_str texts,
    struct box_exec *exec)
{
	struct box_guest *guest = wf_new(arena, struct box_guest);
	const struct box_image *image;

	*exec = (struct box_exec){ .cwd = wire_get(&texts) };
	exec->argv = (const char *const *)wire_get_list(arena, &texts, request->counts[0]);
	exec->env = (const char *const *)wire_get_list(arena, &texts, request->counts[1]);
	guest->mounts = get_mounts(arena, &texts, request->counts[2]);
	guest->nmounts = request->counts[2];
	image = get_image(arena, &texts, request->counts[3]);
	if (!image)
		return;
	guest->image = *image;
	exec->guest = guest;
}
