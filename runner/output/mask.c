/* SPDX-License-Identifier: MIT */
/* mask.c - finds all values in one pass over the text (Aho-Corasick) and covers them.
 *
 * The values are a trie. Its fail links are made when the searches since the last value have cost
 * as much as they would: a step may add a value before each of its lines. Most text holds no
 * secret: the search walks it with a bitmap of the first bytes of all values, and enters the trie
 * only where a value may start. The trie bounds the cost of hostile text to its length, whatever
 * the values are. */
#include "runner/output/mask.h"

#include "runner/output/encode.h"

#include <endian.h>
#include <stdint.h>
#include <stdlib.h>

struct node {
	uint32_t child; /* its first child; 0: none, the root is nobody's child */
	uint32_t next; /* the next child of its parent */
	uint32_t fail; /* the longest other node whose text is the end of this one's */
	uint32_t length; /* of the value that ends here; 0: none */
	uint32_t longest; /* of all values that end here, over the fail links */
	unsigned char byte;
};

#define ROOT 0

struct trie {
	struct wf_arena *arena;
	struct node *nodes;
	size_t n, cap;
	size_t longest; /* of the values, in bytes */
	bool linked;
	size_t spent; /* nodes that were visited without links, since the last value */
	uint32_t starts[256]; /* children of the root by byte */
	/* what values start with: a bit for the hash of three bytes, or once there is a value of
	 * one or two bytes for each pair */
	bool pairs;
	uint64_t heads[65536 / 64];
};

/* Bytes [from, to) to be covered. */
struct span {
	size_t from, to;
};

struct spans {
	struct wf_arena *arena;
	struct span *items;
	size_t n, cap;
};

struct mask {
	const struct mask *parent;
	struct trie *trie;
	struct spans *found; /* of one mask_apply(), kept for its memory */
};

static struct trie *
trie_new(void)
{
	struct wf_arena *arena = wf_arena_new();
	struct trie *trie = wf_new(arena, struct trie);

	trie->arena = arena;
	(void)wf_push(arena, trie->nodes, trie->n, trie->cap); /* the root */
	return trie;
}

static uint32_t
child_of(const struct trie *trie, uint32_t node, unsigned char byte)
{
	uint32_t child;

	if (node == ROOT)
		return trie->starts[byte];
	child = trie->nodes[node].child;
	while (child && trie->nodes[child].byte != byte)
		child = trie->nodes[child].next;
	return child;
}

static uint32_t
add_child(struct trie *trie, uint32_t parent, unsigned char byte)
{
	uint32_t index = (uint32_t)trie->n;
	struct node *node;

	if (trie->n >= UINT32_MAX)
		abort(); /* 100 GB of secrets: out of memory */
	node = wf_push(trie->arena, trie->nodes, trie->n, trie->cap);
	node->byte = byte;
	node->next = trie->nodes[parent].child;
	trie->nodes[parent].child = index;
	if (parent == ROOT)
		trie->starts[byte] = index;
	return index;
}

/* The bit of three bytes, the first of them lowest. */
static unsigned
head_of_three(uint64_t bytes)
{
	return ((unsigned)bytes & 0xFFFFFF) * 0x9E3779B1u >> 16;
}

/* The bit of the bytes at p, as many as heads are long. */
static unsigned
head_of(const unsigned char *p, bool pair)
{
	if (pair)
		return (unsigned)p[0] << 8 | p[1];
	return head_of_three(p[0] | (unsigned)p[1] << 8 | (unsigned)p[2] << 16);
}

static void
mark(struct trie *trie, unsigned head)
{
	trie->heads[head / 64] |= (uint64_t)1 << head % 64;
}

static bool
is_marked(const struct trie *trie, unsigned head)
{
	return trie->heads[head / 64] >> head % 64 & 1;
}

/* A value of one byte may be followed by any. */
static void
mark_value(struct trie *trie, const unsigned char *p, size_t n)
{
	if (n > 1)
		mark(trie, head_of(p, trie->pairs));
	for (unsigned second = 0; n == 1 && second < 256; second++)
		mark(trie, (unsigned)p[0] << 8 | second);
}

/* From now on heads are pairs: marks those of the values that are there, all longer than two. */
static void
use_pairs(struct trie *trie)
{
	uint32_t first, second;

	memset(trie->heads, 0, sizeof(trie->heads));
	trie->pairs = true;
	for (first = trie->nodes[ROOT].child; first; first = trie->nodes[first].next)
		for (second = trie->nodes[first].child; second; second = trie->nodes[second].next)
			mark(trie,
			    (unsigned)trie->nodes[first].byte << 8 | trie->nodes[second].byte);
}

