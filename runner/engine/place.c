/* SPDX-License-Identifier: MIT */
/* place.c - settings first, then the sockets that are usual. */
#include "runner/engine/place.h"

#include "base/fs.h"
#include "expr/expr.h"

#include <openssl/sha.h>
#include <stdlib.h>
#include <unistd.h>

#define CONFIG_LARGEST ((size_t)1 << 20)

struct search {
	struct wf_arena *arena;
	const struct engine_surroundings *around;
	struct engine_place *out;
};

static const char *
env_of_process(void *data, const char *name)
{
	(void)data;
	return getenv(name);
}

static bool
exists_here(void *data, const char *path)
{
	(void)data;
	return wf_exists(path);
}

const struct engine_surroundings engine_surroundings = { env_of_process, exists_here, NULL,
	(unsigned)-1 };

const char *
engine_brand_name(enum engine_brand brand)
{
	switch (brand) {
	case ENGINE_DOCKER: return "docker";
	case ENGINE_PODMAN: return "podman";
	}
	abort();
}

/* NULL when it is not set, or empty. */
static const char *
env(const struct search *s, const char *name)
{
	const char *value = s->around->env(s->around->data, name);

	return value && value[0] ? value : NULL;
}

static bool
exists(const struct search *s, const char *path)
{
	return s->around->exists(s->around->data, path);
}

/* ---- addresses ---- */

/* "tcp://host" to "https://host:2376". */
static const char *
http_base(struct wf_arena *arena, struct wf_str host, bool tls)
{
	bool bracketed = wf_str_starts(host, WF_S("["));
	ptrdiff_t colon = wf_str_rfind_char(host, ':');
	bool port = colon > (bracketed ? wf_str_rfind_char(host, ']') : 0);

	return wf_strf(arena, "%s://%.*s%s", tls ? "https" : "http", WF_ARG(host),
	    port  ? ""
	    : tls ? ":2376"
	          : ":2375")
	    .p;
}

/* Splits "tcp://host:2376" and its like. */
static bool
set_address(const struct search *s, const char *text, bool tls, struct wf_error *err)
{
	struct engine_place *out = s->out;
	struct wf_str host = wf_str(text);
	ptrdiff_t at = wf_str_find(host, WF_S("://"));
	struct wf_str scheme = wf_str_sub(host, 0, at < 0 ? 0 : (size_t)at);

	host = wf_str_skip(host, at < 0 ? 0 : (size_t)at + 3);
	while (host.n > 1 && wf_str_ends(host, WF_S("/")))
		host.n--;
	out->shown = text;
	if (wf_str_is(scheme, "unix") && wf_str_starts(host, WF_S("/"))) {
		out->socket = wf_cstr(s->arena, host);
		out->base = "http://engine";
		out->tls = (struct http_tls){ NULL, NULL, NULL };
		return true;
	}
	if (host.n > 0 && (wf_str_is(scheme, "tcp") || wf_str_is(scheme, "http") ||
	                      wf_str_is(scheme, "https") || at < 0)) {
		out->base = http_base(s->arena, host, tls || wf_str_is(scheme, "https"));
		return true;
	}
	wf_fail(err, WF_ERR_MISSING, WF_NOWHERE, "%s names '%s', to which wfrun cannot connect",
	    out->found, text);
	return wf_hint(err, "it can to unix:///PATH and tcp://HOST:PORT; over ssh, forward a "
	                    "socket with ssh -L");
}

/* Certificates of a folder, as far as they are there. */
static void
set_certificates(const struct search *s, const char *folder)
{
	static const char *const names[] = { "ca.pem", "cert.pem", "key.pem" };
	const char *paths[WF_COUNT(names)];

	for (size_t i = 0; i < WF_COUNT(names); i++) {
		paths[i] = wf_join(s->arena, folder, names[i]);
		if (!exists(s, paths[i]))
			paths[i] = NULL;
	}
	s->out->tls = (struct http_tls){ paths[0], paths[1], paths[2] };
}

/* ---- settings ---- */

static const char *
docker_folder(const struct search *s)
{
	const char *folder = env(s, "DOCKER_CONFIG"), *home = env(s, "HOME");

	return folder ? folder : wf_join(s->arena, home ? home : "/", ".docker");
}

static bool
use_host(const struct search *s, const char *host, struct wf_error *err)
{
	bool tls = env(s, "DOCKER_TLS_VERIFY") != NULL;
	const char *certificates = env(s, "DOCKER_CERT_PATH");

	s->out->found = "DOCKER_HOST";
	if (tls)
		set_certificates(s, certificates ? certificates : docker_folder(s));
	return set_address(s, host, tls, err);
}

