/* SPDX-License-Identifier: MIT */
/* remote.c - a box's init as wfrun sees it, in the order of its life: start, send, calls, answers,
 * loss, stop, end.
 *
 * Two facts end it: the socket has no other end any more (remote_lost), and the process has been
 * reaped (on_init_gone). That of a sandbox is reaped only after the last process of the job,
 * so calls that were under way end there, and not before. */
#include "runner/box/remote.h"

#include "base/fs.h"
#include "runner/drain.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Something asked of the init that will be answered. */
struct remote_call {
	struct remote *remote;
	struct remote_call *next;
	uint32_t id;
	bool over; /* the end is known and waits to be told */
	struct box_exec *exec; /* of an exec, else NULL */
	struct drain drain;
	struct box_end end;
	void (*done)(void *data, const struct wf_error *err); /* of an overlay, else NULL */
	void *data;
};

/* A request that waits for room in the socket. */
struct remote_message {
	struct remote_message *next;
	struct wire_request request;
	int fds[WIRE_MAX_FDS];
	size_t nfds;
};

static bool start(struct remote *r, const struct wire_setup *setup, struct wf_error *err);
static void on_socket(uv_poll_t *poll, int status, int events);
static void on_later(uv_timer_t *timer);
static void on_output(struct drain *drain, int stream, struct wf_str chunk);
static void on_output_over(struct drain *drain);
static void on_init_gone(struct nest_child *init);
static void lost(struct remote *r);
static void settle(struct remote *r);
static void on_closed(uv_handle_t *handle);

/* ---- start ---- */

static void
prepare(struct remote *r)
{
	r->sock = -1;
	r->room = wf_alloc(r->arena, DRAIN_ROOM, 1);
	uv_timer_init(r->nest->loop, &r->later);
	r->later.data = r;
	r->nopen = 1;
}

void
remote_start(struct remote *r, const struct wire_setup *setup)
{
	prepare(r);
	if (!start(r, setup, &r->error))
		uv_timer_start(&r->later, on_later, 0, 0);
}

void
remote_refuse(struct remote *r, const struct wf_error *err)
{
	prepare(r);
	r->error = *err;
	uv_timer_start(&r->later, on_later, 0, 0);
}

/* Takes the socket when it returns 0. */
static int
bear(struct remote *r, int sock, const struct wire_setup *setup)
{
	struct nest_order *order = &r->init.order;

	order->sandbox = r->sandbox = setup->sandbox;
	order->own_network = setup->spec.no_network;
	snprintf(order->name, sizeof(order->name), "%s", setup->spec.name);
	r->init.data = r;
	r->init.on_gone = on_init_gone;
	return nest_bear(r->nest, &r->init, sock);
}

static void
watch(struct remote *r, int events)
{
	uv_poll_start(&r->poll, events, on_socket);
}

static bool
listen_to(struct remote *r, int sock, struct wf_error *err)
{
	int rc = uv_poll_init(r->nest->loop, &r->poll, sock);

	if (rc < 0)
		return wf_fail_sys(err, -rc, "socket of the box");
	r->sock = sock;
	r->poll.data = r;
	r->nopen++;
	watch(r, UV_READABLE);
	return true;
}

/* ---- send ---- */

static void
close_fds(const int *fds, size_t nfds)
{
	for (size_t i = 0; i < nfds; i++)
		close(fds[i]);
}

static void
keep(struct remote *r, const struct wire_request *request, const int *fds, size_t nfds)
{
	struct remote_message **end = &r->unsent;
	struct remote_message *message = calloc(1, sizeof(*message));

	if (!message)
		abort();
	message->request = *request;
	message->nfds = nfds;
	memcpy(message->fds, fds, nfds * sizeof(*fds));
	while (*end)
		end = &(*end)->next;
	*end = message;
	watch(r, UV_READABLE | UV_WRITABLE);
}

