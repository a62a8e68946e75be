/* SPDX-License-Identifier: MIT */
/* limits.c - control groups: found, made, joined, removed. */
#include "runner/box/limits.h"

#include "base/fs.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ROOT "/sys/fs/cgroup"
#define PERIOD_US 100000 /* in which a share of processors is counted */

/* One limit, and the file that takes it in either version. */
struct limit {
	const char *controller;
	const char *file_v2, *file_v1;
	uint64_t (*value)(const struct box_limits *limits);
	bool is_share; /* microseconds in each period */
};

static uint64_t
memory(const struct box_limits *limits)
{
	return limits->memory;
}

static uint64_t
processes(const struct box_limits *limits)
{
	return limits->processes;
}

static uint64_t
processors(const struct box_limits *limits)
{
	return limits->millicpus * (PERIOD_US / 1000);
}

static const struct limit table[] = {
	{ "memory", "memory.max", "memory.limit_in_bytes", memory, false },
	{ "pids", "pids.max", "pids.max", processes, false },
	{ "cpu", "cpu.max", "cpu.cfs_quota_us", processors, true },
};

/* ---- where this process is ---- */

/* The group of this process: of the controller, or of version 2 when it is "". "ID:LIST:PATH". In a
 * container the path may be that of another mount, and the group the root of this one. */
static bool
own_group(struct wf_arena *arena, const char *controller, struct wf_str *path)
{
	const char *slash = controller[0] ? "/" : "";
	struct wf_str rest;

	if (!wf_read_file(arena, "/proc/self/cgroup", 0, &rest, NULL))
		return false;
	while (rest.p) {
		struct wf_str line = wf_str_cut(&rest, '\n'), list;

		wf_str_cut(&line, ':');
		list = wf_str_cut(&line, ':');
		do {
			if (line.p && wf_str_is(wf_str_cut(&list, ','), controller)) {
				*path = line;
				if (!wf_is_dir(wf_strf(arena, ROOT "%s%s%.*s", slash, controller,
				        WF_ARG(line))
				                   .p))
					*path = WF_S("/");
				return true;
			}
		} while (list.p);
	}
	return false;
}

static bool
write_file(const char *folder, const char *file, const char *text)
{
	char path[PATH_MAX];
	wf_auto(wf_close_fd) int fd = -1;

	snprintf(path, sizeof(path), "%s/%s", folder, file);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	return fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
}

/* ---- groups ---- */

/* Groups of a wfrun that is no more: "wfrun-PID-NAME". */
static void
remove_abandoned(struct wf_arena *arena, const char *parent)
{
	char **names;
	size_t n;

	if (!wf_list_dir(arena, parent, &names, &n, NULL))
		return;
	for (size_t i = 0; i < n; i++) {
		long pid;

		if (strncmp(names[i], LIMITS_PREFIX, strlen(LIMITS_PREFIX)) != 0)
			continue;
		pid = strtol(names[i] + strlen(LIMITS_PREFIX), NULL, 10);
		if (pid > 0 && kill((pid_t)pid, 0) < 0 && errno == ESRCH)
			rmdir(wf_join(arena, parent, names[i]));
	}
}

/* A new group below `parent`, or NULL. */
static const char *
make_group(struct wf_arena *arena, const char *parent, const char *box)
{
	const char *path = wf_strf(arena, "%s/" LIMITS_PREFIX "%d-%s", parent, (int)getpid(), box)
	                       .p;

	return mkdir(path, 0755) == 0 ? path : NULL;
}

static bool
set_limit(const struct limit *limit, const struct box_limits *limits, const char *group, bool v2)
{
	uint64_t value = limit->value(limits);
	char text[64];

	if (!value)
		return true;
	snprintf(text, sizeof(text), limit->is_share && v2 ? "%" PRIu64 " %d" : "%" PRIu64, value,
	    PERIOD_US);
	return write_file(group, v2 ? limit->file_v2 : limit->file_v1, text);
}

/* Version 2: one group for all. A group with processes of its own cannot have children with limits,
 * so that beside is tried before below. */
