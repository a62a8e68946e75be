/* SPDX-License-Identifier: MIT */
/* fuzz_service.c - requests as clients might send them, good and bad, one behind the other: a line
 * "METHOD URI", lines of headers, an empty line, the body up to a line with a single dot. Each must
 * be answered, and nothing may appear outside of the store. TOKEN in a header is the job's, SIGN at
 * the front of a URI signs it, and API there stands for the URL of the API. */
#include "fuzz.h"

#include "base/fs.h"
#include "runner/service/service_state.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct world {
	struct wf_arena *arena;
	char *dir;
	struct service *service;
	struct wf_str token;
};

static struct world
world_new(void)
{
	struct world world = { .arena = wf_arena_new() };
	struct service_options options = { .cache_limit = 4096 };
	struct service_job job = { .run_id = 1, .job_id = 1, .ref = WF_S("refs/heads/main") };

	world.dir = wf_cstr(world.arena, WF_S("/tmp/wfrun-fuzz-service.XXXXXX"));
	if (!mkdtemp(world.dir))
		abort();
	options.runs = wf_join(world.arena, world.dir, "runs");
	options.caches = wf_join(world.arena, world.dir, "caches");
	options.repository.full_name = WF_S("o/r");
	mkdir(options.runs, 0700);
	mkdir(options.caches, 0700);
	job.claims = expr_object_new(world.arena);
	world.service = service_new(&options, NULL);
	if (!world.service)
		abort();
	world.token = service_admit(world.service, world.arena, &job);
	return world;
}

static void
world_free(struct world *world)
{
	char **names;
	size_t n;

	service_stop(world->service);
	if (!wf_list_dir(world->arena, world->dir, &names, &n, NULL) || n != 2)
		abort();
	wf_remove_tree(world->dir, NULL);
	wf_arena_free(world->arena);
}

/* A URI that the service could have signed: with SIGN in front. */
static struct wf_str
uri_of(struct world *world, struct wf_str text, bool writes)
{
	struct wf_str until = wf_strf(world->arena, "%lld", (long long)time(NULL) + 60);
	struct wf_str query = text, path;

	if (wf_str_starts(text, WF_S("API")))
		return wf_strf(world->arena, "%.*s%.*s",
		    WF_ARG(service_api_url(world->service, world->arena, world->token)),
		    WF_ARG(wf_str_skip(text, strlen("API"))));
	if (!wf_str_starts(text, WF_S("SIGN")))
		return text;
	query = wf_str_skip(text, strlen("SIGN"));
	path = wf_str_cut(&query, '?');
	return wf_strf(world->arena, "%.*s?sp=%s&se=%.*s&sig=%.*s&%.*s", WF_ARG(path),
	    writes ? "w" : "r", WF_ARG(until),
	    WF_ARG(token_mac(world->arena, world->service->key,
	        wf_strf(world->arena, "%s\n%.*s\n%.*s", writes ? "w" : "r", WF_ARG(path),
	            WF_ARG(until)))),
	    WF_ARG(query));
}

static void
add_header(struct world *world, struct server_request *request, struct wf_str line)
{
	struct wf_str *value = wf_new(world->arena, struct wf_str);
	struct wf_str name = wf_str_cut(&line, ':');

	*value = wf_str_trim(line);
	if (wf_str_is(*value, "TOKEN"))
		*value = wf_strf(world->arena, "Bearer %.*s", WF_ARG(world->token));
	wf_map_set(&request->headers, name, value);
}

static void
ask(struct world *world, struct wf_str *rest)
{
	struct server_handler handler = service_handler(world->service);
	struct server_request request = { .arena = wf_arena_new() };
	struct wf_str line = wf_str_cut(rest, '\n');

	request.reply.fd = -1;
	request.method = wf_str_cut(&line, ' ');
	request.query = uri_of(world, line, wf_str_is(request.method, "PUT"));
	request.path = wf_str_cut(&request.query, '?');
	wf_map_init(&request.headers, request.arena, true);
	while (rest->p && (line = wf_str_cut(rest, '\n')).n)
		add_header(world, &request, line);
	handler.begin(handler.data, &request);
	while (rest->p && !wf_str_is(line = wf_str_cut(rest, '\n'), ".")) {
		if (request.reply.status)
			continue;
		if (request.on_body)
			request.on_body(&request, line);
		else
			wf_buf_add(&request.body, line);
	}
	if (!request.reply.status)
		handler.finish(handler.data, &request);
	if (!request.reply.status)
		abort();
	handler.gone(handler.data, &request);
	wf_close_fd(&request.reply.fd);
	wf_buf_release(&request.body);
	wf_arena_free(request.arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct world world = world_new();
	struct wf_str rest = { (const char *)data, size };

	while (rest.p)
		ask(&world, &rest);
	world_free(&world);
	return 0;
}
