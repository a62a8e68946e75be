/* SPDX-License-Identifier: MIT */
/* api_runs.c - the part of the API that the stores know: workflow runs, jobs, check runs, and the
 * artifacts of any run of this repository. */
#include "runner/service/api.h"

#include "event/shape.h"
#include "runner/store/runs.h"

#include <inttypes.h>

/* A number of a job is unique in its run, and GitHub's is in the world. */
#define JOBS_OF_A_RUN 40000 /* with it, ids stay below 2^53, as far as JavaScript counts */
#define DAY_MS ((int64_t)24 * 3600 * 1000)
#define KEPT_DAYS 90 /* as GitHub keeps artifacts */

/* Reads the run store anew for each call: others write it, too. */
static struct runs *
open_runs(struct api_call *api)
{
	struct wf_error err;
	struct runs *runs = runs_open(api->call->service->runs, &err);

	if (!runs)
		api_broken(api, &err);
	return runs;
}

static struct runs_run *
read_runs(struct api_call *api, size_t *n)
{
	struct runs *runs = open_runs(api);
	struct runs_run *items = NULL;
	struct wf_error err;

	*n = 0;
	if (runs && !runs_list(runs, api->arena, &items, n, &err))
		api_broken(api, &err);
	runs_close(runs);
	return items;
}

static struct runs_job *
read_jobs(struct api_call *api, uint64_t run, size_t *n)
{
	struct runs *runs = open_runs(api);
	struct runs_job *items = NULL;
	struct wf_error err;

	*n = 0;
	if (runs && !runs_jobs(runs, api->arena, run, &items, n, &err))
		api_broken(api, &err);
	runs_close(runs);
	return items;
}

static bool
is_answered(const struct api_call *api)
{
	return api->call->request->reply.status != 0;
}

static void
add_conclusion(struct expr_object *to, struct wf_str status, struct wf_str conclusion)
{
	shape_text(to, "status", status);
	if (conclusion.n)
		shape_text(to, "conclusion", conclusion);
	else
		shape_null(to, "conclusion");
}

static void
add_time(struct expr_object *to, const char *key, int64_t ms)
{
	if (ms)
		shape_text(to, key, shape_time(to->arena, ms / 1000));
	else
		shape_null(to, key);
}

/* ---- runs ---- */

static void
add_run_urls(struct api_call *api, struct expr_object *to, uint64_t id)
{
	static const char *const names[][2] = { { "jobs_url", "/jobs" },
		{ "artifacts_url", "/artifacts" }, { "url", "" } };

	for (size_t i = 0; i < WF_COUNT(names); i++)
		shape_text(to, names[i][0],
		    api_url(api, "actions/runs/%" PRIu64 "%s", id, names[i][1]));
	shape_text(to, "html_url",
	    wf_strf(api->arena, "%.*s/actions/runs/%" PRIu64, WF_ARG(api->facts->html_url), id));
}

static struct expr_object *
shape_run(struct api_call *api, const struct runs_run *run)
{
	struct expr_object *object = expr_object_new(api->arena);

	shape_number(object, "id", (double)run->id);
	shape_text(object, "name", run->workflow);
	shape_text(object, "head_branch", run->head_branch);
	shape_text(object, "head_sha", run->head_sha);
	shape_text(object, "path", run->path);
	shape_text(object, "display_title", run->title);
	shape_number(object, "run_number", (double)run->number);
	shape_number(object, "run_attempt", (double)run->attempt);
	shape_text(object, "event", run->event);
	add_conclusion(object, run->status, run->conclusion);
	shape_number(object, "workflow_id", shape_id("workflow", run->path));
	shape_number(object, "check_suite_id", (double)run->id);
	add_time(object, "created_at", run->created);
	add_time(object, "run_started_at", run->created);
	add_time(object, "updated_at", run->updated);
	shape_array(object, "pull_requests", expr_array_new(api->arena));
	add_run_urls(api, object, run->id);
	return object;
}

static bool
is_wanted(struct api_call *api, const struct runs_run *run)
{
	const struct {
		const char *parameter;
		struct wf_str value, other;
	} filters[] = {
		{ "branch", run->head_branch, run->head_branch },
		{ "event", run->event, run->event },
		{ "status", run->status, run->conclusion },
		{ "head_sha", run->head_sha, run->head_sha },
	};

	for (size_t i = 0; i < WF_COUNT(filters); i++) {
		struct wf_str text = api_query(api, filters[i].parameter);

		if (text.n && !wf_str_eq(text, filters[i].value) &&
		    !wf_str_eq(text, filters[i].other))
			return false;
	}
	return true;
}

