/* SPDX-License-Identifier: MIT */
/* flag.c - flags of `docker create`, by table: what each is called in the engine's JSON.
 *
 * A flag that docker knows and this table does not is an error, not a silence. */
#include "runner/engine/create.h"
#include "runner/engine/engine.h"
#include "runner/words.h"

#include <math.h>
#include <stdlib.h>

struct flag;
typedef bool flag_fn(struct engine_create *c, const struct flag *flag, struct wf_str value,
    struct wf_error *err);

struct flag {
	const char *name; /* without the dashes */
	char letter; /* or '\0' */
	flag_fn *set;
	const char *key; /* in the JSON */
	bool body; /* of the container; else of its HostConfig */
	bool alone; /* takes no value */
};

static struct expr_object *
home_of(const struct engine_create *c, const struct flag *flag)
{
	return flag->body ? c->body : c->host;
}

static void
set(struct engine_create *c, const struct flag *flag, struct expr_value value)
{
	expr_object_set(home_of(c, flag), wf_str(flag->key), value);
}

static bool
bad_value(const struct flag *flag, struct wf_str value, const char *wanted, struct wf_error *err)
{
	return wf_fail(err, WF_ERR_EVAL, WF_NOWHERE, "invalid argument \"%.*s\" for \"--%s\": %s",
	    WF_ARG(value), flag->name, wanted);
}

/* ---- values ---- */

static flag_fn set_text, set_list, set_number, set_true, set_bytes, set_cpus, set_pairs, set_env,
    set_port, set_volume, set_entrypoint, set_health, set_duration, set_no_health, set_device,
    set_ulimit, set_tmpfs, set_restart, set_nothing;

static bool
set_text(struct engine_create *c, const struct flag *flag, struct wf_str value,
    struct wf_error *err)
{
	(void)err;
	set(c, flag, expr_string(value));
	return true;
}

static bool
set_nothing(struct engine_create *c, const struct flag *flag, struct wf_str value,
    struct wf_error *err)
{
	(void)c, (void)flag, (void)value, (void)err;
	return true;
}

static void
push(struct engine_create *c, const struct flag *flag, struct expr_value item)
{
	struct expr_value list = expr_object_get(home_of(c, flag), wf_str(flag->key));

	if (list.kind != EXPR_ARRAY) {
		list = expr_array_value(expr_array_new(c->arena));
		set(c, flag, list);
	}
	expr_array_push(list.array, item);
}

static bool
set_list(struct engine_create *c, const struct flag *flag, struct wf_str value,
    struct wf_error *err)
{
	(void)err;
	push(c, flag, expr_string(value));
	return true;
}

static bool
set_number(struct engine_create *c, const struct flag *flag, struct wf_str value,
    struct wf_error *err)
{
	bool minus = wf_str_is(value, "-1");
	uint64_t number = 0;

	if (!minus && !wf_str_u64(value, &number))
		return bad_value(flag, value, "expected a number", err);
	set(c, flag, expr_number(minus ? -1 : (double)number));
	return true;
}

static bool
set_true(struct engine_create *c, const struct flag *flag, struct wf_str value,
    struct wf_error *err)
{
	(void)err;
	set(c, flag, expr_bool(!wf_str_is(value, "false")));
	return true;
}

/* "512m", "1g", "1024": powers of 1024. */
static bool
set_bytes(struct engine_create *c, const struct flag *flag, struct wf_str value,
    struct wf_error *err)
{
	static const char units[] = "bkmgt";
	struct wf_str digits = value;
	const char *unit;
	double bytes;

	while (digits.n > 0 && strchr("bkmgtBKMGTi", digits.p[digits.n - 1]))
		digits.n--;
	unit = digits.n < value.n ? strchr(units, value.p[digits.n] | 0x20) : units;
	bytes = expr_parse_number(digits);
	if (wf_str_is(value, "-1"))
		bytes = -1;
	else if (!digits.n || !unit || !(bytes >= 0))
		return bad_value(flag, value, "expected a size, as 512m", err);
	set(c, flag, expr_number(trunc(bytes * pow(1024, (double)(unit - units)))));
	return true;
}

static bool
set_cpus(struct engine_create *c, const struct flag *flag, struct wf_str value,
    struct wf_error *err)
{
	double cpus = expr_parse_number(value);

	if (!(cpus > 0))
		return bad_value(flag, value, "expected a number of processors", err);
	set(c, flag, expr_number(trunc(cpus * 1e9)));
	return true;
}

static void
set_pair(struct engine_create *c, const struct flag *flag, struct wf_str name,
    struct expr_value value)
{
	struct expr_value pairs = expr_object_get(home_of(c, flag), wf_str(flag->key));

