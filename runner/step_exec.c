/* SPDX-License-Identifier: MIT */
/* step_exec.c - the processes of a step: its environment, start, output and end; and the script of
 * a `run:`, with its shell and folder (semantics.md 6.3, 6.4). */
#include "runner/step.h"

#include "base/fs.h"
#include "runner/job.h"
#include "runner/offer.h"
#include "runner/script.h"
#include "runner/session_state.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static void on_process_output(struct box_exec *exec, int stream, struct wf_str chunk);
static void on_process_end(struct box_exec *exec, const struct box_end *end);

const char *const *
step_environ_of(struct step *step, const struct env *env, const struct expr_object *context,
    const struct expr_object *inputs)
{
	const struct builtin *builtin = step->builtin.builtin;
	bool is_action = inputs && (!builtin || builtin->uses_service);
	const struct env_layers layers = {
		.context = context,
		.inputs = inputs,
		.state = step->stage ? step->stage->state : NULL,
		.github = step_github(step),
		.runner = step->job->runner_context,
		.service = offer_variables(step, is_action),
	};

	return env_process(step->arena, env, &layers);
}

const char *const *
step_environ(struct step *step, const struct expr_object *inputs)
{
	return step_environ_of(step, &step->job->env, step->env, inputs);
}

void
step_exec(struct step *step, const char *const *argv, const char *cwd,
    const struct expr_object *inputs)
{
	const struct step_process process = { argv, step_environ(step, inputs), cwd, NULL };

	step_run(step, &process);
}

void
step_run(struct step *step, const struct step_process *process)
{
	step->exec = (struct box_exec){
		.argv = process->argv,
		.env = process->env,
		.cwd = process->cwd,
		.guest = process->guest,
		.on_output = on_process_output,
		.on_end = on_process_end,
		.data = step,
	};
	step->running = true;
	box_exec(step->job->box, &step->exec);
}

static void
on_process_output(struct box_exec *exec, int stream, struct wf_str chunk)
{
	struct step *step = exec->data;
	struct record *record = step->job->call->run->session->record;

	record_hold_time(record);
	wf_lines_feed(&step->lines[stream == 2], chunk);
	record_release_time(record);
}

static void
on_process_end(struct box_exec *exec, const struct box_end *end)
{
	struct step *step = exec->data;

	for (size_t i = 0; i < WF_COUNT(step->lines); i++)
		wf_lines_finish(&step->lines[i]);
	if (!end->started) {
		step_fail(step, &end->error);
		return;
	}
	step->exit_code = end->signal ? 128 + end->signal : end->status;
	if (step->exit_code != 0 && !step->cancelled && !step->timed_out)
		job_annotate(step->job, step->rec, "error", "Process completed with exit code %d.",
		    step->exit_code);
	step_settle(step, step->exit_code == 0 ? PLAN_SUCCESS : PLAN_FAILURE);
}

static bool
write_script(struct step *step, const char *name, struct wf_str body, struct wf_error *err)
{
	wf_auto(wf_close_fd) int fd = openat(step->job->temp_fd, name,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644);

	if (fd < 0)
		return wf_fail_sys(err, errno, "%s", name);
	if (!wf_write_all(fd, body))
		return wf_fail_sys(err, errno, "%s", name);
	return true;
}

/* Step, else (for steps of the job itself) its defaults.run (6.4). */
static bool
evaluate_place(struct step *step, struct wf_str *shell, const char **cwd, struct wf_error *err)
{
	const struct step_def *def = step->def;
	const struct expr_scope *scope = &step->scope;
	const char *workspace = step->job->box->layout.workspace;
	struct wf_str folder;

	if (!expr_token_string(step->arena, def->shell, scope, shell, err) ||
	    !expr_token_string(step->arena, def->working_directory, scope, &folder, err))
		return false;
	if (!step->list->outer && !shell->n)
		*shell = step->job->default_shell;
	if (!step->list->outer && !folder.n)
		folder = step->job->default_directory;
	*cwd = folder.n ? wf_join(step->arena, workspace, wf_cstr(step->arena, folder)) : workspace;
	return true;
}

/* GitHub's runner looks a shell up in the PATH of the step, and starts it by its place. In an
 * engine it has docker do that, inside. */
static bool
find_shell(struct step *step, const char **program, struct wf_error *err)
{
	struct wf_str rest = env_path(step->arena, &step->job->env, step->env);

	if (step->job->engine)
		return true;
	while (rest.p && !strchr(*program, '/')) {
		struct wf_str folder = wf_str_cut(&rest, ':');
		const char *path = wf_join(step->arena, wf_cstr(step->arena, folder), *program);
		int fd = folder.n ? box_open(step->job->box, path, O_PATH, NULL) : -1;

		if (fd < 0)
			continue;
		close(fd);
		*program = path;
		return true;
	}
	return strchr(*program, '/') ||
	       wf_fail(err, WF_ERR_SYS, WF_NOWHERE, "%s: command not found", *program);
}

bool
step_script(struct step *step, struct wf_error *err)
{
	struct job *job = step->job;
	struct script_request request = { .has_bash = job->has_bash };
	struct script script;
	struct wf_str name;
	const char *cwd;

	if (!expr_token_string(step->arena, step->def->run, &step->scope, &request.text, err) ||
	    !evaluate_place(step, &request.shell, &cwd, err))
		return false;
	name = wf_strf(step->arena, "%u%s", ++job->nscripts, script_extension(request.shell));
	request.path = wf_strf(step->arena, "%s/%s", job->box->layout.temp, name.p).p;
	if (!script_build(step->arena, &request, &script, err) ||
	    !find_shell(step, &script.argv[0], err) ||
	    !write_script(step, name.p, script.body, err))
		return false;
	step->files.script = name;
	step_say(step, RECORD_DEBUG, wf_strf(step->arena, "shell: %.*s", WF_ARG(script.shown)));
	step_exec(step, script.argv, cwd, NULL);
	return true;
}
