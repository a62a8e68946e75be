/* SPDX-License-Identifier: MIT */
/* report.c - lays the summary out.
 *
 * The legs of a matrix stand together: one row for all of them, one paragraph that lists those that
 * succeeded, and a row of its own for each of the others. */
#include "cli/report.h"

#include "base/map.h"
#include "cli/markdown.h"
#include "cli/style.h"
#include "cli/visible.h"

#include <inttypes.h>
#include <string.h>

#define WIDTH 80
#define RESULT_COLUMN 60 /* where results start */
#define SUMMARY_INDENT 4
#define SUMMARY_LINES 60 /* of one step that are shown */
#define SHA_WIDTH 7

struct page {
	struct wf_buf out;
	struct wf_buf text; /* scratch for one piece of foreign text */
	struct wf_arena *arena;
	bool color;
};

/* The jobs of one id. */
struct legs {
	struct wf_str id;
	struct report_job **items;
	size_t n, cap;
};

/* ---- lines ---- */

static void
pad(struct page *page, size_t n)
{
	while (n-- > 0)
		wf_buf_addc(&page->out, ' ');
}

/* Foreign text made fit for the page; valid until the next call. */
static struct wf_str
fit(struct page *page, struct wf_str text)
{
	struct wf_str rest = text;

	wf_buf_clear(&page->text);
	while (rest.p) {
		visible_add(&page->text, wf_str_cut(&rest, '\n'), false);
		if (rest.n > 0)
			wf_buf_addc(&page->text, ' ');
	}
	return wf_buf_str(&page->text);
}

static void
add_line(struct page *page, size_t indent, enum style style, struct wf_str text)
{
	pad(page, indent);
	style_add(&page->out, style, fit(page, text), page->color);
	wf_buf_addc(&page->out, '\n');
}

/* Breaks text at spaces so that it ends before the last column; a longer word stays whole. */
static void
add_paragraph(struct page *page, size_t indent, struct wf_str text)
{
	struct wf_str rest = fit(page, text);
	size_t column = 0;

	while (rest.p) {
		struct wf_str word = wf_str_cut(&rest, ' ');
		size_t width = visible_width(word);

		if (column > 0 && column + 1 + width > WIDTH) {
			wf_buf_addc(&page->out, '\n');
			column = 0;
		}
		if (column == 0)
			pad(page, column = indent);
		else
			pad(page, 1), column++;
		wf_buf_add(&page->out, word);
		column += width;
	}
	wf_buf_addc(&page->out, '\n');
}

static void
add_heading(struct page *page, const char *text)
{
	wf_buf_addc(&page->out, '\n');
	style_add(&page->out, STYLE_STRONG, wf_str(text), page->color);
	wf_buf_addc(&page->out, '\n');
}

/* A name, its result in the result column, and its duration at the right edge. */
static void
add_row(struct page *page, size_t indent, enum style style, struct wf_str name, const char *result,
    int64_t duration)
{
	wf_auto(wf_buf_release) struct wf_buf time = WF_BUF_INIT;
	struct wf_str shown = fit(page, name);
	struct wf_str word = wf_str(result ? result : "unfinished");
	size_t column = indent + visible_width(shown);

	pad(page, indent);
	style_add(&page->out, style, shown, page->color);
	if (column >= RESULT_COLUMN) {
		wf_buf_addc(&page->out, '\n');
		column = 0;
	}
	pad(page, RESULT_COLUMN - column);
	style_add(&page->out, style_of(result), word, page->color);
	if (result && strcmp(result, "skipped") != 0) {
		style_add_duration(&time, duration);
		column = RESULT_COLUMN + word.n + time.n;
		pad(page, column < WIDTH ? WIDTH - column : 1);
		wf_buf_add(&page->out, wf_buf_str(&time));
	}
	wf_buf_addc(&page->out, '\n');
}

/* ---- jobs ---- */

static bool
is_result(const struct report_job *job, const char *result)
{
	return job->result && strcmp(job->result, result) == 0;
}

static void
add_why(struct page *page, size_t indent, const struct report_job *job)
{
	if (job->failed_step.n > 0 && job->failed_exit > 0)
		add_paragraph(page, indent,
		    wf_strf(page->arena, "step '%.*s' failed with exit code %d",
		        WF_ARG(job->failed_step), job->failed_exit));
	else if (job->failed_step.n > 0)
		add_paragraph(page, indent,
		    wf_strf(page->arena, "step '%.*s' failed", WF_ARG(job->failed_step)));
	if (job->reason.n > 0)
		add_paragraph(page, indent, job->reason);
}

