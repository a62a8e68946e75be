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
	size_t size, used;
};

struct wf_arena {
	struct block *head; /* the one being filled */
	size_t used; /* in all blocks */
	size_t next_size;
	struct block first; /* nothing may follow it */
};

#define FIRST_SIZE (ARENA_SIZE - sizeof(struct wf_arena))

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
	struct wf_arena *arena = malloc(ARENA_SIZE);

	if (!arena)
		out_of_memory();
	*arena = (struct wf_arena){
		.head = &arena->first,
		.next_size = BLOCK_SECOND,
		.first.size = FIRST_SIZE,
	};
	return arena;
}

/* The first block goes with the arena. */
static void
free_blocks(const struct wf_arena *arena, struct block *block)
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
	free_blocks(arena, arena->head);
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

	free_blocks(arena, keep->next);
	keep->next = NULL;
	keep->used = 0;
	arena->used = 0;
}

size_t
wf_arena_used(const struct wf_arena *arena)
{
	return arena->used;
}

/* wf_alloc() without the zeros. */
static void *
take(struct wf_arena *arena, size_t size, size_t align)
{
	struct block *block = arena->head;
	size_t pad = -((uintptr_t)bytes_of(block) + block->used) & (align - 1);
	char *p;

	if (block->size - block->used < pad || block->size - block->used - pad < size) {
		if (size > SIZE_MAX - align)
			out_of_memory();
		block = block_new(arena, size + align);
		pad = -(uintptr_t)bytes_of(block) & (align - 1);
		block->next = arena->head;
		arena->head = block;
	}
	p = bytes_of(block) + block->used + pad;
	block->used += pad + size;
	arena->used += size;
	return p;
}

void *
wf_alloc(struct wf_arena *arena, size_t size, size_t align)
{
	return memset(take(arena, size, align), 0, size);
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
	bigger = take(arena, bytes, _Alignof(max_align_t));
	if (n)
		memcpy(bigger, items, n * size);
	memset(bigger + n * size, 0, bytes - n * size);
	*cap = more;
	return bigger;
}
