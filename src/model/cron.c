/* SPDX-License-Identifier: MIT */
/* cron.c - validates "minute hour day month weekday": lists of values, ranges and steps. */
#include "model/cron.h"

struct field {
	unsigned min, max;
	const char *const *names; /* of the values from min on; NULL: numbers only */
};

static const char *const months[] = { "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep",
	"oct", "nov", "dec", NULL };
static const char *const days[] = { "sun", "mon", "tue", "wed", "thu", "fri", "sat", NULL };

static const struct field fields[] = {
	{ 0, 59, NULL },
	{ 0, 23, NULL },
	{ 1, 31, NULL },
	{ 1, 12, months },
	{ 0, 6, days },
};

static bool
read_value(const struct field *field, struct wf_str text, uint64_t *out)
{
	for (unsigned i = 0; field->names && field->names[i]; i++)
		if (wf_str_ieq(text, wf_str(field->names[i]))) {
			*out = field->min + i;
			return true;
		}
	return wf_str_u64(text, out) && *out >= field->min && *out <= field->max;
}

/* "*", "5" or "1-5". */
static bool
is_base(const struct field *field, struct wf_str text)
{
	struct wf_str to = text, from = wf_str_cut(&to, '-');
	uint64_t first, last;

	if (wf_str_is(text, "*"))
		return true;
	if (!read_value(field, from, &first))
		return false;
	return !to.p || (read_value(field, to, &last) && first <= last);
}

static bool
is_part(const struct field *field, struct wf_str text)
{
	struct wf_str step = text, base = wf_str_cut(&step, '/');
	uint64_t every;

	return is_base(field, base) && (!step.p || (wf_str_u64(step, &every) && every > 0));
}

static bool
is_field(const struct field *field, struct wf_str text)
{
	while (text.p)
		if (!is_part(field, wf_str_cut(&text, ',')))
			return false;
	return true;
}

bool
cron_valid(struct wf_str text)
{
	struct wf_str word;
	size_t n = 0;

	text = wf_str_trim(text);
	while (text.p) {
		word = wf_str_cut(&text, ' ');
		if (!word.n)
			continue; /* a run of spaces */
		if (n == WF_COUNT(fields) || !is_field(&fields[n], word))
			return false;
		n++;
	}
	return n == WF_COUNT(fields);
}
