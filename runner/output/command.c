/* SPDX-License-Identifier: MIT */
/* command.c - takes one line of a step's output apart.
 *
 * A command has two forms, `::name k=v,k=v::data` at the start of a line and `##[name k=v;k=v]data`
 * anywhere in it. The first form is tried first, and only names of the table count: any other line
 * is text. While commands are stopped the stop token is the only name. */
#include "runner/output/command.h"

#include <limits.h>

static const struct command_row {
	const char *name;
	enum command_kind kind;
	bool omits_echo; /* shows itself in another way */
	bool needs_name; /* has no meaning without the property name= */
	bool internal; /* known only while the runner's own checkout runs */
} command_rows[] = {
	{ "debug", COMMAND_DEBUG, .omits_echo = true },
	{ "notice", COMMAND_NOTICE, .omits_echo = true },
	{ "warning", COMMAND_WARNING, .omits_echo = true },
	{ "error", COMMAND_ERROR, .omits_echo = true },
	{ "group", COMMAND_GROUP },
	{ "endgroup", COMMAND_ENDGROUP },
	{ "add-mask", COMMAND_ADD_MASK, .omits_echo = true },
	{ "add-matcher", COMMAND_ADD_MATCHER },
	{ "remove-matcher", COMMAND_REMOVE_MATCHER },
	{ "echo", COMMAND_ECHO },
	{ "stop-commands", COMMAND_STOP_COMMANDS, .omits_echo = true }, /* it is shown anyway */
	{ "set-output", COMMAND_SET_OUTPUT, .needs_name = true },
	{ "save-state", COMMAND_SAVE_STATE, .needs_name = true },
	{ "set-env", COMMAND_SET_ENV }, /* refused first of all when it is not allowed: 6.6 */
	{ "add-path", COMMAND_ADD_PATH },
	{ "internal-set-repo-path", COMMAND_SET_REPO_PATH, .internal = true },
};

/* One line as its form splits it, before any name is looked up. */
struct split {
	struct wf_str name, properties, data;
	const struct form *form;
};

/* The two forms: how properties are separated, and what % sequences stand for in them and in data
 * (pairs of digits and the byte; %25 is among all of them). */
static const struct form {
	char separator;
	bool trims; /* white space around the whole of the properties */
	const char *data_escapes, *property_escapes;
} colon_form = { ',', true, "0D\r0A\n25%", "0D\r0A\n3A:2C,25%" },
  bracket_form = { ';', false, "3B;0D\r0A\n5D]25%", "3B;0D\r0A\n5D]25%" };

/* White space as .NET trims it. */
static bool
is_space(uint32_t cp)
{
	return (cp >= 0x09 && cp <= 0x0D) || cp == ' ' || cp == 0x85 || cp == 0xA0 ||
	       cp == 0x1680 || (cp >= 0x2000 && cp <= 0x200A) || cp == 0x2028 || cp == 0x2029 ||
	       cp == 0x202F || cp == 0x205F || cp == 0x3000;
}

static struct wf_str
trim_start(struct wf_str s)
{
	size_t len;

	while (s.n > 0 && is_space(wf_utf8_get(s, &len)))
		s = wf_str_skip(s, len);
	return s;
}

static struct wf_str
trim(struct wf_str s)
{
	struct wf_str rest;
	size_t kept = 0, len;

	s = trim_start(s);
	for (rest = s; rest.n > 0; rest = wf_str_skip(rest, len))
		if (!is_space(wf_utf8_get(rest, &len)))
			kept = s.n - rest.n + len;
	return wf_str_sub(s, 0, kept);
}

/* The character that the two digits at p stand for, or NUL. */
static char
escaped(const char *escapes, const char *p)
{
	for (; *escapes; escapes += 3)
		if (p[0] == escapes[0] && p[1] == escapes[1])
			return escapes[2];
	return '\0';
}

/* GitHub replaces one sequence after the other with %25 last, which comes to one pass. */
static struct wf_str
unescape(struct wf_arena *arena, const char *escapes, struct wf_str s)
{
	char *out;
	size_t n = 0;

	if (wf_str_find_char(s, '%') < 0)
		return s;
	out = wf_alloc(arena, s.n, 1);
	for (size_t i = 0; i < s.n; i++) {
		char byte = '\0';

		if (s.p[i] == '%' && i + 2 < s.n)
			byte = escaped(escapes, s.p + i + 1);
		if (byte)
			i += 2;
		else
			byte = s.p[i];
		out[n++] = byte;
	}
	return (struct wf_str){ out, n };
}

