/* SPDX-License-Identifier: MIT */
/* cmd_parse.h - `wfrun parse FILE`: the workflow template as JSON.
 *
 *     --source                       every token with its file, line and column
 *     --limit NAME=VALUE             max-depth, max-file-size, max-result-size, max-job-limit,
 *                                    max-nested-reusable-workflows-depth
 *     --permissions-policy POLICY    LimitedRead or Write: the token's own permissions
 *     --feature NAME                 allowAnchors: YAML anchors, which the parser refuses by
 * default
 *     --local-repository OWNER/REPO@REF=DIR
 *                                    where calls of OWNER/REPO/...@REF are read */
#pragma once

/* argv begins after the word `parse`. Prints the template and returns 0, or {"errors": [...]} and
 * returns 1; 2 when the arguments are wrong. */
int cmd_parse(int argc, char **argv);
