/* SPDX-License-Identifier: MIT */
/* arena.c - a chain of blocks, filled from the front.
 *
 * Blocks double in size up to a limit, so that a small arena stays small and a large one costs few
 * calls of malloc. The first comes with the arena itself, of a size that malloc keeps at hand: what
 * one expression needs costs one call. An allocation that is larger than a block gets one of its
 * own. */
#include "base/arena.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_SIZE ((size_t)1024) /* with its first block */
#define BLOCK_SECOND ((size_t)4096)
#define BLOCK_LARGEST ((size_t)1 << 18)

/* Its bytes follow it. */
struct block {
	_Alignas(max_align_t) struct block *next; /* the one before it in time */
	size_t size;
};

struct arena {
	struct wf_arena front;
	struct block *head; /* the one being filled */
	size_t next_size;
	struct block first; /* nothing may follow it */
};

#define FIRST_SIZE (ARENA_SIZE - sizeof(struct arena))

static void
out_of_memory(void)
{
	fputs("wfrun: out of memory\n", stderr);
	abort();
}

static char *
bytes_of(struct block *block)
{
	return (char *)(block + 1);
}

static struct arena *
whole(struct wf_arena *arena)
{
	return (struct arena *)arena; /* its front is its first member */
}

/* Begins to fill a block. */
static void
fill(struct arena *arena, struct block *block)
{
	arena->head = block;
	arena->front.at = bytes_of(block);
	arena->front.end = bytes_of(block) + block->size;
}

static struct block *
block_new(struct arena *arena, size_t atleast)
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
	block->next = arena->head;
	block->size = size;
	return block;
}

struct wf_arena *
wf_arena_new(void)
{
	struct arena *arena = malloc(ARENA_SIZE);

	if (!arena)
		out_of_memory();
	arena->front.used = 0;
	arena->next_size = BLOCK_SECOND;
	arena->first = (struct block){ .size = FIRST_SIZE };
	fill(arena, &arena->first);
	return &arena->front;
}

/* The first block goes with the arena. */
static void
free_blocks(const struct arena *arena, struct block *block)
{
	while (block && block != &arena->first) {
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
	free_blocks(whole(arena), whole(arena)->head);
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
	struct block *keep = whole(arena)->head;

	free_blocks(whole(arena), keep->next);
	keep->next = NULL;
	fill(whole(arena), keep);
	arena->used = 0;
}

size_t
wf_arena_used(const struct wf_arena *arena)
{
	return arena->used;
}

void *
wf_alloc_block(struct wf_arena *arena, size_t size, size_t align)
{
	if (size > SIZE_MAX - align - WF_ARENA_STEP)
		out_of_memory();
	fill(whole(arena), block_new(whole(arena), size + align + WF_ARENA_STEP));
	return wf_alloc_raw(arena, size, align);
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
	size_t more, bytes;
	char *bigger;

	if (n < *cap)
		return items;
	more = *cap ? *cap * 2 : 8;
	if (__builtin_mul_overflow(more, size, &bytes))
		out_of_memory();
	bigger = wf_alloc_raw(arena, bytes, _Alignof(max_align_t));
	if (n)
		memcpy(bigger, items, n * size);
	memset(bigger + n * size, 0, bytes - n * size);
	*cap = more;
	return bigger;
}