static bool
read_json(const struct search *s, const char *path, struct expr_value *out, struct wf_error *err)
{
	struct wf_str text;

	return wf_read_file(s->arena, path, CONFIG_LARGEST, &text, err) &&
	       expr_json_read(s->arena, path, text, out, err);
}

/* Contexts are kept in folders that are called by the digests of their names. */
static bool
use_context(const struct search *s, const char *name, struct wf_error *err)
{
	struct wf_arena *arena = s->arena;
	const char *contexts = wf_join(arena, docker_folder(s), "contexts"), *host, *tls;
	unsigned char digest[SHA256_DIGEST_LENGTH];
	struct expr_value meta;
	struct wf_str hex, text;

	SHA256((const unsigned char *)name, strlen(name), digest);
	hex = wf_hex(arena, digest, sizeof(digest));
	s->out->found = wf_strf(arena, "the docker context '%s'", name).p;
	if (!read_json(s, wf_strf(arena, "%s/meta/%s/meta.json", contexts, hex.p).p, &meta, err)) {
		err->kind = WF_ERR_MISSING;
		wf_wrap(err, "%s", s->out->found);
		return wf_hint(err, "'docker context ls' lists those that there are");
	}
	text = expr_path_str(arena, meta, "Endpoints.docker.Host");
	host = wf_cstr(arena, text);
	tls = wf_strf(arena, "%s/tls/%s/docker", contexts, hex.p).p;
	if (!exists(s, tls))
		return set_address(s, host, false, err);
	set_certificates(s, tls);
	return set_address(s, host, true, err);
}

/* What `docker context use` has chosen, or NULL. */
static const char *
chosen_context(const struct search *s)
{
	const char *path = wf_join(s->arena, docker_folder(s), "config.json");
	struct expr_value config;
	struct wf_str name;

	if (!exists(s, path) || !read_json(s, path, &config, NULL))
		return NULL;
	name = expr_path_str(s->arena, config, "currentContext");
	return name.n > 0 ? wf_cstr(s->arena, name) : NULL;
}

/* ---- usual places ---- */

static bool
use_socket(const struct search *s, const char *path)
{
	if (!exists(s, path))
		return false;
	s->out->found = "its usual place";
	s->out->socket = path;
	s->out->base = "http://engine";
	s->out->shown = wf_strf(s->arena, "unix://%s", path).p;
	return true;
}

static bool
use_usual(const struct search *s, struct wf_error *err)
{
	static const struct {
		const char *own, *of_all; /* below XDG_RUNTIME_DIR; the machine's */
		const char *hint;
	} usual[] = {
		[ENGINE_DOCKER] = { "docker.sock", "/var/run/docker.sock",
		    "start one (systemctl start docker), or say where one is with DOCKER_HOST" },
		[ENGINE_PODMAN] = { "podman/podman.sock", "/run/podman/podman.sock",
		    "start it with 'systemctl --user start podman.socket' or 'podman system "
		    "service', or say where it is with CONTAINER_HOST" },
	};
	enum engine_brand brand = s->out->brand;
	const char *runtime = env(s, "XDG_RUNTIME_DIR");
	const char *own;

	if (!runtime)
		runtime = wf_strf(s->arena, "/run/user/%u", s->around->uid).p;
	own = wf_join(s->arena, runtime, usual[brand].own);
	/* podman's is the user's own first; docker's is where docker looks when it is not told */
	if (brand == ENGINE_PODMAN && s->around->uid != 0 && use_socket(s, own))
		return true;
	if (use_socket(s, usual[brand].of_all) || use_socket(s, own))
		return true;
	wf_fail(err, WF_ERR_MISSING, WF_NOWHERE, "there is no %s engine here: neither %s nor %s",
	    engine_brand_name(brand), usual[brand].of_all, own);
	return wf_hint(err, "%s", usual[brand].hint);
}

bool
engine_place_find(struct wf_arena *arena, enum engine_brand brand,
    const struct engine_surroundings *around, struct engine_place *out, struct wf_error *err)
{
	struct engine_surroundings own = *around;
	const struct search s = { arena, &own, out };
	const char *host, *context;

	if (own.uid == (unsigned)-1)
		own.uid = (unsigned)geteuid();
	*out = (struct engine_place){ .brand = brand };
	if (brand == ENGINE_PODMAN) {
		out->found = "CONTAINER_HOST";
		host = env(&s, "CONTAINER_HOST");
		return host ? set_address(&s, host, false, err) : use_usual(&s, err);
	}
	host = env(&s, "DOCKER_HOST");
	if (host)
		return use_host(&s, host, err);
	context = env(&s, "DOCKER_CONTEXT");
	if (!context)
		context = chosen_context(&s);
	if (context && strcmp(context, "default") != 0)
		return use_context(&s, context, err);
	return use_usual(&s, err);
}
