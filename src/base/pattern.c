/* SPDX-License-Identifier: MIT */
/* pattern.c - patterns on top of PCRE2, bounded in time and memory.
 *
 * Patterns come from workflow files and problem matchers, names from repositories and from the
 * output of steps: all of it is foreign. The backtracking matcher gives up at MATCH_LIMIT; a glob,
 * which needs only yes or no, is then asked again with the matcher that does not backtrack. A
 * regular expression that reaches the limit does not match. */
#include "base/pattern.h"

#include <stdio.h>
#include <stdlib.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/direct.h"
#include "base/glob.h"
#include "base/literal.h"

#define MATCH_LIMIT 200000
#define HEAP_LIMIT_KIB 16384
#define PATTERN_LIMIT 65536 /* bytes of text; picomatch has the same limit */
#define DFA_WORKSPACE 16384 /* ints */

struct wf_pattern {
	/* what rules most names out comes first, so that it is in one place */
	struct wf_buf text; /* WF_PATTERN_PICOMATCH: a name equal to the pattern matches */
	struct literals literals; /* of a glob */
	enum wf_dialect dialect;
	bool jit;
	pcre2_code *code; /* NULL: matches nothing but `text` */
	pcre2_match_data *data;
	pcre2_match_context *limits;
	struct direct direct; /* of a plain glob, otherwise empty */
};

static uint32_t
options(enum wf_dialect dialect)
{
	uint32_t common = PCRE2_UTF | PCRE2_NEVER_UCP | PCRE2_NEVER_BACKSLASH_C;

	switch (dialect) {
	case WF_PATTERN_FILTER: return common | PCRE2_DOTALL;
	case WF_PATTERN_PICOMATCH: return common;
	case WF_PATTERN_REGEX: return common | PCRE2_ALT_BSUX;
	}
	abort();
}

/* Compiles source; false leaves the PCRE2 error in *code. */
static bool
compile(struct wf_pattern *pattern, struct wf_str source, int *code, size_t *at)
{
	pcre2_compile_context *context = pcre2_compile_context_create(NULL);

	if (!context)
		abort();
	pcre2_set_newline(context, PCRE2_NEWLINE_LF);
	pattern->code = pcre2_compile((PCRE2_SPTR)(source.p ? source.p : ""), source.n,
	    options(pattern->dialect), code, at, context);
	pcre2_compile_context_free(context);
	if (!pattern->code)
		return false;
	pattern->jit = pcre2_jit_compile(pattern->code, PCRE2_JIT_COMPLETE) == 0;
	pattern->data = pcre2_match_data_create_from_pattern(pattern->code, NULL);
	if (!pattern->data)
		abort();
	return true;
}

static struct wf_pattern *
pattern_alloc(enum wf_dialect dialect)
{
	struct wf_pattern *pattern = calloc(1, sizeof(*pattern));

	if (!pattern)
		abort();
	pattern->dialect = dialect;
	pattern->limits = pcre2_match_context_create(NULL);
	if (!pattern->limits)
		abort();
	pcre2_set_match_limit(pattern->limits, MATCH_LIMIT);
	pcre2_set_heap_limit(pattern->limits, HEAP_LIMIT_KIB);
	return pattern;
}

static bool
new_filter(struct wf_pattern *pattern, struct wf_str text, struct wf_buf *source, char *why,
    size_t size)
{
	const char *problem;
	size_t at;
	int code;

	if (!glob_from_filter(text, source, &problem)) {
		snprintf(why, size, "%s", problem);
		return false;
	}
	if (compile(pattern, wf_buf_str(source), &code, &at))
		return true;
	pcre2_get_error_message(code, (PCRE2_UCHAR *)why, size);
	return false;
}

/* picomatch never refuses a text: what is not an expression matches only a name equal to it. */
static bool
new_picomatch(struct wf_pattern *pattern, struct wf_str text, struct wf_buf *source, char *why,
    size_t size)
{
	size_t at;
	int code;

	if (text.n == 0) {
		snprintf(why, size, "Expected pattern to be a non-empty string");
		return false;
	}
	wf_buf_add(&pattern->text, text);
	if (glob_from_picomatch(text, source))
		compile(pattern, wf_buf_str(source), &code, &at);
	return true;
}

