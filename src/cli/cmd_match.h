/* SPDX-License-Identifier: MIT */
/* cmd_match.h - `wfrun match -p PATTERN... -- NAME...`: what an `on:` filter takes.
 *
 * argv begins behind the word `match`. Words before `--` are the patterns of one ordered list (-p
 * may be repeated), words after it are names of branches, tags or files. A line a name says whether
 * the list takes it and which pattern decided. Exit status: 0 when any name is taken, 1 when none
 * is, 2 when the command line or a pattern is wrong. */
#pragma once

int cmd_match(int argc, char **argv);
