/* SPDX-License-Identifier: MIT */
/* credential.c - the conversation with `git credential`: lines of name=value, both ways. */
#include "runner/store/credential.h"

#include "base/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define ANSWER_LARGEST ((size_t)64 << 10)

extern char **environ;

bool
credential_url(struct wf_str url, struct credential *out)
{
	ptrdiff_t colon = wf_str_find(url, WF_S("://"));
	ptrdiff_t at;

	*out = (struct credential){ .protocol = wf_str_sub(url, 0,
		                        (size_t)(colon < 0 ? 0 : colon)) };
	if (!wf_str_is(out->protocol, "https") && !wf_str_is(out->protocol, "http"))
		return false;
	out->path = wf_str_skip(url, (size_t)colon + strlen("://"));
	out->host = wf_str_cut(&out->path, '/');
	at = wf_str_rfind_char(out->host, '@');
	out->host = wf_str_skip(out->host, (size_t)(at + 1));
	return out->host.n > 0;
}

/* A line of the conversation; a value with a line break would be two. */
static void
put(struct wf_buf *text, const char *name, struct wf_str value)
{
	if (value.n && wf_str_find_char(value, '\n') < 0)
		wf_buf_addf(text, "%s=%.*s\n", name, WF_ARG(value));
}

/* No window and no prompt, whatever the configuration says: nobody may be there. */
static void
forbid_prompts(void)
{
	setenv("GIT_TERMINAL_PROMPT", "0", 1);
	setenv("GIT_ASKPASS", "", 1);
	setenv("SSH_ASKPASS", "", 1);
}

static bool
start(const char *verb, int in, int out, pid_t *pid, struct wf_error *err)
{
	char *const argv[] = { (char *)"git", (char *)"credential", (char *)verb, NULL };
	posix_spawn_file_actions_t actions;
	int rc;

	forbid_prompts();
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	rc = posix_spawnp(pid, "git", &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (rc == 0)
		return true;
	wf_fail(err, WF_ERR_MISSING, WF_NOWHERE, "git's credential helpers need git");
	return wf_hint(err, "install git, and set a helper up for this host");
}

/* What goes in is smaller than a pipe, so that writing all of it first cannot block. */
static bool
converse(struct wf_arena *arena, const char *verb, const struct wf_buf *text, struct wf_str *answer,
    struct wf_error *err)
{
	int in[2] = { -1, -1 }, out[2] = { -1, -1 };
	bool ok = pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0;
	int status = 0;
	pid_t pid = -1;

	if (!ok)
		wf_fail_sys(err, errno, "pipe");
	ok = ok && start(verb, in[0], out[1], &pid, err);
	wf_close_fd(&in[0]);
	wf_close_fd(&out[1]);
	if (ok)
		wf_write_all(in[1], wf_buf_str(text));
	wf_close_fd(&in[1]);
	if (ok) {
		char *bytes = wf_new_array(arena, ANSWER_LARGEST, char);
		size_t n = 0;
		ssize_t got;

		while (n < ANSWER_LARGEST &&
		       (got = read(out[0], bytes + n, ANSWER_LARGEST - n)) > 0)
			n += (size_t)got;
		*answer = (struct wf_str){ bytes, n };
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
	}
	wf_close_fd(&out[0]);
	return ok && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void
describe(struct wf_buf *text, const struct credential *credential)
{
	put(text, "protocol", credential->protocol);
	put(text, "host", credential->host);
	put(text, "path", credential->path);
	put(text, "username", credential->username);
	put(text, "password", credential->password);
	wf_buf_addc(text, '\n');
}

bool
credential_fill(struct wf_arena *arena, struct credential *credential, struct wf_error *err)
{
	wf_auto(wf_buf_release) struct wf_buf text = WF_BUF_INIT;
	struct wf_error why = { .msg = "" };
	struct wf_str answer = { NULL, 0 };

	describe(&text, credential);
	if (!converse(arena, "fill", &text, &answer, &why) && why.msg[0]) {
		*err = why;
		return false;
	}
	while (answer.p) {
		struct wf_str value = wf_str_cut(&answer, '\n'), name = wf_str_cut(&value, '=');

		if (wf_str_is(name, "username"))
			credential->username = value;
		else if (wf_str_is(name, "password"))
			credential->password = value;
	}
	if (credential->password.p)
		return true;
	wf_fail(err, WF_ERR_MISSING, WF_NOWHERE,
	    "%.*s asks for credentials, and no credential helper of git knows any",
	    WF_ARG(credential->host));
	return wf_hint(err, "set one up (git config credential.helper ...), or check the name: "
	                    "GitHub asks so for what is not there, too");
}

void
credential_judge(struct wf_arena *arena, const struct credential *credential, bool good)
{
	wf_auto(wf_buf_release) struct wf_buf text = WF_BUF_INIT;
	struct wf_str answer;

	describe(&text, credential);
	converse(arena, good ? "approve" : "reject", &text, &answer, NULL);
}
