/* SPDX-License-Identifier: MIT */
/* sweep.c - containers first, then the networks that they were in. */
#include "runner/engine/sweep.h"

#include "runner/engine/pod.h"
#include "runner/scratch.h"

struct sweep {
	struct wf_arena *arena; /* holds itself */
	struct engine *engine;
	struct engine_ask ask;
	size_t kind; /* what is being removed */
	const char **paths; /* of those that shall go */
	size_t npaths, cap, at;
};

#define FILTER "?all=1&filters=%7B%22label%22%3A%5B%22" POD_LABEL_SCRATCH "%22%5D%7D"

static const struct {
	const char *list, *one, *query;
} kinds[] = {
	{ "/containers/json" FILTER, "/containers/", "?force=1&v=1" },
	{ "/networks" FILTER, "/networks/", "" },
};

static void list_kind(struct sweep *sweep);

static bool
is_abandoned(struct wf_arena *arena, struct expr_value item)
{
	struct expr_value labels = expr_path(item, "Labels"), scratch, machine;

	if (labels.kind != EXPR_OBJECT)
		return false;
	scratch = expr_object_get(labels.object, WF_S(POD_LABEL_SCRATCH));
	machine = expr_object_get(labels.object, WF_S(POD_LABEL_MACHINE));
	return scratch.kind == EXPR_STRING && machine.kind == EXPR_STRING &&
	       wf_str_is(machine.string, pod_machine(arena)) &&
	       scratch_abandoned(wf_cstr(arena, scratch.string));
}

static void
on_removed(struct engine_ask *ask, const struct wf_error *err)
{
	struct sweep *sweep = ask->data;

	(void)err;
	if (sweep->at == sweep->npaths) {
		sweep->kind++;
		list_kind(sweep);
		return;
	}
	sweep->ask = (struct engine_ask){
		.method = "DELETE",
		.path = sweep->paths[sweep->at++],
		.on_answer = on_removed,
		.data = sweep,
	};
	engine_ask(sweep->engine, &sweep->ask);
}

static void
on_listed(struct engine_ask *ask, const struct wf_error *err)
{
	struct sweep *sweep = ask->data;
	struct expr_value list = ask->value;

	for (size_t i = 0; !err && list.kind == EXPR_ARRAY && i < list.array->n; i++) {
		struct expr_value item = list.array->items[i];
		struct wf_str id = expr_path_str(ask->arena, item, "Id");

		if (id.n > 0 && is_abandoned(sweep->arena, item))
			*wf_push(sweep->arena, sweep->paths, sweep->npaths,
			    sweep->cap) = wf_strf(sweep->arena, "%s%.*s%s", kinds[sweep->kind].one,
			    WF_ARG(engine_escape(ask->arena, id)), kinds[sweep->kind].query)
			                      .p;
	}
	on_removed(ask, err);
}

static void
list_kind(struct sweep *sweep)
{
	if (sweep->kind == WF_COUNT(kinds)) {
		wf_arena_free(sweep->arena);
		return;
	}
	sweep->ask = (struct engine_ask){
		.path = kinds[sweep->kind].list,
		.on_answer = on_listed,
		.data = sweep,
	};
	engine_ask(sweep->engine, &sweep->ask);
}

void
engine_sweep(struct engine *engine)
{
	struct wf_arena *arena = wf_arena_new();
	struct sweep *sweep = wf_new(arena, struct sweep);

	sweep->arena = arena;
	sweep->engine = engine;
	list_kind(sweep);
}
