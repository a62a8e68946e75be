/* SPDX-License-Identifier: MIT */
#include "test.h"

#include "runner/engine/create.h"
#include "runner/engine/place.h"
#include "runner/engine/stream.h"

/* ---- where it is ---- */

struct surroundings {
	const char *const *env; /* "NAME=value", NULL-ended */
	const char *const *files;
};

static const char *
env_of(void *data, const char *name)
{
	const struct surroundings *s = data;
	size_t n = strlen(name);

	for (const char *const *p = s->env; p && *p; p++)
		if (strncmp(*p, name, n) == 0 && (*p)[n] == '=')
			return *p + n + 1;
	return NULL;
}

static bool
exists(void *data, const char *path)
{
	const struct surroundings *s = data;

	for (const char *const *p = s->files; p && *p; p++)
		if (strcmp(*p, path) == 0)
			return true;
	return false;
}

static bool
find(struct wf_arena *arena, enum engine_brand brand, struct surroundings *s,
    struct engine_place *out, struct wf_error *err)
{
	const struct engine_surroundings around = { env_of, exists, s, 1000 };

	return engine_place_find(arena, brand, &around, out, err);
}

TEST(engine_place_is_what_a_variable_says)
{
	static const struct {
		const char *env[4], *files[4];
		enum engine_brand brand;
		const char *socket, *base, *certificate;
	} rows[] = {
		{ { "DOCKER_HOST=unix:///a/b" }, { 0 }, ENGINE_DOCKER, "/a/b", "http://engine" },
		{ { "DOCKER_HOST=tcp://h" }, { 0 }, ENGINE_DOCKER, NULL, "http://h:2375" },
		{ { "DOCKER_HOST=tcp://[::1]:99" }, { 0 }, ENGINE_DOCKER, NULL, "http://[::1]:99" },
		{ { "DOCKER_HOST=tcp://h", "DOCKER_TLS_VERIFY=1", "DOCKER_CERT_PATH=/c" },
		    { "/c/cert.pem" }, ENGINE_DOCKER, NULL, "https://h:2376", "/c/cert.pem" },
		{ { NULL }, { "/var/run/docker.sock" }, ENGINE_DOCKER, "/var/run/docker.sock",
		    "http://engine" },
		{ { "XDG_RUNTIME_DIR=/x" }, { "/x/docker.sock" }, ENGINE_DOCKER, "/x/docker.sock",
		    "http://engine" },
		{ { NULL }, { "/run/podman/podman.sock", "/run/user/1000/podman/podman.sock" },
		    ENGINE_PODMAN, "/run/user/1000/podman/podman.sock", "http://engine" },
		{ { "CONTAINER_HOST=unix:///p", "DOCKER_HOST=unix:///d" }, { 0 }, ENGINE_PODMAN,
		    "/p", "http://engine" },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		struct wf_arena *arena = wf_arena_new();
		struct surroundings s = { rows[i].env, rows[i].files };
		struct engine_place place;

		CHECK(find(arena, rows[i].brand, &s, &place, NULL));
		CHECK_STR(wf_str(place.socket), rows[i].socket ? rows[i].socket : "");
		CHECK_STR(wf_str(place.base), rows[i].base);
		CHECK_STR(wf_str(place.tls.cert_file),
		    rows[i].certificate ? rows[i].certificate : "");
		wf_arena_free(arena);
	}
}

TEST(engine_place_says_what_is_wrong)
{
	static const char *const ssh[] = { "DOCKER_HOST=ssh://me@there", NULL };
	static const char *const context[] = { "DOCKER_CONTEXT=gone", "HOME=/nowhere", NULL };
	struct wf_arena *arena = wf_arena_new();
	struct surroundings s = { ssh, NULL };
	struct engine_place place;
	struct wf_error err;

	CHECK(!find(arena, ENGINE_DOCKER, &s, &place, &err));
	CHECK(strstr(err.msg, "DOCKER_HOST names 'ssh://me@there'"));
	s.env = context;
	CHECK(!find(arena, ENGINE_DOCKER, &s, &place, &err));
	CHECK(strstr(err.msg, "the docker context 'gone'"));
	CHECK(err.kind == WF_ERR_MISSING);
	s.env = NULL;
	CHECK(!find(arena, ENGINE_PODMAN, &s, &place, &err));
	CHECK(strstr(err.hint, "podman system service"));
	wf_arena_free(arena);
}

/* ---- its streams ---- */

static void
on_bytes(void *data, int stream, struct wf_str bytes)
{
	struct wf_buf *out = data;

	wf_buf_add(&out[stream - 1], bytes);
}