static bool
new_regex(struct wf_pattern *pattern, struct wf_str text, char *why, size_t size)
{
	PCRE2_UCHAR message[160];
	size_t at;
	int code;

	if (compile(pattern, text, &code, &at))
		return true;
	pcre2_get_error_message(code, message, sizeof(message));
	snprintf(why, size, "%s at offset %zu", (char *)message, at);
	return false;
}

struct wf_pattern *
wf_pattern_new(enum wf_dialect dialect, struct wf_str text, struct wf_pos pos, struct wf_error *err)
{
	struct wf_pattern *pattern = pattern_alloc(dialect);
	wf_auto(wf_buf_release) struct wf_buf source = WF_BUF_INIT;
	char why[200] = "it is too long";
	bool ok = text.n <= PATTERN_LIMIT;

	if (ok)
		switch (dialect) {
		case WF_PATTERN_FILTER:
			ok = new_filter(pattern, text, &source, why, sizeof(why));
			break;
		case WF_PATTERN_PICOMATCH:
			ok = new_picomatch(pattern, text, &source, why, sizeof(why));
			break;
		case WF_PATTERN_REGEX: ok = new_regex(pattern, text, why, sizeof(why)); break;
		}
	if (ok && dialect != WF_PATTERN_REGEX) {
		literals_find(wf_buf_str(&source), &pattern->literals);
		direct_find(wf_buf_str(&source), &pattern->direct);
	}
	if (ok)
		return pattern;
	wf_pattern_free(pattern);
	wf_fail(err, WF_ERR_INVALID, pos, "'%.*s' is not a valid pattern: %s",
	    (int)(text.n < 200 ? text.n : 200), text.p ? text.p : "", why);
	return NULL;
}

void
wf_pattern_free(struct wf_pattern *pattern)
{
	if (!pattern)
		return;
	pcre2_code_free(pattern->code);
	pcre2_match_data_free(pattern->data);
	pcre2_match_context_free(pattern->limits);
	wf_buf_release(&pattern->text);
	literals_release(&pattern->literals);
	direct_release(&pattern->direct);
	free(pattern);
}

/* Yes or no without backtracking: time is bounded by the length of name times pattern. */
static bool
match_without_backtracking(const struct wf_pattern *pattern, struct wf_str s)
{
	int *space = calloc(DFA_WORKSPACE, sizeof(*space));
	int rc;

	if (!space)
		abort();
	rc = pcre2_dfa_match(pattern->code, (PCRE2_SPTR)s.p, s.n, 0, PCRE2_DFA_SHORTEST,
	    pattern->data, pattern->limits, space, DFA_WORKSPACE);
	free(space);
	return rc >= 0;
}

static bool
is_ascii(struct wf_str s)
{
	uint64_t word, all = 0;
	size_t i = 0;

	for (; i + sizeof(word) <= s.n; i += sizeof(word)) {
		memcpy(&word, s.p + i, sizeof(word));
		all |= word;
	}
	for (; i < s.n; i++)
		all |= (unsigned char)s.p[i];
	return !(all & 0x8080808080808080u);
}

/* The short way, without the checks of pcre2_match(): what is ASCII is valid. */
static int
match_ascii(const struct wf_pattern *pattern, struct wf_str s)
{
	return pcre2_jit_match(pattern->code, (PCRE2_SPTR)(s.p ? s.p : ""), s.n, 0, 0,
	    pattern->data, pattern->limits);
}

static int
match_valid(const struct wf_pattern *pattern, struct wf_str s)
{
	int rc = pattern->jit && is_ascii(s)
	             ? match_ascii(pattern, s)
	             : pcre2_match(pattern->code, (PCRE2_SPTR)(s.p ? s.p : ""), s.n, 0, 0,
	                   pattern->data, pattern->limits);

	if (rc == PCRE2_ERROR_JIT_STACKLIMIT)
		rc = pcre2_match(pattern->code, (PCRE2_SPTR)s.p, s.n, 0, PCRE2_NO_JIT,
		    pattern->data, pattern->limits);
	if (rc == PCRE2_ERROR_MATCHLIMIT && pattern->dialect != WF_PATTERN_REGEX)
		return match_without_backtracking(pattern, s);
	return rc;
}

