/* SPDX-License-Identifier: MIT */
/* fetching.c - says what is being fetched. */
#include "cli/fetching.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/settings.h"
#include "runner/store/source.h"

static void
on_fetch(void *data, const struct actions_news *news)
{
	struct fetching *f = data;

	if (news->done) {
		if (f->open)
			fputc('\n', stderr);
		f->open = false;
	} else if (!news->progress) {
		if (f->open)
			fputc('\n', stderr);
		fprintf(stderr, "%s %.*s from %.*s%s", news->look ? "ask for" : "fetch",
		    WF_ARG(news->name), WF_ARG(news->source), f->terminal ? "" : "\n");
		f->open = f->terminal;
	} else if (f->terminal) {
		fprintf(stderr, "\r\033[Kfetch %.*s: %u of %u objects, %.1f MiB",
		    WF_ARG(news->name), news->progress->received, news->progress->total,
		    (double)news->progress->bytes / (1 << 20));
		f->open = true;
	}
	fflush(stderr);
}

bool
fetching_options(struct fetching *fetching, const struct cmd *cmd, const char *workdir,
    struct actions_options *out, struct wf_error *err)
{
	const struct args *args = cmd->args;
	const char *const *sources = args->action_sources.items;
	struct settings settings;

	if (!settings_read(cmd->arena, workdir, &settings, err))
		return false;
	if (!sources && !getenv(SOURCE_VARIABLE))
		sources = settings.action_sources.items;
	*fetching = (struct fetching){ .terminal = isatty(STDERR_FILENO) };
	*out = (struct actions_options){
		.sources = sources,
		.local = args->local_repositories.items,
		.workdir = workdir,
		.offline = args->offline,
		.builtin = args->builtin,
		.on_fetch = on_fetch,
		.data = fetching,
	};
	return true;
}
