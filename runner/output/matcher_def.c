/* SPDX-License-Identifier: MIT */
/* matcher_def.c - `{"problemMatcher": [...]}` to definitions, with GitHub's checks and words. */
#include "runner/output/matcher_def.h"

#include "expr/expr.h"

#include <math.h>

static const char *const field_names[MATCHER_FIELDS] = {
	[MATCHER_FILE] = "file",
	[MATCHER_LINE] = "line",
	[MATCHER_COLUMN] = "column",
	[MATCHER_SEVERITY] = "severity",
	[MATCHER_CODE] = "code",
	[MATCHER_MESSAGE] = "message",
	[MATCHER_FROM_PATH] = "fromPath",
};

#define FAIL(...) wf_fail(err, WF_ERR_EVAL, WF_NOWHERE, __VA_ARGS__)

static struct expr_value
get(struct expr_value object, const char *key)
{
	if (object.kind != EXPR_OBJECT)
		return EXPR_NULL_VALUE;
	return expr_object_get(object.object, wf_str(key));
}

static struct wf_str
get_text(struct wf_arena *arena, struct expr_value object, const char *key)
{
	struct expr_value value = get(object, key);

	if (value.kind == EXPR_ARRAY || value.kind == EXPR_OBJECT)
		return (struct wf_str){ NULL, 0 };
	return expr_to_string(arena, value);
}

/* How many groups a regular expression has, the whole match included. */
static int
count_groups(struct wf_str regexp)
{
	bool in_class = false;
	int n = 1;

	for (size_t i = 0; i < regexp.n; i++) {
		struct wf_str behind = wf_str_skip(regexp, i + 1);
		char c = regexp.p[i];

		if (c == '\\')
			i++;
		else if (in_class)
			in_class = c != ']';
		else if (c == '[')
			in_class = true;
		else if (c == '(' && (!wf_str_starts(behind, WF_S("?")) ||
		                         (wf_str_starts(behind, WF_S("?<")) && behind.n > 2 &&
		                             behind.p[2] != '=' && behind.p[2] != '!')))
			n++;
	}
	return n;
}

/* Reads the number of the group that captures the field; -1 when the field is not there. */
static bool
read_group(struct expr_value object, enum matcher_field field, int ngroups, int *group,
    struct wf_error *err)
{
	struct expr_value value = get(object, field_names[field]);
	double number;

	*group = -1;
	if (value.kind == EXPR_NULL)
		return true;
	number = expr_to_number(value);
	if (isnan(number) || number != floor(number))
		return FAIL("The property '%s' is not a number", field_names[field]);
	if (number < 0 || number >= ngroups || number >= MATCHER_GROUPS_MAX)
		return FAIL("The property '%s' is set to %.0f which is out of range",
		    field_names[field], number);
	*group = (int)number;
	return true;
}

/* Whether a pattern before this one captures the field, too. */
static bool
is_set_before(const struct matcher_def *def, size_t index, enum matcher_field field)
{
	for (size_t i = 0; i < index; i++)
		if (def->patterns[i].groups[field] >= 0)
			return true;
	return false;
}

static bool
read_loop(const struct matcher_def *def, size_t index, struct expr_value object,
    struct wf_error *err)
{
	struct matcher_pattern *pattern = &def->patterns[index];

	pattern->loop = expr_truthy(get(object, "loop"));
	if (pattern->loop && (index == 0 || index + 1 < def->npatterns))
		return FAIL("Only the last pattern in a multiline matcher may set 'loop'");
	if (pattern->loop && get(object, "message").kind == EXPR_NULL)
		return FAIL("The loop pattern must set 'message'");
	return true;
}

static bool
read_pattern(struct wf_arena *arena, const struct matcher_def *def, size_t index,
    struct expr_value object, struct wf_error *err)
{
	struct matcher_pattern *pattern = &def->patterns[index];
	struct wf_str regexp = get_text(arena, object, "regexp");
	int ngroups = count_groups(regexp);

