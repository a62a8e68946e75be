/* SPDX-License-Identifier: MIT */
/* job_setup.c - "Set up job" and "Complete job" (semantics.md 6.1): folders on the host, the box
 * with its mounts, contexts, environment, defaults; in the end the outputs. */
#include "runner/job_setup.h"

#include "base/fs.h"
#include "runner/container.h"
#include "runner/files.h"
#include "runner/scope.h"
#include "runner/session_state.h"
#include "runner/uses.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define TIMEOUT_MINUTES 360
#define CANCEL_MINUTES 5
#define LONGEST_MINUTES (35.0 * 24 * 60) /* no run lasts longer on GitHub */

static bool
make_folder(const char *path, mode_t mode, struct wf_error *err)
{
	if (mkdir(path, mode) < 0 || chmod(path, mode) < 0) /* whatever the umask says */
		return wf_fail_sys(err, errno, "%s", path);
	return true;
}

static int
open_folder(const char *path, struct wf_error *err)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		wf_fail_sys(err, errno, "%s", path);
	return fd;
}

static bool
make_folders(struct job *job, struct wf_error *err)
{
	struct run *run = job->call->run;
	struct wf_arena *arena = job->arena;
	const char *name = wf_strf(arena, "job-%llu", (unsigned long long)job->rec->number).p;
	const char *commands, *workflow;

	job->state_dir = scratch_folder(run->session->scratch, arena, name, err);
	if (!job->state_dir)
		return false;
	job->temp_dir = wf_join(arena, job->state_dir, "temp");
	commands = wf_join(arena, job->temp_dir, FILES_FOLDER);
	workflow = wf_join(arena, job->temp_dir, "_github_workflow");
	return make_folder(job->temp_dir, 0777, err) && make_folder(commands, 0777, err) &&
	       make_folder(workflow, 0755, err) &&
	       (job->temp_fd = open_folder(job->temp_dir, err)) >= 0 &&
	       wf_write_file(wf_join(arena, workflow, "event.json"), run->event_json, 0644, err);
}

/* What a job sees of the host beyond its box. */
static void
add_mounts(struct job *job, struct box_spec *spec)
{
	struct session *session = job->call->run->session;
	const char *objects = wf_join(job->arena, repo_commondir(session->repo), "objects");
	const struct box_mount mounts[] = {
		{ objects, OBJECTS_INSIDE, false },
		{ repo_workdir(session->repo), SELF_INSIDE, false }, /* `uses: $/dir` (10.3) */
		{ session->stubs, STUBS_INSIDE, false },
	};
	struct box_mount *kept;
	const char **borrowed;
	size_t nborrowed;

	repo_alternates(session->repo, job->arena, &borrowed, &nborrowed);
	kept = wf_new_array(job->arena, WF_COUNT(mounts) + nborrowed, struct box_mount);
	for (size_t i = 0; i < WF_COUNT(mounts); i++)
		if (mounts[i].host)
			kept[spec->nmounts++] = mounts[i];
	for (size_t i = 0; i < nborrowed; i++) /* where the folder of objects says they are */
		kept[spec->nmounts++] = (struct box_mount){ borrowed[i], borrowed[i], false };
	spec->mounts = kept;
}

static bool
make_box(struct job *job, struct wf_error *err)
{
	struct session *session = job->call->run->session;
	struct box_spec spec = {
		.name = wf_strf(job->arena, "wfrun-%d-%llu", (int)getpid(),
		    (unsigned long long)job->rec->number)
		            .p,
		.repo = wf_cstr(job->arena, session->facts.name),
		.worktree = repo_workdir(session->repo),
		.state = job->state_dir,
		.temp = job->temp_dir,
	};

	if (session->options->box != BOX_HOST)
		add_mounts(job, &spec);
	if (job->container && !container_use(job, &spec, err))
		return false;
	job->box = box_new(session->options->box, job->arena, &session->loop, &spec);
	job->commands_dir = wf_join(job->arena, job->box->layout.temp, FILES_FOLDER);
	job->box->spec.busy = job->commands_dir;
	job->box->on_ready = job_box_ready;
	job->box->on_gone = job_box_gone;
	job->box->data = job;
	return true;
}

/* ---- environment ---- */

static bool
add_env_map(struct job *job, const struct expr_token *token, struct wf_error *err)
{
	struct expr_object *map;

	if (!scope_env_map(job->arena, token, &job->steps.scope, &map, err))
		return false;
	scope_overlay(job->env.values, map);
	return true;
}

