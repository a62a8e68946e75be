/* SPDX-License-Identifier: MIT */
/* copying.c - one copy of layers and the thread that makes it. */
#include "runner/box/copying.h"

#include "base/fs.h"

struct copying {
	uv_work_t work;
	struct wf_arena *arena; /* holds itself and copies of all it reads */
	struct copying_order order;
	bool failed;
	struct wf_error error;
};

/* On a thread of the pool. */
static void
on_work(uv_work_t *work)
{
	struct copying *c = work->data;
	const struct layers_copy *copy = &c->order.copy;

	if (layers_within(copy->target, c->order.within))
		c->failed = !wf_remove_tree(copy->target, &c->error) ||
		            !wf_mkdirs(copy->target, 0755, &c->error) ||
		            !layers_copy(copy, &c->error);
	else
		c->failed = !wf_fail(&c->error, WF_ERR_SYS, WF_NOWHERE, "%s: not below %s",
		    copy->target, c->order.within);
}

static void
on_worked(uv_work_t *work, int status)
{
	struct copying *c = work->data;
	const struct copying_order order = c->order;

	if (status < 0)
		c->failed = !wf_fail_sys(&c->error, -status, "copy of the work tree");
	order.done(order.data, c->failed ? &c->error : NULL);
	wf_arena_free(c->arena);
	order.on_over(order.owner);
}

static const char *const *
copy_list(struct wf_arena *arena, const char *const *list)
{
	size_t n = 0;
	const char **copy;

	while (list[n])
		n++;
	copy = wf_new_array(arena, n + 1, const char *);
	for (size_t i = 0; i < n; i++)
		copy[i] = wf_cstr(arena, wf_str(list[i]));
	return copy;
}

void
copying_start(uv_loop_t *loop, const struct copying_order *order)
{
	struct wf_arena *arena = wf_arena_new();
	struct copying *c = wf_new(arena, struct copying);
	struct layers_copy *copy = &c->order.copy;

	c->work.data = c;
	c->arena = arena;
	c->order = *order;
	copy->layers = copy_list(arena, order->copy.layers);
	copy->target = wf_cstr(arena, wf_str(order->copy.target));
	uv_queue_work(loop, &c->work, on_work, on_worked);
}
