/* SPDX-License-Identifier: MIT */
/* probe.c - gathers the output of one command, up to a limit. */
#include "runner/builtin/probe.h"

/* More output than this is not gathered: the answer would not be one. */
#define MAX_OUTPUT (64u << 20)

static void
on_output(struct box_exec *exec, int stream, struct wf_str chunk)
{
	struct probe *probe = exec->data;

	if (stream != 1) {
		probe->call->print(probe->call, chunk);
		return;
	}
	if (chunk.n > MAX_OUTPUT - probe->out.n) {
		probe->overflow = true;
		return;
	}
	wf_buf_add(&probe->out, chunk);
}

static void
on_end(struct box_exec *exec, const struct box_end *end)
{
	struct probe *probe = exec->data;
	const char *name = exec->argv[0];
	bool ok = false;

	if (!end->started)
		probe->error = end->error;
	else if (end->signal)
		wf_fail(&probe->error, WF_ERR_SYS, WF_NOWHERE,
		    "The process '%s' was ended by signal %d", name, end->signal);
	else if (end->status)
		wf_fail(&probe->error, WF_ERR_SYS, WF_NOWHERE,
		    "The process '%s' failed with exit code %d", name, end->status);
	else if (probe->overflow)
		wf_fail(&probe->error, WF_ERR_SYS, WF_NOWHERE, "The process '%s' printed too much",
		    name);
	else
		ok = true;

	struct wf_buf out = probe->out; /* on_done may start the probe again or free it */
	probe->on_done(probe, ok);
	wf_buf_release(&out);
}

void
probe_start(struct probe *probe, const char *const *argv, const char *cwd)
{
	probe->out = WF_BUF_INIT;
	probe->overflow = false;
	probe->exec = (struct box_exec){
		.argv = argv,
		.env = probe->call->env,
		.cwd = cwd,
		.on_output = on_output,
		.on_end = on_end,
		.data = probe,
	};
	box_exec(probe->call->box, &probe->exec);
}
