/* SPDX-License-Identifier: MIT */
/* pod.c - network, containers, health; and all of it gone again.
 *
 * One thing after the other, as GitHub's runner does it. Everything has a name that was chosen
 * here, and is removed by it: what the engine made while its answer was lost goes, too. */
#include "runner/engine/pod.h"

#include "base/fs.h"
#include "runner/engine/stream.h"

#include <limits.h>
#include <stdlib.h>
#include <unistd.h>

#define FIRST_PAUSE_MS 2000u /* between two looks at a service's health, doubled each time */
#define LONGEST_PAUSE_MS 32000u
#define LOG_LINES "20" /* of a service that did not get well */
#define LOG_LARGEST ((size_t)16 << 10)

static void next_member(struct pod *pod);
static void ask_health(struct pod *pod);
static void remove_next(struct pod *pod);

/* ---- labels ---- */

const char *
pod_machine(struct wf_arena *arena)
{
	char mounts[64] = "", host[HOST_NAME_MAX + 1] = "";
	ssize_t n = readlink("/proc/self/ns/mnt", mounts, sizeof(mounts) - 1);
	struct wf_str id;

	if (n < 0)
		mounts[0] = '\0';
	gethostname(host, sizeof(host) - 1);
	if (!wf_read_file(arena, "/etc/machine-id", 128, &id, NULL))
		id = WF_S("");
	return wf_strf(arena, "%s %.*s %s", host, WF_ARG(wf_str_trim(id)), mounts).p;
}

struct expr_value
pod_labels(struct wf_arena *arena, const char *scratch)
{
	const struct engine_pair labels[] = {
		{ POD_LABEL_SCRATCH, expr_cstring(scratch) },
		{ POD_LABEL_MACHINE, expr_cstring(pod_machine(arena)) },
		{ NULL, EXPR_NULL_VALUE },
	};

	return expr_object_value(engine_object(arena, labels));
}

/* ---- asks ---- */

static void
ask(struct pod *pod, const char *method, const char *path,
    void (*on_answer)(struct engine_ask *ask, const struct wf_error *err))
{
	pod->ask.method = method;
	pod->ask.path = path;
	pod->ask.on_answer = on_answer;
	pod->ask.data = pod;
	pod->asking = true;
	engine_ask(pod->engine, &pod->ask);
}

static void
ask_plain(struct pod *pod, const char *method, const char *path,
    void (*on_answer)(struct engine_ask *ask, const struct wf_error *err))
{
	pod->ask = (struct engine_ask){ .method = method };
	ask(pod, method, path, on_answer);
}

/* ---- the end of the beginning ---- */

static void
answer(struct pod *pod, const struct wf_error *err)
{
	pod->answered = true;
	pod->on_ready(pod, err);
}

/* Of each callback: the answer is in; true when it is time to go. */
static bool
over(struct pod *pod, const struct wf_error *err)
{
	bool stopping = pod->stopping; /* the answer may make it so, and then sees to it itself */
	struct wf_error why;

	pod->asking = false;
	if (!stopping && !err)
		return false;
	if (!pod->answered) {
		if (stopping)
			wf_fail(&why, WF_ERR_SYS, WF_NOWHERE, "The operation was canceled.");
		else
			why = *err;
		answer(pod, &why);
	}
	if (stopping)
		remove_next(pod);
	return true;
}

static struct pod_member *
member_at(struct pod *pod)
{
	return &pod->members[pod->at];
}

/* The same with the words of GitHub's runner, and the place. */
static bool
over_member(struct pod *pod, const struct wf_error *err)
{
	struct wf_error why;

	if (err) {
		why = *err;
		why.pos = member_at(pod)->pos;
		wf_wrap(&why, "Failed to initialize container %.*s",
		    WF_ARG(member_at(pod)->image.name));
		err = &why;
	}
	return over(pod, err);
}

/* ---- health ---- */

