/* SPDX-License-Identifier: MIT */
/* test_outlet.c - an output whose reader lets us wait: order, back pressure, the end. */
#include "base/str.h"
#include "runner/outlet.h"
#include "test.h"

#include <fcntl.h>
#include <unistd.h>

#define CHUNK 65536
#define CHUNKS 48

struct fixture {
	uv_loop_t loop;
	uv_async_t job; /* what keeps the loop alive, as a job would */
	struct valve valve;
	struct valve_user user;
	struct outlet *outlet;
	int ends[2];
	unsigned shut, opened; /* how often the valve was turned */
	struct wf_buf got;
};

static void
on_turn(struct valve_user *user, bool open)
{
	struct fixture *fx = WF_OWNER(user, struct fixture, user);

	fx->opened += open;
	fx->shut += !open;
}

static void
init(struct fixture *fx)
{
	*fx = (struct fixture){ .user.turn = on_turn };
	CHECK_INT(pipe2(fx->ends, O_CLOEXEC), 0);
	uv_loop_init(&fx->loop);
	uv_async_init(&fx->loop, &fx->job, NULL);
	fx->outlet = outlet_new(fx->ends[1]);
	CHECK(fx->outlet != NULL);
	valve_join(&fx->valve, &fx->user);
	outlet_attach(fx->outlet, &fx->loop, &fx->valve);
}

static void
finish(struct fixture *fx)
{
	outlet_detach(fx->outlet);
	uv_close((uv_handle_t *)&fx->job, NULL);
	uv_run(&fx->loop, UV_RUN_DEFAULT);
	CHECK_INT(uv_loop_close(&fx->loop), 0);
	valve_leave(&fx->user);
}

/* Chunk by chunk another letter. */
static void
put_chunks(struct fixture *fx)
{
	char chunk[CHUNK];

	for (int i = 0; i < CHUNKS; i++) {
		memset(chunk, 'A' + i, sizeof(chunk));
		CHECK_INT(fwrite(chunk, 1, sizeof(chunk), outlet_stream(fx->outlet)), CHUNK);
	}
}

static void
read_some(struct fixture *fx)
{
	char room[CHUNK];
	ssize_t n = read(fx->ends[0], room, sizeof(room));

	CHECK(n > 0);
	wf_buf_add(&fx->got, (struct wf_str){ room, (size_t)n });
}

static void
check_got(struct fixture *fx)
{
	CHECK_INT(fx->got.n, (size_t)CHUNK * CHUNKS);
	for (size_t i = 0; i < fx->got.n; i++)
		if (fx->got.p[i] != (char)('A' + (int)(i / CHUNK)))
			CHECK_INT(i, -1);
	wf_buf_release(&fx->got);
}

TEST(outlet_holds_back_while_nobody_reads)
{
	struct fixture fx;

	init(&fx);
	put_chunks(&fx);
	CHECK_INT(fx.shut, 1);
	CHECK(fx.valve.shut);
	while (fx.got.n < (size_t)CHUNK * CHUNKS) {
		read_some(&fx);
		uv_run(&fx.loop, UV_RUN_NOWAIT);
	}
	CHECK_INT(fx.opened, 1);
	CHECK(!fx.valve.shut);
	finish(&fx);
	outlet_close(fx.outlet, NULL, -1);
	check_got(&fx);
	close(fx.ends[0]);
	close(fx.ends[1]);
}

TEST(outlet_gives_up_when_patience_is_over)
{
	struct fixture fx;

	init(&fx);
	put_chunks(&fx);
	finish(&fx);
	CHECK(!fx.valve.shut); /* nobody would open it any more */
	outlet_close(fx.outlet, NULL, 1);
	CHECK(!(fcntl(fx.ends[1], F_GETFL) & O_NONBLOCK));
	close(fx.ends[0]);
	close(fx.ends[1]);
}

TEST(outlet_is_not_for_files)
{
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

	CHECK(outlet_new(fd) == NULL);
	CHECK(outlet_new(-1) == NULL);
	close(fd);
}