/* Splits `name k=v` at its first space. */
static void
split_info(struct split *split, struct wf_str info)
{
	ptrdiff_t space = wf_str_find_char(info, ' ');

	split->name = info;
	split->properties = (struct wf_str){ NULL, 0 };
	if (space < 0)
		return;
	split->name = wf_str_sub(info, 0, (size_t)space);
	split->properties = wf_str_skip(info, (size_t)space + 1);
}

static bool
split_colons(struct split *split, struct wf_str line)
{
	struct wf_str s = trim_start(line);
	ptrdiff_t end;

	if (!wf_str_starts(s, WF_S("::")))
		return false;
	s = wf_str_skip(s, 2);
	end = wf_str_find(s, WF_S("::"));
	if (end < 0)
		return false;
	split_info(split, wf_str_sub(s, 0, (size_t)end));
	split->data = wf_str_skip(s, (size_t)end + 2);
	split->form = &colon_form;
	return true;
}

static bool
split_brackets(struct split *split, struct wf_str line)
{
	ptrdiff_t start = wf_str_find_char(line, '#'), end; /* few lines have any */
	struct wf_str s;

	if (start >= 0)
		start = wf_str_find(line, WF_S("##["));
	if (start < 0)
		return false;
	s = wf_str_skip(line, (size_t)start + 3);
	end = wf_str_find_char(s, ']');
	if (end < 0)
		return false;
	split_info(split, wf_str_sub(s, 0, (size_t)end));
	split->data = wf_str_skip(s, (size_t)end + 1);
	split->form = &bracket_form;
	return true;
}

static const struct command_row *
find_row(const struct command_reader *reader, struct wf_str name)
{
	for (size_t i = 0; i < WF_COUNT(command_rows); i++) {
		const struct command_row *row = &command_rows[i];

		if (wf_str_ieq(name, wf_str(row->name)) && (!row->internal || reader->internal))
			return row;
	}
	return NULL;
}

static const struct command_row *
row_of(enum command_kind kind)
{
	for (size_t i = 0; i < WF_COUNT(command_rows); i++)
		if (command_rows[i].kind == kind)
			return &command_rows[i];
	return NULL;
}

/* Whether name is what ends the stop. An empty token, which only the unsecure mode lets in, never
 * does. */
static bool
ends_stop(const struct command_reader *reader, struct wf_str name)
{
	return reader->stopped && name.n > 0 && wf_str_ieq(name, wf_buf_str(&reader->stop_token));
}

static bool
is_known(const struct command_reader *reader, struct wf_str name)
{
	return find_row(reader, name) || ends_stop(reader, name);
}

/* A number as .NET reads it: white space around it and a sign are allowed. Below 1 there is no such
 * line or column. */
static unsigned
read_number(struct wf_str s)
{
	uint64_t value;

	s = trim(s);
	if (s.n > 0 && s.p[0] == '+')
		s = wf_str_skip(s, 1);
	return wf_str_u64(s, &value) && value <= INT_MAX ? (unsigned)value : 0;
}

static void
set_property(struct command *command, struct wf_str key, struct wf_str value)
{
	struct command_place *place = &command->place;
	const struct {
		const char *key;
		struct wf_str *text;
		unsigned *number;
	} rows[] = {
		{ "name", .text = &command->name },
		{ "owner", .text = &command->owner },
		{ "file", .text = &place->file },
		{ "title", .text = &place->title },
		{ "line", .number = &place->line },
		{ "endLine", .number = &place->end_line },
		{ "col", .number = &place->col },
		{ "endColumn", .number = &place->end_col },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		if (!wf_str_ieq(key, wf_str(rows[i].key)))
			continue;
		if (rows[i].text)
			*rows[i].text = value;
		else
			*rows[i].number = read_number(value);
	}
}

static struct wf_str
skip_equals(struct wf_str s)
{
	while (s.n > 0 && s.p[0] == '=')
		s = wf_str_skip(s, 1);
	return s;
}

/* `k=v`: empty parts do not count, so that equals signs before the key and before the value vanish,
 * and a property without a value does not exist. Nothing is trimmed. */
static void
read_property(struct command *command, struct wf_arena *arena, const struct form *form,
    struct wf_str part)
{
	struct wf_str key, value = skip_equals(part);

	key = wf_str_cut(&value, '=');
	value = skip_equals(value);
	if (key.n > 0 && value.n > 0)
		set_property(command, key, unescape(arena, form->property_escapes, value));
}

/* What GitHub makes of lines and columns that do not go together, in its order. */
static void
normalise(struct command_place *place)
{
	if (place->end_line && !place->line)
		place->line = place->end_line;
	if (place->end_col && !place->col)
		place->col = place->end_col;
	if (!place->line || (place->end_line && place->end_line != place->line))
		place->col = place->end_col = 0;
	if (place->end_line && place->end_line < place->line)
		place->line = place->end_line = 0;
	if (place->end_col && place->end_col < place->col)
		place->col = place->end_col = 0;
}

