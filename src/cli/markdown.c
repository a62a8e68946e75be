/* SPDX-License-Identifier: MIT */
/* markdown.c - from md4c's events, and the HTML between them, to a markup. */
#include "cli/markdown.h"

#include "base/lazy.h"
#include "cli/markup.h"

#include <md4c.h>
#include <stdlib.h>

#define EVENTS_LARGEST 200000 /* of one text: a table of many columns has many for few bytes */
#define ENTITY_LONGEST 10 /* bytes between & and ; */

#define MD4C_CALLS(CALL) CALL(md_parse)
struct md4c_calls {
	MD4C_CALLS(WF_LAZY_FIELD)
};
#define MD4C_CALL(fn) WF_LAZY_CALL(struct md4c_calls, fn)
static const struct wf_lazy_call md4c_list[] = { MD4C_CALLS(MD4C_CALL) };

struct reader {
	struct markup *markup;
	struct wf_buf html; /* what came of it since the last other event */
	size_t events;
};

static const struct markup_detail nothing = { 0 };

/* ---- entities ---- */

static const struct {
	const char *name, *text;
} entities[] = {
	{ "amp", "&" },
	{ "lt", "<" },
	{ "gt", ">" },
	{ "quot", "\"" },
	{ "apos", "'" },
	{ "nbsp", " " },
};

/* The code point of "#65" or "#x41"; 0: it is none. */
static uint32_t
number_of(struct wf_str name)
{
	char digits[ENTITY_LONGEST + 1] = "";
	bool hex = name.n > 1 && (name.p[1] == 'x' || name.p[1] == 'X');
	unsigned long value;

	memcpy(digits, name.p, name.n);
	value = strtoul(digits + (hex ? 2 : 1), NULL, hex ? 16 : 10);
	return value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF) ? 0 : (uint32_t)value;
}

/* `name` is what stands between & and ;. false: it is not known here. */
static bool
put_entity(struct reader *reader, struct wf_str name)
{
	char bytes[4];
	uint32_t cp;

	for (size_t i = 0; i < WF_COUNT(entities); i++)
		if (wf_str_is(name, entities[i].name)) {
			markup_text(reader->markup, wf_str(entities[i].text));
			return true;
		}
	cp = name.n > 1 && name.p[0] == '#' ? number_of(name) : 0;
	if (cp == 0)
		return false;
	markup_text(reader->markup, (struct wf_str){ bytes, wf_utf8_put(cp, bytes) });
	return true;
}

/* Text with entities in it. */
static void
put_text(struct reader *reader, struct wf_str text)
{
	ptrdiff_t at;

	while ((at = wf_str_find_char(text, '&')) >= 0) {
		struct wf_str rest = wf_str_skip(text, (size_t)at + 1);
		ptrdiff_t end = wf_str_find_char(wf_str_sub(rest, 0, ENTITY_LONGEST + 1), ';');

		markup_text(reader->markup, wf_str_sub(text, 0, (size_t)at));
		if (end > 0 && put_entity(reader, wf_str_sub(rest, 0, (size_t)end)))
			rest = wf_str_skip(rest, (size_t)end + 1);
		else
			markup_text(reader->markup, WF_S("&"));
		text = rest;
	}
	markup_text(reader->markup, text);
}

/* ---- HTML ---- */

static const struct tag {
	const char *name;
	enum markup_kind kind;
	unsigned number;
	const char *text; /* the attribute that is its text */
} tags[] = {
	{ "h1", MARKUP_HEADING, 1, NULL },
	{ "h2", MARKUP_HEADING, 2, NULL },
	{ "h3", MARKUP_HEADING, 3, NULL },
	{ "h4", MARKUP_HEADING, 4, NULL },
	{ "h5", MARKUP_HEADING, 5, NULL },
	{ "h6", MARKUP_HEADING, 6, NULL },
	{ "summary", MARKUP_HEADING, 6, NULL },
	{ "p", MARKUP_PARAGRAPH, 0, NULL },
	{ "div", MARKUP_PARAGRAPH, 0, NULL },
	{ "details", MARKUP_PARAGRAPH, 0, NULL },
	{ "blockquote", MARKUP_QUOTE, 0, NULL },
	{ "ul", MARKUP_BULLETS, 0, NULL },
	{ "ol", MARKUP_NUMBERS, 1, NULL },
	{ "li", MARKUP_ITEM, 0, NULL },
	{ "pre", MARKUP_VERBATIM, 0, NULL },
	{ "table", MARKUP_TABLE, 0, NULL },
	{ "tr", MARKUP_ROW, 0, NULL },
	{ "th", MARKUP_HEAD, 0, NULL },
	{ "td", MARKUP_CELL, 0, NULL },
	{ "b", MARKUP_STRONG, 0, NULL },
	{ "strong", MARKUP_STRONG, 0, NULL },
	{ "code", MARKUP_CODE, 0, NULL },
	{ "a", MARKUP_LINK, 0, "href" },
};

