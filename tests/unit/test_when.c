/* SPDX-License-Identifier: MIT */
/* test_when.c - the `on:` block: its forms, filters, inputs, schedules. */
#include "model_fixture.h"

#include "model/cron.h"

#define JOBS "jobs: {a: {runs-on: x}}\n"

TEST(when_reads_the_three_forms)
{
	static const char *const texts[] = { "on: push\n" JOBS, "on: [push, fork]\n" JOBS,
		"on: {push: , fork: null}\n" JOBS };
	struct model_fixture fx;
	const struct workflow *wf;

	for (size_t i = 0; i < WF_COUNT(texts); i++) {
		model_init(&fx);
		wf = model_workflow(&fx, texts[i]);
		CHECK_INT(wf->on->n, i ? 2 : 1);
		CHECK(when_find(wf->on, WF_S("push")) == &wf->on->events[0]);
		CHECK(when_find(wf->on, WF_S("Push")) == NULL);
		model_release(&fx);
	}
}

TEST(when_reads_filters_with_their_places)
{
	struct model_fixture fx;
	const struct when_event *push;

	model_init(&fx);
	push = when_find(model_workflow(&fx,
	                     "on:\n  push:\n    branches: [main, '!x/**']\n    tags: v*\n"
	                     "    paths:\n" JOBS)
	                     ->on,
	    WF_S("push"));
	CHECK(push->branches.given && push->tags.given && !push->paths.given);
	CHECK_INT(push->branches.n, 2);
	CHECK_STR(push->branches.items[1].text, "!x/**");
	CHECK_INT(push->branches.items[1].pos.col, 22);
	CHECK_STR(push->tags.items[0].text, "v*");
	model_release(&fx);
}

TEST(when_refuses_unknown_events)
{
	CHECK_PROBLEMS("on: pushed\n" JOBS, "1:5 Unexpected value 'pushed'");
	CHECK_PROBLEMS("on: [push, 3]\n" JOBS, "1:12 Unexpected value '3'");
	CHECK_PROBLEMS("on: {pull: }\n" JOBS, "1:6 Unexpected value 'pull'");
}

TEST(when_only_warns_where_github_never_matches)
{
	CHECK_PROBLEMS("on: {pull_request: {types: [synchronized]}}\n" JOBS,
	    "warning: 1:29 Unexpected value 'synchronized'");
	CHECK_PROBLEMS("on: {merge_group: {paths: [a]}}\n" JOBS,
	    "warning: 1:20 Unexpected value 'paths'");
}

TEST(when_refuses_both_kinds_of_a_filter)
{
	CHECK_PROBLEMS("on: {push: {paths: a, paths-ignore: b}}\n" JOBS,
	    "1:23 you may only define one of `paths` and `paths-ignore` for a single event");
}

TEST(when_reads_inputs_of_a_dispatch)
{
	struct model_fixture fx;
	const struct when_event *event;

	model_init(&fx);
	event =
	    when_find(model_workflow(&fx,
	                  "on:\n  workflow_dispatch:\n    inputs:\n      a:\n      b: {type: "
	                  "boolean, default: "
	                  "true, required: true}\n      c: {type: choice, options: [x, 1]}\n" JOBS)
	                  ->on,
	        WF_S("workflow_dispatch"));
	CHECK_INT(event->ninputs, 3);
	CHECK_INT(event->inputs[0].type, WHEN_INPUT_STRING);
	CHECK(event->inputs[0].fallback == NULL);
	CHECK_INT(event->inputs[1].type, WHEN_INPUT_BOOLEAN);
	CHECK(event->inputs[1].required && event->inputs[1].fallback->literal.boolean);
	CHECK_INT(event->inputs[2].noptions, 2);
	CHECK_STR(event->inputs[2].options[1], "1");
	model_release(&fx);
	CHECK_PROBLEMS("on: {workflow_dispatch: {inputs: {a: {type: choice}}}}\n" JOBS,
	    "1:38 Missing 'options' for choice input");
}

TEST(when_reads_what_a_call_passes)
{
	struct model_fixture fx;
	const struct when_event *event;

	model_init(&fx);
	event = when_find(model_workflow(&fx,
	                      "on:\n  workflow_call:\n    inputs: {n: {type: number, default: 2}}\n"
	                      "    secrets: {s: {required: true}, t: }\n"
	                      "    outputs: {o: {value: '${{ jobs.a.outputs.x }}'}}\n" JOBS)
	                      ->on,
	    WF_S("workflow_call"));
	CHECK_INT(event->inputs[0].type, WHEN_INPUT_NUMBER);
	CHECK(event->secrets[0].required && !event->secrets[1].required);
	CHECK_STR(expr_source(event->outputs[0].value->expr), "jobs.a.outputs.x");
	model_release(&fx);
	CHECK_PROBLEMS("on: {workflow_call: {inputs: {a: {}}}}\n" JOBS,
	    "1:34 Required property is missing: type");
}

TEST(when_reads_schedules)
{
	struct model_fixture fx;
	const struct when_event *event;

	model_init(&fx);
	event = when_find(model_workflow(&fx, "on:\n  schedule:\n  - cron: '5 4 * * *'\n    "
	                                      "timezone: Asia/Tokyo\n" JOBS)
	                      ->on,
	    WF_S("schedule"));
	CHECK_INT(event->ncrons, 1);
	CHECK_STR(event->crons[0].timezone, "Asia/Tokyo");
	CHECK_INT(event->crons[0].pos.line, 3);
	model_release(&fx);
	CHECK_PROBLEMS("on: {schedule: [{cron: '@daily'}]}\n" JOBS,
	    "1:24 Invalid cron expression. Expected format: '* * * * *' (minute hour day month "
	    "weekday)");
}

TEST(cron_takes_what_github_takes)
{
	static const char *const good[] = { "* * * * *", "*/5 0-23 1,15 JAN-dec MON", "0 0 1 1 0",
		"5/15  0   * * 0-6" };
	static const char *const bad[] = { "", "* * * *", "* * * * * *", "60 * * * *", "* * * * 7",
		"*/0 * * * *", "5-1 * * * *", "a * * * *", "@daily", "1,,2 * * * *", "* * L * *" };

	for (size_t i = 0; i < WF_COUNT(good); i++)
		CHECK(cron_valid(wf_str(good[i])));
	for (size_t i = 0; i < WF_COUNT(bad); i++)
		CHECK(!cron_valid(wf_str(bad[i])));
}
