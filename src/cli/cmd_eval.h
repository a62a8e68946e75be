/* SPDX-License-Identifier: MIT */
/* cmd_eval.h - `wfrun eval [--context FILE] [--json] [--] EXPR`: evaluates one expression.
 *
 * argv begins behind the word `eval`. Contexts are the members of the JSON object in FILE; a name
 * that is not among them is unknown. The result goes to stdout: as text, or with --json as
 * {"kind": ..., "value": ...} or {"error": {"kind": ..., "message": ...}}. Without --json an error
 * goes to stderr, with its place. Exit status: 0, 1 when the expression has an error, 2 when the
 * command line has one. */
#pragma once

int cmd_eval(int argc, char **argv);
