/* SPDX-License-Identifier: MIT */
/* repo_tls.c - keeps libgit2 from reading every certificate of the machine when it starts up.
 *
 * Where libgit2 is built with mbed TLS (Debian, Ubuntu), git_libgit2_init() parses the machine's
 * whole bundle of certificate authorities, which costs ten times what all other facts of git do.
 * No function of the event floor talks to a server, so the bundle stays unread: this definition
 * comes before the library's for the whole process. A connection that libgit2 would make finds
 * no authority that it trusts and is refused; whoever fetches over HTTPS with libgit2 has to give
 * the certificates then, and this file has to go. With another TLS library nothing calls it. */

/* As mbed TLS declares it, whose headers need not be there. */
int mbedtls_x509_crt_parse_file(void *chain, const char *path);

int
mbedtls_x509_crt_parse_file(void *chain, const char *path)
{
	(void)chain;
	(void)path;
	return 0; /* read without an error; there was no certificate in it */
}