	if (pairs.kind != EXPR_OBJECT) {
		pairs = expr_object_value(expr_object_new(c->arena));
		pairs.object->exact = true;
		set(c, flag, pairs);
	}
	expr_object_set(pairs.object, name, value);
}

/* NAME=VALUE */
static bool
set_pairs(struct engine_create *c, const struct flag *flag, struct wf_str value,
    struct wf_error *err)
{
	struct wf_str name = wf_str_cut(&value, '=');

	(void)err;
	set_pair(c, flag, name, expr_string(value.p ? value : WF_S("")));
	return true;
}

/* PLACE[:OPTIONS] */
static bool
set_tmpfs(struct engine_create *c, const struct flag *flag, struct wf_str value,
    struct wf_error *err)
{
	struct wf_str place = wf_str_cut(&value, ':');

	(void)err;
	set_pair(c, flag, place, expr_string(value.p ? value : WF_S("")));
	return true;
}

static bool
set_env(struct engine_create *c, const struct flag *flag, struct wf_str value, struct wf_error *err)
{
	struct wf_str name = wf_str_cut(&value, '=');

	(void)flag, (void)err;
	engine_create_env(c, name, value);
	return true;
}

static bool
set_port(struct engine_create *c, const struct flag *flag, struct wf_str value,
    struct wf_error *err)
{
	(void)flag;
	return engine_create_port(c, value, err);
}

static bool
set_volume(struct engine_create *c, const struct flag *flag, struct wf_str value,
    struct wf_error *err)
{
	(void)flag;
	return engine_create_volume(c, value, err);
}

static bool
set_entrypoint(struct engine_create *c, const struct flag *flag, struct wf_str value,
    struct wf_error *err)
{
	(void)err;
	push(c, flag, expr_string(value));
	return true;
}

/* ---- health ---- */

static const struct flag healthcheck = { .name = "health-cmd", .key = "Healthcheck", .body = true };

static bool
set_health(struct engine_create *c, const struct flag *flag, struct wf_str value,
    struct wf_error *err)
{
	const char *const test[] = { "CMD-SHELL", wf_cstr(c->arena, value), NULL };

	(void)flag, (void)err;
	set_pair(c, &healthcheck, WF_S("Test"), engine_list(c->arena, test));
	return true;
}

static bool
set_no_health(struct engine_create *c, const struct flag *flag, struct wf_str value,
    struct wf_error *err)
{
	static const char *const none[] = { "NONE", NULL };

	(void)flag, (void)value, (void)err;
	set_pair(c, &healthcheck, WF_S("Test"), engine_list(c->arena, none));
	return true;
}

static bool
set_retries(struct engine_create *c, const struct flag *flag, struct wf_str value,
    struct wf_error *err)
{
	uint64_t retries;

	if (!wf_str_u64(value, &retries))
		return bad_value(flag, value, "expected a number", err);
	set_pair(c, &healthcheck, wf_str(flag->key), expr_number((double)retries));
	return true;
}

static const struct {
	const char *name;
	double nanoseconds;
} time_units[] = {
	{ "ns", 1 },
	{ "us", 1e3 },
	{ "ms", 1e6 },
	{ "s", 1e9 },
	{ "m", 60e9 },
	{ "h", 3600e9 },
};

/* One number and its unit off the front of *rest. */
static bool
take_time(struct wf_str *rest, double *nanoseconds)
{
	size_t digits = 0, letters;
	struct wf_str unit;

	while (digits < rest->n && strchr("0123456789.", rest->p[digits]) && rest->p[digits])
		digits++;
	letters = digits;
	while (letters < rest->n && rest->p[letters] >= 'a' && rest->p[letters] <= 'z')
		letters++;
	unit = wf_str_sub(*rest, digits, letters);
	for (size_t i = 0; digits > 0 && i < WF_COUNT(time_units); i++) {
		if (!wf_str_is(unit, time_units[i].name))
			continue;
		*nanoseconds += expr_parse_number(wf_str_sub(*rest, 0, digits)) *
		                time_units[i].nanoseconds;
		*rest = wf_str_skip(*rest, letters);
		return true;
	}
	return false;
}

/* "10s", "1m30s" */
static bool
set_duration(struct engine_create *c, const struct flag *flag, struct wf_str value,
    struct wf_error *err)
{
	struct wf_str rest = value;
	double nanoseconds = 0;

	if (!wf_str_is(value, "0"))
		do {
			if (!take_time(&rest, &nanoseconds))
				return bad_value(flag, value, "expected a duration, as 10s", err);
		} while (rest.n > 0);
	if (!(nanoseconds >= 0))
		return bad_value(flag, value, "expected a duration, as 10s", err);
	set_pair(c, &healthcheck, wf_str(flag->key), expr_number(trunc(nanoseconds)));
	return true;
}

