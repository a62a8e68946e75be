/* SPDX-License-Identifier: MIT */
/* builtin.h - actions that wfrun brings along: same inputs, outputs and messages as the real ones.
 *
 * A built-in is started like an action: its inputs are evaluated, and what it prints goes through
 * the same way as the output of a process (commands included: "::warning::..."). It may use the box
 * and the thread pool. It calls call->done exactly once, from the loop's thread and as the last
 * thing it does; that may be before start() returns. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "event/event.h"
#include "expr/expr.h"
#include "runner/box/box.h"
#include "runner/store/artifacts.h"

#include <stdatomic.h>
#include <stdbool.h>

struct builtin_call;

struct builtin {
	const char *repository; /* "actions/checkout", compared without case */
	const char *path; /* below it, or NULL */
	const char *const *inputs; /* NULL-ended: the names that the action declares */
	const char *const *defaults; /* of each input, a text or NULL; without expressions */
	void (*start)(struct builtin_call *call);
	/* The stage after the job's steps, with the inputs and the state of its main; or NULL. */
	void (*post)(struct builtin_call *call);
	const char *post_if; /* its condition, an expression */
	bool uses_service; /* it starts processes that are to find artifacts, caches and the API */
};

/* The built-in that answers for owner/repo[/path], or NULL. */
const struct builtin *builtin_find(struct wf_str owner, struct wf_str repo, struct wf_str path);

/* Where artifacts and caches lie, and in whose name a job writes them. */
struct builtin_stores {
	const char *runs, *caches; /* folders on the host */
	int64_t run_id, job_id;
	struct wf_str ref, base_ref, default_ref; /* full; base_ref empty for most events */
};

/* One running call; the step owns it. */
struct builtin_call {
	const struct builtin *builtin;
	struct wf_arena *arena; /* the job's */
	uv_loop_t *loop;
	struct box *box;
	const struct expr_object *inputs; /* all declared inputs, strings, evaluated and trimmed */
	const struct expr_object *github; /* the github context of the job */
	const struct event *event;
	const struct repo_facts *facts;
	const char
	    *repo_dir; /* the user's work tree, absolute; threads open their own struct repo */
	/* where the job sees the folder of git's objects (repo_commondir()/objects on the host),
	 * which the box shows read-only; NULL: at its own place */
	const char *objects;
	const char *const *env; /* NULL-ended "NAME=value": what a process of this step would get */
	const char *state; /* host folder of the job, below box->spec.state: room for layers */
	bool committed; /* the work tree's changes are left out: checkout shows the commit alone */
	/* given by the step */
	void (*print)(struct builtin_call *call, struct wf_str text); /* lines of output */
	void (*output)(struct builtin_call *call, struct wf_str name, struct wf_str value);
	void (*setenv)(struct builtin_call *call, struct wf_str name, struct wf_str value);
	void (*addpath)(struct builtin_call *call, struct wf_str path);
	/* the stores of this repository, made when missing; the strings live as long as the job */
	bool (*stores)(struct builtin_call *call, struct builtin_stores *out, struct wf_error *err);
	/* an artifact is finished; its bytes are at this path */
	void (*uploaded)(struct builtin_call *call, const struct artifact *artifact,
	    const char *path);
	void (*done)(struct builtin_call *call, bool success);
	void *data; /* the step's */
	void *impl; /* the built-in's */
	struct expr_object *memory; /* what the main remembers for its post: texts by name */
	atomic_bool cancelled; /* set by the step; a built-in that waits should look */
};

/* The text of an input, empty when not given. */
struct wf_str builtin_input(const struct builtin_call *call, const char *name);
/* "true" in YAML 1.2 core spelling, as core.getBooleanInput reads it. */
bool builtin_flag(const struct builtin_call *call, const char *name);
/* Prints one line; one that looks like a command is one. */
void builtin_printf(struct builtin_call *call, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Prints "::warning::MESSAGE", "::notice::MESSAGE"; the message may hold anything. */
void builtin_warn(struct builtin_call *call, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void builtin_note(struct builtin_call *call, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Prints "::group::TITLE"; "::endgroup::" is for the caller. */
void builtin_group(struct builtin_call *call, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* Prints "::error::MESSAGE" and ends the call as failed. */
void builtin_fail(struct builtin_call *call, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
/* The value of a variable in call->env, empty when it is not there. */
struct wf_str builtin_env(const struct builtin_call *call, const char *name);
/* The whole file, as the job sees it, in the arena; relative paths start at the workspace. */
bool builtin_read(struct builtin_call *call, const char *path, struct wf_str *out,
    struct wf_error *err);

/* Runs work() on a thread of libuv's pool, then done() on the loop; both get call->impl. What
 * work() touches is nobody else's meanwhile. When there is no thread, done() is called at once,
 * without work(). */
void builtin_work(struct builtin_call *call, void (*work)(void *impl), void (*done)(void *impl));
/* "/" as the job sees it, for the pool (runner/box/mount.h); the caller closes it. */
int builtin_root(struct builtin_call *call, struct wf_error *err);
/* The lines of an input that holds several, trimmed, without empty ones. */
struct wf_str *builtin_lines(const struct builtin_call *call, const char *name, size_t *n);
/* The path as the job means it: "~" is its home, relative ones start at the workspace; without
 * "." and "..". */
const char *builtin_path(const struct builtin_call *call, struct wf_str path);

extern const struct builtin builtin_cache, builtin_cache_restore, builtin_cache_save; /* cache.c */
extern const struct builtin builtin_checkout; /* checkout.c */
extern const struct builtin builtin_download_artifact; /* download_artifact.c */
extern const struct builtin builtin_paths_filter; /* paths_filter.c */
extern const struct builtin builtin_setup_dotnet, builtin_setup_go, builtin_setup_java,
    builtin_setup_node, builtin_setup_ruby; /* setup_tools.c */
extern const struct builtin builtin_setup_python; /* setup_python.c */
extern const struct builtin builtin_upload_artifact; /* upload_artifact.c */
