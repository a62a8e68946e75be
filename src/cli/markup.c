/* SPDX-License-Identifier: MIT */
/* markup.c - words into lines, lines behind the marks of the blocks around them, cells into
 * columns.
 */
#include "cli/markup.h"

#include "cli/style.h"
#include "cli/visible.h"

#include <stdlib.h>

#define LEVELS 12 /* of blocks in one another that are shown; deeper ones add no mark */
#define COLUMNS 16 /* of a table; the cells of others are left out */
#define VERBATIM_INDENT 2
#define RULE_WIDTH 40

/* A block that is open. */
struct level {
	enum markup_kind kind;
	unsigned number; /* of a heading: its level; of a list: the next item's */
	struct wf_str mark; /* of an item: in front of its first line */
	bool marked; /* it was put there */
};

struct cell {
	struct wf_buf text;
	size_t width;
	bool right, head;
};

struct row {
	struct cell *cells[COLUMNS];
	size_t n;
};

struct markup {
	struct wf_arena *arena;
	struct wf_buf out;
	struct wf_buf word; /* in the making, with its colours */
	struct wf_buf scratch;
	struct wf_buf shown; /* the text of the link that is open */
	size_t word_width, column, width;
	bool color;
	bool begun; /* the line has its marks */
	bool spaced; /* white space before the word */
	bool gap; /* an empty line before the next one */
	struct level levels[LEVELS];
	size_t nlevels;
	unsigned strong, code, tables;
	struct wf_str link;
	struct row *rows;
	size_t nrows, rows_cap;
};

struct markup *
markup_new(size_t width, bool color)
{
	struct wf_arena *arena = wf_arena_new();
	struct markup *m = wf_new(arena, struct markup);

	m->arena = arena;
	m->width = width;
	m->color = color;
	return m;
}

/* ---- lines ---- */

static void
pad(struct markup *m, size_t n)
{
	while (n-- > 0)
		wf_buf_addc(&m->out, ' ');
}

static void
add_mark(struct markup *m, struct level *level)
{
	if (level->kind == MARKUP_QUOTE) {
		style_add(&m->out, STYLE_FAINT, WF_S("|"), m->color);
		wf_buf_addc(&m->out, ' ');
		m->column += 2;
	} else if (level->kind == MARKUP_ITEM) {
		size_t width = visible_width(level->mark);

		if (level->marked)
			pad(m, width);
		else
			wf_buf_add(&m->out, level->mark);
		level->marked = true;
		m->column += width;
	}
}

static void
begin_line(struct markup *m)
{
	if (m->gap && m->out.n > 0)
		wf_buf_addc(&m->out, '\n');
	m->gap = false;
	m->begun = true;
	m->column = 0;
	for (size_t i = 0; i < m->nlevels; i++)
		add_mark(m, &m->levels[i]);
}

static void
feed_line(struct markup *m)
{
	if (m->begun)
		wf_buf_addc(&m->out, '\n');
	m->begun = m->spaced = false;
}

/* ---- words ---- */

static struct cell *
open_cell(struct markup *m)
{
	struct row *row = m->nrows > 0 ? &m->rows[m->nrows - 1] : NULL;

	return row && row->n > 0 && row->n <= COLUMNS ? row->cells[row->n - 1] : NULL;
}

static void
word_to_cell(struct markup *m, struct cell *cell)
{
	if (cell && cell->text.n > 0 && m->spaced) {
		wf_buf_addc(&cell->text, ' ');
		cell->width++;
	}
	if (cell) {
		wf_buf_add(&cell->text, wf_buf_str(&m->word));
		cell->width += m->word_width;
	}
}

static void
word_to_line(struct markup *m)
{
	bool fits = m->column + m->spaced + m->word_width <= m->width;

	if (m->begun && m->spaced && !fits)
		feed_line(m);
	if (!m->begun) {
		begin_line(m);
	} else if (m->spaced) {
		wf_buf_addc(&m->out, ' ');
		m->column++;
	}
	wf_buf_add(&m->out, wf_buf_str(&m->word));
	m->column += m->word_width;
}

static void
end_word(struct markup *m)
{
	if (m->word.n == 0)
		return;
	if (m->tables > 0)
		word_to_cell(m, open_cell(m));
	else
		word_to_line(m);
	wf_buf_clear(&m->word);
	m->word_width = 0;
	m->spaced = false;
}

static void
end_line(struct markup *m)
{
	end_word(m);
	if (m->tables > 0)
		m->spaced = true; /* a cell is one line */
	else
		feed_line(m);
}

static enum style
current_style(const struct markup *m)
{
	if (m->code > 0)
		return STYLE_HINT;
	return m->strong > 0 ? STYLE_STRONG : STYLE_PLAIN;
}

static void
add_to_word(struct markup *m, enum style style, struct wf_str text)
{
	if (text.n == 0)
		return;
	wf_buf_clear(&m->scratch);
	visible_add(&m->scratch, text, false);
	style_add(&m->word, style, wf_buf_str(&m->scratch), m->color);
	m->word_width += visible_width(wf_buf_str(&m->scratch));
}