/* Where the job has deployed to. */
static void
add_environment(struct page *page, size_t indent, const struct record_job *job)
{
	if (job->environment.n > 0)
		add_paragraph(page, indent,
		    wf_strf(page->arena, "environment %.*s%s%.*s", WF_ARG(job->environment),
		        job->environment_url.n > 0 ? ": " : "", WF_ARG(job->environment_url)));
}

static void
add_job(struct page *page, size_t indent, const struct report_job *job)
{
	add_row(page, indent, STYLE_PLAIN, job->facts.name.n ? job->facts.name : job->facts.id,
	    job->result, job->duration);
	add_why(page, indent + 4, job);
	add_environment(page, indent + 4, &job->facts);
}

/* The values of a leg's matrix as its name has them: "(3.11, arm)"; without any, the whole name. */
static struct wf_str
values_of(struct wf_str name)
{
	ptrdiff_t open = wf_str_find(name, WF_S(" (")), end = wf_str_rfind_char(name, ')');

	if (open < 0 || end < open)
		return name;
	return wf_str_sub(name, (size_t)open + 1, (size_t)end + 1);
}

/* What a reader wants to know first about several jobs. */
static const char *
worst_result(const struct legs *legs)
{
	static const char *const order[] = { "failure", "cancelled", "success", "skipped" };

	for (size_t i = 0; i < legs->n; i++)
		if (!legs->items[i]->result)
			return NULL;
	for (size_t r = 0; r < WF_COUNT(order); r++)
		for (size_t i = 0; i < legs->n; i++)
			if (is_result(legs->items[i], order[r]))
				return order[r];
	return NULL;
}

static void
add_legs(struct page *page, const struct legs *legs)
{
	wf_auto(wf_buf_release) struct wf_buf list = WF_BUF_INIT;
	int64_t longest = 0;
	size_t good = 0;

	for (size_t i = 0; i < legs->n; i++) {
		const struct report_job *job = legs->items[i];

		longest = job->duration > longest ? job->duration : longest;
		if (!is_result(job, "success"))
			continue;
		wf_buf_adds(&list, good++ > 0 ? ", " : "");
		wf_buf_add(&list, values_of(job->facts.name));
	}
	add_row(page, 2, STYLE_PLAIN,
	    wf_strf(page->arena, "%.*s: %zu legs, %zu success", WF_ARG(legs->id), legs->n, good),
	    worst_result(legs), longest);
	if (good > 0)
		add_paragraph(page, 6, wf_buf_str(&list));
	for (size_t i = 0; i < legs->n; i++)
		if (!is_result(legs->items[i], "success"))
			add_job(page, 4, legs->items[i]);
		else if (legs->items[i]->facts.environment_url.n > 0)
			add_environment(page, 6, &legs->items[i]->facts);
}

/* ---- runs ---- */

static void
add_run_facts(struct page *page, const struct record_run *run)
{
	wf_auto(wf_buf_release) struct wf_buf text = WF_BUF_INIT;

	wf_buf_addf(&text, "%.*s, %.*s %.*s", WF_ARG(run->path), WF_ARG(run->event),
	    WF_ARG(run->ref));
	if (run->sha.n > 0)
		wf_buf_addf(&text, " at %.*s", WF_ARG(wf_str_sub(run->sha, 0, SHA_WIDTH)));
	if (run->head_branch.n > 0)
		wf_buf_addf(&text, ", head_branch %.*s", WF_ARG(run->head_branch));
	if (run->parent > 0)
		wf_buf_addf(&text, ", woken by run %" PRIu64, run->parent);
	add_paragraph(page, 2, wf_buf_str(&text));
}

/* The jobs by id, in the order of each id's first job. */
static struct wf_map
legs_of(struct wf_arena *arena, const struct report_run *run)
{
	struct wf_map map;

	wf_map_init(&map, arena, false);
	for (size_t i = 0; i < run->njobs; i++) {
		struct wf_str id = run->jobs[i]->facts.id;
		struct legs *legs = wf_map_get(&map, id);

		if (!legs) {
			legs = wf_new(arena, struct legs);
			legs->id = id;
			wf_map_set(&map, id, legs);
		}
		*wf_push(arena, legs->items, legs->n, legs->cap) = run->jobs[i];
	}
	return map;
}

