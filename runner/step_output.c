/* SPDX-License-Identifier: MIT */
/* step_output.c - what a step says: its lines with the commands in them, and its command files.
 * The effects of each command, by table (semantics.md 6.5, 6.6). */
#include "runner/step.h"

#include "base/fs.h"
#include "runner/docker_action.h"
#include "runner/job.h"
#include "runner/session_state.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define STOP_TOKEN_SHOWN 6 /* bytes of the longest token of stop-commands that is no secret */
#define MATCHER_LARGEST ((size_t)1 << 20) /* of a problem matcher's definition */

void
step_record(struct step *step, struct record_event event)
{
	event.step = step->rec;
	event.job = step->job->rec;
	event.mask = step->job->mask;
	record_put(step->job->call->run->session->record, &event);
}

void
step_say(struct step *step, enum record_kind kind, struct wf_str text)
{
	step_record(step, (struct record_event){ .kind = kind, .text = text });
}

void
step_debug(struct step *step, const char *fmt, ...)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = NULL;
	va_list ap;

	if (!step->job->debug)
		return;
	arena = wf_arena_new();
	va_start(ap, fmt);
	step_say(step, RECORD_DEBUG, wf_vstrf(arena, fmt, ap));
	va_end(ap);
}

void
step_annotate(struct step *step, const char *level, struct wf_str text, struct command_place place)
{
	const struct record_event event = {
		.kind = RECORD_ANNOTATION,
		.level = level,
		.text = text,
		.place = place,
	};

	step_record(step, event);
}

static void
say_error(struct step *step, struct wf_str text)
{
	step_annotate(step, "error", text, STEP_NOWHERE);
}

/* ---- effects ---- */

/* A path that the step's process says: a container has places of its own. */
static struct wf_str
path_said(struct step *step, struct wf_str path)
{
	return docker_path_back(step->line_arena, step->exec.guest, path);
}

static void
apply_annotation(struct step *step, const struct command *command)
{
	struct command_place place = command->place;
	const char *level = command->kind == COMMAND_ERROR     ? "error"
	                    : command->kind == COMMAND_WARNING ? "warning"
	                                                       : "notice";

	place.file = command_relative(path_said(step, place.file),
	    wf_str(step->job->box->layout.workspace));
	step_annotate(step, level, command->data, place);
}

static void
apply_debug(struct step *step, const struct command *command)
{
	step_say(step, RECORD_DEBUG, command->data);
}

void
step_close_group(struct step *step)
{
	if (!step->in_group)
		return;
	step->in_group = false;
	step_say(step, RECORD_ENDGROUP, WF_S(""));
}

static void
apply_group(struct step *step, const struct command *command)
{
	step_close_group(step);
	step->in_group = true;
	step_say(step, RECORD_GROUP, command->data);
}

static void
apply_endgroup(struct step *step, const struct command *command)
{
	(void)command;
	step_close_group(step);
}

static void
apply_add_mask(struct step *step, const struct command *command)
{
	if (!wf_str_trim(command->data).n) {
		step_annotate(step, "warning",
		    WF_S("Can't add secret mask for empty string in ##[add-mask] command."),
		    command->place);
		return;
	}
	if (step->reader.echo)
		step_say(step, RECORD_LINE, WF_S("::add-mask::***"));
	mask_add_data(step->job->mask, command->data);
}

/* The line is shown in any case; whoever may not know the token shall not read it there (6.6). */
static void
apply_stop(struct step *step, const struct command *command)
{
	if (command->data.n > STOP_TOKEN_SHOWN)
		mask_add_data(step->job->mask, command->data);
	step_say(step, RECORD_LINE, command->line);
}

static void
apply_resume(struct step *step, const struct command *command)
{
	step_say(step, RECORD_LINE, command->line);
}

static void
warn_deprecated(struct step *step, const char *name)
{
	step_annotate(step, "warning",
	    wf_strf(step->arena,
	        "The `%s` command is deprecated and will be disabled soon. Please "
	        "upgrade to using Environment Files.",
	        name),
	    STEP_NOWHERE);
}

