/* SPDX-License-Identifier: MIT */
/* hurry.c - preloaded by tests that wait for minutes: time goes HURRY times as fast for the
 * process.
 *
 * Only what libuv's timers are made of is in here: the monotonic clock and the wait of epoll. */
#include <sys/epoll.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define HURRY 120

int
clock_gettime(clockid_t id, struct timespec *now)
{
	long long ns;
	long rc = syscall(SYS_clock_gettime, id, now);

	if (rc != 0 || (id != CLOCK_MONOTONIC && id != CLOCK_MONOTONIC_COARSE))
		return (int)rc;
	/* of a machine that has been up for years this is still far from the end of 64 bits */
	ns = (now->tv_sec % 1000000 * 1000000000LL + now->tv_nsec) * HURRY;
	now->tv_sec = (time_t)(ns / 1000000000);
	now->tv_nsec = (long)(ns % 1000000000);
	return 0;
}

int
epoll_pwait(int fd, struct epoll_event *events, int n, int timeout, const sigset_t *mask)
{
	if (timeout > 0)
		timeout = timeout / HURRY + 1;
	return (int)syscall(SYS_epoll_pwait, fd, events, n, timeout, mask, sizeof(long));
}

int
epoll_wait(int fd, struct epoll_event *events, int n, int timeout)
{
	return epoll_pwait(fd, events, n, timeout, NULL);
}
