/* SPDX-License-Identifier: MIT */
/* expr.h - the expression language: values, parse, evaluate, templates. The front door of expr/.
 *
 * A library of its own (libexpr): nothing here knows workflows, events or runs. Values are
 * immutable once they are handed over, passed by copy, and owned by the arena that made them.
 * Rules: semantics.md section 2; where GitHub's two engines differ, the C# one is followed. */
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- values (value.c) ---- */

enum expr_kind { EXPR_NULL, EXPR_BOOL, EXPR_NUMBER, EXPR_STRING, EXPR_ARRAY, EXPR_OBJECT };

struct expr_value {
	enum expr_kind kind;
	union {
		bool boolean;
		double number;
		struct wf_str string;
		struct expr_array *array; /* never NULL */
		struct expr_object *object; /* never NULL */
	};
};

struct expr_array {
	struct wf_arena *arena;
	struct expr_value *items;
	size_t n, cap;
	bool filtered; /* came out of `.*`: an index maps over the members */
};

struct expr_pair {
	struct wf_str key;
	struct expr_value value;
};

/* Pairs in insertion order. Keys compare without case (ordinal, as GitHub does) unless exact. An
 * object stays where expr_object_new() made it: its hashes depend on its address. */
struct expr_object {
	struct wf_arena *arena;
	struct expr_pair *pairs;
	size_t n, cap;
	bool exact; /* the env context: keys are case-sensitive */
	bool unknown; /* stands for a value that is to come: see expr_unknown() */
	uint32_t *slots; /* hash table over the keys, made when n grows beyond a few */
	size_t nslots;
};

#define EXPR_NULL_VALUE ((struct expr_value){ .kind = EXPR_NULL })

static inline struct expr_value
expr_bool(bool b)
{
	return (struct expr_value){ .kind = EXPR_BOOL, .boolean = b };
}

static inline struct expr_value
expr_number(double d)
{
	return (struct expr_value){ .kind = EXPR_NUMBER, .number = d };
}

/* The text is not copied. */
static inline struct expr_value
expr_string(struct wf_str s)
{
	return (struct expr_value){ .kind = EXPR_STRING, .string = s };
}

struct expr_value expr_cstring(const char *s); /* not copied; NULL gives the null value */
struct expr_value expr_array_value(struct expr_array *array);
struct expr_value expr_object_value(struct expr_object *object);

struct expr_array *expr_array_new(struct wf_arena *arena);
void expr_array_push(struct expr_array *array, struct expr_value item);
struct expr_object *expr_object_new(struct wf_arena *arena);
/* Adds or replaces; a replaced key keeps its place and first spelling. The key is not copied. */
void expr_object_set(struct expr_object *object, struct wf_str key, struct expr_value value);
/* The value of key, or null when it is not there. */
struct expr_value expr_object_get(const struct expr_object *object, struct wf_str key);
/* The pair itself, or NULL. */
struct expr_pair *expr_object_find(const struct expr_object *object, struct wf_str key);
void expr_object_remove(struct expr_object *object, struct wf_str key);
/* Follows a path of keys, "pull_request.head.ref"; null where it ends. For C code that reads
 * payloads; keys that hold a dot cannot be reached. */
struct expr_value expr_path(struct expr_value value, const char *path);
/* The same as text by expr_to_string(), empty where it ends. */
struct wf_str expr_path_str(struct wf_arena *arena, struct expr_value value, const char *path);
/* A deep copy into another arena, strings included; a filtered array becomes an ordinary one. */
struct expr_value expr_copy(struct wf_arena *arena, struct expr_value value);

/* Coercions (semantics.md 2.4, 2.6). */
bool expr_truthy(struct expr_value value);
double expr_to_number(struct expr_value value);
struct wf_str expr_to_string(struct wf_arena *arena, struct expr_value value);
struct wf_str expr_number_text(struct wf_arena *arena, double number); /* .NET G15 */
double expr_parse_number(struct wf_str text); /* ParseNumber: NaN when it is none */
/* `==` and `<` of the language. */
bool expr_equal(struct expr_value a, struct expr_value b);
bool expr_less(struct expr_value a, struct expr_value b);

/* Neither array nor object. */
static inline bool
expr_is_primitive(struct expr_value value)
{
	return value.kind != EXPR_ARRAY && value.kind != EXPR_OBJECT;
}

