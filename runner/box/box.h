/* SPDX-License-Identifier: MIT */
/* box.h - where the steps of one job execute. The vtable and what all boxes share.
 *
 * A box lives on the uv loop of its job: box_start(), then any number of box_exec() and
 * box_overlay(), then box_stop(). Every start ends in exactly one callback, also when it failed.
 * When on_gone has run, no process, mount or descriptor of the box is left, and box_free() may be
 * called. Kinds: sandbox (namespaces and overlays), host (the machine as it is), docker and podman
 * (a container of an engine). */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "runner/box/limits.h"
#include "runner/box/nest.h"

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

enum box_kind { BOX_SANDBOX, BOX_HOST, BOX_DOCKER, BOX_PODMAN };

struct box_engine; /* box/engine.h */

/* GitHub's own places, as the job sees them (semantics.md 3.10); in brackets those of a box made of
 * an image (8.3). */
struct box_layout {
	const char *home; /* /home/runner [/github/home] */
	const char *work; /* /home/runner/work [/__w] */
	const char
	    *workspace; /* /home/runner/work/REPO/REPO [/__w/REPO/REPO]; empty until checkout */
	const char *temp; /* /home/runner/work/_temp [/__w/_temp] */
	const char *actions; /* /home/runner/work/_actions [/__w/_actions] */
	const char *tool_cache; /* /opt/hostedtoolcache [/__t] */
};

/* A host folder or file that the job sees at another place. Without `inside` it is a folder that
 * the job does not see: box_overlay() may use what is below it as a layer. */
struct box_mount {
	const char *host, *inside;
	bool writable;
};

struct valve;

/* The root of a container: an unpacked image in place of this machine's own files. */
struct box_image {
	const char *const *layers; /* absolute host folders, the top first; NULL-ended */
	/* as whom processes run: "", or "name", "1000", "name:group", by the image's own files;
	 * without privileges root alone is possible */
	const char *user;
};

struct box_spec {
	const char
	    *name; /* unique among live boxes, safe as a file name; also the hostname's source */
	const char *repo; /* the repository's name, for the workspace path */
	const char
	    *worktree; /* absolute: the user's work tree; box_overlay() may use it as a layer */
	/* absolute, exists, empty, on the host: the box's own place for what must be on disk.
	 * Layers for box_overlay() may be made below it at any time. The caller removes it when
	 * on_gone ran. No other user should be able to enter it: a job may leave set-user-id files
	 * in temp. */
	const char *state;
	/* absolute host folder below `state` that the job sees, writable, as layout.temp */
	const char *temp;
	/* a folder in `temp`, as the job sees it, or NULL: many small files come and go in it. A
	 * sandbox has it in memory; so what is put there is reached through box_open() only. */
	const char *busy;
	const struct box_image *image; /* of a sandbox; NULL: it shows this machine */
	const struct box_mount *mounts; /* more of them: stubs, actions */
	size_t nmounts;
	/* host folders that a sandbox shows empty, NULL-ended or NULL: what wfrun keeps for itself,
	 * and other jobs' state. Those that are not there are passed over. */
	const char *const *covered;
	struct valve *valve; /* holds back what processes print; NULL: nothing does */
	bool no_network; /* a sandbox has a loopback interface of its own, and nothing else */
	struct box_limits limits; /* of a sandbox, or a container */
	struct box_engine *engine; /* of a container of an engine; else NULL */
};

/* How a process ended. */
struct box_end {
	bool started; /* false: error says why the process never ran */
	int status; /* exit status when signal == 0 */
	int signal; /* or the signal that ended it; shells call this 128 + signal */
	struct wf_error error;
};

/* The root of one process alone, in place of the one that all processes of the job share: a
 * container beside the job's (semantics.md 8.6). It has process ids of its own, and what it leaves
 * running ends with it. What is written into its image is seen by nobody else. */
struct box_guest {
	/* its layers lie below a mount of the spec that has no `inside` */
	struct box_image image;
	/* host: a place as the job sees it, made as a folder when missing; inside: where the
	 * process sees it, with all that is mounted there */
	const struct box_mount *mounts;
	size_t nmounts;
};

