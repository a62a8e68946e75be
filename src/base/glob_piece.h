/* SPDX-License-Identifier: MIT */
/* glob_piece.h - the pieces of the expressions that glob.h writes and direct.c knows by sight. */
#pragma once

/* The filter dialect, where '.' matches a newline; an atom's quantifier comes behind it. */
#define FILTER_FOLDERS "(?:.+/)"

/* picomatch: no segment "." or ".." from here, none here behind a dot, anything with a byte. */
#define NO_DOTS "(?!\\.{1,2}(?:/|\\z))"
#define NO_DOTS_AT_START "(?!(?:^|/)\\.{1,2}(?:/|\\z))"
#define NO_DOT "(?!\\.{0,1}(?:/|\\z))"
#define ONE_CHAR "(?=.)"
#define STAR "[^/]*?"
#define GLOBSTAR "(?:(?:(?!(?:^|/)\\.{1,2}(?:/|\\z)).)*?)"
/* Folders at the start of the name, in its middle, at its end. */
#define ANY_FOLDERS "(?:" NO_DOTS_AT_START GLOBSTAR "/)?"
#define FIRST_FOLDERS "(?:^|/|" GLOBSTAR "/)"
#define INNER_FOLDERS "(?:/" NO_DOTS GLOBSTAR "/|/"
#define OR_END "|\\z)"
#define LAST_FOLDERS "(?:/" NO_DOTS GLOBSTAR OR_END