static void
apply_set_output(struct step *step, const struct command *command)
{
	warn_deprecated(step, "set-output");
	step_output(step, command->name, command->data);
}

static void
take_state(struct step *step, struct wf_str name, struct wf_str value)
{
	if (step->stage) /* a script has no later stage */
		stage_save(step->job, step->stage, name, value);
	step_debug(step, "Save intra-action state %.*s = %.*s", WF_ARG(name), WF_ARG(value));
}

static void
apply_save_state(struct step *step, const struct command *command)
{
	warn_deprecated(step, "save-state");
	take_state(step, command->name, command->data);
}

bool
step_env_says(struct step *step, const char *name)
{
	struct expr_value value = expr_object_get(step->env, wf_str(name));

	return wf_str_ieq(expr_to_string(step->arena, value), WF_S("true"));
}

static bool
refuse_unsecure(struct step *step, const char *name)
{
	if (step_env_says(step, "ACTIONS_ALLOW_UNSECURE_COMMANDS"))
		return false;
	say_error(step,
	    wf_strf(step->arena,
	        "The `%s` command is disabled. Please upgrade to using Environment Files or opt "
	        "into "
	        "unsecure command execution by setting the `ACTIONS_ALLOW_UNSECURE_COMMANDS` "
	        "environment variable to `true`.",
	        name));
	step->failed = true;
	return true;
}

/* The one name that no step may set for the others (6.5); `refusal` is said instead. */
static void
set_job_env(struct step *step, struct wf_str name, struct wf_str value, const char *refusal)
{
	if (wf_str_ieq(name, WF_S("NODE_OPTIONS")))
		say_error(step, wf_str(refusal));
	else {
		env_set(step->changes, name, value);
		step_debug(step, "%.*s='%.*s'", WF_ARG(name), WF_ARG(value));
	}
}

static void
apply_set_env(struct step *step, const struct command *command)
{
	if (!refuse_unsecure(step, "set-env"))
		set_job_env(step, command->name, command->data,
		    "Can't update NODE_OPTIONS environment variable using ::set-env:: command.");
}

static void
apply_add_path(struct step *step, const struct command *command)
{
	if (!refuse_unsecure(step, "add-path"))
		env_add_path(step->changes, command->data);
}

static void
command_failed(struct step *step, struct wf_str line, const char *why)
{
	say_error(step, wf_strf(step->line_arena, "Unable to process command '%.*s' successfully.",
	                    WF_ARG(line)));
	say_error(step, wf_str(why));
	step->failed = true;
}

/* The definition file, as the job sees it; relative to the workspace. */
static bool
read_matchers(struct step *step, struct wf_str path, struct wf_str *text, struct wf_error *err)
{
	struct box *box = step->job->box;
	const char *inside = wf_join(step->line_arena, box->layout.workspace,
	    wf_cstr(step->line_arena, path_said(step, path)));
	wf_auto(wf_close_fd) int fd = box_open(box, inside, O_RDONLY, NULL);

	if (fd < 0)
		return wf_fail(err, WF_ERR_SYS, WF_NOWHERE, "Could not find file '%s'.", inside);
	return wf_read_fd(step->line_arena, fd, inside, MATCHER_LARGEST, text, err);
}

static void
say_warning(struct step *step, struct wf_str text)
{
	step_annotate(step, "warning", text, STEP_NOWHERE);
}

static void
apply_add_matcher(struct step *step, const struct command *command)
{
	struct job *job = step->job;
	struct wf_error err;
	struct wf_str text;

	if (!command->data.n) {
		say_warning(step, WF_S("File path must be specified."));
		return;
	}
	if (!job->matchers)
		job->matchers = matcher_set_new();
	if (!read_matchers(step, command->data, &text, &err) ||
	    !matcher_set_add(job->matchers, text, &err))
		command_failed(step, command->line, err.msg);
}

