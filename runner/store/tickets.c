/* SPDX-License-Identifier: MIT */
/* tickets.c - sockets as tickets: the folder says who queues, the kernel says who is alive. */
#include "runner/store/tickets.h"

#include "base/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define KEY_BYTES 12 /* of the hash that stands for a group's name */
#define KEY_WIDTH (2 * KEY_BYTES)
#define LOCK_NAME "lock" /* also holds the last number that was drawn */
#define END_MARK ".end" /* behind the name of a holder that shall end */
#define CALLERS_MAX 4096

struct tickets {
	struct wf_arena *arena;
	const char *path;
	int folder, lock;
};

/* ---- the lock ---- */

static void
unlock(struct tickets **tickets)
{
	if (*tickets)
		flock((*tickets)->lock, LOCK_UN);
}

/* For wf_auto(unlock): NULL and *err when it cannot be had. */
static struct tickets *
lock(struct tickets *tickets, struct wf_error *err)
{
	int got;

	do
		got = flock(tickets->lock, LOCK_EX);
	while (got < 0 && errno == EINTR);
	if (got == 0)
		return tickets;
	wf_fail_sys(err, errno, "%s/" LOCK_NAME, tickets->path);
	return NULL;
}

/* Numbers are never given twice: an owner must not take a newer ticket for its own. */
static bool
next_number(struct tickets *tickets, uint64_t *number, struct wf_error *err)
{
	*number = 0;
	if (pread(tickets->lock, number, sizeof(*number), 0) < 0)
		return wf_fail_sys(err, errno, "%s/" LOCK_NAME, tickets->path);
	++*number;
	if (pwrite(tickets->lock, number, sizeof(*number), 0) != sizeof(*number))
		return wf_fail_sys(err, errno, "%s/" LOCK_NAME, tickets->path);
	return true;
}

/* ---- sockets ---- */

/* Through the descriptor of the folder, for an address has room for 107 bytes only. */
static struct sockaddr_un
address_of(const struct tickets *tickets, const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/%s", tickets->folder,
	    name);
	return address;
}

static int
new_socket(void)
{
	return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
}

/* Connects to the owner of a ticket, which looks at the folder then. -1 with errno: ECONNREFUSED
 * says that it is dead. */
static int
call(const struct tickets *tickets, const char *name)
{
	struct sockaddr_un address = address_of(tickets, name);
	wf_auto(wf_close_fd) int fd = new_socket();

	if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		return -1;
	return wf_take_fd(&fd);
}

/* Calls a ticket, and sweeps it away when nobody answers. */
static bool
is_alive(const struct tickets *tickets, const char *name)
{
	wf_auto(wf_close_fd) int fd = call(tickets, name);

	if (fd >= 0 || errno != ECONNREFUSED)
		return true;
	unlinkat(tickets->folder, name, 0);
	return false;
}

static int
listen_at(const struct tickets *tickets, const char *name, struct wf_error *err)
{
	struct sockaddr_un address = address_of(tickets, name);
	wf_auto(wf_close_fd) int fd = new_socket();

	if (fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
	    listen(fd, CALLERS_MAX) == 0)
		return wf_take_fd(&fd);
	wf_fail_sys(err, errno, "%s/%s", tickets->path, name);
	return -1;
}

/* ---- the folder ---- */

static bool
is_lock(const char *name)
{
	return strcmp(name, LOCK_NAME) == 0;
}