static void
on_log_bytes(void *data, int stream, struct wf_str bytes)
{
	struct pod *pod = data;

	(void)stream;
	if (pod->logs.n < LOG_LARGEST)
		wf_buf_add(&pod->logs, wf_str_sub(bytes, 0, LOG_LARGEST - pod->logs.n));
}

static void
next_health(struct pod *pod)
{
	struct wf_error why;

	pod->pause = FIRST_PAUSE_MS;
	while (pod->at < pod->nmembers && !member_at(pod)->alias)
		pod->at++;
	if (pod->at < pod->nmembers) {
		ask_health(pod);
	} else if (pod->nsick > 0) {
		wf_fail(&why, WF_ERR_EVAL, WF_NOWHERE, "One or more containers failed to start.");
		over(pod, &why);
	} else {
		answer(pod, NULL);
	}
}

/* The logs of an engine are a stream of the same kind as those of a process. */
static void
on_logs(struct engine_ask *done, const struct wf_error *err)
{
	struct pod *pod = done->data;
	struct engine_stream stream = { .on_bytes = on_log_bytes, .data = pod };
	struct wf_str rest;

	if (over(pod, NULL))
		return;
	if (!err)
		engine_stream_feed(&stream, wf_buf_str(&done->answer));
	pod->say(pod, wf_strf(done->arena, "service '%s' (%.*s) does not get well; its last words:",
	                  member_at(pod)->alias, WF_ARG(member_at(pod)->image.name)));
	rest = wf_str_trim(wf_buf_str(&pod->logs));
	while (rest.p && rest.n > 0)
		pod->say(pod, wf_str_trim(wf_str_cut(&rest, '\n')));
	wf_buf_release(&pod->logs);
	pod->nsick++;
	pod->at++;
	next_health(pod);
}

static void
on_pause(uv_timer_t *timer)
{
	struct pod *pod = timer->data;

	if (!over(pod, NULL))
		ask_health(pod);
}

static void
on_health(struct engine_ask *done, const struct wf_error *err)
{
	struct pod *pod = done->data;
	struct expr_value state = expr_path(done->value, "State");
	struct wf_str health = expr_path_str(done->arena, state, "Health.Status");
	bool running = err || expr_truthy(expr_path(state, "Running"));

	if (over_member(pod, err))
		return;
	if (running && wf_str_is(health, "starting")) {
		uv_timer_start(&pod->timer, on_pause, pod->pause, 0);
		pod->pause = pod->pause < LONGEST_PAUSE_MS ? pod->pause * 2 : LONGEST_PAUSE_MS;
		return;
	}
	if (running && (!health.n || wf_str_is(health, "healthy") || wf_str_is(health, "none"))) {
		pod->at++;
		next_health(pod);
		return;
	}
	ask_plain(pod, NULL,
	    wf_strf(pod->arena, "/containers/%s/logs?stdout=1&stderr=1&tail=" LOG_LINES,
	        member_at(pod)->id)
	        .p,
	    on_logs);
}

static void
look_at_health(struct pod *pod)
{
	ask_plain(pod, NULL, wf_strf(pod->arena, "/containers/%s/json", member_at(pod)->id).p,
	    on_health);
}

/* One without a check has no health to look at, which is no error. */
static void
on_checked(struct engine_ask *done, const struct wf_error *err)
{
	struct pod *pod = done->data;

	(void)err;
	if (!over(pod, NULL))
		look_at_health(pod);
}

/* Podman leaves it to systemd to run the checks; where there is none, nobody would. */
static void
ask_health(struct pod *pod)
{
	if (engine_place(pod->engine)->brand == ENGINE_PODMAN)
		ask_plain(pod, NULL,
		    wf_strf(pod->arena, "/libpod/containers/%s/healthcheck", member_at(pod)->id).p,
		    on_checked);
	else
		look_at_health(pod);
}

/* ---- one member ---- */

/* {"5432/tcp": [{"HostIp": "0.0.0.0", "HostPort": "49153"}, ...]}: the protocol is dropped (8.5).
 */