static void
trie_add(struct trie *trie, struct wf_str value)
{
	const unsigned char *p = (const unsigned char *)value.p;
	uint32_t node = ROOT, child;

	if (value.n == 0)
		return;
	if (value.n < 3 && !trie->pairs)
		use_pairs(trie);
	if (value.n > trie->longest)
		trie->longest = value.n;
	mark_value(trie, p, value.n);
	for (size_t i = 0; i < value.n; i++) {
		child = child_of(trie, node, p[i]);
		node = child ? child : add_child(trie, node, p[i]);
	}
	if (trie->nodes[node].length == 0) {
		trie->linked = false;
		trie->spent = 0;
	}
	trie->nodes[node].length = (uint32_t)value.n;
}

static uint32_t
next_node(const struct trie *trie, uint32_t node, unsigned char byte)
{
	uint32_t child;

	while (!(child = child_of(trie, node, byte)) && node != ROOT)
		node = trie->nodes[node].fail;
	return child;
}

/* Breadth first, so that the fail links of all shorter nodes are there. */
static void
trie_link(struct trie *trie)
{
	wf_auto(wf_arena_freep) struct wf_arena *scratch = wf_arena_new();
	uint32_t *queue = wf_new_array(scratch, trie->n, uint32_t);
	size_t head = 0, tail = 0;

	queue[tail++] = ROOT;
	while (head < tail) {
		uint32_t parent = queue[head++], child;

		for (child = trie->nodes[parent].child; child; child = trie->nodes[child].next) {
			struct node *node = &trie->nodes[child];

			node->fail = ROOT;
			if (parent != ROOT)
				node->fail = next_node(trie, trie->nodes[parent].fail, node->byte);
			node->longest = node->length ? node->length
			                             : trie->nodes[node->fail].longest;
			queue[tail++] = child;
		}
	}
	trie->linked = true;
}

#define AT_ONCE 6 /* heads of three bytes within eight */

/* Steps over groups of places where no value of three bytes or more starts. */
static size_t
skip_groups(const struct trie *trie, const unsigned char *p, size_t i, size_t n)
{
	uint64_t eight;

	for (; i + sizeof(eight) <= n; i += AT_ONCE) {
		unsigned any = 0;

		memcpy(&eight, p + i, sizeof(eight));
		eight = le64toh(eight);
		for (unsigned k = 0; k < AT_ONCE; k++)
			any |= is_marked(trie, head_of_three(eight >> 8 * k));
		if (any)
			break;
	}
	return i;
}

/* Where a value may start at the earliest, from i on. The last bytes are left to the trie. */
static size_t
next_start(const struct trie *trie, const unsigned char *p, size_t i, size_t n)
{
	if (trie->pairs)
		while (i + 1 < n && !is_marked(trie, head_of(p + i, true)))
			i++;
	else
		for (i = skip_groups(trie, p, i, n);
		     i + 2 < n && !is_marked(trie, head_of(p + i, false)); i++)
			;
	return i;
}

/* Where the next value ends that stands at or behind *at; *node is the search's state. false: no
 * more. *found is the longest that ends there. */
static bool
trie_next(const struct trie *trie, struct wf_str text, uint32_t *node, size_t *at,
    struct span *found)
{
	const unsigned char *p = (const unsigned char *)text.p;

	for (size_t i = *at; i < text.n; i++) {
		uint32_t length;

		if (*node == ROOT)
			i = next_start(trie, p, i, text.n);
		*node = next_node(trie, *node, p[i]);
		length = trie->nodes[*node].longest;
		if (length == 0)
			continue;
		*found = (struct span){ i + 1 - length, i + 1 };
		*at = i + 1;
		return true;
	}
	return false;
}

/* Adds a span to those from index `first` on, which ascend; what touches becomes one. */
static void
spans_add(struct spans *spans, size_t first, struct span span)
{
	while (spans->n > first && span.from <= spans->items[spans->n - 1].to) {
		const struct span *last = &spans->items[--spans->n];

		span.from = last->from < span.from ? last->from : span.from;
		span.to = last->to > span.to ? last->to : span.to;
	}
	*wf_push(spans->arena, spans->items, spans->n, spans->cap) = span;
}

static int
by_start(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	return x->from < y->from ? -1 : x->from > y->from;
}

/* Makes one ascending list of the lists that several masks have found. */
static void
spans_merge(struct spans *spans)
{
	size_t n = spans->n;

	qsort(spans->items, n, sizeof(*spans->items), by_start);
	spans->n = 0; /* no write overtakes the read: the list only gets shorter */
	for (size_t i = 0; i < n; i++)
		spans_add(spans, 0, spans->items[i]);
}

/* The longest value that begins at i. */
static size_t
longest_at(struct trie *trie, struct wf_str text, size_t i)
{
	size_t length = 0, end = i;
	uint32_t node = ROOT;

	while (end < text.n && trie->spent < trie->n &&
	       (node = child_of(trie, node, (unsigned char)text.p[end])) != ROOT) {
		end++;
		trie->spent++;
		if (trie->nodes[node].length)
			length = end - i;
	}
	return length;
}

/* Looks from each place anew. false, and nothing was found, when links have become the cheaper way.
 */