TEST(engine_stream_is_the_same_in_pieces_of_any_size)
{
	static const char wire[] = "\1\0\0\0\0\0\0\3one\2\0\0\0\0\0\0\4oops\1\0\0\0\0\0\0\0"
	                           "\1\0\0\0\0\0\0\3two";
	size_t n = sizeof(wire) - 1;

	for (size_t size = 1; size <= n; size++) {
		struct wf_buf out[2] = { WF_BUF_INIT, WF_BUF_INIT };
		struct engine_stream stream = { .on_bytes = on_bytes, .data = out };

		for (size_t at = 0; at < n; at += size)
			engine_stream_feed(&stream,
			    wf_str_sub((struct wf_str){ wire, n }, at, at + size));
		CHECK_STR(wf_buf_str(&out[0]), "onetwo");
		CHECK_STR(wf_buf_str(&out[1]), "oops");
		CHECK(engine_stream_whole(&stream));
		wf_buf_release(&out[0]);
		wf_buf_release(&out[1]);
	}
}

TEST(engine_stream_drops_what_is_no_stream)
{
	struct wf_buf out[2] = { WF_BUF_INIT, WF_BUF_INIT };
	struct engine_stream stream = { .on_bytes = on_bytes, .data = out };

	engine_stream_feed(&stream, WF_S("HTTP/1.1 500 oh"));
	CHECK(!engine_stream_whole(&stream));
	CHECK(out[0].n == 0 && out[1].n == 0);
}

/* ---- flags ---- */

TEST(engine_flags_become_json)
{
	static const struct {
		const char *flags, *body;
	} rows[] = {
		{ "--cpus 1.5 -m 64m",
		    "{\"HostConfig\":{\"NanoCpus\":1500000000,\"Memory\":67108864}}" },
		{ "-eA=1 --env=B=\"x y\" -e C", "{\"HostConfig\":{},\"Env\":[\"A=1\",\"B=x y\"]}" },
		{ "-it --init",
		    "{\"HostConfig\":{\"Init\":true},\"OpenStdin\":true,\"Tty\":true}" },
		{ "--health-cmd \"a b\" --health-interval 1m30s",
		    "{\"HostConfig\":{},\"Healthcheck\":{\"Test\":[\"CMD-SHELL\",\"a b\"],"
		    "\"Interval\":90000000000}}" },
		{ "-p 127.0.0.1:80:8080/udp",
		    "{\"HostConfig\":{\"PortBindings\":{\"8080/udp\":[{\"HostIp\":\"127.0.0.1\","
		    "\"HostPort\":\"80\"}]}},\"ExposedPorts\":{\"8080/udp\":{}}}" },
		{ "-v /a:/b:ro -v /c",
		    "{\"HostConfig\":{\"Binds\":[\"/a:/b:ro\"]},\"Volumes\":{\"/c\":{}}}" },
		{ "--ulimit nofile=5:9", "{\"HostConfig\":{\"Ulimits\":[{\"Name\":\"nofile\","
		                         "\"Soft\":5,\"Hard\":9}]}}" },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		struct wf_arena *arena = wf_arena_new();
		struct engine_create create = engine_create_new(arena);
		struct wf_buf text = WF_BUF_INIT;

		CHECK(engine_create_flags(&create, wf_str(rows[i].flags), NULL));
		expr_json_compact(&text, expr_object_value(create.body));
		CHECK_STR(wf_buf_str(&text), rows[i].body);
		wf_buf_release(&text);
		wf_arena_free(arena);
	}
}

TEST(engine_flags_that_cannot_be_are_errors)
{
	static const struct {
		const char *flags, *msg;
	} rows[] = {
		{ "--gone x", "option '--gone' of a container is not supported" },
		{ "word", "option 'word' of a container is not supported" },
		{ "-", "option '-' of a container is not supported" },
		{ "--memory", "flag needs an argument: --memory" },
		{ "--memory 5q",
		    "invalid argument \"5q\" for \"--memory\": expected a size, as 512m" },
		{ "--health-timeout 5",
		    "invalid argument \"5\" for \"--health-timeout\": expected a "
		    "duration, as 10s" },
		{ "-p 0", "invalid port '0': expected [[IP:]PORT:]PORT[/PROTOCOL], and no ranges" },
		{ "-v b",
		    "invalid volume 'b': its place in the container is not an absolute path" },
	};

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		struct wf_arena *arena = wf_arena_new();
		struct engine_create create = engine_create_new(arena);
		struct wf_error err;

		CHECK(!engine_create_flags(&create, wf_str(rows[i].flags), &err));
		CHECK_STR(wf_str(err.msg), rows[i].msg);
		wf_arena_free(arena);
	}
}