static bool
is_stop_token_allowed(const struct command_reader *reader, struct wf_str token)
{
	return reader->allow_unsecure || (token.n > 0 && !find_row(reader, token) &&
	                                     !wf_str_ieq(token, WF_S("pause-logging")));
}

static bool
stop(struct command_reader *reader, struct wf_str token, struct wf_error *err)
{
	if (!is_stop_token_allowed(reader, token))
		return wf_fail(err, WF_ERR_EVAL, WF_NOWHERE,
		    "You cannot use a endToken that is an empty string, the string "
		    "'pause-logging', or another workflow command. For more information see: "
		    "https://docs.github.com/actions/learn-github-actions/"
		    "workflow-commands-for-github-actions#"
		    "example-stopping-and-starting-workflow-commands or opt into insecure "
		    "command execution by setting the "
		    "`ACTIONS_ALLOW_UNSECURE_STOPCOMMAND_TOKENS` environment variable to `true`.");
	reader->stopped = true;
	wf_buf_clear(&reader->stop_token);
	wf_buf_add(&reader->stop_token, token);
	return true;
}

static bool
set_echo(struct command_reader *reader, struct wf_str data, struct wf_error *err)
{
	struct wf_str word = trim(data);

	if (data.n == 0)
		return wf_fail(err, WF_ERR_EVAL, WF_NOWHERE,
		    "Value cannot be null. (Parameter 'value')");
	if (!wf_str_ieq(word, WF_S("on")) && !wf_str_ieq(word, WF_S("off")))
		return wf_fail(err, WF_ERR_EVAL, WF_NOWHERE,
		    "Invalid echo command value. Possible values can be: 'on', 'off'. "
		    "Current value is: '%.*s'.",
		    WF_ARG(data));
	reader->echo = wf_str_ieq(word, WF_S("on"));
	return true;
}

/* Applies what concerns the reader itself, and refuses what GitHub refuses by its look. */
static bool
settle(struct command_reader *reader, const struct command_row *row, const struct command *command,
    struct wf_error *err)
{
	if (row->kind == COMMAND_STOP_COMMANDS)
		return stop(reader, command->data, err);
	if (row->kind == COMMAND_ECHO)
		return set_echo(reader, command->data, err);
	if (row->needs_name && command->name.n == 0)
		return wf_fail(err, WF_ERR_EVAL, WF_NOWHERE,
		    "Required field 'name' is missing in ##[%s] command.", row->name);
	return true;
}

static struct command
resume(struct command_reader *reader)
{
	reader->stopped = false;
	return (struct command){ .kind = COMMAND_RESUME };
}

struct command
command_take(struct command_reader *reader, struct wf_arena *arena, struct wf_str line,
    struct wf_error *err, bool *failed)
{
	struct command command = { .kind = COMMAND_NONE };
	const struct command_row *row;
	struct split split;
	struct wf_str rest;

	*failed = false;
	if (!(split_colons(&split, line) && is_known(reader, split.name)) &&
	    !(split_brackets(&split, line) && is_known(reader, split.name)))
		return command;
	if (reader->stopped)
		return ends_stop(reader, split.name) ? resume(reader) : command;
	row = find_row(reader, split.name);
	command.kind = row->kind;
	command.data = unescape(arena, split.form->data_escapes, split.data);
	rest = split.form->trims ? trim(split.properties) : split.properties;
	while (rest.p)
		read_property(&command, arena, split.form,
		    wf_str_cut(&rest, split.form->separator));
	normalise(&command.place);
	*failed = !settle(reader, row, &command, err);
	return command;
}

void
command_reader_release(struct command_reader *reader)
{
	wf_buf_release(&reader->stop_token);
}

const char *
command_name(enum command_kind kind)
{
	const struct command_row *row = row_of(kind);

	return row ? row->name : NULL;
}

bool
command_omits_echo(enum command_kind kind)
{
	const struct command_row *row = row_of(kind);

	return kind == COMMAND_RESUME || (row && row->omits_echo);
}

struct wf_str
command_relative(struct wf_str file, struct wf_str workspace)
{
	while (wf_str_ends(workspace, WF_S("/")))
		workspace.n--;
	if (workspace.n == 0 || !wf_str_starts(file, workspace) || file.n <= workspace.n + 1 ||
	    file.p[workspace.n] != '/')
		return file;
	return wf_str_skip(file, workspace.n + 1);
}