/* Whether the request left, or never can: then the socket is shut, and its end is the box's. */
static bool
try_send(struct remote *r, const struct wire_request *request, const int *fds, size_t nfds)
{
	int errnum = wire_send(r->sock, request, sizeof(*request), fds, nfds);

	/* ETOOMANYREFS: more descriptors are under way than this user may have open */
	if (errnum == EAGAIN || errnum == ETOOMANYREFS)
		return false;
	if (errnum)
		shutdown(r->sock, SHUT_RDWR);
	return true;
}

/* Takes the descriptors. */
static void
send_request(struct remote *r, const struct wire_request *request, const int *fds, size_t nfds)
{
	if (r->unsent || !try_send(r, request, fds, nfds))
		keep(r, request, fds, nfds);
	else
		close_fds(fds, nfds);
}

static void
drop_first(struct remote *r)
{
	struct remote_message *message = r->unsent;

	r->unsent = message->next;
	close_fds(message->fds, message->nfds);
	free(message);
}

static void
send_unsent(struct remote *r)
{
	struct remote_message *m;

	while ((m = r->unsent)) {
		if (!try_send(r, &m->request, m->fds, m->nfds))
			return;
		drop_first(r);
	}
	watch(r, UV_READABLE);
}

static bool
start(struct remote *r, const struct wire_setup *setup, struct wf_error *err)
{
	wf_auto(wf_buf_release) struct wf_buf texts = WF_BUF_INIT;
	wf_auto(wf_close_fd) int theirs = -1;
	struct wire_request request;
	int pair[2], packed, errnum;

	wire_put_setup(&request, &texts, setup);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return wf_fail_sys(err, errno, "socket of the box");
	theirs = pair[1];
	if (!listen_to(r, pair[0], err)) {
		close(pair[0]);
		return false;
	}
	packed = wire_pack(&texts);
	if (packed < 0)
		return wf_fail_sys(err, errno, "request to the box");
	send_request(r, &request, &packed, 1);
	errnum = bear(r, theirs, setup);
	if (errnum) {
		lost(r);
		return wf_fail_sys(err, errnum, "start of the box");
	}
	wf_take_fd(&theirs);
	r->running = true;
	return true;
}

/* ---- calls ---- */

static struct remote_call *
call_new(struct remote *r)
{
	struct remote_call *call = r->idle;

	if (call)
		r->idle = call->next;
	else
		call = wf_new(r->arena, struct remote_call);
	*call = (struct remote_call){ .remote = r, .next = r->calls, .id = ++r->last_id };
	r->calls = call;
	return call;
}

static struct remote_call *
call_find(struct remote *r, uint32_t id)
{
	struct remote_call *call = r->calls;

	while (call && call->id != id)
		call = call->next;
	return call;
}

/* Tells how it ended. The owner may ask for more, or stop the box, from within. */
static void
call_tell(struct remote_call *call)
{
	struct remote *r = call->remote;
	struct remote_call ended = *call;
	struct remote_call **link = &r->calls;

	while (*link != call)
		link = &(*link)->next;
	*link = call->next;
	call->next = r->idle;
	r->idle = call;
	if (ended.exec)
		ended.exec->on_end(ended.exec, &ended.end);
	else
		ended.done(ended.data, ended.end.started ? NULL : &ended.end.error);
	settle(r);
}

static void
call_fail(struct remote_call *call, const struct wf_error *err)
{
	if (err->msg[0])
		call->end.error = *err;
	else
		wf_fail(&call->end.error, WF_ERR_SYS, WF_NOWHERE, "the box is not running");
	call->over = true;
	uv_timer_start(&call->remote->later, on_later, 0, 0);
}