/* The length of the text before its first white space. */
static size_t
word_length(struct wf_str text)
{
	size_t n = 0;

	while (n < text.n && !strchr(" \t\r\n", text.p[n]))
		n++;
	return n;
}

static void
add_words(struct markup *m, enum style style, struct wf_str text)
{
	while (text.n > 0) {
		size_t n = word_length(text);

		if (n > 0)
			add_to_word(m, style, wf_str_sub(text, 0, n));
		text = wf_str_skip(text, n);
		if (text.n > 0) {
			end_word(m);
			m->spaced = true;
			text = wf_str_skip(text, 1);
		}
	}
}

static bool
is_in(const struct markup *m, enum markup_kind kind)
{
	for (size_t i = 0; i < m->nlevels; i++)
		if (m->levels[i].kind == kind)
			return true;
	return false;
}

/* What has no line feed yet waits in the word. */
static void
add_verbatim(struct markup *m, struct wf_str text)
{
	while (text.p) {
		add_to_word(m, STYLE_HINT, wf_str_cut(&text, '\n'));
		if (!text.p)
			return;
		begin_line(m);
		pad(m, m->word.n > 0 ? VERBATIM_INDENT : 0);
		wf_buf_add(&m->out, wf_buf_str(&m->word));
		wf_buf_clear(&m->word);
		m->word_width = 0;
		feed_line(m);
	}
}

void
markup_text(struct markup *m, struct wf_str text)
{
	if (m->link.n > 0)
		wf_buf_add(&m->shown, text);
	if (m->tables == 0 && is_in(m, MARKUP_VERBATIM))
		add_verbatim(m, text);
	else
		add_words(m, current_style(m), text);
}

void
markup_break(struct markup *m)
{
	end_line(m);
}

void
markup_rule(struct markup *m)
{
	end_line(m);
	if (m->tables > 0)
		return;
	begin_line(m);
	for (size_t i = 0; i < RULE_WIDTH; i++)
		wf_buf_addc(&m->out, '-');
	feed_line(m);
}

/* ---- tables ---- */

static size_t
column_width(const struct markup *m, size_t column)
{
	size_t width = 0;

	for (size_t r = 0; r < m->nrows; r++)
		if (column < m->rows[r].n && m->rows[r].cells[column]->width > width)
			width = m->rows[r].cells[column]->width;
	return width;
}

static void
put_row(struct markup *m, const struct row *row, const size_t *widths)
{
	size_t n = row->n;

	while (n > 0 && row->cells[n - 1]->width == 0)
		n--;
	begin_line(m);
	for (size_t i = 0; i < n; i++) {
		const struct cell *cell = row->cells[i];
		size_t room = widths[i] - cell->width;

		pad(m, (i > 0 ? 2 : 0) + (cell->right ? room : 0));
		wf_buf_add(&m->out, wf_buf_str(&cell->text));
		pad(m, cell->right || i + 1 == n ? 0 : room);
	}
	feed_line(m);
}

static void
underline_row(struct markup *m, const struct row *row, const size_t *widths)
{
	begin_line(m);
	for (size_t i = 0; i < row->n; i++) {
		pad(m, i > 0 ? 2 : 0);
		for (size_t k = 0; k < widths[i]; k++)
			wf_buf_addc(&m->out, '-');
	}
	feed_line(m);
}

static void
put_table(struct markup *m)
{
	size_t widths[COLUMNS];

	for (size_t i = 0; i < COLUMNS; i++)
		widths[i] = column_width(m, i);
	for (size_t r = 0; r < m->nrows; r++) {
		const struct row *row = &m->rows[r];

		put_row(m, row, widths);
		if (row->n > 0 && row->cells[0]->head)
			underline_row(m, row, widths);
		for (size_t i = 0; i < row->n; i++)
			wf_buf_release(&row->cells[i]->text);
	}
	m->nrows = 0;
}

static void
start_cell(struct markup *m, enum markup_kind kind, bool right)
{
	struct row *row = m->nrows > 0 ? &m->rows[m->nrows - 1] : NULL;
	struct cell *cell;

	m->spaced = false;
	if (!row || row->n == COLUMNS)
		return;
	cell = wf_new(m->arena, struct cell);
	cell->right = right;
	cell->head = kind == MARKUP_HEAD;
	row->cells[row->n++] = cell;
}

/* A table within a table goes on in its cell. */
static void
open_in_table(struct markup *m, enum markup_kind kind, struct markup_detail detail)
{
	end_line(m);
	if (kind == MARKUP_TABLE)
		m->tables++;
	else if (m->tables > 1)
		return;
	else if (kind == MARKUP_ROW)
		*wf_push(m->arena, m->rows, m->nrows, m->rows_cap) = (struct row){ .n = 0 };
	else if (kind == MARKUP_HEAD || kind == MARKUP_CELL)
		start_cell(m, kind, detail.number > 0);
}

