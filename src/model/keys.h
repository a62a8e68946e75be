/* SPDX-License-Identifier: MIT */
/* keys.h - the tables of keys: what may stand where in a workflow and in an action.yml. */
#pragma once

#include "model/schema.h"

extern const struct schema_def keys_workflow; /* a whole workflow file */
extern const struct schema_def keys_on; /* the value of `on:` (keys_on.c) */
extern const struct schema_def keys_action; /* a whole action.yml (keys_action.c) */

/* What a call's input of this type takes (4.9); NULL for another type. */
const struct schema_def *keys_input(struct wf_str type);

/* Initialisers for the tables. */
#define SCHEMA_KEYS(...)                                                                           \
	(const struct schema_key[])                                                                \
	{                                                                                          \
		__VA_ARGS__,                                                                       \
		{                                                                                  \
			0                                                                          \
		}                                                                                  \
	}
#define SCHEMA_MAPS(...)                                                                           \
	(const struct schema_map *const[])                                                         \
	{                                                                                          \
		__VA_ARGS__, NULL                                                                  \
	}
#define SCHEMA_WORDS(...)                                                                          \
	(const char *const[])                                                                      \
	{                                                                                          \
		__VA_ARGS__, NULL                                                                  \
	}
