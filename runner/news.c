/* SPDX-License-Identifier: MIT */
/* news.c - the service wakes the loop, which then asks until there is nothing new. */
#include "runner/news.h"

#include "runner/harvest.h"
#include "runner/service/service.h"
#include "runner/session_state.h"

#include <stdlib.h>

static const struct run *
run_of(const struct session *session, int64_t id)
{
	for (const struct run *run = session->runs; run; run = run->next)
		if ((int64_t)run->facts.run_id == id)
			return run;
	return NULL;
}

static void
take_artifact(struct session *session, const struct service_news *news)
{
	const struct harvest_artifact artifact = {
		.id = news->artifact.id,
		.run_id = news->run_id,
		.size = news->artifact.size,
		.name = news->artifact.name,
		.path = news->artifact.path,
		.is_zip = news->artifact.is_zip,
	};

	harvest_add(session, &artifact);
}

/* A write is said each time, for each would have had its effect. */
static void
take_write(struct session *session, const struct service_news *news)
{
	const struct run *run = run_of(session, news->run_id);
	const struct record_event event = {
		.kind = RECORD_WOULD,
		.run = run ? run->rec : NULL,
		.mask = run ? run->mask : session->mask,
		.text = news->text,
		.reason = news->body,
	};

	record_put(session->record, &event);
}

static void
take(struct session *session, const struct service_news *news)
{
	const struct run *run = run_of(session, news->run_id);

	switch (news->kind) {
	case SERVICE_ARTIFACT: take_artifact(session, news); return;
	case SERVICE_WRITE: take_write(session, news); return;
	case SERVICE_UNKNOWN:
		session_note(session, RECORD_NOTE, run ? run->rec : NULL, WF_NOWHERE,
		    wf_strf(session->arena,
		        "the API of GitHub was asked what wfrun cannot answer: "
		        "%.*s",
		        WF_ARG(news->text)));
		return;
	}
	abort();
}

void
news_take(struct session *session)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct service_news news;

	while (session->service && service_next_news(session->service, arena, &news))
		take(session, &news);
}

static void
on_async(uv_async_t *async)
{
	news_take(async->data);
}

/* On the service's thread. */
static void
wake(void *data)
{
	uv_async_send(data);
}

void
news_open(struct session *session)
{
	uv_async_init(&session->loop, &session->news, on_async);
	session->news.data = session;
	uv_unref((uv_handle_t *)&session->news); /* alone it keeps nobody waiting */
	service_on_news(session->service, wake, &session->news);
}

void
news_close(struct session *session)
{
	if (!session->service)
		return;
	service_on_news(session->service, NULL, NULL);
	uv_close((uv_handle_t *)&session->news, NULL);
}