	if (!read_loop(def, index, object, err))
		return false;
	pattern->regex = wf_pattern_new(WF_PATTERN_REGEX, regexp, WF_NOWHERE, err);
	if (!pattern->regex)
		return false;
	for (size_t f = 0; f < MATCHER_FIELDS; f++) {
		if (!read_group(object, f, ngroups, &pattern->groups[f], err))
			return false;
		if (pattern->groups[f] >= 0 && is_set_before(def, index, f))
			return FAIL("The property '%s' is set twice", field_names[f]);
	}
	return true;
}

static bool
is_severity(struct wf_str text)
{
	return text.n == 0 || wf_str_ieq(text, WF_S("error")) ||
	       wf_str_ieq(text, WF_S("warning")) || wf_str_ieq(text, WF_S("notice"));
}

static bool
read_def(struct wf_arena *arena, struct expr_value object, struct matcher_def *def,
    struct wf_error *err)
{
	struct expr_value patterns = get(object, "pattern");

	def->owner = get_text(arena, object, "owner");
	def->severity = get_text(arena, object, "severity");
	if (def->owner.n == 0)
		return FAIL("Owner must not be empty");
	if (!is_severity(def->severity))
		return FAIL("Matcher '%.*s' contains unexpected default severity '%.*s'",
		    WF_ARG(def->owner), WF_ARG(def->severity));
	if (patterns.kind != EXPR_ARRAY || patterns.array->n == 0)
		return FAIL("Matcher '%.*s' does not contain any patterns", WF_ARG(def->owner));
	def->npatterns = patterns.array->n;
	def->patterns = wf_new_array(arena, def->npatterns, struct matcher_pattern);
	for (size_t i = 0; i < def->npatterns; i++)
		if (!read_pattern(arena, def, i, patterns.array->items[i], err))
			return false;
	if (!is_set_before(def, def->npatterns, MATCHER_MESSAGE))
		return FAIL("At least one pattern must set 'message'");
	return true;
}

void
matcher_def_release(struct matcher_def *def)
{
	for (size_t i = 0; i < def->npatterns; i++)
		wf_pattern_free(def->patterns[i].regex);
	def->npatterns = 0;
}

static bool
is_owner_twice(struct matcher_def *const *defs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (wf_str_ieq(defs[i]->owner, defs[n]->owner))
			return true;
	return false;
}

/* The list under "problemMatcher"; NULL when the file has none. */
static bool
read_list(struct wf_arena *arena, struct wf_str json, const struct expr_array **list,
    struct wf_error *err)
{
	struct expr_value root, value;

	*list = NULL;
	if (!expr_json_read(arena, NULL, json, &root, err))
		return false;
	value = get(root, "problemMatcher");
	if (value.kind == EXPR_ARRAY)
		*list = value.array;
	return true;
}

bool
matcher_defs_read(struct wf_arena *arena, struct wf_str json, struct matcher_def ***defs, size_t *n,
    struct wf_error *err)
{
	const struct expr_array *list;
	bool good = true;

	*n = 0;
	if (!read_list(arena, json, &list, err))
		return false;
	*defs = wf_new_array(arena, list ? list->n : 0, struct matcher_def *);
	for (size_t i = 0; list && i < list->n && good; i++) {
		(*defs)[i] = wf_new(arena, struct matcher_def);
		good = read_def(arena, list->items[i], (*defs)[i], err);
		if (good && is_owner_twice(*defs, i))
			good = FAIL("Duplicate owner name '%.*s'", WF_ARG((*defs)[i]->owner));
		*n = i + 1;
	}
	for (size_t i = 0; !good && i < *n; i++)
		matcher_def_release((*defs)[i]);
	return good;
}

bool
matcher_owners_read(struct wf_arena *arena, struct wf_str json, struct wf_str **owners, size_t *n,
    struct wf_error *err)
{
	const struct expr_array *list;

	*n = 0;
	if (!read_list(arena, json, &list, err))
		return false;
	*owners = wf_new_array(arena, list ? list->n : 0, struct wf_str);
	for (size_t i = 0; list && i < list->n; i++)
		(*owners)[(*n)++] = get_text(arena, list->items[i], "owner");
	return true;
}
