/* SPDX-License-Identifier: MIT */
/* step.h - one step: condition, inputs, process or action, command files, outcome.
 * The order of what happens is that of semantics.md 6.2. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "expr/expr.h"
#include "model/action.h"
#include "model/workflow.h"
#include "plan/plan.h"
#include "runner/background.h"
#include "runner/box/box.h"
#include "runner/bring.h"
#include "runner/builtin/builtin.h"
#include "runner/files.h"
#include "runner/hashes.h"
#include "runner/output/command.h"
#include "runner/output/matcher.h"
#include "runner/output/record.h"
#include "runner/stage.h"
#include "runner/steps.h"

#include <stdbool.h>
#include <uv.h>

struct job;

/* How far a step that shall end has been told so (semantics.md 5.9). */
enum step_kill { STEP_KILL_NONE, STEP_KILL_INT, STEP_KILL_TERM, STEP_KILL_KILL };

struct step {
	struct steps *list;
	struct job *job;
	const struct step_def *def;
	enum stage_kind kind; /* all but node actions have a main alone */
	struct stage *stage; /* of a node action */
	const struct expr *cond;
	struct background_member *member; /* of a step in the background that was wanted */
	struct expr_object *contexts; /* what its expressions see: its list's, or its own */
	struct expr_scope scope; /* over contexts */
	struct env *changes; /* where its GITHUB_ENV and GITHUB_PATH go */
	struct wf_arena *arena; /* this step's alone */
	struct wf_arena *line_arena; /* of one line of output */
	const struct record_step *rec; /* of the outermost step, also inside a composite action */
	int64_t started;

	struct hashes hashes; /* what hashFiles() has answered to its expressions */
	struct expr_object *own_env; /* its env map evaluated, without outer layers */
	struct expr_object *env; /* the env context: all layers */
	struct wf_str name;
	struct files files; /* its command files */
	struct expr_object *outputs; /* job's arena */
	enum plan_result outcome, conclusion;
	struct wf_str reason; /* why skipped */
	int exit_code; /* -1: no process */
	bool broken; /* its env or condition could not be evaluated: it never began */
	bool failed; /* a command or a command file made it fail */
	bool over; /* it ends once hashFiles() has heard that nobody wants to know any more */
	bool cancelled; /* it was told to end by a cancel */
	bool timed_out;
	double timeout_minutes;

	struct box_exec exec; /* the process of a script or a node action */
	bool running; /* exec or a built-in has started and not ended */
	struct wf_lines lines[2]; /* of stdout and stderr */
	struct command_reader reader;
	struct matcher_stream *matchers; /* made when the job has any */
	bool in_group; /* after ::group:: */

	uv_timer_t timer; /* timeout-minutes, then the delays between signals */
	bool timer_open;
	enum step_kill kill;

	const struct action *action; /* of a uses step */
	struct expr_object *inputs;
	struct wf_str action_path;
	struct steps inner; /* of a composite action */
	struct bring *bring; /* of an action that is being fetched */
	struct builtin_call builtin;

	void (*on_done)(struct step *step);
};

/* What a list wants done. */
struct step_order {
	const struct step_def *def;
	enum stage_kind kind;
	struct stage *stage; /* of a pre or post */
	bool left_out; /* it is not selected: skipped without a question */
};

/* Starts a step of a list, or, in the background, gives it to its job's set. on_done follows
 * exactly once, maybe from within. */
void step_start(struct steps *list, const struct step_order *order,
    void (*on_done)(struct step *step));
/* Starts the work of a background step that has got a place. */
void step_begin(struct step *step);
/* What later steps see of it, once it is over. */
struct step_end step_end(const struct step *step);
/* Frees what the step alone used; after on_done. */
void step_free(struct step *step);
/* The job is cancelled: unless its condition, asked again, says otherwise, the step shall end. */
void step_cancel(struct step *step, bool now);
/* Its time is over: it ends, whatever its condition says, and has failed. */
void step_expire(struct step *step);
/* The step shall end, whatever its condition says: signals climb from INT over TERM to KILL. One
 * that waits for a place ends from within. */
void step_stop(struct step *step);

/* ---- for script and uses steps ---- */

/* The step's work is over with this result; command files are read and the outcome settled. */
void step_settle(struct step *step, enum plan_result result);
/* Fails the step with a message of wfrun's or GitHub's. */
void step_fail(struct step *step, const struct wf_error *err);
/* A process of a step, spelled out. */
struct step_process {
	const char *const *argv, *const *env; /* NULL-ended */
	const char *cwd;
	const struct box_guest *guest; /* or NULL */
};
/* Starts it; its end settles the step. What it points to lives until then. */
void step_run(struct step *step, const struct step_process *process);
/* Starts a process with the step's environment; its end settles the step. inputs may be NULL. */
void step_exec(struct step *step, const char *const *argv, const char *cwd,
    const struct expr_object *inputs);
/* Starts the script of a run step, whose end settles it. false and *err: it could not be started.
 */
bool step_script(struct step *step, struct wf_error *err);
/* One line of output of the step, as if a process had printed it (step_output.c). */
void step_line(struct step *step, struct wf_str line);
/* Says something of the step to the record; the caller has set what belongs to the kind. */
void step_record(struct step *step, struct record_event event);
/* The same for what has only a text. */
void step_say(struct step *step, enum record_kind kind, struct wf_str text);
/* A remark that is only made with ACTIONS_STEP_DEBUG. */
void step_debug(struct step *step, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Ends the ::group:: that is open, if any. */
void step_close_group(struct step *step);
#define STEP_NOWHERE ((struct command_place){ .line = 0 })
void step_annotate(struct step *step, const char *level, struct wf_str text,
    struct command_place place);
/* Whether the env context of the step has this name as `true`. */
bool step_env_says(struct step *step, const char *name);
/* What the command files say, after the step's work (step_output.c). */
void step_read_files(struct step *step);
/* From here on a call of hashFiles() in its expressions that has no answer yet is noted, until
 * hashes_wait(). */
void step_ask_hashes(struct step *step);
/* The environment of a process of this step over `env` and `context`, in place of the job's and the
 * step's own. */
const char *const *step_environ_of(struct step *step, const struct env *env,
    const struct expr_object *context, const struct expr_object *inputs);
/* The environment of a process of this step. */
const char *const *step_environ(struct step *step, const struct expr_object *inputs);
/* The github context that the step sees: its list's, or its own in the background. */
struct expr_object *step_github(const struct step *step);
/* Sets an output. */
void step_output(struct step *step, struct wf_str name, struct wf_str value);