static void
apply_remove_matcher(struct step *step, const struct command *command)
{
	struct job *job = step->job;
	struct wf_error err;
	struct wf_str text;

	if (command->owner.n && command->data.n)
		say_warning(step, WF_S("Either specify an owner name or a file path in "
		                       "##[remove-matcher] command. Both values cannot be set."));
	else if (!command->owner.n && !command->data.n)
		say_warning(step, WF_S("Either an owner name or a file path must be specified in "
		                       "##[remove-matcher] command."));
	else if (!job->matchers)
		return;
	else if (command->owner.n)
		matcher_set_remove(job->matchers, command->owner);
	else if (!read_matchers(step, command->data, &text, &err) ||
	         !matcher_set_remove_file(job->matchers, text, &err))
		command_failed(step, command->line, err.msg);
}

static void
apply_nothing(struct step *step, const struct command *command)
{
	(void)step, (void)command;
}

static void (*const effects[])(struct step *step, const struct command *command) = {
	[COMMAND_NONE] = apply_nothing,
	[COMMAND_DEBUG] = apply_debug,
	[COMMAND_NOTICE] = apply_annotation,
	[COMMAND_WARNING] = apply_annotation,
	[COMMAND_ERROR] = apply_annotation,
	[COMMAND_GROUP] = apply_group,
	[COMMAND_ENDGROUP] = apply_endgroup,
	[COMMAND_ADD_MASK] = apply_add_mask,
	[COMMAND_ADD_MATCHER] = apply_add_matcher,
	[COMMAND_REMOVE_MATCHER] = apply_remove_matcher,
	[COMMAND_ECHO] = apply_nothing, /* the reader has taken it in */
	[COMMAND_STOP_COMMANDS] = apply_stop,
	[COMMAND_RESUME] = apply_resume,
	[COMMAND_SET_OUTPUT] = apply_set_output,
	[COMMAND_SAVE_STATE] = apply_save_state,
	[COMMAND_SET_ENV] = apply_set_env,
	[COMMAND_ADD_PATH] = apply_add_path,
	[COMMAND_SET_REPO_PATH] = apply_nothing, /* the workspace is where it always is */
};

/* 6.9: a problem's file counts when it is there and in the workspace. */
static struct wf_str
problem_file(struct step *step, const struct matcher_hit *hit)
{
	struct box *box = step->job->box;
	struct wf_str workspace = wf_str(box->layout.workspace);
	struct wf_str path = path_said(step, matcher_hit_path(step->line_arena, hit, workspace));
	struct wf_str shown = command_relative(path, workspace);
	int fd = -1;

	if (path.n && shown.n < path.n)
		fd = box_open(box, wf_cstr(step->line_arena, path), O_PATH, NULL);
	if (fd < 0)
		return (struct wf_str){ NULL, 0 };
	close(fd);
	return shown;
}

static void
plain_line(struct step *step, struct wf_str line)
{
	struct job *job = step->job;
	struct matcher_hit hit;

	if (job->matchers && !step->matchers)
		step->matchers = matcher_stream_new(job->matchers);
	if (!step->matchers || !matcher_stream_feed(step->matchers, step->line_arena, line, &hit)) {
		step_say(step, RECORD_LINE, line);
		return;
	}
	step_say(step, RECORD_LINE, hit.text);
	step_annotate(step, hit.level, hit.message,
	    (struct command_place){ .file = problem_file(step, &hit),
	        .line = hit.line,
	        .col = hit.col });
}

void
step_line(struct step *step, struct wf_str line)
{
	struct command command;
	struct wf_error err;
	bool echo = step->reader.echo; /* what ::echo::on changes begins with the next line */
	bool failed = false;

	command = command_take(&step->reader, step->line_arena, line, &err, &failed);
	if (failed) {
		command_failed(step, line, err.msg);
	} else if (command.kind == COMMAND_NONE) {
		plain_line(step, line);
	} else {
		if (echo && !command_omits_echo(command.kind))
			step_say(step, RECORD_LINE, line);
		command.line = line;
		effects[command.kind](step, &command);
	}
	wf_arena_reset(step->line_arena);
}

