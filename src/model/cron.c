/* SPDX-License-Identifier: MIT */
/* cron.c - reads "minute hour day month weekday": lists of values, ranges and steps. */
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
read_base(const struct field *field, struct wf_str text, uint64_t *first, uint64_t *last)
{
	struct wf_str to = text, from = wf_str_cut(&to, '-');

	*first = field->min;
	*last = field->max;
	if (wf_str_is(text, "*"))
		return true;
	if (!read_value(field, from, first))
		return false;
	*last = *first;
	return !to.p || (read_value(field, to, last) && *first <= *last);
}

/* A base, and a step behind it: "5/15" starts at 5 and goes on to the end. */
static bool
read_part(const struct field *field, struct wf_str text, uint64_t *values)
{
	struct wf_str step = text, base = wf_str_cut(&step, '/');
	uint64_t every = 1, first, last;

	if (!read_base(field, base, &first, &last))
		return false;
	if (step.p && (!wf_str_u64(step, &every) || every == 0))
		return false;
	if (step.p && wf_str_find_char(base, '-') < 0)
		last = field->max;
	for (uint64_t value = first; value <= last; value += every) {
		*values |= UINT64_C(1) << value;
		if (every > field->max)
			break;
	}
	return true;
}

static bool
goes_on(struct wf_str field)
{
	for (size_t i = 0; i < field.n; i++)
		if (strchr("*-/", field.p[i]))
			return true;
	return false;
}

static bool
read_field(const struct field *field, struct wf_str text, uint64_t *values)
{
	while (text.p)
		if (!read_part(field, wf_str_cut(&text, ','), values))
			return false;
	return true;
}

bool
cron_read(struct wf_str text, struct cron *out)
{
	struct wf_str word;
	size_t n = 0;

	*out = (struct cron){ 0 };
	text = wf_str_trim(text);
	while (text.p) {
		word = wf_str_cut(&text, ' ');
		if (!word.n)
			continue; /* a run of spaces */
		if (n == CRON_FIELDS || !read_field(&fields[n], word, &out->values[n]))
			return false;
		out->interval = out->interval || (n <= CRON_HOUR && goes_on(word));
		out->any[n++] = word.p[0] == '*';
	}
	return n == CRON_FIELDS;
}

bool
cron_valid(struct wf_str text)
{
	struct cron cron;

	return cron_read(text, &cron);
}