struct tickets *
tickets_open(struct wf_arena *arena, const char *folder, struct wf_error *err)
{
	struct tickets *tickets = wf_new(arena, struct tickets);
	wf_auto(unlock) struct tickets *held = NULL;
	char **names;
	size_t n;

	*tickets = (struct tickets){ .arena = arena, .path = folder, .lock = -1 };
	tickets->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (tickets->folder >= 0)
		tickets->lock = openat(tickets->folder, LOCK_NAME,
		    O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (tickets->lock < 0)
		wf_fail_sys(err, errno, "%s", folder);
	else if ((held = lock(tickets, err)) &&
	         wf_list_fd(arena, tickets->folder, &names, &n, err)) {
		for (size_t i = 0; i < n; i++)
			if (!is_lock(names[i]))
				is_alive(tickets, names[i]);
		return tickets;
	}
	tickets_close(tickets);
	return NULL;
}

void
tickets_close(struct tickets *tickets)
{
	if (!tickets)
		return;
	wf_close_fd(&tickets->lock);
	wf_close_fd(&tickets->folder);
}

/* The tickets of a group by their numbers; key is the beginning of their names. */
static bool
list_group(const struct tickets *tickets, struct wf_arena *arena, struct wf_str key, char ***names,
    size_t *n, struct wf_error *err)
{
	size_t kept = 0;

	if (!wf_list_fd(arena, tickets->folder, names, n, err))
		return wf_wrap(err, "%s", tickets->path);
	for (size_t i = 0; i < *n; i++)
		if (wf_str_starts(wf_str((*names)[i]), key))
			(*names)[kept++] = (*names)[i];
	*n = kept;
	return true;
}

/* Tickets without an owner do not count. */
static void
keep_living(const struct tickets *tickets, char **names, size_t *n)
{
	size_t kept = 0;

	for (size_t i = 0; i < *n; i++)
		if (is_alive(tickets, names[i]))
			names[kept++] = names[i];
	*n = kept;
}

static void
take_away(const struct tickets *tickets, const char *name)
{
	int fd = call(tickets, name);

	unlinkat(tickets->folder, name, 0);
	wf_close_fd(&fd);
}

static void
mark_end(const struct tickets *tickets, const char *name)
{
	char marked[sizeof(((struct ticket *)0)->name) + sizeof(END_MARK)];
	wf_auto(wf_close_fd) int fd = -1;

	if (wf_str_ends(wf_str(name), WF_S(END_MARK)))
		return;
	snprintf(marked, sizeof(marked), "%s" END_MARK, name);
	if (renameat(tickets->folder, name, tickets->folder, marked) == 0)
		fd = call(tickets, marked);
}

/* ---- a ticket ---- */

static struct wf_str
key_of(struct wf_arena *arena, struct wf_str group)
{
	unsigned char hash[SHA256_DIGEST_LENGTH];
	struct wf_str folded = wf_str_lower(arena, group);

	SHA256((const unsigned char *)folded.p, folded.n, hash);
	return wf_hex(arena, hash, KEY_BYTES);
}

bool
ticket_draw(struct tickets *tickets, const struct ticket_wish *wish, struct ticket *ticket,
    struct wf_error *err)
{
	wf_auto(wf_arena_freep) struct wf_arena *scratch = wf_arena_new();
	wf_auto(unlock) struct tickets *held = lock(tickets, err);
	struct wf_str key = key_of(scratch, wish->group);
	uint64_t number;
	char **names;
	size_t n;

	*ticket = (struct ticket){ .tickets = tickets, .bell = -1, .ahead = -1 };
	if (!held || !list_group(tickets, scratch, key, &names, &n, err) ||
	    !next_number(tickets, &number, err))
		return false;
	snprintf(ticket->name, sizeof(ticket->name), "%.*s-%020" PRIu64, WF_ARG(key), number);
	ticket->bell = listen_at(tickets, ticket->name, err);
	if (ticket->bell < 0)
		return false;
	keep_living(tickets, names, &n);
	for (size_t i = 1; i + wish->room < n; i++)
		take_away(tickets, names[i]);
	if (n > 0 && wish->end_holder)
		mark_end(tickets, names[0]);
	return true;
}

static bool
has_hung_up(int fd)
{
	char byte;
	ssize_t n = recv(fd, &byte, 1, MSG_DONTWAIT | MSG_PEEK);

	return n == 0 || (n < 0 && errno != EAGAIN);
}

/* Calling it again would make it look again, and call the one before it, and so on. */
static bool
still_ahead(const struct ticket *ticket, const char *name)
{
	return ticket->ahead >= 0 && !has_hung_up(ticket->ahead) &&
	       wf_str_starts(wf_str(name), wf_str(ticket->ahead_name));
}

/* Connects to the nearest living ticket before its own; ahead stays -1 when there is none. */
static bool
find_ahead(struct ticket *ticket, char *const *names, size_t own, struct wf_error *err)
{
	if (own > 0 && still_ahead(ticket, names[own - 1]))
		return true;
	wf_close_fd(&ticket->ahead);
	while (own-- > 0) {
		ticket->ahead = call(ticket->tickets, names[own]);
		if (ticket->ahead < 0 && errno != ECONNREFUSED)
			return wf_fail_sys(err, errno, "%s/%s", ticket->tickets->path, names[own]);
		if (ticket->ahead >= 0) {
			snprintf(ticket->ahead_name, sizeof(ticket->ahead_name), "%.*s",
			    (int)strcspn(names[own], "."), names[own]);
			return true;
		}
		unlinkat(ticket->tickets->folder, names[own], 0);
	}
	return true;
}

bool
ticket_ask(struct ticket *ticket, enum ticket_turn *turn, struct wf_error *err)
{
	wf_auto(wf_arena_freep) struct wf_arena *scratch = wf_arena_new();
	wf_auto(unlock) struct tickets *held = lock(ticket->tickets, err);
	struct wf_str key = { ticket->name, KEY_WIDTH };
	char **names;
	size_t n, own = 0;

	if (!held || !list_group(ticket->tickets, scratch, key, &names, &n, err))
		return false;
	while (own < n && !wf_str_starts(wf_str(names[own]), wf_str(ticket->name)))
		own++;
	if (own < n && !find_ahead(ticket, names, own, err))
		return false;
	if (own == n)
		*turn = TICKET_GONE;
	else if (ticket->ahead >= 0)
		*turn = TICKET_WAITS;
	else
		*turn = wf_str_ends(wf_str(names[own]), WF_S(END_MARK)) ? TICKET_ENDS
		                                                        : TICKET_HOLDS;
	return true;
}

void
ticket_answer(struct ticket *ticket)
{
	size_t kept = 0;
	int fd;

	while ((fd = accept4(ticket->bell, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) >= 0)
		*wf_push(ticket->tickets->arena, ticket->guests, ticket->nguests, ticket->cap) = fd;
	for (size_t i = 0; i < ticket->nguests; i++)
		if (has_hung_up(ticket->guests[i]))
			close(ticket->guests[i]);
		else
			ticket->guests[kept++] = ticket->guests[i];
	ticket->nguests = kept;
}

void
ticket_drop(struct ticket *ticket)
{
	struct tickets *held = lock(ticket->tickets, NULL);
	char marked[sizeof(ticket->name) + sizeof(END_MARK)];

	snprintf(marked, sizeof(marked), "%s" END_MARK, ticket->name);
	unlinkat(ticket->tickets->folder, ticket->name, 0);
	unlinkat(ticket->tickets->folder, marked, 0);
	wf_close_fd(&ticket->bell);
	wf_close_fd(&ticket->ahead);
	for (size_t i = 0; i < ticket->nguests; i++)
		close(ticket->guests[i]);
	ticket->nguests = 0;
	unlock(&held);
}