static void
read_ports(struct pod *pod, struct pod_member *member, struct expr_value inspected)
{
	struct expr_value ports = expr_path(inspected, "NetworkSettings.Ports");

	member->ports = expr_object_new(pod->arena);
	for (size_t i = 0; ports.kind == EXPR_OBJECT && i < ports.object->n; i++) {
		const struct expr_pair *pair = &ports.object->pairs[i];
		struct wf_str key = pair->key, port = wf_str_cut(&key, '/');
		struct wf_str host;

		if (pair->value.kind != EXPR_ARRAY || pair->value.array->n == 0)
			continue;
		host = expr_path_str(pod->arena, pair->value.array->items[0], "HostPort");
		expr_object_set(member->ports, wf_str_dup(pod->arena, port), expr_string(host));
	}
}

static void
on_inspected(struct engine_ask *done, const struct wf_error *err)
{
	struct pod *pod = done->data;
	struct pod_member *member = member_at(pod);

	if (over_member(pod, err))
		return;
	read_ports(pod, member, expr_copy(pod->arena, done->value));
	if (!expr_truthy(expr_path(done->value, "State.Running")))
		pod->say(pod, wf_strf(done->arena, "container %s of %.*s is not running",
		                  member->name, WF_ARG(member->image.name)));
	pod->at++;
	next_member(pod);
}

static void
on_started(struct engine_ask *done, const struct wf_error *err)
{
	struct pod *pod = done->data;

	if (!over_member(pod, err))
		ask_plain(pod, NULL,
		    wf_strf(pod->arena, "/containers/%s/json", member_at(pod)->id).p, on_inspected);
}

static void
on_created(struct engine_ask *done, const struct wf_error *err)
{
	struct pod *pod = done->data;
	struct wf_str id = expr_path_str(done->arena, done->value, "Id");

	if (over_member(pod, err))
		return;
	member_at(pod)->id = wf_cstr(pod->arena, id);
	ask_plain(pod, "POST", wf_strf(pod->arena, "/containers/%s/start", member_at(pod)->id).p,
	    on_started);
}

static struct expr_object *
host_config(struct pod *pod, struct expr_object *body)
{
	struct expr_value host = expr_object_get(body, WF_S("HostConfig"));

	if (host.kind != EXPR_OBJECT) {
		host = expr_object_value(expr_object_new(pod->arena));
		expr_object_set(body, WF_S("HostConfig"), host);
	}
	return host.object;
}

/* --network NAME --network-alias ALIAS */
static void
join_network(struct pod *pod, struct pod_member *member)
{
	struct wf_arena *arena = pod->arena;
	const char *const aliases[] = { member->alias, NULL };
	const struct engine_pair endpoint[] = {
		{ "Aliases", engine_list(arena, aliases) },
		{ NULL, EXPR_NULL_VALUE },
	};
	const struct engine_pair endpoints[] = {
		{ pod->name, expr_object_value(engine_object(arena, endpoint)) },
		{ NULL, EXPR_NULL_VALUE },
	};
	const struct engine_pair networking[] = {
		{ "EndpointsConfig", expr_object_value(engine_object(arena, endpoints)) },
		{ NULL, EXPR_NULL_VALUE },
	};

	expr_object_set(host_config(pod, member->body), WF_S("NetworkMode"),
	    expr_cstring(pod->name));
	expr_object_set(member->body, WF_S("NetworkingConfig"),
	    expr_object_value(engine_object(arena, networking)));
}

static void
create_member(struct pod *pod)
{
	struct pod_member *member = member_at(pod);
	struct expr_object *labels = pod_labels(pod->arena, pod->scratch).object;
	struct expr_value given = expr_object_get(member->body, WF_S("Labels"));

	for (size_t i = 0; given.kind == EXPR_OBJECT && i < given.object->n; i++)
		expr_object_set(labels, given.object->pairs[i].key, given.object->pairs[i].value);
	expr_object_set(member->body, WF_S("Image"), expr_string(member->image.name));
	expr_object_set(member->body, WF_S("Labels"), expr_object_value(labels));
	if (pod->networked)
		join_network(pod, member);
	pod->ask = (struct engine_ask){ .body = member->body };
	pod->nsent = pod->at + 1;
	ask(pod, "POST", wf_strf(pod->arena, "/containers/create?name=%s", member->name).p,
	    on_created);
}