/* An exec's descriptors: the texts and the write ends of its output. */
static bool
exec_open(struct remote_call *call, struct wire_request *request, int fds[3], struct wf_error *err)
{
	wf_auto(wf_buf_release) struct wf_buf texts = WF_BUF_INIT;
	struct remote *r = call->remote;
	int errnum;

	wire_put_exec(request, &texts, call->exec);
	fds[0] = wire_pack(&texts);
	if (fds[0] < 0)
		return wf_fail_sys(err, errno, "request to the box");
	call->drain.room = r->room;
	call->drain.valve = r->valve;
	call->drain.on_chunk = on_output;
	call->drain.on_over = on_output_over;
	call->drain.data = call;
	errnum = drain_open(&call->drain, r->nest->loop, fds + 1);
	if (errnum == 0)
		return true;
	close(fds[0]);
	return wf_fail_sys(err, errnum, "pipes for '%s'", call->exec->argv[0]);
}

void
remote_exec(struct remote *r, struct box_exec *exec)
{
	struct remote_call *call = call_new(r);
	struct wire_request request = { .kind = WIRE_EXEC, .id = call->id };
	struct wf_error err;
	int fds[3];

	call->exec = exec;
	exec->impl = call;
	if (!r->ready) {
		call_fail(call, &r->error);
		return;
	}
	if (!exec_open(call, &request, fds, &err)) {
		call_fail(call, &err);
		return;
	}
	send_request(r, &request, fds, 3);
}

void
remote_signal(struct remote *r, struct box_exec *exec, int signum, bool group)
{
	struct remote_call *call = r->calls;
	struct wire_request request = { .kind = WIRE_SIGNAL, .signum = signum, .group = group };

	while (call && call->exec != exec)
		call = call->next;
	if (!call || !r->ready)
		return;
	request.id = call->id;
	send_request(r, &request, NULL, 0);
}

void
remote_overlay(struct remote *r, const char *const *layers, const char *inside,
    void (*done)(void *data, const struct wf_error *err), void *data)
{
	wf_auto(wf_buf_release) struct wf_buf texts = WF_BUF_INIT;
	struct remote_call *call = call_new(r);
	struct wire_request request = { .kind = WIRE_OVERLAY, .id = call->id };
	struct wf_error err;
	int packed;

	call->done = done;
	call->data = data;
	if (!r->ready) {
		call_fail(call, &r->error);
		return;
	}
	wire_put(&texts, inside);
	request.counts[0] = wire_put_list(&texts, layers);
	packed = wire_pack(&texts);
	if (packed < 0) {
		wf_fail_sys(&err, errno, "request to the box");
		call_fail(call, &err);
		return;
	}
	send_request(r, &request, &packed, 1);
}

/* The first call whose end is known, told; one at a time, since the list changes underfoot. */
static bool
tell_one(struct remote *r)
{
	for (struct remote_call *call = r->calls; call; call = call->next) {
		if (!call->over)
			continue;
		call_tell(call);
		return true;
	}
	return false;
}

static void
on_later(uv_timer_t *timer)
{
	struct remote *r = timer->data;

	if (!r->answered && !r->running) {
		r->answered = true;
		r->on_ready(r, -1, &r->error);
	}
	while (tell_one(r))
		;
	settle(r);
}

/* ---- answers ---- */

static void
on_output(struct drain *drain, int stream, struct wf_str chunk)
{
	struct remote_call *call = drain->data;

	call->exec->on_output(call->exec, stream, chunk);
}

static void
on_output_over(struct drain *drain)
{
	call_tell(drain->data);
}

static void
answer_ended(struct remote_call *call, const struct wire_answer *answer)
{
	struct box_end *end = &call->end;

	end->started = answer->errnum == 0;
	end->status = answer->status;
	end->signal = answer->signal;
	if (!end->started)
		box_exec_error(&end->error, call->exec, answer->errnum);
	drain_exited(&call->drain, BOX_GRACE_MS);
}

static void
answer_setup(struct remote *r, int root, const struct wf_error *err)
{
	r->answered = true;
	r->ready = !err;
	if (err)
		r->error = *err;
	r->on_ready(r, root, err);
}

