/* SPDX-License-Identifier: MIT */
/* artifact_api.c - github.actions.results.api.v1.ArtifactService (semantics.md 9.3). */
#include "runner/service/service_state.h"

#include <inttypes.h>

/* A job speaks of its own run alone. */
static bool
is_own_run(struct service_call *call)
{
	struct wf_str run = service_field(call, "workflow_run_backend_id");
	struct wf_str own = wf_strf(call->request->arena, "%" PRId64, call->guest->job.run_id);

	if (wf_str_eq(run, own))
		return true;
	service_refuse(call, 403, "permission_denied", "the token is not for the run '%.*s'",
	    WF_ARG(run));
	return false;
}

static void
add_text(struct expr_object *object, const char *key, struct wf_str text)
{
	expr_object_set(object, wf_str(key), expr_string(text));
}

static void
add_id(struct expr_object *object, const char *key, int64_t id)
{
	add_text(object, key, wf_strf(object->arena, "%" PRId64, id));
}

static void
reply_id(struct service_call *call, int64_t id)
{
	struct expr_object *reply = expr_object_new(call->request->arena);

	expr_object_set(reply, WF_S("ok"), expr_bool(true));
	add_id(reply, "artifact_id", id);
	server_say_json(call->request, 200, expr_object_value(reply));
}

static void
create(struct service_call *call)
{
	struct wf_arena *arena = call->request->arena;
	struct wf_str type = service_field(call, "mime_type");
	const struct artifact wanted = {
		.run_id = call->guest->job.run_id,
		.job_id = (int64_t)call->guest->job.job_id,
		.name = service_field(call, "name"),
		.type = type.n ? type : WF_S("application/zip"),
	};
	struct expr_object *reply = expr_object_new(arena);
	struct wf_error err;
	int64_t id;

	if (!is_own_run(call))
		return;
	if (!artifacts_create(call->service->artifacts, &wanted, &id, &err)) {
		service_broken(call, &err);
		return;
	}
	if (!id) {
		service_refuse(call, 409, "already_exists",
		    "an artifact with this name already exists on the workflow run");
		return;
	}
	expr_object_set(reply, WF_S("ok"), expr_bool(true));
	add_text(reply, "signed_upload_url",
	    service_sign(call, "w", wf_strf(arena, "/blobs/artifacts/%" PRId64, id)));
	server_say_json(call->request, 200, expr_object_value(reply));
}

static void
finalize(struct service_call *call)
{
	struct wf_arena *arena = call->request->arena;
	struct artifacts *store = call->service->artifacts;
	struct service_news news = { .kind = SERVICE_ARTIFACT };
	struct artifact artifact;
	struct wf_error err;
	uint64_t size = 0;

	if (!is_own_run(call))
		return;
	wf_str_u64(service_field(call, "size"), &size);
	if (!artifacts_finish(store, arena, call->guest->job.run_id, service_field(call, "name"),
	        (int64_t)size, service_field(call, "hash"), &artifact, &err)) {
		service_broken(call, &err);
		return;
	}
	news.run_id = artifact.run_id;
	news.artifact = (struct service_artifact){
		.id = artifact.id,
		.size = artifact.size,
		.name = artifact.name,
		.path = wf_str(artifacts_path(store, arena, artifact.run_id, artifact.id)),
		.is_zip = wf_str_is(artifact.type, "application/zip"),
	};
	service_tell(call->service, &news);
	reply_id(call, artifact.id);
}

static struct expr_value
describe(struct wf_arena *arena, const struct artifact *artifact)
{
	struct expr_object *entry = expr_object_new(arena);

	add_id(entry, "workflow_run_backend_id", artifact->run_id);
	add_id(entry, "workflow_job_run_backend_id", artifact->job_id);
	add_id(entry, "database_id", artifact->id);
	add_text(entry, "name", artifact->name);
	add_id(entry, "size", artifact->size);
	add_text(entry, "created_at", service_time(arena, artifact->created));
	add_text(entry, "digest", artifact->digest);
	return expr_object_value(entry);
}

static void
list(struct service_call *call)
{
	struct wf_arena *arena = call->request->arena;
	struct expr_object *reply = expr_object_new(arena);
	struct expr_array *found = expr_array_new(arena);
	struct artifact *artifacts;
	struct wf_error err;
	uint64_t id = 0;
	size_t n;

	if (!is_own_run(call))
		return;
	wf_str_u64(service_field(call, "id_filter"), &id);
	if (!artifacts_list(call->service->artifacts, arena, call->guest->job.run_id,
	        service_field(call, "name_filter"), (int64_t)id, &artifacts, &n, &err)) {
		service_broken(call, &err);
		return;
	}
	for (size_t i = 0; i < n; i++)
		expr_array_push(found, describe(arena, &artifacts[i]));
	expr_object_set(reply, WF_S("artifacts"), expr_array_value(found));
	server_say_json(call->request, 200, expr_object_value(reply));
}

static void
sign_url(struct service_call *call)
{
	struct wf_arena *arena = call->request->arena;
	struct wf_str name = service_field(call, "name");
	struct expr_object *reply = expr_object_new(arena);
	struct artifact *artifacts;
	struct wf_error err;
	size_t n;

	if (!is_own_run(call))
		return;
	if (!artifacts_list(call->service->artifacts, arena, call->guest->job.run_id, name, 0,
	        &artifacts, &n, &err)) {
		service_broken(call, &err);
	} else if (!name.n || !n) {
		service_refuse(call, 404, "not_found", "there is no artifact '%.*s'", WF_ARG(name));
	} else {
		add_text(reply, "signed_url",
		    service_sign(call, "r",
		        wf_strf(arena, "/blobs/artifacts/%" PRId64, artifacts[0].id)));
		server_say_json(call->request, 200, expr_object_value(reply));
	}
}

static void
remove_one(struct service_call *call)
{
	struct wf_str name = service_field(call, "name");
	struct wf_error err;
	int64_t id;

	if (!is_own_run(call))
		return;
	if (!artifacts_delete(call->service->artifacts, call->guest->job.run_id, name, &id, &err))
		service_broken(call, &err);
	else if (!id)
		service_refuse(call, 404, "not_found", "there is no artifact '%.*s'", WF_ARG(name));
	else
		reply_id(call, id);
}

#define METHOD(name) "POST", "/twirp/github.actions.results.api.v1.ArtifactService/" name

const struct service_route artifact_routes[] = {
	{ METHOD("CreateArtifact"), SERVICE_TOKEN, NULL, create, NULL },
	{ METHOD("FinalizeArtifact"), SERVICE_TOKEN, NULL, finalize, NULL },
	{ METHOD("ListArtifacts"), SERVICE_TOKEN, NULL, list, NULL },
	{ METHOD("GetSignedArtifactURL"), SERVICE_TOKEN, NULL, sign_url, NULL },
	{ METHOD("DeleteArtifact"), SERVICE_TOKEN, NULL, remove_one, NULL },
	{ .method = NULL },
};
