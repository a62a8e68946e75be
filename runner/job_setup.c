/* SPDX-License-Identifier: MIT */
/* job_setup.c - "Set up job" and "Complete job" (semantics.md 6.1): folders on the host, the box
 * with its mounts, contexts, environment, defaults; in the end the outputs. */
#include "runner/job_setup.h"

#include "base/fs.h"
#include "runner/container.h"
#include "runner/environment.h"
#include "runner/files.h"
#include "runner/job_engine.h"
#include "runner/scope.h"
#include "runner/self.h"
#include "runner/session_state.h"
#include "runner/stock.h"
#include "runner/store/home.h"
#include "runner/uses.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

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
add_mounts(struct job *job, const char *self, struct box_spec *spec)
{
	struct session *session = job->call->run->session;
	const char *objects = wf_join(job->arena, repo_commondir(session->repo), "objects");
	const struct box_mount mounts[] = {
		{ objects, OBJECTS_INSIDE, false },
		{ self, SELF_INSIDE, false }, /* `uses: $/dir` (10.3) */
		{ session->stubs, STUBS_INSIDE, false },
	};
	struct box_mount *kept;
	const char *const *folders;
	const char **borrowed;
	size_t nborrowed, nfolders;

	repo_alternates(session->repo, job->arena, &borrowed, &nborrowed);
	folders = actions_folders(session->actions, &nfolders);
	kept = wf_new_array(job->arena, WF_COUNT(mounts) + nborrowed + 2 + nfolders,
	    struct box_mount);
	for (size_t i = 0; i < WF_COUNT(mounts); i++)
		if (mounts[i].host)
			kept[spec->nmounts++] = mounts[i];
	if (nborrowed > 0) /* they name them relative to here */
		kept[spec->nmounts++] = (struct box_mount){ objects, objects, false };
	for (size_t i = 0; i < nborrowed; i++) /* where the folder of objects says they are */
		kept[spec->nmounts++] = (struct box_mount){ borrowed[i], borrowed[i], false };
	for (size_t i = 0; i < nfolders; i++) /* what the shelf is filled from */
		kept[spec->nmounts++] = (struct box_mount){ folders[i], NULL, false };
	if (session->stock) /* what container actions are made of */
		kept[spec->nmounts++] = (struct box_mount){
			stock_layers(session->stock, job->arena), NULL, false
		};
	spec->mounts = kept;
}

/* What wfrun keeps between runs, and the scripts, command files and secrets of other jobs. */
static const char *const *
covered_folders(struct job *job)
{
	const char **list = wf_new_array(job->arena, 3, const char *);
	const char *home = store_home(job->arena, NULL);

	list[0] = scratch_root(job->call->run->session->scratch);
	list[1] = home;
	return list;
}

static bool
make_box(struct job *job, struct wf_error *err)
{
	struct session *session = job->call->run->session;
	const char *self = self_folder(job->call->run, err);
	struct box_spec spec = {
		.name = wf_strf(job->arena, "wfrun-%d-%llu", (int)getpid(),
		    (unsigned long long)job->rec->number)
		            .p,
		.repo = wf_cstr(job->arena, session->facts.name),
		.worktree = repo_workdir(session->repo),
		.state = job->state_dir,
		.temp = job->temp_dir,
		.covered = covered_folders(job),
		.valve = &session->valve,
		.no_network = session->options->no_network,
		.limits = session->options->limits,
	};

	if (!self)
		return false;
	if (session->options->box != BOX_HOST)
		add_mounts(job, self, &spec);
	if (job->engine)
		job_engine_use(job, &spec);
	else if (job->container && !container_use(job, &spec, err))
		return false;
	job->box = box_new(session->options->box, job->arena, &session->nest, &spec);
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
	if (job->engine)
		job->env.base = job_engine_env(job);
	else if (job->container)
		job->env.base = container_env(job->container, job->box->layout.home);
	else
		job->env.base = env_base(job->arena, session->options->box, &job->box->layout);
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

/* What runs, and behind it what is not selected. */
static void
list_steps(struct job *job)
{
	struct step_def **steps = job->def->steps;
	struct step_list run = background_unfold(job->arena, steps, job->nsteps);
	struct step_list rest = background_unfold(job->arena, steps + job->nsteps,
	    job->def->nsteps - job->nsteps);
	struct step_def **all = wf_new_array(job->arena, run.n + rest.n, struct step_def *);

	for (size_t i = 0; i < run.n; i++)
		all[i] = run.items[i];
	for (size_t i = 0; i < rest.n; i++)
		all[run.n + i] = rest.items[i];
	job->background.arena = job->arena;
	job->nsteps = run.n;
	job->steps.defs = all;
	job->steps.n = run.n + rest.n;
}

bool
job_prepare(struct job *job, struct wf_error *err)
{
	return make_folders(job, err) && container_read(job, err) && job_engine_read(job, err);
}

bool
job_setup(struct job *job, struct wf_error *err)
{
	if (!make_box(job, err))
		return false;
	if (!scope_job(job, err))
		return false;
	steps_init(&job->steps, job, NULL, job->contexts);
	job->steps.from = job->call->from;
	list_steps(job);
	if (!make_env(job, err))
		return false;
	expr_object_set(job->contexts, WF_S("env"), expr_object_value(job->env.values));
	/* an engine is asked once the box is there */
	job->has_bash = !job->container && !job->engine &&
	                has_bash(job); /* 6.4: in a container sh, always */
	return evaluate_defaults(job, err) && stage_find_pres(job, err);
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

static void
collect_outputs(struct job *job, const struct expr_token *outputs)
{
	struct wf_error err;

	for (size_t i = 0; i < outputs->map.n; i++)
		if (!collect_output(job, &outputs->map.pairs[i], &err)) {
			job_annotate_error(job, NULL, &err);
			if (job->steps.status != PLAN_CANCELLED) /* that stays (5.9) */
				job->steps.status = PLAN_FAILURE;
		}
}

void
job_collect(struct job *job)
{
	const struct expr_token *outputs = job->def->outputs;

	expr_object_set(job->contexts, WF_S("env"), expr_object_value(job->env.values));
	if (outputs && outputs->kind == EXPR_TOKEN_MAPPING)
		collect_outputs(job, outputs);
	environment_leave(job);
}