static bool
search_unlinked(struct trie *trie, struct wf_str text, struct spans *spans)
{
	const unsigned char *p = (const unsigned char *)text.p;
	size_t first = spans->n;

	for (size_t i = 0; i < text.n; i++) {
		size_t length;

		i = next_start(trie, p, i, text.n);
		length = longest_at(trie, text, i);
		if (length > 0)
			spans_add(spans, first, (struct span){ i, i + length });
	}
	if (trie->spent < trie->n)
		return true;
	spans->n = first;
	return false;
}

static void
trie_search(struct trie *trie, struct wf_str text, struct spans *spans)
{
	size_t first = spans->n, at = 0;
	uint32_t node = ROOT;
	struct span found;

	if (!trie->linked && search_unlinked(trie, text, spans))
		return;
	if (!trie->linked)
		trie_link(trie);
	while (trie_next(trie, text, &node, &at, &found))
		spans_add(spans, first, found);
}

static void
cover(struct wf_buf *buf, struct wf_str text, const struct spans *spans)
{
	size_t at = 0;

	wf_buf_clear(buf);
	for (size_t i = 0; i < spans->n; i++) {
		wf_buf_add(buf, wf_str_sub(text, at, spans->items[i].from));
		wf_buf_adds(buf, "***");
		at = spans->items[i].to;
	}
	wf_buf_add(buf, wf_str_skip(text, at));
}

/* Values with nothing in them: a trie that is its root. */
static bool
is_idle(const struct mask *mask)
{
	return mask->trie->n == 1;
}

/* What is to be covered in text, in one list. */
static const struct spans *
find_spans(const struct mask *mask, struct wf_str text)
{
	struct spans *spans = mask->found;
	int levels = 0;

	spans->n = 0;
	for (const struct mask *level = mask; level; level = level->parent) {
		size_t before = spans->n;

		if (!is_idle(level))
			trie_search(level->trie, text, spans);
		levels += spans->n > before;
	}
	if (levels > 1)
		spans_merge(spans);
	return spans;
}

struct wf_str
mask_apply(const struct mask *mask, struct wf_str text, struct wf_buf *buf)
{
	const struct spans *spans = mask ? find_spans(mask, text) : NULL;

	if (!spans || spans->n == 0)
		return text;
	cover(buf, text, spans);
	return wf_buf_str(buf);
}

size_t
mask_cut(const struct mask *mask, struct wf_str text, size_t at)
{
	const struct spans *spans;

	for (const struct mask *level = mask; level; level = level->parent)
		if (text.n - at < level->trie->longest)
			return 0;
	spans = find_spans(mask, text);
	for (size_t i = 0; i < spans->n; i++) {
		const struct span *span = &spans->items[i];

		if (span->from < at && at < span->to)
			return span->from ? span->from : span->to;
	}
	return at;
}

bool
mask_hits(const struct mask *mask, struct wf_str text)
{
	for (; mask; mask = mask->parent) {
		mask->found->n = 0;
		if (!is_idle(mask))
			trie_search(mask->trie, text, mask->found);
		if (mask->found->n > 0)
			return true;
	}
	return false;
}

static void
add_with_forms(struct trie *trie, struct wf_str value)
{
	wf_auto(wf_buf_release) struct wf_buf form = WF_BUF_INIT;

	if (value.n == 0)
		return;
	trie_add(trie, value);
	for (size_t i = 0; i < ENCODE_FORMS; i++) {
		wf_buf_clear(&form);
		encode_form(i, &form, value);
		trie_add(trie, wf_buf_str(&form));
	}
}

/* Output comes line by line, so each line of a value is a value. */
void
mask_add_data(struct mask *mask, struct wf_str data)
{
	struct wf_str rest = data;

	add_with_forms(mask->trie, data);
	while (rest.n > 0) {
		size_t end = 0;
		struct wf_str line;

		while (end < rest.n && rest.p[end] != '\n' && rest.p[end] != '\r')
			end++;
		line = wf_str_trim(wf_str_sub(rest, 0, end));
		if (line.n != data.n)
			add_with_forms(mask->trie, line);
		rest = wf_str_skip(rest, end + 1);
	}
}

void
mask_add(struct mask *mask, struct wf_str value)
{
	mask_add_data(mask, wf_str_trim(value));
}

void
mask_add_token(struct mask *mask, struct wf_str token)
{
	wf_auto(wf_buf_release) struct wf_buf pair = WF_BUF_INIT, form = WF_BUF_INIT;

	mask_add(mask, token);
	wf_buf_adds(&pair, "x-access-token:");
	wf_buf_add(&pair, token);
	encode_base64(&form, wf_buf_str(&pair));
	mask_add(mask, wf_buf_str(&form));
}

struct mask *
mask_new(const struct mask *parent)
{
	struct trie *trie = trie_new();
	struct mask *mask = wf_new(trie->arena, struct mask);

	mask->parent = parent;
	mask->trie = trie;
	mask->found = wf_new(trie->arena, struct spans);
	mask->found->arena = trie->arena;
	return mask;
}

void
mask_free(struct mask *mask)
{
	if (mask)
		wf_arena_free(mask->trie->arena);
}
