/* SPDX-License-Identifier: MIT */
/* offer.c - the service's front door for jobs. */
#include "runner/offer.h"

#include "model/permission.h"
#include "runner/job.h"
#include "runner/news.h"
#include "runner/service/service.h"
#include "runner/session_state.h"
#include "runner/step.h"
#include "runner/store/home.h"

#define ADDRESS "127.0.0.1" /* boxes share the network of the machine */

/* Finds the folders once. */
static bool
find_folders(struct session *session, struct wf_error *err)
{
	struct wf_arena *arena = session->arena;
	const char *common = repo_commondir(session->repo);

	if (!session->runs_folder)
		session->runs_folder = store_repository_folder(arena, common, "runs", err);
	if (session->runs_folder && !session->caches_folder)
		session->caches_folder = store_repository_folder(arena, common, "caches", err);
	return session->caches_folder != NULL;
}

static bool
start_service(struct session *session, struct wf_error *err)
{
	struct service_options options = { .address = ADDRESS };

	if (!find_folders(session, err))
		return false;
	options.runs = session->runs_folder;
	options.caches = session->caches_folder;
	options.repository = (struct service_repository){
		.dir = repo_workdir(session->repo),
		.full_name = session->facts.full_name,
		.default_branch = session->facts.default_branch,
		.html_url = wf_strf(session->arena, "https://github.com/%.*s",
		    WF_ARG(session->facts.full_name)),
		.payload = session->event.payload,
	};
	session->service = service_start(&options, err);
	if (session->service)
		news_open(session);
	return session->service != NULL;
}

static struct service *
service_of(struct session *session)
{
	struct wf_error err;

	if (session->service || session->service_failed)
		return session->service;
	if (!start_service(session, &err)) {
		session->service_failed = true;
		session_note(session, RECORD_NOTE, NULL, WF_NOWHERE,
		    wf_strf(session->arena, "actions find no service for artifacts and caches: %s",
		        err.msg));
	}
	return session->service;
}

/* ---- the id token's claims ---- */

/* What nobody writes down is never `id-token: write`. A called workflow has what its caller gives
 * where it says nothing itself. */
static bool
may_have_id_token(const struct job *job)
{
	const struct permissions_def *def = &job->def->permissions;

	if (!def->given)
		def = &job->call->plan->wf->permissions;
	if (def->given)
		return permission_allowed(def).levels[PERMISSION_ID_TOKEN] == PERMISSION_WRITE;
	return job->call->caller && may_have_id_token(job->call->caller);
}

/* Claims that are called as the property of the github context that they hold. */
static const char *const plain_claims[] = {
	"actor",
	"actor_id",
	"base_ref",
	"event_name",
	"head_ref",
	"ref",
	"ref_protected",
	"ref_type",
	"repository",
	"repository_id",
	"repository_owner",
	"repository_owner_id",
	"run_attempt",
	"run_id",
	"run_number",
	"sha",
	"workflow",
	"workflow_ref",
	"workflow_sha",
};

static struct wf_str
property(struct wf_arena *arena, const struct expr_object *object, const char *name)
{
	return expr_to_string(arena, expr_object_get(object, wf_str(name)));
}

static struct wf_str
subject(struct wf_arena *arena, const struct job *job)
{
	const struct expr_object *github = job->github;
	struct wf_str repository = property(arena, github, "repository");

	if (job->rec->environment.n)
		return wf_strf(arena, "repo:%.*s:environment:%.*s", WF_ARG(repository),
		    WF_ARG(job->rec->environment));
	if (wf_str_is(property(arena, github, "event_name"), "pull_request"))
		return wf_strf(arena, "repo:%.*s:pull_request", WF_ARG(repository));
	return wf_strf(arena, "repo:%.*s:ref:%.*s", WF_ARG(repository),
	    WF_ARG(property(arena, github, "ref")));
}