/* The value of an attribute, in either kind of quotes. */
static struct wf_str
attribute(struct wf_str tag, const char *name)
{
	while (name && tag.n > 0) {
		struct wf_str key = wf_str_trim(wf_str_cut(&tag, '='));
		char quote = tag.n > 0 ? tag.p[0] : '\0';
		struct wf_str value;

		if (quote != '"' && quote != '\'')
			continue;
		tag = wf_str_skip(tag, 1);
		value = wf_str_cut(&tag, quote);
		if (wf_str_ends(key, wf_str(name)))
			return value;
	}
	return WF_S("");
}

/* `tag` is what stands between < and >. */
static void
put_tag(struct reader *reader, struct wf_str tag)
{
	bool closes = tag.n > 0 && tag.p[0] == '/';
	struct wf_str rest = closes ? wf_str_skip(tag, 1) : tag, name = wf_str_cut(&rest, ' ');

	if (wf_str_ends(name, WF_S("/")))
		name.n--;
	if (wf_str_ieq(name, WF_S("br")))
		markup_break(reader->markup);
	else if (wf_str_ieq(name, WF_S("hr")))
		markup_rule(reader->markup);
	else if (wf_str_ieq(name, WF_S("img")))
		put_text(reader, attribute(rest, "alt"));
	for (size_t i = 0; i < WF_COUNT(tags); i++) {
		if (!wf_str_ieq(name, wf_str(tags[i].name)))
			continue;
		if (closes)
			markup_close(reader->markup, tags[i].kind);
		else
			markup_open(reader->markup, tags[i].kind,
			    (struct markup_detail){ tags[i].number,
			        attribute(rest, tags[i].text) });
		return;
	}
}

/* Text up to the next tag, the tag; comments vanish, and so does what has no end. */
static void
put_html(struct reader *reader)
{
	struct wf_str rest = wf_buf_str(&reader->html);

	while (rest.n > 0) {
		ptrdiff_t at = wf_str_find_char(rest, '<'), end;
		bool comment;

		if (at < 0) {
			put_text(reader, rest);
			break;
		}
		put_text(reader, wf_str_sub(rest, 0, (size_t)at));
		rest = wf_str_skip(rest, (size_t)at + 1);
		comment = wf_str_starts(rest, WF_S("!--"));
		end = comment ? wf_str_find(rest, WF_S("-->")) : wf_str_find_char(rest, '>');
		if (end < 0)
			break;
		if (!comment)
			put_tag(reader, wf_str_sub(rest, 0, (size_t)end));
		rest = wf_str_skip(rest, (size_t)end + (comment ? 3 : 1));
	}
	wf_buf_clear(&reader->html);
}

/* ---- events ---- */

/* What each event begins with; not 0: enough is enough. */
static int
next_event(struct reader *reader)
{
	put_html(reader);
	return ++reader->events > EVENTS_LARGEST || markup_size(reader->markup) > MARKDOWN_LARGEST;
}

/* The markup of a block; false: it adds nothing, or is no block but an event. */
static bool
block_kind(MD_BLOCKTYPE type, enum markup_kind *kind)
{
	static const struct {
		MD_BLOCKTYPE type;
		enum markup_kind kind;
	} rows[] = {
		{ MD_BLOCK_QUOTE, MARKUP_QUOTE },
		{ MD_BLOCK_UL, MARKUP_BULLETS },
		{ MD_BLOCK_OL, MARKUP_NUMBERS },
		{ MD_BLOCK_LI, MARKUP_ITEM },
		{ MD_BLOCK_H, MARKUP_HEADING },
		{ MD_BLOCK_CODE, MARKUP_VERBATIM },
		{ MD_BLOCK_P, MARKUP_PARAGRAPH },
		{ MD_BLOCK_TABLE, MARKUP_TABLE },
		{ MD_BLOCK_TR, MARKUP_ROW },
		{ MD_BLOCK_TH, MARKUP_HEAD },
		{ MD_BLOCK_TD, MARKUP_CELL },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++)
		if (rows[i].type == type) {
			*kind = rows[i].kind;
			return true;
		}
	return false;
}