static void
add_run(struct page *page, const struct report_run *run)
{
	const struct wf_map map = legs_of(page->arena, run);

	wf_buf_addc(&page->out, '\n');
	add_row(page, 0, STYLE_STRONG,
	    wf_strf(page->arena, "run %" PRIu64 ": %.*s", run->facts.number,
	        WF_ARG(run->facts.workflow)),
	    run->result, run->duration);
	add_run_facts(page, &run->facts);
	if (run->reason.n > 0)
		add_paragraph(page, 2, run->reason);
	for (size_t i = 0; i < map.n; i++) {
		const struct legs *legs = map.items[i].value;

		if (legs->n == 1)
			add_job(page, 2, legs->items[0]);
		else
			add_legs(page, legs);
	}
}

/* ---- texts ---- */

static void
add_dropped(struct page *page, const struct report_texts *list)
{
	if (list->dropped > 0)
		wf_buf_addf(&page->out, "  ... and %zu more\n", list->dropped);
}

/* "CI / test (3.11) / Run tests", as far as it is known. */
static struct wf_str
where(struct page *page, const struct report_text *text)
{
	wf_auto(wf_buf_release) struct wf_buf out = WF_BUF_INIT;

	if (text->run)
		wf_buf_add(&out, text->run->facts.workflow);
	if (text->job)
		wf_buf_addf(&out, " / %.*s", WF_ARG(text->job->facts.name));
	if (text->step.n > 0)
		wf_buf_addf(&out, " / %.*s", WF_ARG(text->step));
	return wf_buf_take(&out, page->arena);
}

static void
add_place(struct page *page, const struct command_place *place)
{
	style_add_place(&page->out, place);
	if (place->file.n > 0)
		wf_buf_adds(&page->out, ": ");
}

static void
add_asleep(struct page *page, const struct report_texts *list)
{
	if (list->n > 0)
		add_heading(page, "Did not wake");
	for (size_t i = 0; i < list->n; i++) {
		const struct report_text *text = &list->items[i];

		wf_buf_adds(&page->out, "  ");
		wf_buf_add(&page->out, fit(page, text->text));
		if (text->place.file.n > 0) {
			wf_buf_adds(&page->out, " (");
			style_add_place(&page->out, &text->place);
			wf_buf_addc(&page->out, ')');
		}
		wf_buf_addc(&page->out, '\n');
		if (text->reason.n > 0)
			add_paragraph(page, 6, text->reason);
	}
	add_dropped(page, list);
}

static void
add_annotations(struct page *page, const struct report_texts *list)
{
	if (list->n > 0)
		add_heading(page, "Annotations");
	for (size_t i = 0; i < list->n; i++) {
		const struct report_text *text = &list->items[i];
		const char *level = text->level ? text->level : "notice";
		struct wf_str rest = text->text;

		wf_buf_adds(&page->out, "  ");
		style_add(&page->out, style_of(level), wf_str(level), page->color);
		wf_buf_adds(&page->out, ": ");
		add_place(page, &text->place);
		if (text->place.title.n > 0)
			wf_buf_addf(&page->out, "%.*s: ", WF_ARG(fit(page, text->place.title)));
		add_line(page, 0, STYLE_PLAIN, wf_str_cut(&rest, '\n'));
		while (rest.n > 0)
			add_line(page, 4, STYLE_PLAIN, wf_str_cut(&rest, '\n'));
		add_line(page, 6, STYLE_FAINT, where(page, text));
	}
	add_dropped(page, list);
}

/* The lines of a summary; as it is written where nothing here can read Markdown. */
static struct wf_str
summary_lines(struct page *page, struct wf_str markdown)
{
	wf_auto(wf_buf_release) struct wf_buf lines = WF_BUF_INIT;
	struct wf_str rest = markdown;

	if (!markdown_render(&lines, markdown, WIDTH - SUMMARY_INDENT, page->color, NULL))
		while (rest.n > 0) {
			visible_add(&lines, wf_str_cut(&rest, '\n'), false);
			wf_buf_addc(&lines, '\n');
		}
	return wf_buf_take(&lines, page->arena);
}

static void
add_summary(struct page *page, const struct report_text *summary)
{
	struct wf_str rest = summary_lines(page, summary->text);
	size_t lines = 0, more = 0;

	add_line(page, 2, STYLE_STRONG, where(page, summary));
	for (; rest.n > 0; lines++) {
		struct wf_str line = wf_str_cut(&rest, '\n');

		if (lines >= SUMMARY_LINES) {
			more++;
			continue;
		}
		pad(page, line.n > 0 ? SUMMARY_INDENT : 0);
		wf_buf_add(&page->out, line);
		wf_buf_addc(&page->out, '\n');
	}
	if (more > 0)
		wf_buf_addf(&page->out, "    ... and %zu more lines\n", more);
}