/* NULL: the job may not have one. */
static const struct expr_object *
make_claims(struct wf_arena *arena, const struct job *job)
{
	struct expr_object *claims = expr_object_new(arena);

	if (!may_have_id_token(job))
		return NULL;
	expr_object_set(claims, WF_S("sub"), expr_string(subject(arena, job)));
	for (size_t i = 0; i < WF_COUNT(plain_claims); i++)
		expr_object_set(claims, wf_str(plain_claims[i]),
		    expr_string(property(arena, job->github, plain_claims[i])));
	if (job->rec->environment.n)
		expr_object_set(claims, WF_S("environment"), expr_string(job->rec->environment));
	expr_object_set(claims, WF_S("job_workflow_ref"),
	    expr_object_get(job->job_context, WF_S("workflow_ref")));
	expr_object_set(claims, WF_S("job_workflow_sha"),
	    expr_object_get(job->job_context, WF_S("workflow_sha")));
	expr_object_set(claims, WF_S("repository_visibility"), expr_cstring("private"));
	expr_object_set(claims, WF_S("runner_environment"), expr_cstring("github-hosted"));
	return claims;
}

/* ---- the job ---- */

bool
offer_stores(struct job *job, struct builtin_stores *out, struct wf_error *err)
{
	struct session *session = job->call->run->session;
	struct wf_str base = property(job->arena, job->github, "base_ref");

	if (!find_folders(session, err))
		return false;
	*out = (struct builtin_stores){
		.runs = session->runs_folder,
		.caches = session->caches_folder,
		.run_id = (int64_t)job->call->run->facts.run_id,
		.job_id = (int64_t)job->rec->number,
		.ref = property(job->arena, job->github, "ref"),
		.base_ref = base.n ? wf_strf(job->arena, "refs/heads/%.*s", WF_ARG(base)) : base,
		.default_ref = wf_strf(job->arena, "refs/heads/%.*s",
		    WF_ARG(session->facts.default_branch)),
	};
	return true;
}

/* Only while there is a service, whose stores are there. */
static void
admit(struct job *job)
{
	struct session *session = job->call->run->session;
	wf_auto(wf_arena_freep) struct wf_arena *scratch = wf_arena_new();
	struct builtin_stores stores = { .runs = NULL };
	struct service_job guest = { .claims = make_claims(scratch, job) };

	offer_stores(job, &stores, NULL);
	guest.run_id = stores.run_id;
	guest.job_id = (uint64_t)stores.job_id;
	guest.ref = stores.ref;
	guest.base_ref = stores.base_ref;
	guest.default_ref = stores.default_ref;

	job->service_token = service_admit(session->service, job->call->run->arena, &guest);
	mask_add(job->mask, job->service_token);
}

void
offer_withdraw(struct job *job)
{
	if (job->service_token.n)
		service_dismiss(job->call->run->session->service, job->service_token);
	job->service_token = WF_S("");
}

static void
set(struct expr_object *variables, const char *name, const char *origin, const char *rest)
{
	expr_object_set(variables, wf_str(name),
	    expr_string(wf_strf(variables->arena, "%s%s", origin, rest)));
}

/* A script that is given the token is about to call GitHub. */
static bool
holds_token(const struct step *step)
{
	for (size_t i = 0; i < step->env->n; i++) {
		struct wf_str value = expr_to_string(step->arena, step->env->pairs[i].value);

		if (wf_str_find(value, WF_S(RUN_DUMMY_TOKEN)) >= 0)
			return true;
	}
	return false;
}

const struct expr_object *
offer_variables(struct step *step, bool is_action)
{
	struct job *job = step->job;
	bool has_identity = may_have_id_token(job), has_token = holds_token(step);
	struct expr_object *variables;
	struct service *service;
	const char *origin;

	if (!is_action && !has_identity && !has_token)
		return NULL;
	service = service_of(job->call->run->session);
	if (!service)
		return NULL;
	if (!job->service_token.n)
		admit(job);
	variables = expr_object_new(step->arena);
	origin = service_origin(service);
	if (is_action) {
		set(variables, "ACTIONS_RUNTIME_URL", origin, "/");
		set(variables, "ACTIONS_RUNTIME_TOKEN", job->service_token.p, "");
		set(variables, "ACTIONS_RESULTS_URL", origin, "/");
		set(variables, "ACTIONS_CACHE_URL", origin, "/");
		set(variables, "ACTIONS_CACHE_SERVICE_V2", "True", "");
	}
	if (is_action || has_token)
		set(variables, "GITHUB_API_URL",
		    service_api_url(service, step->arena, job->service_token).p, "");
	if (has_identity) {
		set(variables, "ACTIONS_ID_TOKEN_REQUEST_URL", origin,
		    "/_apis/idtoken?api-version=2.0");
		set(variables, "ACTIONS_ID_TOKEN_REQUEST_TOKEN", job->service_token.p, "");
	}
	return variables;
}