static struct wf_str
task_box(const MD_BLOCK_LI_DETAIL *item)
{
	if (!item->is_task)
		return WF_S("");
	return item->task_mark == ' ' ? WF_S("[ ] ") : WF_S("[x] ");
}

static struct markup_detail
block_detail(enum markup_kind kind, void *detail)
{
	struct markup_detail out = { 0 };

	if (kind == MARKUP_HEADING)
		out.number = ((MD_BLOCK_H_DETAIL *)detail)->level;
	else if (kind == MARKUP_NUMBERS)
		out.number = ((MD_BLOCK_OL_DETAIL *)detail)->start;
	else if (kind == MARKUP_ITEM)
		out.text = task_box(detail);
	else if (kind == MARKUP_HEAD || kind == MARKUP_CELL)
		out.number = ((MD_BLOCK_TD_DETAIL *)detail)->align == MD_ALIGN_RIGHT;
	return out;
}

static int
on_enter_block(MD_BLOCKTYPE type, void *detail, void *data)
{
	struct reader *reader = data;
	int stop = next_event(reader);
	enum markup_kind kind;

	if (type == MD_BLOCK_HR)
		markup_rule(reader->markup);
	else if (block_kind(type, &kind))
		markup_open(reader->markup, kind, block_detail(kind, detail));
	return stop;
}

static int
on_leave_block(MD_BLOCKTYPE type, void *detail, void *data)
{
	struct reader *reader = data;
	int stop = next_event(reader);
	enum markup_kind kind;

	(void)detail;
	if (block_kind(type, &kind))
		markup_close(reader->markup, kind);
	return stop;
}

static int
on_enter_span(MD_SPANTYPE type, void *detail, void *data)
{
	struct reader *reader = data;
	int stop = next_event(reader);

	if (type == MD_SPAN_A) {
		const MD_ATTRIBUTE *href = &((MD_SPAN_A_DETAIL *)detail)->href;

		markup_open(reader->markup, MARKUP_LINK,
		    (struct markup_detail){ .text = { href->text, href->size } });
	} else if (type == MD_SPAN_STRONG) {
		markup_open(reader->markup, MARKUP_STRONG, nothing);
	} else if (type == MD_SPAN_CODE) {
		markup_open(reader->markup, MARKUP_CODE, nothing);
	}
	return stop;
}

static int
on_leave_span(MD_SPANTYPE type, void *detail, void *data)
{
	struct reader *reader = data;
	int stop = next_event(reader);

	(void)detail;
	if (type == MD_SPAN_A)
		markup_close(reader->markup, MARKUP_LINK);
	else if (type == MD_SPAN_STRONG)
		markup_close(reader->markup, MARKUP_STRONG);
	else if (type == MD_SPAN_CODE)
		markup_close(reader->markup, MARKUP_CODE);
	return stop;
}

static int
on_text(MD_TEXTTYPE type, const MD_CHAR *text, MD_SIZE size, void *data)
{
	struct reader *reader = data;
	struct wf_str s = { text, size };

	if (type == MD_TEXT_HTML) {
		wf_buf_add(&reader->html, s);
		return 0;
	}
	if (next_event(reader))
		return 1;
	if (type == MD_TEXT_BR)
		markup_break(reader->markup);
	else if (type == MD_TEXT_SOFTBR)
		markup_text(reader->markup, WF_S("\n"));
	else if (type == MD_TEXT_NULLCHAR)
		markup_text(reader->markup, WF_S("\xef\xbf\xbd"));
	else if (type == MD_TEXT_ENTITY)
		put_text(reader, s);
	else
		markup_text(reader->markup, s);
	return 0;
}

bool
markdown_render(struct wf_buf *out, struct wf_str text, size_t width, bool color,
    struct wf_error *err)
{
	static const MD_PARSER parser = {
		.flags = MD_DIALECT_GITHUB,
		.enter_block = on_enter_block,
		.leave_block = on_leave_block,
		.enter_span = on_enter_span,
		.leave_span = on_leave_span,
		.text = on_text,
	};
	struct md4c_calls md4c;
	struct reader reader = { .html = WF_BUF_INIT };

	if (!wf_lazy_load(&md4c, "libmd4c.so.0", md4c_list, WF_COUNT(md4c_list), err))
		return false;
	reader.markup = markup_new(width, color);
	md4c.md_parse(text.p, (MD_SIZE)text.n, &parser, &reader);
	put_html(&reader);
	markup_finish(reader.markup, out);
	wf_buf_release(&reader.html);
	return true;
}