static const char *
make_v2(struct wf_arena *arena, const struct box_limits *limits, const char *box)
{
	struct wf_str own, places[2];

	if (!own_group(arena, "", &own))
		return NULL;
	places[0] = wf_str_sub(own, 0, (size_t)wf_str_rfind_char(own, '/'));
	places[1] = own;
	for (size_t i = 0; i < WF_COUNT(places); i++) {
		const char *parent = wf_strf(arena, ROOT "%.*s", WF_ARG(places[i])).p;
		const char *group = make_group(arena, parent, box);
		size_t set = 0;

		while (group && set < WF_COUNT(table) &&
		       set_limit(&table[set], limits, group, true))
			set++;
		if (set == WF_COUNT(table))
			return group;
		if (group)
			rmdir(group);
	}
	return NULL;
}

static const char *
make_v1(struct wf_arena *arena, const struct limit *limit, const struct box_limits *limits,
    const char *box)
{
	struct wf_str own;
	const char *group;

	if (!own_group(arena, limit->controller, &own))
		return NULL;
	group = make_group(arena, wf_strf(arena, ROOT "/%s%.*s", limit->controller, WF_ARG(own)).p,
	    box);
	if (!group || set_limit(limit, limits, group, false))
		return group;
	rmdir(group);
	return NULL;
}

void
limits_sweep(void)
{
	wf_auto(wf_arena_freep) struct wf_arena *arena = wf_arena_new();
	struct wf_str own;

	if (own_group(arena, "", &own)) {
		remove_abandoned(arena, wf_strf(arena, ROOT "%.*s", WF_ARG(own)).p);
		own.n = (size_t)wf_str_rfind_char(own, '/');
		remove_abandoned(arena, wf_strf(arena, ROOT "%.*s", WF_ARG(own)).p);
	}
	for (size_t i = 0; i < WF_COUNT(table); i++)
		if (own_group(arena, table[i].controller, &own))
			remove_abandoned(arena,
			    wf_strf(arena, ROOT "/%s%.*s", table[i].controller, WF_ARG(own)).p);
}

static const char *
join_file(struct wf_arena *arena, const char *group)
{
	return wf_join(arena, group, "cgroup.procs");
}

bool
limits_make(struct wf_arena *arena, const struct box_limits *limits, const char *box,
    const char *const **joins, struct wf_error *err)
{
	const char **list = wf_new_array(arena, WF_COUNT(table) + 1, const char *);
	bool v2 = wf_exists(ROOT "/cgroup.controllers");
	const char *group = v2 ? make_v2(arena, limits, box) : NULL;
	size_t n = 0;

	*joins = list;
	if (group)
		list[n++] = join_file(arena, group);
	for (size_t i = 0; !v2 && i < WF_COUNT(table); i++) {
		if (!table[i].value(limits))
			continue;
		group = make_v1(arena, &table[i], limits, box);
		if (!group)
			break;
		list[n++] = join_file(arena, group);
	}
	if (group)
		return true;
	limits_remove(list);
	wf_fail(err, WF_ERR_MISSING, WF_NOWHERE,
	    "the limits of a box cannot be set: this user may make no control group here");
	return wf_hint(err, "leave --memory, --pids and --cpus out, or start wfrun where control "
	                    "groups are delegated, as 'systemd-run --user --scope' does");
}

void
limits_remove(const char *const *joins)
{
	for (; *joins; joins++) {
		char group[PATH_MAX];

		snprintf(group, sizeof(group), "%s", *joins);
		*strrchr(group, '/') = '\0';
		rmdir(group);
	}
}

bool
limits_join(const char *const *joins, struct wf_error *err)
{
	char self[32];

	snprintf(self, sizeof(self), "%d", (int)getpid());
	for (; *joins; joins++) {
		wf_auto(wf_close_fd) int fd = open(*joins, O_WRONLY | O_CLOEXEC);

		if (fd < 0 || write(fd, self, strlen(self)) < 0)
			return wf_fail_sys(err, errno, "%s", *joins);
	}
	return true;
}
