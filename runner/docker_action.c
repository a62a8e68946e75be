/* SPDX-License-Identifier: MIT */
/* docker_action.c - a container action in a sandbox: its image from the store, and a guest of the
 * job's box that runs it. */
#include "runner/docker_action.h"

#include "runner/container.h"
#include "runner/job.h"
#include "runner/session_state.h"
#include "runner/step.h"
#include "runner/stock.h"

#include <unistd.h>

struct docker_action {
	struct step *step;
	const struct expr_object *inputs;
	struct docker_run run;
	struct stock_wait wait;
	struct image_config config;
	struct box_guest guest;
};

/* ---- environment ---- */

/* The image's own variables are the lowest layer; of what steps before have put into PATH, a
 * container sees nothing. */
static const char *const *
container_environ(struct docker_action *action)
{
	struct step *step = action->step;
	struct env env = step->job->env;
	const char **base = NULL, **list;
	size_t n = 0, cap = 0;

	for (const char *const *p = action->config.env; *p; p++)
		*wf_push(step->arena, base, n, cap) = *p;
	*wf_push(step->arena, base, n, cap) = NULL;
	env.base = base;
	env.npaths = 0;
	env.first_path = (struct wf_str){ NULL, 0 };
	expr_object_set(action->run.env, WF_S("HOME"), expr_cstring("/github/home"));
	list = (const char **)step_environ_of(step, &env, action->run.env, action->inputs);
	for (size_t i = 0; list[i]; i++) {
		struct wf_str value = wf_str(list[i]), name = wf_str_cut(&value, '=');
		struct wf_str moved = docker_path(step->arena, &action->run, value);

		if (moved.p != value.p)
			list[i] = wf_strf(step->arena, "%.*s=%.*s", WF_ARG(name), WF_ARG(moved)).p;
	}
	return list;
}

/* ---- the guest ---- */

static const char *
user_of(struct docker_action *action)
{
	const char *user = action->config.user;
	struct session *session = action->step->job->call->run->session;

	if (geteuid() == 0 || !user[0] || strcmp(user, "root") == 0 || strcmp(user, "0") == 0)
		return user;
	session_note(session, RECORD_DIFFERENCE, action->step->job->call->run->rec,
	    action->step->def->uses_pos,
	    WF_S("the container runs as root: without privileges a sandbox has no other user"));
	return "";
}

static bool
run(struct docker_action *action, struct wf_error *err)
{
	struct step *step = action->step;
	struct step_process process = { .cwd = DOCKER_WORKSPACE, .guest = &action->guest };

	if (!image_config_read(step->arena, action->wait.image.config_text, &action->config, err))
		return false;
	process.argv = docker_run_argv(step->arena, &action->run, &action->config);
	if (!process.argv[0])
		return wf_fail(err, WF_ERR_SYS, step->def->uses_pos,
		    "image %.*s has neither entrypoint nor command, and the step names none",
		    WF_ARG(action->run.image));
	action->guest = (struct box_guest){
		.image = { action->wait.folders, user_of(action) },
		.mounts = action->run.mounts,
		.nmounts = DOCKER_MOUNTS,
	};
	process.env = container_environ(action);
	step_run(step, &process);
	return true;
}

/* The image has come, or cannot. */
static void
on_image(struct stock_wait *wait, const struct wf_error *err)
{
	struct docker_action *action = wait->data;
	struct step *step = action->step;
	struct wf_error why;

	step->running = false;
	if (step->cancelled || step->timed_out) {
		step_settle(step, step->cancelled ? PLAN_CANCELLED : PLAN_FAILURE);
	} else if (err) {
		why = *err;
		why.pos = step->def->uses_pos;
		step_fail(step, &why);
	} else if (!run(action, &why)) {
		step_fail(step, &why);
	}
}

bool
docker_action_start(struct step *step, const struct expr_object *inputs, struct wf_error *err)
{
	struct session *session = step->job->call->run->session;
	struct docker_action *action = wf_new(step->arena, struct docker_action);
	struct stock *stock;

	if (!docker_action_check(session, step->action->image, step->def->uses_pos, err) ||
	    !docker_run_read(step, inputs, &action->run, err) ||
	    !image_ref_read(step->arena, action->run.image, &action->wait.ref, err) ||
	    (stock = container_stock(session, err)) == NULL)
		return false;
	action->step = step;
	action->inputs = inputs;
	action->wait.arena = step->arena;
	action->wait.on_ready = on_image;
	action->wait.data = action;
	if (stock_find(stock, &action->wait))
		return run(action, err);
	step->running = true;
	stock_get(stock, &action->wait);
	return true;
}

/* ---- before anything starts ---- */

static bool
hint_stub(struct wf_error *err)
{
	return wf_hint(err, "answer for it with --stubs DIR: by DIR/actions/OWNER/REPO, or, for "
	                    "docker://NAME:TAG, by DIR/images/NAME, with an action.yml");
}

bool
docker_action_check(struct session *session, struct wf_str image, struct wf_pos pos,
    struct wf_error *err)
{
	struct stock_wait wait = { .arena = session->arena };
	struct wf_str name = docker_image(image);
	struct stock *stock;

	if (!name.n) {
		wf_fail(err, WF_ERR_MISSING, pos,
		    "the image of this container action is to be built of '%.*s', and a sandbox "
		    "builds none",
		    WF_ARG(image));
		return wf_hint(err,
		    "build it, bring it with 'wfrun image import', and say image: docker://NAME; "
		    "an action of another repository can be a stub (--stubs DIR)");
	}
	if (session->options->box == BOX_HOST) {
		wf_fail(err, WF_ERR_MISSING, pos, "container '%.*s' cannot run with --box host",
		    WF_ARG(name));
		return hint_stub(err);
	}
	if (!image_ref_read(session->arena, name, &wait.ref, err)) {
		err->pos = pos;
		return false;
	}
	stock = container_stock(session, err);
	if (!stock)
		return false;
	return stock_find(stock, &wait) || !session->options->actions.offline ||
	       stock_fail_offline(&wait, pos, err);
}
