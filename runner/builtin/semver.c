/* SPDX-License-Identifier: MIT */
/* semver.c - each comparator of a range becomes an interval: a lower and an upper bound.
 *
 * `~1.2` is [1.2.0, 1.3.0-0), `<=1.2` is [0, 1.3.0-0), `>1.2` is [1.3.0, ...). The bound X.Y.Z-0 is
 * the lowest pre-release of X.Y.Z, so that no pre-release of the next version slips in below it. */
#include "runner/builtin/semver.h"

#include <stddef.h>

/* ---- versions ---- */

static int
compare_numbers(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* One dot-separated part of a pre-release: numbers by value and before text. */
static int
compare_part(struct wf_str a, struct wf_str b)
{
	uint64_t na, nb;
	bool a_is_number = wf_str_u64(a, &na), b_is_number = wf_str_u64(b, &nb);

	if (a_is_number && b_is_number)
		return compare_numbers(na, nb);
	if (a_is_number != b_is_number)
		return a_is_number ? -1 : 1;
	return wf_str_cmp(a, b);
}

static int
compare_pre(struct wf_str a, struct wf_str b)
{
	if (a.n == 0 || b.n == 0)
		return (a.n == 0) - (b.n == 0);
	while (a.p && b.p) {
		int order = compare_part(wf_str_cut(&a, '.'), wf_str_cut(&b, '.'));

		if (order)
			return order;
	}
	return (a.p != NULL) - (b.p != NULL);
}

int
semver_compare(const struct semver *a, const struct semver *b)
{
	int order = compare_numbers(a->major, b->major);

	if (!order)
		order = compare_numbers(a->minor, b->minor);
	if (!order)
		order = compare_numbers(a->patch, b->patch);
	return order ? order : compare_pre(a->pre, b->pre);
}

/* ---- partial versions: 3, 3.x, 3.11.4-rc.1 ---- */

struct partial {
	struct semver version; /* zero where there is no number */
	int parts; /* how many numbers are given, 0 for * */
};

static bool
is_wildcard(struct wf_str part)
{
	return wf_str_is(part, "x") || wf_str_is(part, "X") || wf_str_is(part, "*");
}

static bool
is_pre(struct wf_str pre)
{
	if (pre.n == 0)
		return false;
	for (size_t i = 0; i < pre.n; i++) {
		char c = pre.p[i];

		if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') &&
		    c != '-' && c != '.')
			return false;
	}
	return pre.p[0] != '.' && pre.p[pre.n - 1] != '.';
}

static bool
parse_partial(struct wf_str text, struct partial *out)
{
	uint64_t *numbers[] = { &out->version.major, &out->version.minor, &out->version.patch };
	struct wf_str pre, build;
	bool open = true; /* no wildcard yet */

	*out = (struct partial){ 0 };
	while (text.n > 0 && (text.p[0] == 'v' || text.p[0] == '='))
		text = wf_str_skip(text, 1);
	build = text;
	pre = wf_str_cut(&build, '+');
	if (build.p && !is_pre(build)) /* it has no other meaning */
		return false;
	text = wf_str_cut(&pre, '-');
	for (int i = 0; text.p; i++) {
		struct wf_str part = wf_str_cut(&text, '.');

		if (i == 3)
			return false;
		if (is_wildcard(part))
			open = false;
		else if (!wf_str_u64(part, numbers[i]))
			return false;
		else if (open)
			out->parts = i + 1;
		else
			*numbers[i] = 0;
	}
	if (pre.p && (out->parts < 3 || !is_pre(pre)))
		return false;
	out->version.pre = pre;
	return true;
}

bool
semver_parse(struct wf_str text, struct semver *out)
{
	struct partial partial;

	if (!parse_partial(wf_str_trim(text), &partial) || partial.parts < 3)
		return false;
	*out = partial.version;
	return true;
}

/* ---- intervals ---- */

struct interval {
	struct semver low, high;
	bool above; /* without low itself */
	bool has_high, up_to; /* up_to: with high itself */
	const struct semver *pre; /* a pre-release that is named, NULL: none */
};

/* The first version behind all that begin with the first `parts` numbers of `of`. */
static struct semver
next(const struct semver *of, int parts)
{
	struct semver v = { .major = of->major, .pre = WF_S("0") };

	if (parts <= 1) {
		v.major++;
		return v;
	}
	v.minor = of->minor;
	if (parts == 2) {
		v.minor++;
		return v;
	}
	v.patch = of->patch + 1;
	return v;
}

static void
end_before(struct interval *in, struct semver high)
{
	in->high = high;
	in->has_high = true;
}

/* How many leading numbers ^ keeps: up to the first that is not 0. */
static int
caret_parts(const struct partial *p)
{
	if (p->version.major > 0 || p->parts == 1)
		return 1;
	if (p->version.minor > 0 || p->parts == 2)
		return 2;
	return 3;
}

