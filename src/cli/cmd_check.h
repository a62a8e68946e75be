/* SPDX-License-Identifier: MIT */
/* cmd_check.h - `wfrun check [FILE...]`: what is wrong with workflow files and actions. */
#pragma once

/* argv begins after the word `check`. Without files: all workflows of the current repository, and
 * the action.yml files below .github/actions and at its root. Prints each problem with its place;
 * returns 0, or 3 when a file is invalid, 2 when the arguments are wrong, 4 when a file cannot be
 * read. */
int cmd_check(int argc, char **argv);