/* The name of a kind as GitHub prints it: "Null", "Boolean", "Number", "String", ... */
const char *expr_kind_name(enum expr_kind kind);

/* ---- JSON text (json.c) ---- */

/* Strict JSON text to a value; all of the text must be used. *err has line and column of the text
 * (its file is `file`, which may be NULL). Nesting above 100 levels is an error. The text is copied
 * once; strings of the value point into that copy. */
bool expr_json_read(struct wf_arena *arena, const char *file, struct wf_str text,
    struct expr_value *out, struct wf_error *err);
/* As fromJSON() reads (2.8.2): comments, single quotes, bare keys, trailing commas, NaN; text after
 * the first value is ignored; nesting above 64 levels is an error. Strings point into `text`, which
 * must live as long as the value. */
bool expr_json_read_lenient(struct wf_arena *arena, struct wf_str text, struct expr_value *out,
    struct wf_error *err);
/* As toJSON() prints (2.8.1). */
void expr_json_pretty(struct wf_buf *out, struct expr_value value);
/* On one line without spaces, for programs: numbers with all digits they need, NaN and infinities
 * as strings. */
void expr_json_compact(struct wf_buf *out, struct expr_value value);

/* ---- expressions (lex.c parse.c eval.c func.c) ---- */

struct expr; /* one parsed expression, owned by the arena it was parsed into */

/* A function that the caller supplies (status functions, hashFiles), with its least and largest
 * number of arguments. */
struct expr_func {
	const char *name;
	int min, max;
	/* Sets *out and returns true, or sets *err. NULL while only parsing. */
	bool (*call)(void *data, struct wf_arena *arena, const struct expr_value *args, size_t n,
	    struct expr_value *out, struct wf_error *err);
	void *data;
};

/* What may be named at a place: contexts, and functions beyond the built-in ones. */
struct expr_names {
	const char *const *contexts; /* NULL-ended; NULL: any name is a context */
	const struct expr_func *funcs; /* ended by name == NULL; may be NULL */
};

/* Parses `text` (what stands between the braces), which must live as long as the expression; blank
 * text is null. Errors have GitHub's kind in *kind when kind is not NULL, its wording in err->msg,
 * and the position `pos`; where pos.col is 0 the text is all there is to point at, and the error's
 * line and column count in it. `names` may be NULL: all contexts, no extra functions. */
enum expr_errkind { EXPR_ERR_LEX, EXPR_ERR_PARSE, EXPR_ERR_EVAL };
struct expr *expr_parse(struct wf_arena *arena, struct wf_str text, struct wf_pos pos,
    const struct expr_names *names, enum expr_errkind *kind, struct wf_error *err);

/* What an expression sees while it is evaluated. */
struct expr_scope {
	const struct expr_object *contexts; /* name to value; a context that is not there is null */
	const struct expr_func *funcs; /* ended by name == NULL; a function not there is an error */
	size_t max_memory; /* bytes an evaluation may make; 0: GitHub's 10 MiB */
};

bool expr_eval(struct wf_arena *arena, const struct expr *expr, const struct expr_scope *scope,
    struct expr_value *out, struct wf_error *err);

/* ---- forecasts (partial.c) ---- */

/* A value that is not known yet, to be put into contexts for expr_eval_partial() and
 * expr_token_known(); for all other functions it is an empty object. */
struct expr_value expr_unknown(struct wf_arena *arena);
bool expr_is_unknown(struct expr_value value);
/* The value with null in place of what is unknown in it, for those who know no such thing. Unknown
 * values are looked for in objects, not in arrays. */
struct expr_value expr_plain(struct wf_arena *arena, struct expr_value value);

/* What an expression has read: x.y.z of a context, or a function that the scope supplies. */
struct expr_read {
	struct wf_str text; /* "github.event_name" */
	struct wf_str context, path[4]; /* as expr_visit() gives them; a function has none */
	size_t npath;
	bool known;
	struct expr_value value; /* when it is known */
};

struct expr_reads {
	struct expr_read *items;
	size_t n, cap;
};

/* What is known of the result. */
struct expr_partial {
	bool known; /* it is `value`, whatever the unknown values will be */
	struct expr_value value;
	bool may_hold, may_not; /* it could be truthy, falsy; one of them alone: it is decided */
	bool may_fail; /* an unknown value could make it fail; then nothing is decided */
	struct expr_reads reads; /* decided: the known values that did it; else the unknown ones */
};

