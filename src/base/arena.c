/* SPDX-License-Identifier: MIT */
/* arena.c - a chain of blocks, filled from the front.
 *
 * Blocks double in size up to a limit, so that a small arena stays small and a large one costs few
 * calls of malloc. An allocation that is larger than a block gets one of its own. */
#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_FIRST ((size_t)4096)
#define BLOCK_LARGEST ((size_t)1 << 18)

struct block {
	struct block *next; /* the one before it in time */
	size_t size, used;
	_Alignas(max_align_t) char bytes[];
};

struct wf_arena {
	struct block *head; /* the one being filled */
	size_t used; /* in all blocks */
	size_t next_size;
};

static void
out_of_memory(void)
{
	fputs("wfrun: out of memory\n", stderr);
	abort();
}

static struct block *
block_new(struct wf_arena *arena, size_t atleast)
{
	size_t size = arena->next_size;
	struct block *block;

	if (size < atleast)
		size = atleast;
	else if (arena->next_size < BLOCK_LARGEST)
		arena->next_size *= 2;
	if (size > SIZE_MAX - sizeof(*block))
		out_of_memory();
	block = malloc(sizeof(*block) + size);
	if (!block)
		out_of_memory();
	block->size = size;
	block->used = 0;
	return block;
}

struct wf_arena *
wf_arena_new(void)
{
	struct wf_arena *arena = calloc(1, sizeof(*arena));

	if (!arena)
		out_of_memory();
	arena->next_size = BLOCK_FIRST;
	return arena;
}

static void
free_blocks(struct block *block)
{
	while (block) {
		struct block *next = block->next;

		free(block);
		block = next;
	}
}

void
wf_arena_free(struct wf_arena *arena)
{
	if (!arena)
		return;
	free_blocks(arena->head);
	free(arena);
}

void
wf_arena_freep(struct wf_arena **arena)
{
	wf_arena_free(*arena);
	*arena = NULL;
}

void
wf_arena_reset(struct wf_arena *arena)
{
	struct block *keep = arena->head;

	if (!keep)
		return;
	free_blocks(keep->next);
	keep->next = NULL;
	keep->used = 0;
	arena->used = 0;
}

size_t
wf_arena_used(const struct wf_arena *arena)
{
	return arena->used;
}

void *
wf_alloc(struct wf_arena *arena, size_t size, size_t align)
{
	struct block *block = arena->head;
	size_t pad = block ? -((uintptr_t)block->bytes + block->used) & (align - 1) : 0;
	char *p;

	if (!block || block->size - block->used < pad || block->size - block->used - pad < size) {
		if (size > SIZE_MAX - align)
			out_of_memory();
		block = block_new(arena, size + align);
		pad = -(uintptr_t)block->bytes & (align - 1);
		block->next = arena->head;
		arena->head = block;
	}
	p = block->bytes + block->used + pad;
	block->used += pad + size;
	arena->used += size;
	return memset(p, 0, size);
}

void *
wf_alloc_array(struct wf_arena *arena, size_t n, size_t size, size_t align)
{
	size_t bytes;

	if (__builtin_mul_overflow(n, size, &bytes))
		out_of_memory();
	return wf_alloc(arena, bytes, align);
}

void *
wf_grow(struct wf_arena *arena, void *items, size_t n, size_t *cap, size_t size)
{
	size_t more;
	void *bigger;

	if (n < *cap)
		return items;
	more = *cap ? *cap * 2 : 8;
	bigger = wf_alloc_array(arena, more, size, _Alignof(max_align_t));
	if (n)
		memcpy(bigger, items, n * size);
	*cap = more;
	return bigger;
}
