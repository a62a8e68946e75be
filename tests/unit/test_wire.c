/* SPDX-License-Identifier: MIT */
/* test_wire.c - messages between wfrun and an init, over a real socket pair. */
#include "base/fs.h"
#include "runner/box/wire.h"
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

TEST(wire_texts_keep_empty_ones_and_any_length)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	wf_auto(wf_buf_release) struct wf_buf texts = WF_BUF_INIT;
	const char *list[] = { "sh", "", "-c", wf_strf(arena, "%0300000d", 7).p, NULL };
	wf_auto(wf_close_fd) int fd = -1;
	struct wf_error err;
	struct wf_str got;
	char **back;

	wire_put(&texts, "/dir");
	CHECK_INT(wire_put_list(&texts, list), 4);
	fd = wire_pack(&texts);
	CHECK(fd >= 0);
	CHECK(wire_unpack(arena, fd, &got, &err));
	CHECK_STR(wf_str(wire_get(&got)), "/dir");
	back = wire_get_list(arena, &got, 4);
	for (size_t i = 0; i < 4; i++)
		CHECK_STR(wf_str(back[i]), list[i]);
	CHECK(back[4] == NULL);
	CHECK_STR(wf_str(wire_get(&got)), "");
}

TEST(wire_setup_arrives_as_it_was_sent)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	wf_auto(wf_buf_release) struct wf_buf texts = WF_BUF_INIT;
	const struct box_mount mounts[] = { { "/a", "/b", true }, { "/c d", "/e", false } };
	struct wire_setup sent = {
		.spec = { .name = "n",
		    .repo = "r",
		    .worktree = "/w",
		    .state = "/s",
		    .temp = "/s/t",
		    .mounts = mounts,
		    .nmounts = 2 },
		.layout = { "/home", "/work", "/work/r/r", "/work/_temp", "/work/_actions",
		    "/tools" },
		.sandbox = true,
	};
	struct wire_request request;
	struct wire_setup got;

	wire_put_setup(&request, &texts, &sent);
	wire_get_setup(arena, &request, wf_buf_str(&texts), &got);
	CHECK(got.sandbox);
	CHECK_STR(wf_str(got.spec.name), "n");
	CHECK_STR(wf_str(got.spec.temp), "/s/t");
	CHECK_STR(wf_str(got.layout.home), "/home");
	CHECK_STR(wf_str(got.layout.tool_cache), "/tools");
	CHECK_INT(got.spec.nmounts, 2);
	CHECK_STR(wf_str(got.spec.mounts[1].host), "/c d");
	CHECK(got.spec.mounts[0].writable);
	CHECK(!got.spec.mounts[1].writable);
}

static void
check_exec(const struct box_exec *sent, struct box_exec *got, struct wf_arena *arena)
{
	wf_auto(wf_buf_release) struct wf_buf texts = WF_BUF_INIT;
	struct wire_request request = { .kind = WIRE_EXEC };

	wire_put_exec(&request, &texts, sent);
	wire_get_exec(arena, &request, wf_str_dup(arena, wf_buf_str(&texts)), got);
	CHECK_STR(wf_str(got->cwd), sent->cwd);
	for (size_t i = 0; sent->argv[i]; i++)
		CHECK_STR(wf_str(got->argv[i]), sent->argv[i]);
	CHECK_STR(wf_str(got->env[0]), sent->env[0]);
}

TEST(wire_exec_arrives_with_its_guest)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	const char *const argv[] = { "a", "", NULL }, *const env[] = { "A=1", NULL };
	const char *const layers[] = { "/top", "/low", NULL };
	const struct box_mount mounts[] = { { "/job", "/inside", true }, { "/b", "/c", false } };
	const struct box_guest guest = { .image = { layers, "app" },
		.mounts = mounts,
		.nmounts = 2 };
	struct box_exec exec = { .argv = argv, .env = env, .cwd = "/dir" }, got;

	check_exec(&exec, &got, arena);
	CHECK(got.guest == NULL);
	exec.guest = &guest;
	check_exec(&exec, &got, arena);
	CHECK(got.guest != NULL);
	CHECK_STR(wf_str(got.guest->image.user), "app");
	CHECK_STR(wf_str(got.guest->image.layers[1]), "/low");
	CHECK(got.guest->image.layers[2] == NULL);
	CHECK_INT(got.guest->nmounts, 2);
	CHECK_STR(wf_str(got.guest->mounts[0].host), "/job");
	CHECK(got.guest->mounts[0].writable);
	CHECK_STR(wf_str(got.guest->mounts[1].inside), "/c");
	CHECK(!got.guest->mounts[1].writable);
}

TEST(wire_messages_bring_descriptors_that_close_on_exec)
{
	struct wire_request sent = { .kind = WIRE_SIGNAL, .id = 7, .signum = 15 }, got = { 0 };
	int pair[2], pipes[2], fds[WIRE_MAX_FDS];
	size_t nfds;

	CHECK_INT(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair), 0);
	CHECK_INT(pipe(pipes), 0);
	CHECK_INT(wire_send(pair[0], &sent, sizeof(sent), pipes, 2), 0);
	CHECK_INT(wire_recv(pair[1], &got, sizeof(got), fds, &nfds), sizeof(got));
	CHECK_INT(got.id, 7);
	CHECK_INT(nfds, 2);
	for (size_t i = 0; i < nfds; i++) {
		CHECK(fcntl(fds[i], F_GETFD) & FD_CLOEXEC);
		close(fds[i]);
		close(pipes[i]);
	}
	CHECK_INT(wire_send(pair[0], &sent, sizeof(sent), NULL, 0), 0);
	CHECK_INT(wire_recv(pair[1], &got, sizeof(got), fds, &nfds), sizeof(got));
	CHECK_INT(nfds, 0);
	close(pair[0]);
	CHECK_INT(wire_recv(pair[1], &got, sizeof(got), fds, &nfds), 0);
	CHECK_INT(wire_send(pair[1], &sent, sizeof(sent), NULL, 0), EPIPE);
	close(pair[1]);
}