static void
add_summaries(struct page *page, const struct report_texts *list)
{
	if (list->n > 0)
		add_heading(page, "Step summaries");
	for (size_t i = 0; i < list->n; i++)
		add_summary(page, &list->items[i]);
	add_dropped(page, list);
}

static void
add_remarks(struct page *page, const char *heading, const struct report_texts *list)
{
	if (list->n > 0)
		add_heading(page, heading);
	for (size_t i = 0; i < list->n; i++) {
		wf_buf_adds(&page->out, "  ");
		add_place(page, &list->items[i].place);
		add_line(page, 0, STYLE_PLAIN, list->items[i].text);
	}
	add_dropped(page, list);
}

/* "12 B", "3.4 MB" */
static struct wf_str
size_text(struct wf_arena *arena, uint64_t size)
{
	static const char *const units[] = { "kB", "MB", "GB", "TB" };
	double value = (double)size / 1000;
	size_t unit = 0;

	if (size < 1000)
		return wf_strf(arena, "%" PRIu64 " B", size);
	for (; value >= 999.95 && unit + 1 < WF_COUNT(units); unit++)
		value /= 1000;
	return wf_strf(arena, "%.1f %s", value, units[unit]);
}

static void
add_artifacts(struct page *page, const struct report *report)
{
	if (report->nartifacts > 0)
		add_heading(page, "Artifacts");
	for (size_t i = 0; i < report->nartifacts; i++) {
		const struct report_artifact *artifact = &report->artifacts[i];
		uint64_t files = artifact->facts.files;
		struct wf_str size = size_text(page->arena, artifact->facts.size);

		add_line(page, 2, STYLE_PLAIN,
		    wf_strf(page->arena, "%.*s (%" PRIu64 " %s, %.*s)", WF_ARG(artifact->name),
		        files, files == 1 ? "file" : "files", WF_ARG(size)));
		add_line(page, 6, STYLE_FAINT, artifact->path);
	}
}

/* ---- totals ---- */

/* "3 jobs: 1 success, 2 skipped" */
struct tally {
	const char *one, *many;
	size_t n;
	size_t counts[5];
};

static const char *const tally_words[] = { "success", "failure", "cancelled", "skipped",
	"unfinished" };

static void
tally_count(struct tally *tally, const char *result)
{
	size_t i = 0;

	while (i + 1 < WF_COUNT(tally_words) && !(result && strcmp(result, tally_words[i]) == 0))
		i++;
	tally->counts[i]++;
	tally->n++;
}

static void
add_tally(struct page *page, const struct tally *tally)
{
	const char *between = ": ";

	wf_buf_addf(&page->out, "%zu %s", tally->n, tally->n == 1 ? tally->one : tally->many);
	for (size_t i = 0; i < WF_COUNT(tally_words); i++) {
		if (tally->counts[i] == 0)
			continue;
		wf_buf_adds(&page->out, between);
		wf_buf_addf(&page->out, "%zu ", tally->counts[i]);
		style_add(&page->out, style_of(tally_words[i]), wf_str(tally_words[i]),
		    page->color);
		between = ", ";
	}
	wf_buf_addc(&page->out, '\n');
}

static void
add_totals(struct page *page, const struct report *report)
{
	struct tally runs = { .one = "workflow", .many = "workflows" };
	struct tally jobs = { .one = "job", .many = "jobs" };

	for (size_t r = 0; r < report->nruns; r++) {
		tally_count(&runs, report->runs[r]->result);
		for (size_t j = 0; j < report->runs[r]->njobs; j++)
			tally_count(&jobs, report->runs[r]->jobs[j]->result);
	}
	wf_buf_addc(&page->out, '\n');
	add_tally(page, &runs);
	add_tally(page, &jobs);
	style_add_duration(&page->out, report->last - report->first);
	wf_buf_adds(&page->out, " in all\n");
}

void
report_show(FILE *out, const struct report *report, bool color)
{
	struct page page = { .arena = wf_arena_new(), .color = color };

	for (size_t i = 0; i < report->nruns; i++)
		add_run(&page, report->runs[i]);
	add_asleep(&page, &report->asleep);
	add_annotations(&page, &report->annotations);
	add_summaries(&page, &report->summaries);
	add_artifacts(&page, report);
	add_remarks(&page, "Would have changed on GitHub", &report->writes);
	add_remarks(&page, "Differences from GitHub", &report->differences);
	add_remarks(&page, "Notes", &report->notes);
	add_totals(&page, report);
	fwrite(page.out.p, 1, page.out.n, out);
	wf_buf_release(&page.out);
	wf_buf_release(&page.text);
	wf_arena_free(page.arena);
}