static void
close_in_table(struct markup *m, enum markup_kind kind)
{
	end_line(m);
	if (kind != MARKUP_TABLE || --m->tables > 0)
		return;
	m->spaced = false;
	put_table(m);
	m->gap = true;
}

/* ---- blocks ---- */

/* The mark of the next item of the list around it. */
static struct wf_str
item_mark(struct markup *m, struct wf_str box)
{
	for (size_t i = m->nlevels; i-- > 0;) {
		struct level *level = &m->levels[i];

		if (level->kind == MARKUP_NUMBERS)
			return wf_strf(m->arena, "%u. %.*s", level->number++, WF_ARG(box));
		if (level->kind == MARKUP_BULLETS)
			break;
	}
	return wf_strf(m->arena, "- %.*s", WF_ARG(box));
}

static void
open_block(struct markup *m, enum markup_kind kind, struct markup_detail detail)
{
	struct level *level = &m->levels[m->nlevels];

	end_line(m);
	if (m->nlevels == LEVELS)
		return;
	*level = (struct level){ .kind = kind, .number = detail.number };
	if (kind == MARKUP_ITEM)
		level->mark = item_mark(m, detail.text);
	if (kind == MARKUP_HEADING)
		m->strong++;
	m->nlevels++;
}

static void
underline_heading(struct markup *m, unsigned level)
{
	size_t width = m->column;

	if (m->color || level > 2 || width == 0)
		return;
	begin_line(m);
	while (width-- > 0)
		wf_buf_addc(&m->out, level == 1 ? '=' : '-');
	feed_line(m);
}

static void
close_level(struct markup *m)
{
	struct level *level = &m->levels[--m->nlevels];
	bool in_list = is_in(m, MARKUP_BULLETS) || is_in(m, MARKUP_NUMBERS);

	if (level->kind == MARKUP_VERBATIM && m->word.n > 0)
		add_verbatim(m, WF_S("\n"));
	if (level->kind == MARKUP_HEADING) {
		m->strong -= m->strong > 0;
		underline_heading(m, level->number);
	}
	m->gap = m->gap || !in_list;
	if (m->nlevels == 0)
		m->strong = m->code = 0; /* whatever was left open */
}

static void
close_block(struct markup *m, enum markup_kind kind)
{
	if (!is_in(m, kind))
		return;
	if (!is_in(m, MARKUP_VERBATIM))
		end_line(m);
	while (m->levels[m->nlevels - 1].kind != kind)
		close_level(m);
	close_level(m);
}

/* ---- spans ---- */

static void
close_link(struct markup *m)
{
	struct wf_str link = m->link;
	bool same = wf_str_eq(wf_str_trim(wf_buf_str(&m->shown)), link);

	m->link = WF_S("");
	wf_buf_clear(&m->shown);
	if (link.n == 0 || same || link.p[0] == '#')
		return;
	add_words(m, STYLE_FAINT, WF_S(" ("));
	add_words(m, STYLE_FAINT, link);
	add_words(m, STYLE_FAINT, WF_S(")"));
}

static void
switch_code(struct markup *m, bool on)
{
	if (!m->color && !is_in(m, MARKUP_VERBATIM))
		add_to_word(m, STYLE_PLAIN, WF_S("`"));
	m->code += on;
	m->code -= !on && m->code > 0;
}

static bool
is_table_part(enum markup_kind kind)
{
	return kind >= MARKUP_TABLE && kind <= MARKUP_CELL;
}

void
markup_open(struct markup *m, enum markup_kind kind, struct markup_detail detail)
{
	if (kind == MARKUP_STRONG)
		m->strong++;
	else if (kind == MARKUP_CODE)
		switch_code(m, true);
	else if (kind == MARKUP_LINK)
		m->link = wf_str_dup(m->arena, detail.text);
	else if (m->tables > 0 || kind == MARKUP_TABLE)
		open_in_table(m, kind, detail);
	else if (!is_table_part(kind))
		open_block(m, kind, detail);
}

void
markup_close(struct markup *m, enum markup_kind kind)
{
	if (kind == MARKUP_STRONG)
		m->strong -= m->strong > 0;
	else if (kind == MARKUP_CODE)
		switch_code(m, false);
	else if (kind == MARKUP_LINK)
		close_link(m);
	else if (m->tables > 0)
		close_in_table(m, kind);
	else if (!is_table_part(kind))
		close_block(m, kind);
}

size_t
markup_size(const struct markup *m)
{
	return m->out.n;
}

void
markup_finish(struct markup *m, struct wf_buf *out)
{
	while (m->tables > 0)
		close_in_table(m, MARKUP_TABLE);
	while (m->nlevels > 0)
		close_block(m, m->levels[m->nlevels - 1].kind);
	end_line(m);
	wf_buf_add(out, wf_buf_str(&m->out));
	wf_buf_release(&m->out);
	wf_buf_release(&m->word);
	wf_buf_release(&m->scratch);
	wf_buf_release(&m->shown);
	wf_arena_free(m->arena);
}
