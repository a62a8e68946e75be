/* SPDX-License-Identifier: MIT */
/* hatch.h - the nest's own side: a process that does nothing but become inits. See nest.h. */
#pragma once

/* Serves the socket WIRE_FD until it ends; also ends with wfrun. argv is this process's own: its
 * room takes the names of the inits. */
_Noreturn void hatch(char **argv);
