/* SPDX-License-Identifier: MIT */
/* error.h - one located error; a list of them; rendering with excerpt and caret.
 *
 * Actors take a `struct wf_error *` as the last argument, set it where the cause is known and
 * return false or NULL; callers only wrap. It owns nothing but its own bytes, lives on the stack,
 * and is untouched on success. Readers collect into a `struct wf_diags` and go on. */
#pragma once

#include "base/arena.h"
#include "base/str.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/* A place in a file. line and col count from 1, col in characters; 0: not known. file is a path as
 * the user would type it, and must outlive the error; NULL: there is nothing to point at. */
struct wf_pos {
	const char *file;
	int line, col;
};

/* What an error means for the exit status (DESIGN.md, command line). */
enum wf_errkind {
	WF_ERR_USAGE, /* the command line asks for what cannot be: exit 2 */
	WF_ERR_INVALID, /* a workflow file that GitHub refuses: exit 3 */
	WF_ERR_MISSING, /* something needed is not here: box, action, image, network: exit 4 */
	WF_ERR_STRICT, /* refused by --strict: exit 5 */
	WF_ERR_SYS, /* the operating system refused: exit 4 */
	WF_ERR_EVAL, /* an expression failed while it was evaluated; a job or step fails by it */
};

struct wf_error {
	enum wf_errkind kind;
	struct wf_pos pos;
	char msg[1024]; /* one line, no full stop where GitHub's wording has none */
	char hint[256]; /* what to do next, or empty */
};

#define WF_NOWHERE ((struct wf_pos){ 0 })

/* Sets *err and returns false, so that `return wf_fail(...)` reads as one statement. err may be
 * NULL (the caller does not care). */
bool wf_fail(struct wf_error *err, enum wf_errkind kind, struct wf_pos pos, const char *fmt, ...)
    __attribute__((format(printf, 4, 5)));
/* The same from errno: "WHAT: No such file or directory". */
bool wf_fail_sys(struct wf_error *err, int errnum, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* Adds "CONTEXT: " before the message of an error that is already set; returns false. */
bool wf_wrap(struct wf_error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* Sets the hint of an error that is already set; returns false. */
bool wf_hint(struct wf_error *err, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* The exit status that goes with the kind. */
int wf_error_status(enum wf_errkind kind);

/* ---- a list ---- */

struct wf_diag {
	enum wf_severity { WF_DIAG_ERROR, WF_DIAG_WARNING, WF_DIAG_NOTE } severity;
	const char *rule; /* name of a lint rule, or NULL */
	int end; /* column behind the text that it is about; 0: not known */
	struct wf_error error;
};

struct wf_diags {
	struct wf_arena *arena; /* set by the owner before the first use */
	struct wf_diag **items;
	size_t n, cap;
	size_t nerrors;
};

/* Appends a copy. */
struct wf_diag *wf_diags_add(struct wf_diags *diags, enum wf_severity severity,
    const struct wf_error *err);
/* Formats and appends an error of the kind WF_ERR_INVALID; returns false. */
bool wf_diags_fail(struct wf_diags *diags, struct wf_pos pos, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* The first error as one wf_error ("... and N more"); returns false. Call only if nerrors > 0. */
bool wf_diags_first(const struct wf_diags *diags, struct wf_error *err);

/* ---- for a person ---- */

/* Writes
 *     FILE:LINE:COL: error: MESSAGE
 *      12 |     needs: biuld
 *         |            ^
 *     hint: ...
 * source is the text of pos.file, or empty when there is none to show; color adds ANSI colours.
 * severity is "error", "warning" or "note". Bytes of the excerpt that a terminal would interpret
 * are made visible. */
void wf_error_render(struct wf_buf *out, const struct wf_error *err, const char *severity,
    struct wf_str source, bool color);

/* The candidate nearest to `word` when it is near enough to be meant, else an empty slice. */
struct wf_str wf_nearest(struct wf_str word, const struct wf_str *candidates, size_t n);
