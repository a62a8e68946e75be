/* SPDX-License-Identifier: MIT */
/* account.c - docker's configuration, and the programs that keep passwords for it. */
#include "runner/image/account.h"

#include "base/fs.h"
#include "expr/expr.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define CONFIG_LARGEST ((size_t)1 << 20)
#define ANSWER_LARGEST ((size_t)1 << 16)
#define HELPER_MS 30000
#define HUB_KEY "https://index.docker.io/v1/"

extern char **environ;

/* ---- base64 ---- */

static struct wf_str
decode(struct wf_arena *arena, struct wf_str text)
{
	unsigned char *bytes = wf_alloc(arena, text.n + 4, 1);
	int n = EVP_DecodeBlock(bytes, (const unsigned char *)text.p, (int)text.n);

	if (n < 0)
		return (struct wf_str){ NULL, 0 };
	while (text.n > 0 && text.p[text.n - 1] == '=' && n > 0) {
		text.n--;
		n--;
	}
	return (struct wf_str){ (const char *)bytes, (size_t)n };
}

struct wf_str
image_account_basic(struct wf_arena *arena, const struct image_account *account)
{
	struct wf_str plain = wf_strf(arena, "%.*s:%.*s", WF_ARG(account->user),
	    WF_ARG(account->password));
	unsigned char *text = wf_alloc(arena, plain.n / 3 * 4 + 8, 1);
	int n = EVP_EncodeBlock(text, (const unsigned char *)plain.p, (int)plain.n);

	return (struct wf_str){ (const char *)text, (size_t)n };
}

/* ---- helpers ---- */

struct helper {
	const char *program;
	pid_t pid;
	int in, out; /* our ends */
};

static bool
spawn_helper(struct helper *helper, struct wf_error *err)
{
	char get[] = "get";
	char *argv[] = { (char *)helper->program, get, NULL };
	posix_spawn_file_actions_t actions;
	int in[2], out[2], errnum;

	if (pipe2(in, O_CLOEXEC) < 0)
		return wf_fail_sys(err, errno, "%s", helper->program);
	if (pipe2(out, O_CLOEXEC) < 0) {
		errnum = errno;
		close(in[0]);
		close(in[1]);
		return wf_fail_sys(err, errnum, "%s", helper->program);
	}
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, in[0], STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, out[1], STDOUT_FILENO);
	errnum = posix_spawnp(&helper->pid, helper->program, &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(in[0]);
	close(out[1]);
	helper->in = in[1];
	helper->out = out[0];
	if (errnum == 0)
		return true;
	close(helper->in);
	close(helper->out);
	wf_fail(err, WF_ERR_MISSING, WF_NOWHERE, "%s: %s", helper->program, strerror(errnum));
	return wf_hint(err, "docker's config.json asks for it: install it, or take it out there");
}

static void
read_answer(struct helper *helper, struct wf_buf *answer)
{
	struct pollfd fd = { .fd = helper->out, .events = POLLIN };
	char bytes[4096];
	ssize_t n = 1;

	while (n > 0 && answer->n < ANSWER_LARGEST && poll(&fd, 1, HELPER_MS) > 0) {
		n = read(helper->out, bytes, sizeof(bytes));
		if (n > 0)
			wf_buf_add(answer, (struct wf_str){ bytes, (size_t)n });
	}
	if (n > 0)
		kill(helper->pid, SIGKILL); /* too much, or silent for too long */
}

/* A helper that knows nobody says so and fails; that is no error. */
static bool
parse_answer(struct wf_arena *arena, const struct helper *helper, struct wf_str answer, int status,
    struct image_account *out, struct wf_error *err)
{
	struct expr_value value;
	struct wf_str user;

	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		if (wf_str_find(answer, WF_S("credentials not found")) >= 0)
			return true;
		return wf_fail(err, WF_ERR_MISSING, WF_NOWHERE, "%s failed: %.*s", helper->program,
		    WF_ARG(wf_str_trim(wf_str_sub(answer, 0, 200))));
	}
	if (!expr_json_read(arena, NULL, answer, &value, NULL))
		return wf_fail(err, WF_ERR_MISSING, WF_NOWHERE, "%s answered no JSON",
		    helper->program);
	user = expr_path_str(arena, value, "Username");
	if (wf_str_is(user, "<token>"))
		out->token = expr_path_str(arena, value, "Secret");
	else
		*out = (struct image_account){ user, expr_path_str(arena, value, "Secret"), { 0 } };
	return true;
}

