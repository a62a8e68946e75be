/* SPDX-License-Identifier: MIT */
/* repo_tls.c - the certificate authorities that libgit2 trusts: read before a connection, not at
 * every start.
 *
 * Where libgit2 is built with mbed TLS (Debian, Ubuntu), git_libgit2_init() parses the machine's
 * whole bundle of authorities, which costs ten times what all other facts of git do, and hardly
 * any command talks to a server. So this definition of mbed TLS's reader comes before the library's
 * for the whole process and reads nothing but what repo_tls_trust() opened. With another TLS
 * library nothing calls it, and that library finds the authorities by itself. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fs.h"
#include "event/repo_git.h"

#define OPENED "/proc/self/fd/" /* by repo_tls_trust(); libgit2 itself names no such file */

/* As mbed TLS declares it, whose headers need not be there. */
int mbedtls_x509_crt_parse_file(void *chain, const char *path);

/* mbed TLS's own, or NULL where it is not part of this process. */
static __typeof__(mbedtls_x509_crt_parse_file) *
real_reader(void)
{
	__typeof__(mbedtls_x509_crt_parse_file) *reader = NULL;
	void *symbol = dlsym(RTLD_NEXT, "mbedtls_x509_crt_parse_file");

	memcpy(&reader, &symbol, sizeof(reader));
	return reader;
}

int
mbedtls_x509_crt_parse_file(void *chain, const char *path)
{
	__typeof__(mbedtls_x509_crt_parse_file) *reader = real_reader();

	if (!reader || !wf_str_starts(wf_str(path), WF_S(OPENED)))
		return 0; /* read without an error; there was no certificate in it */
	return reader(chain, path);
}

/* The file that a variable of the environment names; NULL when none is set. */
static const char *
asked_for(void)
{
	static const char *const variables[] = { "GIT_SSL_CAINFO", "SSL_CERT_FILE" };

	for (size_t i = 0; i < WF_COUNT(variables); i++) {
		const char *path = getenv(variables[i]);

		if (path && *path)
			return path;
	}
	return NULL;
}

/* Opens the authorities of this machine where its distribution keeps them. */
static int
open_system_bundle(void)
{
	static const char *const paths[] = {
		"/etc/ssl/certs/ca-certificates.crt", /* Debian, Arch, Alpine */
		"/etc/pki/tls/certs/ca-bundle.crt", /* Fedora */
		"/etc/ssl/ca-bundle.pem", /* openSUSE */
		"/etc/ssl/cert.pem",
	};
	int fd = -1;

	for (size_t i = 0; i < WF_COUNT(paths) && fd < 0; i++)
		fd = open(paths[i], O_RDONLY | O_CLOEXEC);
	return fd;
}

bool
repo_tls_trust(struct wf_error *err)
{
	const char *asked = asked_for();
	wf_auto(wf_close_fd) int fd = -1;
	char path[sizeof(OPENED) + 16];

	if (!real_reader())
		return true;
	fd = asked ? open(asked, O_RDONLY | O_CLOEXEC) : open_system_bundle();
	if (fd < 0 && asked)
		return wf_fail_sys(err, errno, "open the certificates in %s", asked);
	if (fd < 0) {
		wf_fail(err, WF_ERR_MISSING, WF_NOWHERE,
		    "there are no certificate authorities on this machine");
		return wf_hint(err,
		    "install the package ca-certificates, or name a file by SSL_CERT_FILE");
	}
	snprintf(path, sizeof(path), OPENED "%d", fd);
	return git_libgit2_opts(GIT_OPT_SET_SSL_CERT_LOCATIONS, path, NULL) == 0 ||
	       repo_fail(err, "read the certificates%s%s", asked ? " in " : "", asked ? asked : "");
}