/* A copy in which each malformed sequence is U+FFFD, as GitHub's programs decode foreign bytes. */
static void
add_repaired(struct wf_buf *out, struct wf_str s)
{
	char utf8[4];
	size_t len;

	for (; s.n > 0; s = wf_str_skip(s, len))
		wf_buf_add(out, (struct wf_str){ utf8, wf_utf8_put(wf_utf8_get(s, &len), utf8) });
}

static bool
is_utf_error(int rc)
{
	return rc <= PCRE2_ERROR_UTF8_ERR1 && rc >= PCRE2_ERROR_UTF8_ERR21;
}

static bool
match_any(const struct wf_pattern *pattern, struct wf_str s)
{
	wf_auto(wf_buf_release) struct wf_buf repaired = WF_BUF_INIT;
	int rc = match_valid(pattern, s);

	if (is_utf_error(rc)) {
		add_repaired(&repaired, s);
		rc = match_valid(pattern, wf_buf_str(&repaired));
	}
	return rc > 0;
}

/* Apart from wf_pattern_match(), which then has no registers to save for the names it rules out. */
static __attribute__((noinline)) bool
match_likely(const struct wf_pattern *pattern, struct wf_str s)
{
	enum direct_answer answer = DIRECT_UNKNOWN;

	if (!pattern->code || !literals_are_in(&pattern->literals, s))
		return false;
	if (pattern->direct.n > 0 && is_ascii(s))
		answer = direct_match(&pattern->direct, s);
	return answer == DIRECT_UNKNOWN ? match_any(pattern, s) : answer == DIRECT_YES;
}

static __attribute__((noinline)) bool
is_text(const struct wf_pattern *pattern, struct wf_str s)
{
	return pattern->dialect == WF_PATTERN_PICOMATCH && wf_str_eq(s, wf_buf_str(&pattern->text));
}

bool
wf_pattern_match(const struct wf_pattern *pattern, struct wf_str s)
{
	if (s.n == pattern->text.n && is_text(pattern, s))
		return true;
	return literals_may_be_in(&pattern->literals, s) && match_likely(pattern, s);
}

/* The offset in s that stands for an offset in its repaired copy. */
static size_t
offset_before_repair(struct wf_str s, size_t offset)
{
	size_t from = 0, to = 0, len;
	char utf8[4];

	while (to < offset && from < s.n) {
		to += wf_utf8_put(wf_utf8_get(wf_str_skip(s, from), &len), utf8);
		from += len;
	}
	return from;
}

size_t
wf_pattern_groups(const struct wf_pattern *pattern, struct wf_str s, struct wf_str *groups,
    size_t n)
{
	wf_auto(wf_buf_release) struct wf_buf repaired = WF_BUF_INIT;
	const size_t *ends = pcre2_get_ovector_pointer(pattern->data);
	size_t count = pcre2_get_ovector_count(pattern->data);
	int rc;

	s.p = s.p ? s.p : "";
	rc = match_valid(pattern, s);
	if (is_utf_error(rc)) {
		add_repaired(&repaired, s);
		rc = match_valid(pattern, wf_buf_str(&repaired));
	}
	if (rc <= 0)
		return 0;
	for (size_t i = 0; i < n; i++) {
		size_t from = i < (size_t)rc ? ends[2 * i] : PCRE2_UNSET;
		size_t to = i < (size_t)rc ? ends[2 * i + 1] : PCRE2_UNSET;

		groups[i] = (struct wf_str){ NULL, 0 };
		if (from == PCRE2_UNSET)
			continue;
		if (repaired.n > 0) {
			from = offset_before_repair(s, from);
			to = offset_before_repair(s, to);
		}
		groups[i] = (struct wf_str){ s.p + from, to > from ? to - from : 0 };
	}
	return count;
}
