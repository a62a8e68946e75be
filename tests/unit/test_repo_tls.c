/* SPDX-License-Identifier: MIT */
/* test_repo_tls.c - connects libgit2 to a server whose certificate the machine does not know. */
#include <git2.h>

#include "scratch.h"

/* A server that shows a page to whoever trusts it; where it listens is in `port`. */
#define SERVER                                                                                     \
	"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost "                   \
	"-addext subjectAltName=DNS:localhost -keyout key.pem -out cert.pem;"                      \
	"openssl s_server -accept 127.0.0.1:0 -cert cert.pem -key key.pem -www >log 2>&1 & "       \
	"echo $! >pid; until grep -q ^ACCEPT log; do sleep 0.05; kill -0 $(cat pid); done;"        \
	"sed -n 's/^ACCEPT.*:/https:\\/\\/localhost:/p' log >url;" SCRATCH_FIRST

/* What stops libgit2: GIT_ERROR_SSL before the server has shown that it can be trusted,
 * GIT_ERROR_HTTP after that, as what it shows is no repository. */
static int
connect_to(const struct scratch *s)
{
	git_remote *remote = NULL;
	struct wf_error err;
	struct wf_str url;
	int stopped = 0;

	CHECK(wf_read_file(s->arena, wf_join(s->arena, s->dir, "url"), 100, &url, &err));
	CHECK_INT(git_remote_create_detached(&remote, wf_cstr(s->arena, wf_str_trim(url))), 0);
	if (git_remote_connect(remote, GIT_DIRECTION_FETCH, NULL, NULL, NULL) < 0)
		stopped = git_error_last()->klass;
	git_remote_free(remote);
	return stopped;
}

static bool
trust(const struct scratch *s, const char *name, struct wf_error *err)
{
	bool trusted;

	setenv("SSL_CERT_FILE", wf_join(s->arena, s->dir, name), 1);
	trusted = repo_tls_trust(err);
	unsetenv("SSL_CERT_FILE");
	return trusted;
}

TEST(repo_tls_trusts_what_the_environment_names)
{
	struct wf_error err = { 0 };
	struct scratch s;

	if (system("command -v openssl >/dev/null") != 0)
		SKIP("there is no openssl to make a certificate");
	unsetenv("GIT_SSL_CAINFO");
	s = scratch_new(SERVER);
	scratch_open(&s, "r");
	CHECK_INT(connect_to(&s), GIT_ERROR_SSL);
	CHECK(trust(&s, "cert.pem", &err));
	CHECK_INT(connect_to(&s), GIT_ERROR_HTTP);
	scratch_run(&s, "kill $(cat pid)");
	scratch_close(&s);
}

TEST(repo_tls_names_the_file_that_it_cannot_read)
{
	struct scratch s = scratch_new(SCRATCH_FIRST);
	struct wf_error err = { 0 };

	unsetenv("GIT_SSL_CAINFO");
	scratch_open(&s, "r");
	if (trust(&s, "r/none.pem", &err)) {
		scratch_close(&s);
		SKIP("this libgit2 finds the authorities by itself");
	}
	CHECK_INT(err.kind, WF_ERR_SYS);
	CHECK(strstr(err.msg, "none.pem: No such file") != NULL);
	CHECK(!trust(&s, "r/a.txt", &err));
	CHECK(strstr(err.msg, "a.txt") != NULL);
	scratch_close(&s);
}