/* Evaluates as far as unknown values let it: `false && unknown` is false. False and *err when it
 * fails whatever they will be. */
bool expr_eval_partial(struct wf_arena *arena, const struct expr *expr,
    const struct expr_scope *scope, struct expr_partial *out, struct wf_error *err);
/* Whether no unknown value changes what the token evaluates to; else those that do are added. */
struct expr_token;
bool expr_token_known(struct wf_arena *arena, const struct expr_token *token,
    const struct expr_scope *scope, struct expr_reads *waits);

/* The text an expression was parsed from. */
struct wf_str expr_source(const struct expr *expr);
/* The expression as GitHub prints it, with brackets around each binary operator. */
void expr_print(struct wf_buf *out, const struct expr *expr);
/* Whether a function of this name is called anywhere in it (letters without case). */
bool expr_calls(const struct expr *expr, const char *function);
/* Calls visit for every context that it names, with the keys that follow as literal text, at most
 * 4: needs.build gives ("needs", {"build"}), needs['build'].outputs.x gives ("needs", {"build",
 * "outputs", "x"}), needs.*.result and toJSON(needs) give ("needs", {}). */
void expr_visit(const struct expr *expr,
    void (*visit)(void *data, struct wf_str context, const struct wf_str *path, size_t npath),
    void *data);
/* The built-in functions and their arity, ended by name == NULL. */
const struct expr_func *expr_builtins(void);

/* ---- templates (template.c) ---- */

enum expr_token_kind {
	EXPR_TOKEN_LITERAL, /* a value that needs no evaluation */
	EXPR_TOKEN_EXPR, /* ${{ ... }}, also a scalar with text around it as one format() call */
	EXPR_TOKEN_SEQUENCE,
	EXPR_TOKEN_MAPPING,
	EXPR_TOKEN_INSERT, /* the key ${{ insert }} */
};

/* A node of a file whose scalars may hold expressions. Read-only after loading. */
struct expr_token {
	enum expr_token_kind kind;
	struct wf_pos pos;
	struct wf_str source; /* a scalar as it was written, before evaluation */
	union {
		struct expr_value literal;
		const struct expr *expr;
		struct {
			struct expr_token **items;
			size_t n;
		} seq;
		struct {
			struct expr_token_pair *pairs;
			size_t n;
		} map;
	};
};

struct expr_token_pair {
	struct expr_token *key; /* LITERAL string, EXPR, or INSERT */
	struct expr_token *value;
};

/* Reads the text of one scalar, which must live as long as the token: literal when it holds no
 * `${{`; the lone expression; or the format() call that text around it becomes (2.1). `$<< ... >>`
 * is the same as `${{ ... }}` when `alt` is set. Without names->contexts allowed at the place
 * (names == NULL) an expression is the error "A template expression is not allowed in this
 * context". */
bool expr_token_read(struct wf_arena *arena, struct wf_str text, struct wf_pos pos,
    const struct expr_names *names, bool alt, struct expr_token **out, struct wf_error *err);

/* Evaluates a token tree to a value: expressions in keys and list items are spliced (2.9). Errors
 * are WF_ERR_EVAL at the token's place. token == NULL gives null. */
bool expr_token_eval(struct wf_arena *arena, const struct expr_token *token,
    const struct expr_scope *scope, struct expr_value *out, struct wf_error *err);
/* The same where the field wants text: any scalar becomes a string, an array or object is
 * "A sequence was not expected" / "A mapping was not expected". NULL gives an empty string. */
bool expr_token_string(struct wf_arena *arena, const struct expr_token *token,
    const struct expr_scope *scope, struct wf_str *out, struct wf_error *err);
/* Where it wants exactly a boolean or a number (1.3 rule 2); NULL gives `fallback`. */
bool expr_token_bool(struct wf_arena *arena, const struct expr_token *token,
    const struct expr_scope *scope, bool fallback, bool *out, struct wf_error *err);
bool expr_token_number(struct wf_arena *arena, const struct expr_token *token,
    const struct expr_scope *scope, double fallback, double *out, struct wf_error *err);

/* Makes the expression of an `if:` (2.10): blank is success(); without a status function anywhere
 * it is success() && (text). `token` is the scalar as read, NULL for none. */
const struct expr *expr_condition(struct wf_arena *arena, const struct expr_token *token,
    const struct expr_names *names, struct wf_error *err);
