/* SPDX-License-Identifier: MIT */
/* bench_mask.c - masking 100 secrets in lines of about 80 bytes, against `grep -F -f` on the same.
 *
 *     bench_mask [MEGABYTES]
 *
 * The mask looks for about ten forms of each secret, grep for the secrets alone. Both read the text
 * from memory (grep: from a file that was just written). */
#include "base/arena.h"
#include "runner/output/mask.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define SECRETS 100
#define SECRET_LENGTH 32
#define HIT_EVERY 1000 /* lines */

static double
seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void
add_secret(struct wf_buf *out, unsigned *seed)
{
	static const char letters[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";

	for (int i = 0; i < SECRET_LENGTH; i++)
		wf_buf_addc(out, letters[(size_t)rand_r(seed) % (sizeof(letters) - 1)]);
}

/* A line as compilers, test runners and package managers print it. */
static void
add_line(struct wf_buf *out, unsigned *seed)
{
	static const char *const words[] = { "Compiling", "tests/unit/test_billing.py", "PASSED",
		"Collecting", "package", "from", "https://pypi.org/simple", "warning:", "unused",
		"variable", "[ 42%]", "Building C object", "sha256:", "in 0.31s", "(cached)" };
	size_t end = out->n + 60;

	while (out->n < end)
		wf_buf_addf(out, "%s ", words[(size_t)rand_r(seed) % WF_COUNT(words)]);
	wf_buf_addf(out, "%08x\n", (unsigned)rand_r(seed));
}

static struct wf_str
make_text(struct wf_buf *text, size_t size, const struct wf_buf *secrets, unsigned *seed)
{
	for (size_t line = 1; text->n < size; line++) {
		size_t which = (size_t)rand_r(seed) % SECRETS * (SECRET_LENGTH + 1);

		if (line % HIT_EVERY == 0)
			wf_buf_addf(text, "token=%.*s ", SECRET_LENGTH, secrets->p + which);
		add_line(text, seed);
	}
	return wf_buf_str(text);
}

static double
time_mask(struct wf_str text, struct wf_str secrets, size_t *hits)
{
	wf_auto(wf_buf_release) struct wf_buf buf = WF_BUF_INIT;
	struct mask *mask = mask_new(NULL);
	double start;

	while (secrets.n > 0)
		mask_add(mask, wf_str_cut(&secrets, '\n'));
	start = seconds();
	while (text.n > 0) {
		struct wf_str line = wf_str_cut(&text, '\n');

		*hits += mask_apply(mask, line, &buf).p != line.p;
	}
	start = seconds() - start;
	mask_free(mask);
	return start;
}

static void
write_file(const char *path, struct wf_str bytes)
{
	FILE *f = fopen(path, "w");

	if (!f || fwrite(bytes.p, 1, bytes.n, f) != bytes.n || fclose(f) != 0) {
		perror(path);
		exit(1);
	}
}

static double
time_grep(struct wf_arena *arena, const char *dir)
{
	struct wf_str command = wf_strf(arena, "cd %s && LC_ALL=C grep -F -f secrets text > found",
	    dir);
	double start = seconds();

	if (system(command.p) != 0)
		exit(1);
	return seconds() - start;
}

int
main(int argc, char **argv)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	wf_auto(wf_buf_release) struct wf_buf secrets = WF_BUF_INIT, bytes = WF_BUF_INIT;
	size_t megabytes = argc > 1 ? strtoul(argv[1], NULL, 10) : 128, hits = 0;
	char dir[] = "/tmp/bench_mask.XXXXXX";
	unsigned seed = 1;
	struct wf_str text;
	double mask, grep;

	if (!mkdtemp(dir)) {
		perror(dir);
		return 1;
	}
	for (int i = 0; i < SECRETS; i++) {
		add_secret(&secrets, &seed);
		wf_buf_addc(&secrets, '\n');
	}
	text = make_text(&bytes, megabytes << 20, &secrets, &seed);
	write_file(wf_strf(arena, "%s/secrets", dir).p, wf_buf_str(&secrets));
	write_file(wf_strf(arena, "%s/text", dir).p, text);
	mask = time_mask(text, wf_buf_str(&secrets), &hits);
	grep = time_grep(arena, dir);
	printf("mask: %zu MiB, %d secrets, %zu lines masked: %.0f MB/s\n", megabytes, SECRETS, hits,
	    (double)text.n / 1e6 / mask);
	printf("grep -F -f: %.0f MB/s; ratio mask/grep in speed: %.2f\n",
	    (double)text.n / 1e6 / grep, grep / mask);
	return system(wf_strf(arena, "rm -r %s", dir).p) != 0;
}
