/* SPDX-License-Identifier: MIT */
/* news.h - what the service's thread has to say, brought to the loop's: artifacts that were
 * finished, and calls that only GitHub could answer. */
#pragma once

struct session;

/* Listens; after the service has started. */
void news_open(struct session *session);
/* Takes what was said until now; for a loop that has nothing else left to do. */
void news_take(struct session *session);
/* Listens no more. Fits when news_open() was never called; the loop must turn once more. */
void news_close(struct session *session);