static void
on_image(struct engine_image *image, const struct wf_error *err)
{
	struct pod *pod = image->data;

	pod->imaging = false;
	if (!over_member(pod, err))
		create_member(pod);
}

static void
say_pull(struct engine_image *image, struct wf_str line)
{
	struct pod *pod = image->data;

	pod->say(pod, line);
}

static void
next_member(struct pod *pod)
{
	struct engine_image *image;

	if (pod->at == pod->nmembers) {
		pod->at = 0;
		next_health(pod);
		return;
	}
	image = &member_at(pod)->image;
	image->engine = pod->engine;
	image->arena = pod->arena;
	image->say = say_pull;
	image->on_ready = on_image;
	image->data = pod;
	pod->imaging = true;
	engine_image_get(image);
}

/* ---- start ---- */

static void
on_network(struct engine_ask *done, const struct wf_error *err)
{
	struct pod *pod = done->data;

	if (!over(pod, err))
		next_member(pod);
}

static void
open_timer(struct pod *pod)
{
	uv_timer_init(pod->loop, &pod->timer);
	pod->timer.data = pod;
}

static void
on_refused(uv_timer_t *timer)
{
	struct pod *pod = timer->data;

	answer(pod, &pod->refusal);
}

void
pod_refuse(struct pod *pod, const struct wf_error *err)
{
	open_timer(pod);
	pod->refusal = *err;
	uv_timer_start(&pod->timer, on_refused, 0, 0);
}

void
pod_start(struct pod *pod)
{
	const struct engine_pair body[] = {
		{ "Name", expr_cstring(pod->name) },
		{ "Labels", pod_labels(pod->arena, pod->scratch) },
		{ NULL, EXPR_NULL_VALUE },
	};

	open_timer(pod);
	if (!pod->networked) {
		next_member(pod);
		return;
	}
	pod->said = true;
	pod->ask = (struct engine_ask){ .body = engine_object(pod->arena, body) };
	ask(pod, "POST", "/networks/create", on_network);
}

/* ---- stop ---- */

static void
on_timer_closed(uv_handle_t *handle)
{
	struct pod *pod = handle->data;

	pod->on_gone(pod);
}

/* What is not there need not be removed; what cannot be reached is left for a sweep. */
static void
on_removed(struct engine_ask *done, const struct wf_error *err)
{
	struct pod *pod = done->data;

	pod->asking = false;
	if (err && done->status != 404)
		pod->say(pod,
		    wf_strf(done->arena, "left behind until the next start: %s", err->msg));
	remove_next(pod);
}

static void
remove_next(struct pod *pod)
{
	if (pod->nsent > 0) {
		const char *name = pod->members[--pod->nsent].name;

		ask_plain(pod, "DELETE", wf_strf(pod->arena, "/containers/%s?force=1&v=1", name).p,
		    on_removed);
	} else if (pod->said) {
		pod->said = false;
		ask_plain(pod, "DELETE", wf_strf(pod->arena, "/networks/%s", pod->name).p,
		    on_removed);
	} else {
		uv_close((uv_handle_t *)&pod->timer, on_timer_closed);
	}
}

void
pod_stop(struct pod *pod)
{
	pod->stopping = true;
	if (pod->imaging)
		engine_image_cancel(&member_at(pod)->image);
	else if (pod->asking)
		engine_cancel(&pod->ask);
	else if (uv_is_active((uv_handle_t *)&pod->timer))
		uv_timer_start(&pod->timer, on_pause, 0, 0);
	else
		remove_next(pod);
}
