/* SPDX-License-Identifier: MIT */
/* filter.h - which system calls a step may make: those that container engines leave it by default.
 */
#pragma once

/* Puts the filter on the calling process and what it starts, for good, and with it that nothing
 * gains privileges by an exec any more. Makes only system calls, so that it may be called between
 * vfork() and exec. Returns 0 or errno's number. */
int filter_enter(void);
