/* SPDX-License-Identifier: MIT */
/* map.c - items in order, and an open-addressed table of their indices over them. */
#include "base/map.h"

#include <stdint.h>

#define SMALL 8 /* up to here a scan beats a table */

void
wf_map_init(struct wf_map *map, struct wf_arena *arena, bool fold)
{
	*map = (struct wf_map){ .arena = arena, .fold = fold };
}

/* FNV-1a, over folded letters when the keys compare without case. */
static uint32_t
hash(const struct wf_map *map, struct wf_str key)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < key.n; i++) {
		unsigned char c = (unsigned char)key.p[i];

		if (map->fold && c >= 'A' && c <= 'Z')
			c = (unsigned char)(c + ('a' - 'A'));
		h = (h ^ c) * 16777619u;
	}
	return h;
}

static bool
same_key(const struct wf_map *map, struct wf_str a, struct wf_str b)
{
	return map->fold ? wf_str_ieq(a, b) : wf_str_eq(a, b);
}

/* The slot that holds the key, or the free one where it belongs. */
static uint32_t *
slot_of(const struct wf_map *map, struct wf_str key)
{
	size_t i = hash(map, key) & (map->nslots - 1);

	while (map->slots[i] && !same_key(map, map->items[map->slots[i] - 1].key, key))
		i = (i + 1) & (map->nslots - 1);
	return &map->slots[i];
}

static void
rehash(struct wf_map *map)
{
	if (map->nslots < map->cap * 2) {
		map->nslots = 16;
		while (map->nslots < map->cap * 2)
			map->nslots *= 2;
		map->slots = wf_new_array(map->arena, map->nslots, uint32_t);
	} else {
		memset(map->slots, 0, map->nslots * sizeof(*map->slots));
	}
	for (size_t i = 0; i < map->n; i++)
		*slot_of(map, map->items[i].key) = (uint32_t)(i + 1);
}

static struct wf_map_item *
find(const struct wf_map *map, struct wf_str key)
{
	if (map->n > SMALL) {
		uint32_t slot = *slot_of(map, key);

		return slot ? &map->items[slot - 1] : NULL;
	}
	for (size_t i = 0; i < map->n; i++)
		if (same_key(map, map->items[i].key, key))
			return &map->items[i];
	return NULL;
}

void *
wf_map_set(struct wf_map *map, struct wf_str key, void *value)
{
	struct wf_map_item *item = find(map, key);
	size_t cap = map->cap;

	if (item) {
		void *before = item->value;

		item->value = value;
		return before;
	}
	item = wf_push(map->arena, map->items, map->n, map->cap);
	*item = (struct wf_map_item){ key, value };
	if (map->n <= SMALL)
		return NULL;
	if (map->cap != cap || !map->slots)
		rehash(map);
	else
		*slot_of(map, key) = (uint32_t)map->n;
	return NULL;
}

void *
wf_map_get(const struct wf_map *map, struct wf_str key)
{
	struct wf_map_item *item = find(map, key);

	return item ? item->value : NULL;
}

bool
wf_map_has(const struct wf_map *map, struct wf_str key)
{
	return find(map, key) != NULL;
}

void
wf_map_remove(struct wf_map *map, struct wf_str key)
{
	struct wf_map_item *item = find(map, key);
	size_t at;

	if (!item)
		return;
	at = (size_t)(item - map->items);
	memmove(item, item + 1, (map->n - at - 1) * sizeof(*item));
	map->n--;
	if (map->slots)
		rehash(map);
}