/* `op` is one of "", "=", "<", "<=", ">", ">=", "~", "^". */
static bool
make_interval(const char *op, const struct partial *p, struct interval *out)
{
	*out = (struct interval){ .low = p->version, .pre = p->version.pre.n ? &p->version : NULL };
	if (op[0] == '<') {
		bool whole = op[1] == '=';

		out->low = (struct semver){ 0 };
		if (p->parts == 0)
			return whole; /* <* is nothing */
		out->low.pre = WF_S("0");
		end_before(out, whole && p->parts < 3 ? next(&p->version, p->parts) : p->version);
		out->up_to = whole && p->parts == 3;
		if (!whole && p->parts < 3)
			out->high.pre = WF_S("0");
		return true;
	}
	if (op[0] == '>') {
		if (op[1] == '=')
			return true;
		if (p->parts == 0)
			return false; /* >* is nothing */
		out->above = p->parts == 3;
		if (p->parts < 3) {
			out->low = next(&p->version, p->parts);
			out->low.pre = WF_S("");
		}
		return true;
	}
	if (p->parts == 0)
		return true;
	if (op[0] == '~')
		end_before(out, next(&p->version, p->parts == 1 ? 1 : 2));
	else if (op[0] == '^')
		end_before(out, next(&p->version, caret_parts(p)));
	else if (p->parts < 3)
		end_before(out, next(&p->version, p->parts));
	else
		end_before(out, p->version), out->up_to = true;
	return true;
}

static bool
same_numbers(const struct semver *a, const struct semver *b)
{
	return a->major == b->major && a->minor == b->minor && a->patch == b->patch;
}

static bool
inside(const struct semver *v, const struct interval *in)
{
	int low = semver_compare(v, &in->low);

	if (low < 0 || (low == 0 && in->above))
		return false;
	if (!in->has_high)
		return true;
	return semver_compare(v, &in->high) < (in->up_to ? 1 : 0);
}

/* ---- ranges ---- */

/* One alternative as it is read: does the version lie in all its comparators so far? */
struct reading {
	const struct semver *version; /* NULL: only whether the text is a range */
	bool fits;
	bool pre_named; /* a comparator names a pre-release of the version's numbers */
};

static void
apply(struct reading *r, const char *op, const struct partial *p)
{
	struct interval in;

	if (!r->version)
		return;
	if (!make_interval(op, p, &in) || !inside(r->version, &in))
		r->fits = false;
	if (in.pre && same_numbers(in.pre, r->version))
		r->pre_named = true;
}

/* Cuts the next word and the blanks around it off. */
static struct wf_str
word(struct wf_str *rest)
{
	size_t n = 0;
	struct wf_str w;

	*rest = wf_str_trim(*rest);
	while (n < rest->n && rest->p[n] != ' ' && rest->p[n] != '\t')
		n++;
	w = wf_str_sub(*rest, 0, n);
	*rest = wf_str_trim(wf_str_skip(*rest, n));
	return w;
}

/* Cuts the operator off the front of a word. */
static const char *
operator(struct wf_str *w)
{
	static const char *const ops[] = { "<=", ">=", "~>", "<", ">", "=", "~", "^" };

	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		if (wf_str_starts(*w, wf_str(ops[i]))) {
			*w = wf_str_skip(*w, strlen(ops[i]));
			return ops[i];
		}
	return "";
}

static bool
read_comparator(struct reading *r, struct wf_str *rest)
{
	struct wf_str text = word(rest);
	const char *op = operator(&text);
	struct wf_str ahead = *rest;
	struct partial p, to;

	if (op[0] && text.n == 0)
		text = word(rest); /* "> 1.2" */
	if (!parse_partial(text, &p))
		return false;
	ahead = *rest;
	if (op[0] || !wf_str_is(word(&ahead), "-")) {
		apply(r, op, &p);
		return true;
	}
	if (!parse_partial(word(&ahead), &to)) /* "1.2 - 1.4" */
		return false;
	*rest = ahead;
	apply(r, ">=", &p);
	apply(r, "<=", &to);
	return true;
}

/* Reads alternative after alternative; *fits when the version lies in any of them. */
static bool
read_range(struct wf_str range, const struct semver *version, bool *fits)
{
	*fits = false;
	for (bool more = true; more;) {
		struct reading r = { .version = version, .fits = version != NULL };
		ptrdiff_t bar = wf_str_find(range, WF_S("||"));
		struct wf_str one = bar < 0 ? range : wf_str_sub(range, 0, (size_t)bar);
		const struct partial any = { 0 };

		one = wf_str_trim(one);
		if (one.n == 0)
			apply(&r, "", &any);
		while (one.n > 0)
			if (!read_comparator(&r, &one))
				return false;
		if (r.fits && (version->pre.n == 0 || r.pre_named))
			*fits = true;
		more = bar >= 0;
		range = wf_str_skip(range, (size_t)bar + 2);
	}
	return true;
}

bool
semver_is_range(struct wf_str range)
{
	bool fits;

	return read_range(range, NULL, &fits);
}

bool
semver_satisfies(const struct semver *version, struct wf_str range)
{
	bool fits;

	return read_range(range, version, &fits) && fits;
}
