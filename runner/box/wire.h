/* SPDX-License-Identifier: MIT */
/* wire.h - what wfrun and a box's init say to each other over their socket pair.
 *
 * The socket keeps message boundaries (SOCK_SEQPACKET). A request is one fixed struct; its texts,
 * which may be large (an environment of many hundred KB), travel in a memfd passed along with it,
 * so that a request is never cut. Both ends are the same program, started once: no versions. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "runner/box/box.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define WIRE_MAX_FDS 3
/* The nest's end of its socket pair (hatch.h). */
#define WIRE_FD 3

enum wire_request_kind {
	WIRE_SETUP, /* the first one; texts: wire_put_setup() */
	WIRE_EXEC, /* texts: wire_put_exec(); descriptors: texts, stdout, stderr */
	WIRE_SIGNAL, /* no texts, no answer */
	WIRE_OVERLAY, /* texts: inside, layers */
};

struct wire_request {
	enum wire_request_kind kind;
	uint32_t id; /* comes back with the answer; of WIRE_SIGNAL: the process it is for */
	uint32_t counts[4]; /* lengths of the lists of texts: mounts, covered, joins, layers; argv,
	                       env, mounts, layers; layers */
	int signum;
	bool group;
};

enum wire_answer_kind {
	WIRE_READY, /* to WIRE_SETUP; with the descriptor of the box's root folder */
	WIRE_ENDED, /* to WIRE_EXEC: the process ended, or never started */
	WIRE_DONE, /* to WIRE_OVERLAY */
	WIRE_FAILED, /* to all three: it could not be done */
};

struct wire_answer {
	enum wire_answer_kind kind;
	uint32_t id;
	int errnum; /* of WIRE_ENDED: not 0 when it never started */
	int status, signal;
	struct wf_error error; /* of WIRE_FAILED; not sent otherwise */
};

/* Sends one message with descriptors. Returns 0 or errno's number (EAGAIN on a full socket that
 * does not block). Never raises SIGPIPE. */
int wire_send(int sock, const void *bytes, size_t size, const int *fds, size_t nfds);
int wire_send_answer(int sock, const struct wire_answer *answer, int fd);
/* Receives one message. Descriptors that came with it are in fds[0 .. *nfds), close-on-exec, the
 * caller's to close; *nfds is 0 on every failure. Returns the message's size, 0 at the end, or -1
 * with errno. */
ssize_t wire_recv(int sock, void *bytes, size_t size, int fds[WIRE_MAX_FDS], size_t *nfds);

/* ---- texts ---- */

void wire_put(struct wf_buf *texts, const char *text);
/* Puts all of a NULL-ended list, or NULL, and returns how many there were. */
uint32_t wire_put_list(struct wf_buf *texts, const char *const *list);
/* A memfd that holds the texts, or -1 with errno. */
int wire_pack(const struct wf_buf *texts);
/* The texts of a memfd, in the arena. */
bool wire_unpack(struct wf_arena *arena, int fd, struct wf_str *texts, struct wf_error *err);
/* Cuts the next text off; "" when there is none left. */
char *wire_get(struct wf_str *texts);
/* Cuts n texts off, as a NULL-ended list. */
char **wire_get_list(struct wf_arena *arena, struct wf_str *texts, uint32_t n);

/* What a sandbox is built from. */
struct wire_setup {
	struct box_spec spec;
	struct box_layout layout;
	bool sandbox; /* false: no namespaces, the machine as it is */
	const char *const *joins; /* limits_join(), NULL-ended */
};

/* Fills the request and its texts. */
void wire_put_setup(struct wire_request *request, struct wf_buf *texts,
    const struct wire_setup *setup);
void wire_get_setup(struct wf_arena *arena, const struct wire_request *request, struct wf_str texts,
    struct wire_setup *setup);

/* Fills the request and its texts with a process: cwd, argv, env and guest. */
void wire_put_exec(struct wire_request *request, struct wf_buf *texts, const struct box_exec *exec);
void wire_get_exec(struct wf_arena *arena, const struct wire_request *request, struct wf_str texts,
    struct box_exec *exec);