/* `workflow` is a file's name or an id; empty: all. */
static void
say_runs(struct api_call *api, struct wf_str workflow)
{
	struct expr_array *all = expr_array_new(api->arena);
	size_t n;
	struct runs_run *runs = read_runs(api, &n);

	for (size_t i = 0; i < n; i++) {
		struct wf_str path = runs[i].path;
		struct wf_str id = wf_strf(api->arena, "%.0f", shape_id("workflow", path));
		struct wf_str name = wf_str_skip(path, (size_t)(wf_str_rfind_char(path, '/') + 1));

		if (workflow.n && !wf_str_eq(workflow, name) && !wf_str_eq(workflow, id))
			continue;
		if (is_wanted(api, &runs[i]))
			expr_array_push(all, expr_object_value(shape_run(api, &runs[i])));
	}
	if (!is_answered(api))
		api_say_page(api, all, "workflow_runs");
}

static void
list_runs(struct api_call *api)
{
	say_runs(api, WF_S(""));
}

static void
list_runs_of_workflow(struct api_call *api)
{
	say_runs(api, api->segments[0]);
}

static const struct runs_run *
find_run(struct api_call *api)
{
	uint64_t id = (uint64_t)api_number(api, 0);
	size_t n;
	const struct runs_run *runs = read_runs(api, &n);

	for (size_t i = 0; i < n; i++)
		if (runs[i].id == id)
			return &runs[i];
	if (!is_answered(api))
		api_not_found(api);
	return NULL;
}

static void
get_run(struct api_call *api)
{
	const struct runs_run *run = find_run(api);

	if (run)
		api_say(api, 200, shape_run(api, run));
}

/* ---- jobs, which are check runs too ---- */

static struct expr_object *
shape_job(struct api_call *api, const struct runs_run *run, const struct runs_job *job)
{
	struct expr_object *object = expr_object_new(api->arena);
	uint64_t id = run->id * JOBS_OF_A_RUN + job->number;

	shape_number(object, "id", (double)id);
	shape_number(object, "run_id", (double)run->id);
	shape_number(object, "run_attempt", (double)run->attempt);
	shape_text(object, "workflow_name", run->workflow);
	shape_text(object, "head_branch", run->head_branch);
	shape_text(object, "head_sha", run->head_sha);
	shape_text(object, "name", job->name);
	add_conclusion(object, job->status, job->conclusion);
	add_time(object, "started_at", job->started);
	add_time(object, "completed_at", job->completed);
	shape_array(object, "steps", expr_array_new(api->arena));
	shape_array(object, "labels", expr_array_new(api->arena));
	shape_text(object, "url", api_url(api, "actions/jobs/%" PRIu64, id));
	shape_text(object, "check_run_url", api_url(api, "check-runs/%" PRIu64, id));
	shape_text(object, "html_url",
	    wf_strf(api->arena, "%.*s/actions/runs/%" PRIu64 "/job/%" PRIu64,
	        WF_ARG(api->facts->html_url), run->id, id));
	return object;
}

static void
add_jobs(struct api_call *api, const struct runs_run *run, struct expr_array *all)
{
	size_t n;
	const struct runs_job *jobs = read_jobs(api, run->id, &n);

	for (size_t i = 0; i < n; i++)
		expr_array_push(all, expr_object_value(shape_job(api, run, &jobs[i])));
}

static void
list_jobs(struct api_call *api)
{
	struct expr_array *all = expr_array_new(api->arena);
	const struct runs_run *run = find_run(api);

	if (run)
		add_jobs(api, run, all);
	if (!is_answered(api))
		api_say_page(api, all, "jobs");
}

static void
get_job(struct api_call *api)
{
	uint64_t id = (uint64_t)api_number(api, 0), n_run = id / JOBS_OF_A_RUN;
	size_t n, njobs;
	const struct runs_run *runs = read_runs(api, &n);

	for (size_t i = 0; i < n && !is_answered(api); i++) {
		const struct runs_job *jobs;

		if (runs[i].id != n_run)
			continue;
		jobs = read_jobs(api, n_run, &njobs);
		for (size_t k = 0; k < njobs; k++)
			if (jobs[k].number == id % JOBS_OF_A_RUN)
				api_say(api, 200, shape_job(api, &runs[i], &jobs[k]));
	}
	if (!is_answered(api))
		api_not_found(api);
}