/* 3.7: what --env gives, the workflow's env, the job's env. */
static bool
make_env(struct job *job, struct wf_error *err)
{
	struct session *session = job->call->run->session;

	job->env.arena = job->arena;
	job->env.base = job->container
	                    ? container_env(job->container, job->box->layout.home)
	                    : env_base(job->arena, session->options->box, &job->box->layout);
	job->env.values = expr_object_new(job->arena);
	job->env.values->exact = true;
	job->env.first_path = wf_str(uses_stubs_inside(session));
	scope_overlay(job->env.values, session->options->env);
	return add_env_map(job, job->call->plan->wf->env, err) &&
	       add_env_map(job, job->def->env, err);
}

static bool
has_bash(struct job *job)
{
	struct wf_str rest = env_path(job->arena, &job->env, job->env.values);

	while (rest.p) {
		struct wf_str folder = wf_str_cut(&rest, ':');

		if (folder.n &&
		    access(wf_strf(job->arena, "%.*s/bash", WF_ARG(folder)).p, X_OK) == 0)
			return true;
	}
	return false;
}

/* Job `defaults.run` replaces the workflow's as a whole (semantics.md 11.9). */
static bool
evaluate_defaults(struct job *job, struct wf_error *err)
{
	const struct defaults_def *defaults = job->def->defaults.given
	                                          ? &job->def->defaults
	                                          : &job->call->plan->wf->defaults;
	const struct expr_scope *scope = &job->steps.scope;

	return expr_token_string(job->arena, defaults->shell, scope, &job->default_shell, err) &&
	       expr_token_string(job->arena, defaults->working_directory, scope,
	           &job->default_directory, err);
}

/* A number of minutes, truncated; what is none of at least one is the fallback. */
static bool
evaluate_minutes(struct job *job, const struct expr_token *token, double fallback, double *out,
    struct wf_error *err)
{
	if (!expr_token_number(job->arena, token, &job->steps.scope, fallback, out, err))
		return false;
	*out = trunc(*out);
	if (!(*out > 0))
		*out = fallback;
	if (*out > LONGEST_MINUTES)
		*out = LONGEST_MINUTES;
	return true;
}

static bool
evaluate_limits(struct job *job, struct wf_error *err)
{
	const struct job_def *def = job->def;

	return expr_token_bool(job->arena, def->continue_on_error, &job->steps.scope, false,
	           &job->continue_on_error, err) &&
	       evaluate_minutes(job, def->timeout_minutes, TIMEOUT_MINUTES, &job->timeout_minutes,
	           err) &&
	       evaluate_minutes(job, def->cancel_timeout_minutes, CANCEL_MINUTES,
	           &job->cancel_minutes, err);
}

bool
job_prepare(struct job *job, struct wf_error *err)
{
	return make_folders(job, err) && container_read(job, err);
}

bool
job_setup(struct job *job, struct wf_error *err)
{
	if (!make_box(job, err))
		return false;
	scope_job(job);
	steps_init(&job->steps, job, NULL, job->contexts);
	if (!make_env(job, err))
		return false;
	expr_object_set(job->contexts, WF_S("env"), expr_object_value(job->env.values));
	job->has_bash = !job->container && has_bash(job); /* 6.4: in a container sh, always */
	return evaluate_defaults(job, err) && evaluate_limits(job, err) &&
	       stage_find_pres(job, err);
}

/* ---- outputs ---- */

static bool
collect_output(struct job *job, const struct expr_token_pair *pair, struct wf_error *err)
{
	struct wf_arena *arena = job->call->run->arena;
	struct wf_str name, value;

	if (!expr_token_string(job->arena, pair->key, &job->steps.scope, &name, err) ||
	    !expr_token_string(job->arena, pair->value, &job->steps.scope, &value, err))
		return false;
	if (!value.n)
		return true;
	if (mask_hits(job->mask, value)) {
		job_annotate(job, NULL, "warning",
		    "Skip output '%.*s' since it may contain secret.", WF_ARG(name));
		return true;
	}
	expr_object_set(job->outputs, wf_str_dup(arena, name),
	    expr_string(wf_str_dup(arena, value)));
	return true;
}

void
job_collect_outputs(struct job *job)
{
	const struct expr_token *outputs = job->def->outputs;
	struct wf_error err;

	if (!outputs || outputs->kind != EXPR_TOKEN_MAPPING)
		return;
	expr_object_set(job->contexts, WF_S("env"), expr_object_value(job->env.values));
	for (size_t i = 0; i < outputs->map.n; i++)
		if (!collect_output(job, &outputs->map.pairs[i], &err)) {
			job_annotate_error(job, NULL, &err);
			job->steps.status = PLAN_FAILURE;
		}
}
