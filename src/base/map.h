/* SPDX-License-Identifier: MIT */
/* map.h - ordered map from text to a pointer; keys exact or without case (ASCII).
 *
 * Keeps insertion order; a key that is set again keeps its first place and spelling. Lookups are
 * hashed, so a map of 100,000 changed paths is fine. Memory comes from the arena. */
#pragma once

#include "base/arena.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

struct wf_map_item {
	struct wf_str key;
	void *value;
};

struct wf_map {
	struct wf_arena *arena;
	bool fold; /* keys compare without case */
	struct wf_map_item *items; /* [n], in insertion order */
	size_t n, cap;
	uint32_t *slots; /* hash table of item index + 1 */
	size_t nslots;
};

void wf_map_init(struct wf_map *map, struct wf_arena *arena, bool fold);
/* Sets key to value; the key's bytes are not copied. Returns the value it had before, or NULL. */
void *wf_map_set(struct wf_map *map, struct wf_str key, void *value);
/* The value, or NULL when there is no such key. */
void *wf_map_get(const struct wf_map *map, struct wf_str key);
bool wf_map_has(const struct wf_map *map, struct wf_str key);
/* Removes key and keeps the order of the rest (costs the length of the map). */
void wf_map_remove(struct wf_map *map, struct wf_str key);
