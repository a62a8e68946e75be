/* SPDX-License-Identifier: MIT */
/* challenge.h - what a registry wants to know before it answers: the WWW-Authenticate header. */
#pragma once

#include "base/arena.h"
#include "base/str.h"

#include <stdbool.h>

enum image_scheme { IMAGE_SCHEME_NONE, IMAGE_SCHEME_BASIC, IMAGE_SCHEME_BEARER };

struct image_challenge {
	enum image_scheme scheme;
	/* of Bearer; realm is where a token is given, never empty then */
	struct wf_str realm, service, scope;
};

/* Reads a header, which may hold several challenges; Bearer is preferred to Basic. Anything that is
 * neither gives IMAGE_SCHEME_NONE. Texts are in the arena. */
struct image_challenge image_challenge_read(struct wf_arena *arena, struct wf_str header);