/* ---- devices and limits ---- */

/* HOST[:INSIDE[:rwm]] */
static bool
set_device(struct engine_create *c, const struct flag *flag, struct wf_str value,
    struct wf_error *err)
{
	struct wf_str host = wf_str_cut(&value, ':');
	struct wf_str inside = value.p ? wf_str_cut(&value, ':') : host;
	const struct engine_pair device[] = {
		{ "PathOnHost", expr_string(host) },
		{ "PathInContainer", expr_string(inside) },
		{ "CgroupPermissions", expr_string(value.p ? value : WF_S("rwm")) },
		{ NULL, EXPR_NULL_VALUE },
	};

	(void)err;
	push(c, flag, expr_object_value(engine_object(c->arena, device)));
	return true;
}

/* NAME=SOFT[:HARD] */
static bool
set_ulimit(struct engine_create *c, const struct flag *flag, struct wf_str value,
    struct wf_error *err)
{
	struct wf_str rest = value, name = wf_str_cut(&rest, '='), soft = wf_str_cut(&rest, ':');
	uint64_t low, high;

	if (!wf_str_u64(soft, &low) || (rest.p && !wf_str_u64(rest, &high)))
		return bad_value(flag, value, "expected NAME=SOFT[:HARD]", err);
	const struct engine_pair limit[] = {
		{ "Name", expr_string(name) },
		{ "Soft", expr_number((double)low) },
		{ "Hard", expr_number((double)(rest.p ? high : low)) },
		{ NULL, EXPR_NULL_VALUE },
	};
	push(c, flag, expr_object_value(engine_object(c->arena, limit)));
	return true;
}

static bool
set_restart(struct engine_create *c, const struct flag *flag, struct wf_str value,
    struct wf_error *err)
{
	struct wf_str name = wf_str_cut(&value, ':');
	uint64_t times = 0;

	if (value.p && !wf_str_u64(value, &times))
		return bad_value(flag, value, "expected a number of times", err);
	set_pair(c, flag, WF_S("Name"), expr_string(name));
	set_pair(c, flag, WF_S("MaximumRetryCount"), expr_number((double)times));
	return true;
}

/* ---- the table ---- */

static const struct flag flags[] = {
	{ "add-host", 0, set_list, "ExtraHosts", false, false },
	{ "cap-add", 0, set_list, "CapAdd", false, false },
	{ "cap-drop", 0, set_list, "CapDrop", false, false },
	{ "cgroup-parent", 0, set_text, "CgroupParent", false, false },
	{ "cgroupns", 0, set_text, "CgroupnsMode", false, false },
	{ "cpu-period", 0, set_number, "CpuPeriod", false, false },
	{ "cpu-quota", 0, set_number, "CpuQuota", false, false },
	{ "cpu-shares", 'c', set_number, "CpuShares", false, false },
	{ "cpus", 0, set_cpus, "NanoCpus", false, false },
	{ "cpuset-cpus", 0, set_text, "CpusetCpus", false, false },
	{ "cpuset-mems", 0, set_text, "CpusetMems", false, false },
	{ "device", 0, set_device, "Devices", false, false },
	{ "disable-content-trust", 0, set_nothing, NULL, false, true },
	{ "dns", 0, set_list, "Dns", false, false },
	{ "dns-option", 0, set_list, "DnsOptions", false, false },
	{ "dns-search", 0, set_list, "DnsSearch", false, false },
	{ "domainname", 0, set_text, "Domainname", true, false },
	{ "entrypoint", 0, set_entrypoint, "Entrypoint", true, false },
	{ "env", 'e', set_env, NULL, false, false },
	{ "group-add", 0, set_list, "GroupAdd", false, false },
	{ "health-cmd", 0, set_health, NULL, true, false },
	{ "health-interval", 0, set_duration, "Interval", true, false },
	{ "health-retries", 0, set_retries, "Retries", true, false },
	{ "health-start-period", 0, set_duration, "StartPeriod", true, false },
	{ "health-timeout", 0, set_duration, "Timeout", true, false },
	{ "hostname", 'h', set_text, "Hostname", true, false },
	{ "init", 0, set_true, "Init", false, true },
	{ "interactive", 'i', set_true, "OpenStdin", true, true },
	{ "ipc", 0, set_text, "IpcMode", false, false },
	{ "isolation", 0, set_text, "Isolation", false, false },
	{ "label", 'l', set_pairs, "Labels", true, false },
	{ "mac-address", 0, set_text, "MacAddress", true, false },
	{ "memory", 'm', set_bytes, "Memory", false, false },
	{ "memory-reservation", 0, set_bytes, "MemoryReservation", false, false },
	{ "memory-swap", 0, set_bytes, "MemorySwap", false, false },
	{ "memory-swappiness", 0, set_number, "MemorySwappiness", false, false },
	{ "name", 0, set_nothing, NULL, false, false }, /* its name is how it is removed */
	{ "no-healthcheck", 0, set_no_health, NULL, true, true },
	{ "oom-kill-disable", 0, set_true, "OomKillDisable", false, true },
	{ "oom-score-adj", 0, set_number, "OomScoreAdj", false, false },
	{ "pid", 0, set_text, "PidMode", false, false },
	{ "pids-limit", 0, set_number, "PidsLimit", false, false },
	{ "privileged", 0, set_true, "Privileged", false, true },
	{ "publish", 'p', set_port, NULL, false, false },
	{ "publish-all", 'P', set_true, "PublishAllPorts", false, true },
	{ "pull", 0, set_nothing, NULL, false, false }, /* what is there is taken */
	{ "read-only", 0, set_true, "ReadonlyRootfs", false, true },
	{ "restart", 0, set_restart, "RestartPolicy", false, false },
	{ "rm", 0, set_nothing, NULL, false, true }, /* everything is removed */
	{ "runtime", 0, set_text, "Runtime", false, false },
	{ "security-opt", 0, set_list, "SecurityOpt", false, false },
	{ "shm-size", 0, set_bytes, "ShmSize", false, false },
	{ "stop-signal", 0, set_text, "StopSignal", true, false },
	{ "stop-timeout", 0, set_number, "StopTimeout", true, false },
	{ "sysctl", 0, set_pairs, "Sysctls", false, false },
	{ "tmpfs", 0, set_tmpfs, "Tmpfs", false, false },
	{ "tty", 't', set_true, "Tty", true, true },
	{ "ulimit", 0, set_ulimit, "Ulimits", false, false },
	{ "user", 'u', set_text, "User", true, false },
	{ "userns", 0, set_text, "UsernsMode", false, false },
	{ "uts", 0, set_text, "UTSMode", false, false },
	{ "volume", 'v', set_volume, NULL, false, false },
	{ "volumes-from", 0, set_list, "VolumesFrom", false, false },
	{ "workdir", 'w', set_text, "WorkingDir", true, false },
};

