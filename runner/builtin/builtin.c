/* SPDX-License-Identifier: MIT */
/* builtin.c - the table of built-in actions, and what they all do: read inputs, print, fail. */
#include "runner/builtin/builtin.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/fs.h"

/* Larger files than this are no configuration. */
#define MAX_FILE (4u << 20)
#define CHUNK ((size_t)65536)

const struct builtin *
builtin_find(struct wf_str owner, struct wf_str repo, struct wf_str path)
{
	static const struct builtin *const all[] = {
		&builtin_cache,
		&builtin_cache_restore,
		&builtin_cache_save,
		&builtin_checkout,
		&builtin_download_artifact,
		&builtin_paths_filter,
		&builtin_setup_dotnet,
		&builtin_setup_go,
		&builtin_setup_java,
		&builtin_setup_node,
		&builtin_setup_python,
		&builtin_setup_ruby,
		&builtin_upload_artifact,
	};

	for (size_t i = 0; i < WF_COUNT(all); i++) {
		struct wf_str rest = wf_str(all[i]->repository);

		if (wf_str_ieq(wf_str_cut(&rest, '/'), owner) && wf_str_ieq(rest, repo) &&
		    wf_str_eq(path, wf_str(all[i]->path)))
			return all[i];
	}
	return NULL;
}

struct wf_str
builtin_input(const struct builtin_call *call, const char *name)
{
	struct expr_value value = expr_object_get(call->inputs, wf_str(name));

	return value.kind == EXPR_STRING ? value.string : WF_S("");
}

bool
builtin_flag(const struct builtin_call *call, const char *name)
{
	return wf_str_ieq(builtin_input(call, name), WF_S("true"));
}

void
builtin_printf(struct builtin_call *call, const char *fmt, ...)
{
	struct wf_buf text = WF_BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	wf_buf_add(&text, wf_vstrf(call->arena, fmt, ap));
	va_end(ap);
	wf_buf_addc(&text, '\n');
	call->print(call, wf_buf_str(&text));
	wf_buf_release(&text);
}

/* Prints a command line; the message is escaped, so that it stays one line and is read back. */
__attribute__((format(printf, 3, 0))) static void
print_command(struct builtin_call *call, const char *command, const char *fmt, va_list ap)
{
	struct wf_str text = wf_vstrf(call->arena, fmt, ap);
	struct wf_buf line = WF_BUF_INIT;

	wf_buf_addf(&line, "::%s::", command);
	for (size_t i = 0; i < text.n; i++)
		switch (text.p[i]) {
		case '%': wf_buf_adds(&line, "%25"); break;
		case '\r': wf_buf_adds(&line, "%0D"); break;
		case '\n': wf_buf_adds(&line, "%0A"); break;
		default: wf_buf_addc(&line, text.p[i]);
		}
	wf_buf_addc(&line, '\n');
	call->print(call, wf_buf_str(&line));
	wf_buf_release(&line);
}

void
builtin_warn(struct builtin_call *call, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print_command(call, "warning", fmt, ap);
	va_end(ap);
}

void
builtin_note(struct builtin_call *call, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print_command(call, "notice", fmt, ap);
	va_end(ap);
}

void
builtin_group(struct builtin_call *call, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print_command(call, "group", fmt, ap);
	va_end(ap);
}

void
builtin_fail(struct builtin_call *call, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	print_command(call, "error", fmt, ap);
	va_end(ap);
	call->done(call, false);
}

struct wf_str
builtin_env(const struct builtin_call *call, const char *name)
{
	struct wf_str value = WF_S("");

	for (size_t i = 0; call->env[i]; i++) {
		struct wf_str rest = wf_str(call->env[i]);

		if (wf_str_is(wf_str_cut(&rest, '='), name) && rest.p)
			value = rest;
	}
	return value;
}

bool
builtin_read(struct builtin_call *call, const char *path, struct wf_str *out, struct wf_error *err)
{
	const char *full = wf_join(call->arena, call->box->layout.workspace, path);
	wf_auto(wf_close_fd) int fd = box_open(call->box, full, O_RDONLY | O_CLOEXEC, err);
	struct wf_buf text = WF_BUF_INIT;
	ssize_t got;

	if (fd < 0)
		return false;
	do {
		wf_buf_reserve(&text, CHUNK);
		got = read(fd, text.p + text.n, CHUNK);
		if (got > 0)
			text.n += (size_t)got;
	} while (got > 0 && text.n <= MAX_FILE);
	if (got != 0) {
		wf_buf_release(&text);
		if (got < 0)
			return wf_fail_sys(err, errno, "read %s", full);
		return wf_fail(err, WF_ERR_SYS, WF_NOWHERE, "%s is too large", full);
	}
	*out = wf_buf_take(&text, call->arena);
	return true;
}

struct wf_str *
builtin_lines(const struct builtin_call *call, const char *name, size_t *n)
{
	struct wf_str rest = builtin_input(call, name), *lines = NULL;
	size_t cap = 0;

	*n = 0;
	while (rest.p) {
		struct wf_str line = wf_str_trim(wf_str_cut(&rest, '\n'));

		if (line.n)
			*wf_push(call->arena, lines, *n, cap) = line;
	}
	return lines;
}

const char *
builtin_path(const struct builtin_call *call, struct wf_str path)
{
	struct wf_buf out = WF_BUF_INIT;

	if (wf_str_is(path, "~") || wf_str_starts(path, WF_S("~/")))
		path = wf_strf(call->arena, "%.*s%.*s", WF_ARG(builtin_env(call, "HOME")),
		    WF_ARG(wf_str_skip(path, 1)));
	else if (!wf_str_starts(path, WF_S("/")))
		path = wf_strf(call->arena, "%s/%.*s", call->box->layout.workspace, WF_ARG(path));
	while (path.p) {
		struct wf_str part = wf_str_cut(&path, '/');
		ptrdiff_t up = wf_str_rfind_char(wf_buf_str(&out), '/');

		if (wf_str_is(part, "..") && up >= 0)
			out.n = (size_t)up;
		else if (part.n && !wf_str_is(part, ".") && !wf_str_is(part, ".."))
			wf_buf_addf(&out, "/%.*s", WF_ARG(part));
	}
	if (!out.n)
		wf_buf_addc(&out, '/');
	return wf_buf_take(&out, call->arena).p;
}

int
builtin_root(struct builtin_call *call, struct wf_error *err)
{
	return box_open(call->box, "/", O_PATH | O_DIRECTORY, err);
}

/* ---- the pool ---- */

struct errand {
	uv_work_t work;
	void *impl;
	void (*run)(void *impl);
	void (*done)(void *impl);
};

static void
on_work(uv_work_t *work)
{
	struct errand *errand = work->data;

	errand->run(errand->impl);
}

static void
on_worked(uv_work_t *work, int status)
{
	struct errand *errand = work->data;

	(void)status;
	errand->done(errand->impl);
}

void
builtin_work(struct builtin_call *call, void (*work)(void *impl), void (*done)(void *impl))
{
	struct errand *errand = wf_new(call->arena, struct errand);

	*errand = (struct errand){ .impl = call->impl, .run = work, .done = done };
	errand->work.data = errand;
	if (uv_queue_work(call->loop, &errand->work, on_work, on_worked) < 0)
		done(call->impl);
}