/* Takes root, which is -1 when no descriptor came. */
static void
take_answer(struct remote *r, const struct wire_answer *answer, int root)
{
	struct remote_call *call = call_find(r, answer->id);

	if (answer->id == 0) { /* the setup is no call */
		answer_setup(r, root, answer->kind == WIRE_FAILED ? &answer->error : NULL);
		return;
	}
	if (!call)
		return;
	switch (answer->kind) {
	case WIRE_READY: return; /* to the setup alone */
	case WIRE_ENDED: answer_ended(call, answer); return;
	case WIRE_DONE:
		call->end.started = true; /* read by call_tell() as: it worked */
		call_tell(call);
		return;
	case WIRE_FAILED:
		call->end.error = answer->error;
		if (call->exec)
			drain_exited(&call->drain, BOX_GRACE_MS);
		else
			call_tell(call);
		return;
	}
	abort();
}

static void
on_socket(uv_poll_t *poll, int status, int events)
{
	struct remote *r = poll->data;
	struct wire_answer answer;
	int fds[WIRE_MAX_FDS];
	size_t nfds;
	ssize_t n = 1;

	if (status == 0 && (events & UV_WRITABLE))
		send_unsent(r);
	while (r->sock >= 0) {
		n = wire_recv(r->sock, &answer, sizeof(answer), fds, &nfds);
		if (n <= 0)
			break;
		take_answer(r, &answer, nfds ? fds[0] : -1);
	}
	if (n == 0 || (n < 0 && errno != EAGAIN))
		lost(r);
}

/* ---- loss, stop, end ---- */

/* Nothing is heard from the init any more. Its process ends, or is on its way to. */
static void
lost(struct remote *r)
{
	if (r->sock < 0)
		return;
	r->ready = false;
	while (r->unsent)
		drop_first(r);
	uv_close((uv_handle_t *)&r->poll, on_closed);
	close(r->sock);
	r->sock = -1;
}

void
remote_stop(struct remote *r)
{
	r->stopping = true;
	if (!r->error.msg[0])
		wf_fail(&r->error, WF_ERR_SYS, WF_NOWHERE, "the box was stopped");
	/* its init ends at the end of the socket; the signal is for one that hangs in a mount, and
	 * PID 1 heeds no other */
	lost(r);
	if (r->running)
		nest_signal(&r->init, r->sandbox ? SIGKILL : SIGTERM);
	settle(r);
}

static void
say_why(struct remote *r, const struct proc_end *end)
{
	if (r->error.msg[0])
		return;
	if (end->errnum)
		wf_fail_sys(&r->error, end->errnum, "start of the box");
	else if (end->signal)
		wf_fail(&r->error, WF_ERR_SYS, WF_NOWHERE, "the box was ended by signal %d",
		    end->signal);
	else
		wf_fail(&r->error, WF_ERR_SYS, WF_NOWHERE, "the box ended by itself with status %d",
		    end->status);
}

/* All processes of the box are gone: what was under way was killed. */
static void
on_init_gone(struct nest_child *init)
{
	struct remote *r = init->data;

	if (r->sock >= 0)
		on_socket(&r->poll, 0, UV_READABLE); /* its last answers */
	lost(r);
	r->running = false;
	say_why(r, &init->end);
	for (struct remote_call *call = r->calls; call; call = call->next) {
		if (!call->exec) {
			call->end.error = r->error;
			call->over = true;
		} else if (!call->over) {
			if (!call->drain.exited)
				call->end = (struct box_end){ .started = true, .signal = SIGKILL };
			drain_cut(&call->drain);
		}
	}
	uv_timer_start(&r->later, on_later, 0, 0);
}

static void
settle(struct remote *r)
{
	if (!r->stopping || r->running || r->calls || uv_is_closing((uv_handle_t *)&r->later))
		return;
	uv_close((uv_handle_t *)&r->later, on_closed);
}

static void
on_closed(uv_handle_t *handle)
{
	struct remote *r = handle->data;

	if (--r->nopen == 0)
		r->on_gone(r);
}