/* One process in the box. Filled and owned by the caller; must not move until on_end. */
struct box_exec {
	const char *const *argv; /* NULL-ended; a name without slash is searched in PATH of env */
	const char *const *env; /* NULL-ended "NAME=value", complete: nothing is inherited */
	const char *cwd; /* absolute, as the job sees it; as a guest does, where it is made */
	const struct box_guest *guest; /* of a sandbox; NULL: the job's own root */
	/* stream is 1 or 2. Called any number of times between start and on_end. */
	void (*on_output)(struct box_exec *exec, int stream, struct wf_str chunk);
	/* Exactly once: the process is gone and its output has ended (a daemon that it left behind
	 * and that holds the output open is waited for BOX_GRACE_MS after the exit, no longer). */
	void (*on_end)(struct box_exec *exec, const struct box_end *end);
	void *data; /* the caller's */
	void *impl; /* the box's */
};

#define BOX_GRACE_MS 5000

struct box;

struct box_ops {
	void (*start)(struct box *box);
	void (*exec)(struct box *box, struct box_exec *exec);
	void (*signal)(struct box *box, struct box_exec *exec, int signum, bool group);
	void (*overlay)(struct box *box, const char *const *layers, const char *inside,
	    void (*done)(void *data, const struct wf_error *err), void *data);
	int (*open)(struct box *box, const char *inside, int flags, struct wf_error *err);
	void (*stop)(struct box *box);
	void (*free)(struct box *box);
};

struct box {
	const struct box_ops *ops;
	struct nest *nest; /* where its init is born */
	uv_loop_t *loop; /* that of the nest */
	struct wf_arena *arena; /* the job's; outlives the box */
	struct box_spec spec;
	struct box_layout layout; /* set by the box_*_new() function */
	/* err is NULL when the box is ready, else why not; on_gone still follows after box_stop().
	 */
	void (*on_ready)(struct box *box, const struct wf_error *err);
	void (*on_gone)(struct box *box);
	void *data;
};

/* Makes a box that is not started. The spec's strings must outlive it. */
struct box *box_sandbox_new(struct wf_arena *arena, struct nest *nest, const struct box_spec *spec);
struct box *box_host_new(struct wf_arena *arena, struct nest *nest, const struct box_spec *spec);
struct box *box_engine_new(struct wf_arena *arena, uv_loop_t *loop, const struct box_spec *spec);
struct box *box_new(enum box_kind kind, struct wf_arena *arena, struct nest *nest,
    const struct box_spec *spec);

/* Starts; on_ready is called later from the loop, never from within. */
void box_start(struct box *box);
/* Starts a process; exec->on_end is called later, never from within. */
void box_exec(struct box *box, struct box_exec *exec);
/* Sends a signal to the entry process, or to its whole group. Nothing happens when it has ended. */
void box_signal(struct box *box, struct box_exec *exec, int signum, bool group);
/* Shows folders at `inside` (absolute, below layout.work; made when missing), the first layer on
 * top. Layers are absolute host folders below spec.worktree, spec.state or a mount without
 * `inside`; character devices 0/0 in a layer hide what lower layers have under this name. Writes
 * into it vanish with the box and never reach a layer. */
void box_overlay(struct box *box, const char *const *layers, const char *inside,
    void (*done)(void *data, const struct wf_error *err), void *data);
/* Opens a path as the job sees it, from wfrun's own process; symbolic links never lead out of the
 * box, and a fifo in the place of a file is not waited for. Close-on-exec. -1 and *err (with
 * errno's text) when it cannot be opened. For hashFiles(), local actions and command files. */
int box_open(struct box *box, const char *inside, int flags, struct wf_error *err);
/* Ends every process of the box and undoes it; on_gone is called later. Fits after a failed
 * start.*/
void box_stop(struct box *box);
void box_free(struct box *box);

/* For the kinds of boxes: what box_open() adds to the caller's flags, and why a process never ran
 * in the words of GitHub's runner. */
int box_open_flags(int flags);
void box_exec_error(struct wf_error *err, const struct box_exec *exec, int errnum);

/* A folder of a sandbox with programs that it brings along (sudo), for PATH. */
#define BOX_TOOLS "/run/wfrun"

/* The argv[0] under which this program is started again as the nest of boxes' inits. */
#define BOX_INIT_NAME "wfrun-box"

/* Whether `argv` asks this process to be the nest; never returns when it does. Called first thing
 * in main(). */
void box_init_main(int argc, char **argv);