/* Of all runs at the commit. */
static void
list_check_runs(struct api_call *api)
{
	struct expr_array *all = expr_array_new(api->arena);
	struct wf_str sha = api->segments[0];
	size_t n;
	const struct runs_run *runs = read_runs(api, &n);

	if (api->repo)
		repo_resolve(api->repo, api->arena, wf_cstr(api->arena, sha), &sha);
	for (size_t i = 0; i < n && !is_answered(api); i++)
		if (wf_str_eq(runs[i].head_sha, sha))
			add_jobs(api, &runs[i], all);
	if (!is_answered(api))
		api_say_page(api, all, "check_runs");
}

/* ---- artifacts ---- */

static struct expr_object *
shape_artifact(struct api_call *api, const struct artifact *artifact)
{
	struct expr_object *object = expr_object_new(api->arena);
	struct expr_object *run = expr_object_new(api->arena);

	shape_number(run, "id", (double)artifact->run_id);
	shape_number(object, "id", (double)artifact->id);
	shape_text(object, "name", artifact->name);
	shape_number(object, "size_in_bytes", (double)artifact->size);
	shape_text(object, "digest", artifact->digest);
	shape_bool(object, "expired", false);
	add_time(object, "created_at", artifact->created);
	add_time(object, "updated_at", artifact->created);
	add_time(object, "expires_at", artifact->created + KEPT_DAYS * DAY_MS);
	shape_object(object, "workflow_run", run);
	shape_text(object, "url", api_url(api, "actions/artifacts/%" PRId64, artifact->id));
	shape_text(object, "archive_download_url",
	    api_url(api, "actions/artifacts/%" PRId64 "/zip", artifact->id));
	return object;
}

static void
list_artifacts(struct api_call *api)
{
	struct expr_array *all = expr_array_new(api->arena);
	struct artifact *artifacts;
	struct wf_error err;
	size_t n;

	if (!artifacts_list(api->call->service->artifacts, api->arena, api_number(api, 0),
	        api_query(api, "name"), 0, &artifacts, &n, &err)) {
		api_broken(api, &err);
		return;
	}
	while (n-- > 0) /* the newest first */
		expr_array_push(all, expr_object_value(shape_artifact(api, &artifacts[n])));
	api_say_page(api, all, "artifacts");
}

/* False with the reply set when it is not there. */
static bool
find_artifact(struct api_call *api, struct artifact *out)
{
	bool open = false;

	if (artifacts_get(api->call->service->artifacts, api->arena, api_number(api, 0), out,
	        &open) &&
	    !open)
		return true;
	api_not_found(api);
	return false;
}

static void
get_artifact(struct api_call *api)
{
	struct artifact artifact;

	if (find_artifact(api, &artifact))
		api_say(api, 200, shape_artifact(api, &artifact));
}

static void
get_zip(struct api_call *api)
{
	struct artifact artifact;
	struct wf_str path;

	if (!find_artifact(api, &artifact))
		return;
	path = wf_strf(api->arena, "/blobs/artifacts/%" PRId64, artifact.id);
	server_add_header(api->call->request, "Location", service_sign(api->call, "r", path));
	server_say(api->call->request, 302, NULL, WF_S(""));
}

/* What a run has uploaded here it may remove here. */
static void
delete_artifact(struct api_call *api)
{
	struct artifact artifact;
	struct wf_error err;
	int64_t id;

	if (!find_artifact(api, &artifact))
		return;
	if (artifacts_delete(api->call->service->artifacts, artifact.run_id, artifact.name, &id,
	        &err))
		server_say(api->call->request, 204, NULL, WF_S(""));
	else
		api_broken(api, &err);
}

const struct api_route api_run_routes[] = {
	{ "GET", "actions/runs", list_runs },
	{ "GET", "actions/workflows/*/runs", list_runs_of_workflow },
	{ "GET", "actions/runs/*", get_run },
	{ "GET", "actions/runs/*/jobs", list_jobs },
	{ "GET", "actions/runs/*/attempts/*", get_run },
	{ "GET", "actions/runs/*/attempts/*/jobs", list_jobs },
	{ "GET", "actions/jobs/*", get_job },
	{ "GET", "check-runs/*", get_job },
	{ "GET", "commits/*/check-runs", list_check_runs },
	{ "GET", "actions/runs/*/artifacts", list_artifacts },
	{ "GET", "actions/artifacts/*", get_artifact },
	{ "GET", "actions/artifacts/*/zip", get_zip },
	{ "DELETE", "actions/artifacts/*", delete_artifact },
	{ .method = NULL },
};
