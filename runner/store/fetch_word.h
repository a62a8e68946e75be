/* SPDX-License-Identifier: MIT */
/* fetch_word.h - what the process of a fetch says to the one that started it, over a pipe. */
#pragma once

#include "runner/store/fetch.h"

#define FETCH_FD 3 /* the pipe, in the process of a fetch */

enum fetch_word_kind { FETCH_WORD_PROGRESS, FETCH_WORD_END };

/* Smaller than what a pipe takes in one piece. */
struct fetch_word {
	enum fetch_word_kind kind;
	struct fetch_progress progress;
	enum fetch_end end;
	char sha[FETCH_SHA_SIZE];
	struct wf_error error; /* unless the end is FETCH_DONE */
};

enum { FETCH_ARG_URL = 1, FETCH_ARG_REF, FETCH_ARG_STORE, FETCH_ARG_LOOK, FETCH_ARGS };
