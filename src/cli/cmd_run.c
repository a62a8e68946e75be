/* SPDX-License-Identifier: MIT */
/* cmd_run.c - `wfrun run`: from the options to a session, with somebody who listens to its record.
 */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "cli/cmd.h"
#include "cli/fetching.h"
#include "cli/report.h"
#include "cli/runs_on.h"
#include "cli/scene.h"
#include "cli/style.h"
#include "cli/term.h"
#include "runner/outlet.h"
#include "runner/output/record.h"
#include "runner/output/report.h"
#include "runner/session.h"

#define LAST_PATIENCE_MS 1000 /* with a reader, after wfrun was told to end at once */

static int64_t
milliseconds(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* The time of day, told by a clock that nobody sets: no duration is wrong because somebody did. */
static int64_t
now(void *data)
{
	const int64_t *boot = data;

	return *boot + milliseconds(CLOCK_BOOTTIME);
}

static void
free_record(struct record **record)
{
	record_free(*record);
}

/* Where everything is shown. */
struct screen {
	struct outlet *outlet; /* NULL: nothing there keeps a writer waiting */
	FILE *out;
	int patience; /* as for outlet_close() */
};

static struct screen
open_screen(void)
{
	struct screen screen = { outlet_new(STDOUT_FILENO), stdout, -1 };

	if (screen.outlet)
		screen.out = outlet_stream(screen.outlet);
	return screen;
}

static void
close_screen(struct screen *screen)
{
	outlet_close(screen->outlet, stdout, screen->patience);
}

static void
add_view(struct record *record, const struct args *args, FILE *out)
{
	enum term_detail detail = args->quiet ? TERM_QUIET : TERM_NORMAL;

	if (args->json) {
		record_add_sink(record, record_ndjson_new(out));
		return;
	}
	if (args->verbose)
		detail = TERM_VERBOSE;
	record_add_sink(record, term_new(out, detail, style_color(args->color, stdout)));
}

static bool
check_view(const struct args *args, struct wf_error *err)
{
	if (args->quiet && args->verbose)
		return wf_fail(err, WF_ERR_USAGE, WF_NOWHERE,
		    "--quiet and --verbose exclude each other");
	if (args->images.n && (args->box == BOX_SANDBOX || args->box == BOX_HOST))
		return wf_fail(err, WF_ERR_USAGE, WF_NOWHERE,
		    "--image is for --box docker and --box podman; elsewhere a job without a "
		    "container sees this machine");
	if (args->box == BOX_HOST &&
	    (args->network != OPT_NETWORK_HOST || args->memory || args->pids || args->millicpus))
		return wf_fail(err, WF_ERR_USAGE, WF_NOWHERE,
		    "--network, --memory, --pids and --cpus are for sandboxes, and --box host "
		    "makes none");
	if (args->json && (args->quiet || args->verbose))
		return wf_fail(err, WF_ERR_USAGE, WF_NOWHERE,
		    "--json prints everything: "
		    "--%s does not go with it",
		    args->quiet ? "quiet" : "verbose");
	return true;
}

static bool
find_environment(void *data, struct wf_str name, struct session_environment *out,
    struct wf_error *err)
{
	const struct config *config = data;

	return config_environment(config->environments, name, &out->secrets, &out->vars, err);
}

/* Opens the scene, and takes from it what the session needs. */
static bool
make_options(struct cmd *cmd, struct scene *scene, struct fetching *fetching,
    struct session_options *out, struct wf_error *err)
{
	const struct args *args = cmd->args;
	const struct expr_object *images;

	if (!check_view(args, err) || !scene_open(scene, cmd, err) || !scene_settings(scene, err))
		return false;
	images = runs_on_read(cmd->arena, &args->images, repo_workdir(scene->repo), err);
	if (!images)
		return false;
	*out = (struct session_options){
		.repo = scene->repo,
		.facts = &scene->facts,
		.event = scene->event_args,
		.workflows = args->words.items,
		.stubs = args->stubs,
		.box = args->box,
		.no_network = args->network == OPT_NETWORK_NONE,
		.limits = { args->memory, args->pids, args->millicpus },
		.max_jobs = args->jobs,
		.secrets = scene->config.secrets,
		.vars = scene->config.vars,
		.environment = find_environment,
		.environment_data = &scene->config,
		.env = scene->config.env,
		.chain = !args->no_chain && !scene->select, /* it hangs on whole runs */
		.chain_from = args->chain_from,
		.insecure = args->insecure.items,
		.images = images,
		.workflows_from = args->workflows_from,
		.strict = args->strict,
		.select = scene->select,
	};
	return fetching_options(fetching, cmd, repo_workdir(scene->repo), &out->actions, err);
}

int
cmd_run(struct cmd *cmd, struct wf_error *err)
{
	int64_t boot = milliseconds(CLOCK_REALTIME) - milliseconds(CLOCK_BOOTTIME);
	wf_auto(close_screen) struct screen screen = open_screen();
	wf_auto(free_record) struct record *record = record_new(now, &boot);
	wf_auto(scene_close) struct scene scene = { 0 };
	struct fetching fetching;
	struct session_options options;
	struct session_result result = { 0 };
	const struct report *report;

	if (!make_options(cmd, &scene, &fetching, &options, err))
		return CMD_FAILED;
	record_add_sink(record, record_report_new(&report));
	add_view(record, cmd->args, screen.out);
	if (scene.assumed)
		record_put(record, &(struct record_event){ .kind = RECORD_NOTE,
		                       .text = WF_S("no --event is given: push is assumed") });
	options.record = record;
	options.outlet = screen.outlet;
	if (!session_run(&options, &result, cmd->diags, err))
		return CMD_FAILED;
	if (result.forced)
		screen.patience = LAST_PATIENCE_MS;
	if (!cmd->args->json)
		report_show(screen.out, report, style_color(cmd->args->color, stdout));
	return result.status;
}
