/* SPDX-License-Identifier: MIT */
/* filter.c - the program that filter_make.c wrote at build time, handed to the kernel. */
#include "runner/box/filter.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>

static const struct sock_filter program[] = {
#include "runner/filter_program.h"
};

int
filter_enter(void)
{
	const struct sock_fprog filter = {
		.len = sizeof(program) / sizeof(program[0]),
		.filter = (struct sock_filter *)program,
	};

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter, 0, 0) < 0)
		return errno;
	return 0;
}
