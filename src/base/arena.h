/* SPDX-License-Identifier: MIT */
/* arena.h - memory that dies together.
 *
 * An arena belongs to a lifetime (what a load read, one run, one job, one evaluation), never to a
 * type. Nothing is freed on its own. Out of memory aborts: no function that takes an arena returns
 * "out of memory". An arena is not shared between threads. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* What wf_alloc() needs of an arena; only it and arena.c look inside. The rest follows it. */
struct wf_arena {
	char *at, *end; /* what is free of the block that is being filled */
	size_t used; /* in all blocks */
};

/* A new, empty arena; the caller frees it. Never NULL. */
struct wf_arena *wf_arena_new(void);

/* Frees all that was ever allocated from it. NULL is allowed. */
void wf_arena_free(struct wf_arena *arena);

/* For wf_auto(): frees the arena that *arena points to. */
void wf_arena_freep(struct wf_arena **arena);

/* Forgets all allocations but keeps the first block for reuse (a scratch arena between steps). */
void wf_arena_reset(struct wf_arena *arena);

/* Bytes handed out since creation or the last reset. */
size_t wf_arena_used(const struct wf_arena *arena);

#define WF_ARENA_STEP ((size_t)8) /* what is free always begins at a multiple of it */

/* wf_alloc() without the zeros, and its way when the block is full. */
void *wf_alloc_block(struct wf_arena *arena, size_t size, size_t align);

static inline void *
wf_alloc_raw(struct wf_arena *arena, size_t size, size_t align)
{
	size_t room = (size_t)(arena->end - arena->at);
	size_t steps = (size + WF_ARENA_STEP - 1) & ~(WF_ARENA_STEP - 1);
	size_t pad = align > WF_ARENA_STEP ? -(uintptr_t)arena->at & (align - 1) : 0;
	char *p = arena->at + pad;

	if (steps < size || room < pad || room - pad < steps)
		return wf_alloc_block(arena, size, align);
	arena->at = p + steps;
	arena->used += size;
	return p;
}

/* size zeroed bytes at the alignment align (a power of two), never NULL, also for size 0. Inline,
 * because most sizes are known where it is called: a few stores then take the place of memset(). */
static inline void *
wf_alloc(struct wf_arena *arena, size_t size, size_t align)
{
	return memset(wf_alloc_raw(arena, size, align), 0, size);
}

/* n elements of size bytes each, zeroed; aborts when n * size overflows. */
void *wf_alloc_array(struct wf_arena *arena, size_t n, size_t size, size_t align);

/* Doubles an array that grows by appending: returns items when *cap > n, else a copy with room. */
void *wf_grow(struct wf_arena *arena, void *items, size_t n, size_t *cap, size_t size);

#define wf_new(arena, type) ((type *)wf_alloc((arena), sizeof(type), _Alignof(type)))
#define wf_new_array(arena, n, type)                                                               \
	((type *)wf_alloc_array((arena), (n), sizeof(type), _Alignof(type)))

/* Appends one zeroed element to the array `items` of `n` used and `cap` allocated elements and
 * gives its address: struct job *j = wf_push(arena, list->jobs, list->n, list->cap); */
#define wf_push(arena, items, n, cap)                                                              \
	((n) < (cap) ? (void)0                                                                     \
	             : (void)((items) = wf_grow((arena), (items), (n), &(cap), sizeof(*(items)))), \
	    &(items)[(n)++])

/* The struct whose member `member` is at `p`. */
#define WF_OWNER(p, type, member) ((type *)((char *)(p)-offsetof(type, member)))
#define WF_COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define wf_auto(fn) __attribute__((cleanup(fn)))