static const struct flag *
find_long(struct wf_str name)
{
	for (size_t i = 0; i < WF_COUNT(flags); i++)
		if (wf_str_is(name, flags[i].name))
			return &flags[i];
	return NULL;
}

static const struct flag *
find_letter(char letter)
{
	for (size_t i = 0; i < WF_COUNT(flags); i++)
		if (flags[i].letter && flags[i].letter == letter)
			return &flags[i];
	return NULL;
}

static bool
unknown(struct wf_str word, struct wf_error *err)
{
	wf_fail(err, WF_ERR_EVAL, WF_NOWHERE, "option '%.*s' of a container is not supported",
	    WF_ARG(word));
	return wf_hint(err, "remove it from `options`, or do what it does by another key");
}

/* Gives the flag its value: what stands behind it, else the next word. */
static bool
apply(struct engine_create *c, const struct flag *flag, struct wf_str value, struct wf_str *rest,
    struct wf_error *err)
{
	if (!value.p && !flag->alone && !words_next(c->arena, rest, &value))
		return wf_fail(err, WF_ERR_EVAL, WF_NOWHERE, "flag needs an argument: --%s",
		    flag->name);
	return flag->set(c, flag, value, err);
}

/* "-it", "-e", "-eNAME=VALUE" */
static bool
take_letters(struct engine_create *c, struct wf_str word, struct wf_str *rest, struct wf_error *err)
{
	for (size_t i = 1; i < word.n; i++) {
		const struct flag *flag = find_letter(word.p[i]);
		struct wf_str value = { NULL, 0 };

		if (!flag)
			return unknown(word, err);
		if (!flag->alone && i + 1 < word.n)
			value = wf_str_skip(word, i + (word.p[i + 1] == '=' ? 2 : 1));
		if (!apply(c, flag, value, rest, err))
			return false;
		if (!flag->alone)
			return true;
	}
	return word.n > 1 || unknown(word, err);
}

bool
engine_create_flags(struct engine_create *c, struct wf_str options, struct wf_error *err)
{
	struct wf_str word;

	while (words_next(c->arena, &options, &word)) {
		struct wf_str value = word, name = wf_str_cut(&value, '=');
		const struct flag *flag;

		if (!wf_str_starts(word, WF_S("--"))) {
			if (!wf_str_starts(word, WF_S("-")))
				return unknown(word, err);
			if (!take_letters(c, word, &options, err))
				return false;
			continue;
		}
		flag = find_long(wf_str_skip(name, 2));
		if (!flag)
			return unknown(name, err);
		if (!apply(c, flag, value, &options, err))
			return false;
	}
	return true;
}