static bool
ask_helper(struct wf_arena *arena, struct wf_str name, const char *key, struct image_account *out,
    struct wf_error *err)
{
	struct helper helper = {
		.program = wf_strf(arena, "docker-credential-%.*s", WF_ARG(name)).p,
	};
	wf_auto(wf_buf_release) struct wf_buf answer = WF_BUF_INIT;
	int status = 0;

	if (wf_str_find_char(name, '/') >= 0)
		return wf_fail(err, WF_ERR_MISSING, WF_NOWHERE,
		    "docker's config.json names a credential helper with a '/': %.*s",
		    WF_ARG(name));
	if (!spawn_helper(&helper, err))
		return false;
	wf_write_all(helper.in, wf_str(key)); /* far below what a pipe holds */
	close(helper.in);
	read_answer(&helper, &answer);
	close(helper.out);
	while (waitpid(helper.pid, &status, 0) < 0 && errno == EINTR)
		;
	return parse_answer(arena, &helper, wf_buf_str(&answer), status, out, err);
}

/* ---- the configuration ---- */

static const char *
config_path(struct wf_arena *arena)
{
	const char *folder = getenv("DOCKER_CONFIG");
	const char *home = getenv("HOME");

	if (folder && folder[0])
		return wf_join(arena, folder, "config.json");
	return home && home[0] ? wf_join(arena, home, ".docker/config.json") : NULL;
}

static void
take_entry(struct wf_arena *arena, struct expr_value entry, struct image_account *out)
{
	struct wf_str auth = decode(arena, expr_path_str(arena, entry, "auth"));

	out->token = expr_path_str(arena, entry, "identitytoken");
	if (wf_str_find_char(auth, ':') <= 0)
		return;
	out->user = wf_str_cut(&auth, ':');
	out->password = auth;
}

/* "https://host/v1/" and "host" are the same registry. */
static bool
same_registry(struct wf_str key, struct wf_str registry)
{
	ptrdiff_t scheme = wf_str_find(key, WF_S("://"));

	if (scheme >= 0)
		key = wf_str_skip(key, (size_t)scheme + 3);
	return wf_str_ieq(wf_str_cut(&key, '/'), registry);
}

static bool
find_entry(struct wf_arena *arena, struct expr_value config, const char *key,
    struct wf_str registry, struct image_account *out)
{
	struct expr_value auths = expr_path(config, "auths");
	const struct expr_pair *pair;

	if (auths.kind != EXPR_OBJECT)
		return false;
	pair = expr_object_find(auths.object, wf_str(key));
	for (size_t i = 0; !pair && i < auths.object->n; i++)
		if (same_registry(auths.object->pairs[i].key, registry))
			pair = &auths.object->pairs[i];
	if (pair)
		take_entry(arena, pair->value, out);
	return out->user.n > 0 || out->token.n > 0;
}

bool
image_account_find(struct wf_arena *arena, struct wf_str registry, struct image_account *out,
    struct wf_error *err)
{
	const char *path = config_path(arena);
	const char *key = wf_str_is(registry, "docker.io") ? HUB_KEY : wf_cstr(arena, registry);
	struct expr_value config, helpers;
	struct wf_str text, helper = { 0 };

	*out = (struct image_account){ 0 };
	if (!path || !wf_exists(path))
		return true;
	if (!wf_read_file(arena, path, CONFIG_LARGEST, &text, err) ||
	    !expr_json_read(arena, path, text, &config, err)) {
		err->kind = WF_ERR_MISSING;
		return wf_hint(err, "it says how to log in to registries: mend it");
	}
	helpers = expr_path(config, "credHelpers");
	if (helpers.kind == EXPR_OBJECT)
		helper = expr_to_string(arena, expr_object_get(helpers.object, wf_str(key)));
	if (helper.n > 0)
		return ask_helper(arena, helper, key, out, err);
	if (find_entry(arena, config, key, registry, out))
		return true;
	helper = expr_path_str(arena, config, "credsStore");
	return helper.n == 0 || ask_helper(arena, helper, key, out, err);
}
