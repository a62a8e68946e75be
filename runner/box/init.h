/* SPDX-License-Identifier: MIT */
/* init.h - a box's init, from its birth in the nest (hatch.c) to its end. */
#pragma once

#include "runner/box/space.h"

struct init_birth {
	int sock; /* the other end is wfrun's */
	struct space space; /* of a sandbox */
	int refused; /* errno's number: the kernel does not give it these namespaces */
};

/* Receives the setup, makes the box, serves requests until the socket ends. */
_Noreturn void init_live(const struct init_birth *birth);