void
step_output(struct step *step, struct wf_str name, struct wf_str value)
{
	struct wf_arena *arena = step->job->arena;

	expr_object_set(step->outputs, wf_str_dup(arena, name),
	    expr_string(wf_str_dup(arena, value)));
}

/* ---- command files ---- */

#define FILE_LARGEST ((size_t)64 << 20) /* of env, output, path, state: no pipeline comes near */
#define SUMMARY_LARGEST ((size_t)1 << 20)

static void
take_env(struct step *step, struct wf_str name, struct wf_str value)
{
	set_job_env(step, name, value,
	    "Can't store NODE_OPTIONS output parameter using '$GITHUB_ENV' command.");
}

static void
take_output(struct step *step, struct wf_str name, struct wf_str value)
{
	step_output(step, name, value);
	step_debug(step, "Set output %.*s = %.*s", WF_ARG(name), WF_ARG(value));
}

/* The files of names and values, and who takes them. */
static const struct {
	enum files_kind kind;
	const char *name; /* in GitHub's message */
	const char *unnamed; /* why a pair without a name is refused; NULL: it is not */
	void (*take)(struct step *step, struct wf_str name, struct wf_str value);
} pair_files[] = {
	{ FILES_ENV, "env", NULL, take_env },
	{ FILES_OUTPUT, "output", "Value cannot be null. (Parameter 'name')", take_output },
	{ FILES_STATE, "state", NULL, take_state },
};

static void
file_failed(struct step *step, const char *name, const char *why)
{
	say_error(step,
	    wf_strf(step->arena, "Unable to process file command '%s' successfully.", name));
	say_error(step, wf_str(why));
	step->failed = true;
}

static void
read_pairs(struct step *step, size_t index)
{
	struct command_pair *pairs = NULL;
	struct wf_error err;
	struct wf_str text;
	size_t n = 0, size;
	bool good;

	if (!files_read(&step->files, step->arena, pair_files[index].kind, FILE_LARGEST, &text,
	        &size)) {
		file_failed(step, pair_files[index].name, "The file is larger than 64 MiB");
		return;
	}
	if (!text.n)
		return;
	good = command_file_pairs(step->arena, text, &pairs, &n, &err);
	for (size_t i = 0; i < n; i++) {
		if (!pairs[i].name.n && pair_files[index].unnamed) {
			file_failed(step, pair_files[index].name, pair_files[index].unnamed);
			return;
		}
		pair_files[index].take(step, pairs[i].name, pairs[i].value);
	}
	if (!good)
		file_failed(step, pair_files[index].name, err.msg);
}

static void
read_paths(struct step *step)
{
	struct wf_str text, *paths = NULL;
	size_t n = 0, size;

	if (!files_read(&step->files, step->arena, FILES_PATH, FILE_LARGEST, &text, &size)) {
		file_failed(step, "path", "The file is larger than 64 MiB");
		return;
	}
	if (text.n)
		command_file_paths(step->arena, text, &paths, &n);
	for (size_t i = 0; i < n; i++)
		env_add_path(step->changes, paths[i]);
}

static void
read_summary(struct step *step)
{
	struct wf_str text;
	size_t size;

	if (!files_read(&step->files, step->arena, FILES_SUMMARY, SUMMARY_LARGEST, &text, &size)) {
		say_error(step, wf_strf(step->arena,
		                    "$GITHUB_STEP_SUMMARY upload aborted, supports "
		                    "content up to a size of 1024k, got %zuk.",
		                    size / 1024));
		return;
	}
	if (text.n)
		step_say(step, RECORD_STEP_SUMMARY, text);
}

void
step_read_files(struct step *step)
{
	for (size_t i = 0; i < WF_COUNT(pair_files); i++)
		read_pairs(step, i);
	read_paths(step);
	read_summary(step);
}
