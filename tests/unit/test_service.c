/* SPDX-License-Identifier: MIT */
/* Requests are made as the server would make them, without a socket. */
#include "test.h"

#include "base/fs.h"
#include "runner/service/service_state.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct place {
	struct wf_arena *arena;
	char *dir;
	struct service *service;
	struct wf_str token, other; /* of a job of run 1 on main, and one of run 2 on a branch */
};

static struct wf_str
admit(struct place *place, int64_t run, const char *ref, const struct expr_object *claims)
{
	const struct service_job job = {
		.run_id = run,
		.job_id = 1,
		.ref = wf_str(ref),
		.base_ref = WF_S(""),
		.default_ref = WF_S("refs/heads/main"),
		.claims = claims,
	};

	return service_admit(place->service, place->arena, &job);
}

/* Two commits, the second on main and on a branch with a slash in its name. */
static const char *
make_repository(struct place *place)
{
	const char *dir = wf_join(place->arena, place->dir, "repo");
	const char *script = wf_strf(place->arena,
	    "exec >/dev/null 2>&1; export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_NOSYSTEM=1; "
	    "git init -q -b main %s && cd %s && git config user.name A && "
	    "git config user.email a@example.com && mkdir sub && echo one >a.txt && "
	    "echo two >sub/b.txt && git add -A && git commit -qm first && echo more >>a.txt && "
	    "git commit -qam second && git branch feature/x && git tag v1",
	    dir, dir)
	                         .p;

	CHECK_INT(system(script), 0);
	return dir;
}

static struct place
place_new_with(const char *(*make)(struct place *place))
{
	struct place place = { .arena = wf_arena_new() };
	struct service_options options = { .cache_limit = 100 };

	place.dir = wf_cstr(place.arena, WF_S("/tmp/wfrun-test-service.XXXXXX"));
	assert_non_null(mkdtemp(place.dir));
	options.runs = wf_join(place.arena, place.dir, "runs");
	options.caches = wf_join(place.arena, place.dir, "caches");
	CHECK_INT(mkdir(options.runs, 0700), 0);
	CHECK_INT(mkdir(options.caches, 0700), 0);
	options.repository = (struct service_repository){
		.dir = make ? make(&place) : NULL,
		.full_name = WF_S("octo/cat"),
		.default_branch = WF_S("main"),
		.html_url = WF_S("https://github.com/octo/cat"),
	};
	place.service = service_new(&options, NULL);
	CHECK(place.service != NULL);
	place.token = admit(&place, 1, "refs/heads/main", NULL);
	place.other = admit(&place, 2, "refs/heads/feature", expr_object_new(place.arena));
	return place;
}

static struct place
place_new(void)
{
	return place_new_with(NULL);
}

static void
place_free(struct place *place)
{
	service_stop(place->service);
	CHECK(wf_remove_tree(place->dir, NULL));
	wf_arena_free(place->arena);
}

/* ---- requests ---- */

struct ask {
	struct wf_str token; /* empty: none */
	const char *method, *uri, *body, *range; /* range: of Content-Range or Range; or NULL */
};

static void
set_header(struct server_request *request, const char *name, struct wf_str value)
{
	struct wf_str *text = wf_new(request->arena, struct wf_str);

	*text = value;
	wf_map_set(&request->headers, wf_str(name), text);
}

static struct server_request
make_request(struct place *place, const struct ask *ask)
{
	struct server_request request = { .arena = place->arena, .method = wf_str(ask->method) };

	request.reply.fd = -1;
	request.query = wf_str(ask->uri);
	request.path = wf_str_cut(&request.query, '?');
	wf_map_init(&request.headers, place->arena, true);
	if (ask->token.n)
		set_header(&request, "authorization",
		    wf_strf(place->arena, "Bearer %.*s", WF_ARG(ask->token)));
	if (ask->body && ask->body[0] == '{')
		set_header(&request, "content-type", WF_S("application/json"));
	if (ask->range) {
		set_header(&request, "content-range", wf_str(ask->range));
		set_header(&request, "range", wf_str(ask->range));
	}
	return request;
}

/* What a client would read: status, and the body. */
struct heard {
	unsigned status;
	struct wf_str body;
};

static struct wf_str
read_reply(struct place *place, struct server_request *request)
{
	struct server_reply *reply = &request->reply;
	char *bytes;

	if (reply->fd < 0)
		return reply->body;
	bytes = wf_alloc(place->arena, reply->size + 1, 1);
	CHECK_INT(pread(reply->fd, bytes, reply->size, (off_t)reply->offset), reply->size);
	wf_close_fd(&reply->fd);
	return (struct wf_str){ bytes, reply->size };
}

static struct heard
say(struct place *place, const struct ask *ask)
{
	struct server_handler handler = service_handler(place->service);
	struct server_request request = make_request(place, ask);
	struct wf_str body = wf_str(ask->body);
	struct heard heard;

	handler.begin(handler.data, &request);
	/* in two pieces, as a network may bring it */
	for (int half = 0; half < 2 && !request.reply.status; half++) {
		struct wf_str piece = half ? wf_str_skip(body, body.n / 2)
		                           : wf_str_sub(body, 0, body.n / 2);

		if (piece.n && request.on_body)
			request.on_body(&request, piece);
		else
			wf_buf_add(&request.body, piece);
	}
	if (!request.reply.status)
		handler.finish(handler.data, &request);
	heard = (struct heard){ request.reply.status, read_reply(place, &request) };
	handler.gone(handler.data, &request);
	wf_buf_release(&request.body);
	return heard;
}

static struct heard
call(struct place *place, struct wf_str token, const char *method, const char *body)
{
	const struct ask ask = {
		.token = token,
		.method = "POST",
		.uri = wf_strf(place->arena, "/twirp/github.actions.results.api.v1.%s", method).p,
		.body = body,
	};

	return say(place, &ask);
}

/* A field of a JSON reply. */
static char *
field(struct place *place, struct heard heard, const char *name)
{
	struct expr_value value;
	struct wf_error err = { 0 };

	CHECK(expr_json_read(place->arena, NULL, heard.body, &value, &err));
	return wf_cstr(place->arena, expr_path_str(place->arena, value, name));
}

static unsigned
put(struct place *place, const char *url, const char *more, const char *body)
{
	const struct ask ask = {
		.method = "PUT",
		.uri = wf_strf(place->arena, "%s%s", url, more).p,
		.body = body,
	};

	return say(place, &ask).status;
}

static struct heard
get(struct place *place, const char *url, const char *range)
{
	return say(place, &(struct ask){ .method = "GET", .uri = url, .range = range });
}

#define RUN1 "\"workflow_run_backend_id\":\"1\",\"workflow_job_run_backend_id\":\"1\","
#define CREATE "ArtifactService/CreateArtifact", "{" RUN1 "\"name\":\"logs\",\"version\":7}"

static char *
create_artifact(struct place *place)
{
	struct heard heard = call(place, place->token, CREATE);

	CHECK_INT(heard.status, 200);
	return field(place, heard, "signed_upload_url");
}

static struct heard
finish_artifact(struct place *place, const char *more)
{
	return call(place, place->token, "ArtifactService/FinalizeArtifact",
	    wf_strf(place->arena, "{" RUN1 "\"name\":\"logs\",%s}", more).p);
}

/* sha256 of "onetwo" */
#define ONETWO "sha256:25b6746d5172ed6352966a013d93ac846e1110d5a25e8f183b5931f4688842a1"

TEST(service_joins_blocks_in_the_order_of_their_list)
{
	struct place place = place_new();
	char *url = create_artifact(&place);
	struct heard heard;

	CHECK_INT(put(&place, url, "&comp=block&blockid=Mg%3D%3D", "two"), 201);
	CHECK_INT(put(&place, url, "&comp=block&blockid=MQ%3D%3D", "one"), 201);
	CHECK_INT(put(&place, url, "&comp=blocklist",
	              "<?xml version=\"1.0\"?><BlockList><Latest>MQ==</Latest>"
	              "<Latest>Mg==</Latest></BlockList>"),
	    201);
	CHECK_INT(finish_artifact(&place, "\"size\":\"6\",\"hash\":\"" ONETWO "\"").status, 200);
	heard = call(&place, place.token, "ArtifactService/GetSignedArtifactURL",
	    "{" RUN1 "\"name\":\"logs\"}");
	CHECK_STR(get(&place, field(&place, heard, "signed_url"), NULL).body, "onetwo");
	place_free(&place);
}

TEST(service_takes_the_same_list_twice_and_refuses_one_with_strange_blocks)
{
	struct place place = place_new();
	char *url = create_artifact(&place);
	const char *list = "<BlockList><Latest>MQ==</Latest></BlockList>";

	CHECK_INT(put(&place, url, "&comp=block&blockid=MQ%3D%3D", "one"), 201);
	CHECK_INT(put(&place, url, "&comp=blocklist", list), 201);
	CHECK_INT(put(&place, url, "&comp=blocklist", list), 201);
	CHECK_INT(put(&place, url, "&comp=blocklist",
	              "<BlockList><Latest>Mw==</Latest></BlockList>"),
	    400);
	place_free(&place);
}

TEST(service_shows_an_artifact_only_when_it_is_finished_and_never_changes_it)
{
	struct place place = place_new();
	char *url = create_artifact(&place);
	struct heard heard;

	heard = call(&place, place.token, "ArtifactService/ListArtifacts", "{" RUN1 "\"x\":1}");
	CHECK_STR(heard.body, "{\"artifacts\":[]}");
	CHECK_INT(put(&place, url, "", "onetwo"), 201);
	CHECK_INT(finish_artifact(&place, "\"size\":6").status, 200);
	heard = call(&place, place.token, "ArtifactService/ListArtifacts", "{" RUN1 "\"x\":1}");
	CHECK(wf_str_find(heard.body, WF_S("\"name\":\"logs\",\"size\":\"6\"")) > 0);
	CHECK(wf_str_find(heard.body, WF_S(ONETWO)) > 0);
	CHECK_INT(put(&place, url, "", "else"), 409);
	CHECK_INT(call(&place, place.token, CREATE).status, 409);
	place_free(&place);
}

TEST(service_refuses_an_upload_that_is_not_what_was_announced)
{
	struct place place = place_new();
	char *url = create_artifact(&place);

	CHECK_INT(finish_artifact(&place, "\"size\":\"6\"").status, 400);
	CHECK_INT(put(&place, url, "", "onetw"), 201);
	CHECK_INT(finish_artifact(&place, "\"size\":\"6\"").status, 400);
	CHECK_INT(finish_artifact(&place, "\"size\":\"5\",\"hash\":\"" ONETWO "\"").status, 400);
	CHECK_INT(put(&place, url, "", "onetwo"), 201);
	CHECK_INT(finish_artifact(&place, "\"size\":\"6\",\"hash\":\"" ONETWO "\"").status, 200);
	place_free(&place);
}

TEST(service_deletes_an_artifact_and_takes_its_name_again)
{
	struct place place = place_new();
	char *url = create_artifact(&place);
	struct heard heard;

	CHECK_INT(put(&place, url, "", "onetwo"), 201);
	CHECK_INT(finish_artifact(&place, "\"size\":\"6\"").status, 200);
	heard = call(&place, place.token, "ArtifactService/DeleteArtifact",
	    "{" RUN1 "\"name\":\"logs\"}");
	CHECK_STR(heard.body, "{\"ok\":true,\"artifact_id\":\"1\"}");
	CHECK_INT(put(&place, url, "", "onetwo"), 404);
	CHECK_INT(call(&place, place.token, CREATE).status, 200);
	place_free(&place);
}

TEST(service_refuses_names_that_would_leave_the_folder)
{
	static const char *const names[] = { "", "..", "a/b", "a\\\\b", "a\\nb", "a:b", ".sealed" };
	struct place place = place_new();

	for (size_t i = 0; i < WF_COUNT(names); i++)
		CHECK_INT(call(&place, place.token, "ArtifactService/CreateArtifact",
		              wf_strf(place.arena, "{" RUN1 "\"name\":\"%s\"}", names[i]).p)
		              .status,
		    400);
	place_free(&place);
}

TEST(service_knows_jobs_by_their_tokens)
{
	struct place place = place_new();

	CHECK_INT(call(&place, WF_S(""), CREATE).status, 401);
	CHECK_INT(call(&place, WF_S("x.y.z"), CREATE).status, 401);
	/* another job's token is not for this run */
	CHECK_INT(call(&place, place.other, CREATE).status, 403);
	service_dismiss(place.service, place.token);
	CHECK_INT(call(&place, place.token, CREATE).status, 401);
	place_free(&place);
}

TEST(service_signs_urls_for_one_path_and_one_purpose)
{
	struct place place = place_new();
	char *url = create_artifact(&place), *end = strstr(url, "sig=");
	char *other = wf_cstr(place.arena, wf_str(url));

	CHECK_INT(get(&place, url, NULL).status, 403);
	memcpy(strstr(other, "/artifacts/"), "/caches/1/////", strlen("/artifacts/"));
	CHECK(put(&place, other, "", "x") >= 400);
	end[4] = end[4] == '0' ? '1' : '0';
	CHECK_INT(put(&place, url, "", "onetwo"), 403);
	CHECK_INT(put(&place, "/blobs/artifacts/1", "", "onetwo"), 403);
	place_free(&place);
}

TEST(service_answers_what_it_does_not_know_in_json)
{
	struct place place = place_new();
	struct heard heard = call(&place, place.token, "ArtifactService/Explode", "{}");

	CHECK_INT(heard.status, 404);
	CHECK_STR(wf_str(field(&place, heard, "code")), "bad_route");
	CHECK_INT(call(&place, place.token, "ArtifactService/ListArtifacts", "{\"x\":").status,
	    400);
	place_free(&place);
}

/* ---- caches ---- */

static unsigned
save(struct place *place, struct wf_str token, const char *key, const char *bytes)
{
	struct wf_arena *arena = place->arena;
	struct heard heard = call(place, token, "CacheService/CreateCacheEntry",
	    wf_strf(arena, "{\"key\":\"%s\",\"version\":\"v\"}", key).p);

	if (heard.status != 200)
		return heard.status;
	CHECK_INT(put(place, field(place, heard, "signed_upload_url"), "", bytes), 201);
	return call(place, token, "CacheService/FinalizeCacheEntryUpload",
	    wf_strf(arena, "{\"key\":\"%s\",\"version\":\"v\",\"size_bytes\":\"%zu\"}", key,
	        strlen(bytes))
	        .p)
	    .status;
}

/* The key that is found, or "" on a miss. */
static char *
look(struct place *place, struct wf_str token, const char *key, const char *restore)
{
	return field(place,
	    call(place, token, "CacheService/GetCacheEntryDownloadURL",
	        wf_strf(place->arena, "{\"key\":\"%s\",\"restore_keys\":[%s],\"version\":\"v\"}",
	            key, restore)
	            .p),
	    "matched_key");
}

TEST(service_finds_the_exact_key_then_the_newest_that_begins_so)
{
	struct place place = place_new();

	CHECK_INT(save(&place, place.token, "npm-1", "a"), 200);
	CHECK_INT(save(&place, place.token, "npm-12", "b"), 200);
	CHECK_INT(save(&place, place.token, "npm-13", "c"), 200);
	CHECK_STR(wf_str(look(&place, place.token, "npm-1", "")), "npm-1");
	CHECK_STR(wf_str(look(&place, place.token, "npm", "")), "npm-13");
	CHECK_STR(wf_str(look(&place, place.token, "x", "\"npm-12\",\"npm-\"")), "npm-12");
	CHECK_STR(wf_str(look(&place, place.token, "NPM-1", "")), "npm-1");
	CHECK_STR(wf_str(look(&place, place.token, "n%m-1", "\"_\"")), "");
	place_free(&place);
}

TEST(service_never_writes_a_cache_entry_twice)
{
	struct place place = place_new();

	CHECK_INT(save(&place, place.token, "npm-1", "a"), 200);
	CHECK_INT(save(&place, place.token, "npm-1", "b"), 409);
	CHECK_INT(save(&place, place.token, "with,comma", "b"), 400);
	place_free(&place);
}

TEST(service_shows_caches_of_the_default_branch_to_others_and_not_the_other_way)
{
	struct place place = place_new();

	CHECK_INT(save(&place, place.other, "npm-1", "branch"), 200);
	CHECK_STR(wf_str(look(&place, place.token, "npm-1", "")), "");
	CHECK_INT(save(&place, place.token, "npm-1", "main"), 200);
	CHECK_INT(save(&place, place.token, "go-1", "main"), 200);
	CHECK_STR(wf_str(look(&place, place.other, "go-1", "")), "go-1");
	CHECK_STR(wf_str(look(&place, place.other, "npm", "")), "npm-1");
	place_free(&place);
}

TEST(service_drops_the_least_recently_used_entry_when_there_is_no_room)
{
	static const char forty[] = "1234567890123456789012345678901234567890";
	struct place place = place_new(); /* of 100 bytes */

	CHECK_INT(save(&place, place.token, "a", forty), 200);
	usleep(2000); /* times are kept in milliseconds */
	CHECK_INT(save(&place, place.token, "b", forty), 200);
	usleep(2000);
	CHECK_STR(wf_str(look(&place, place.token, "a", "")), "a");
	usleep(2000);
	CHECK_INT(save(&place, place.token, "c", forty), 200);
	CHECK_STR(wf_str(look(&place, place.token, "b", "")), "");
	CHECK_STR(wf_str(look(&place, place.token, "a", "")), "a");
	CHECK_STR(wf_str(look(&place, place.token, "c", "")), "c");
	place_free(&place);
}

TEST(service_drops_an_entry_that_was_damaged_on_disk)
{
	struct place place = place_new();

	CHECK_INT(save(&place, place.token, "npm-1", "abc"), 200);
	CHECK(wf_write_file(wf_join(place.arena, place.dir, "caches/1"), WF_S("abd"), 0600, NULL));
	CHECK_STR(wf_str(look(&place, place.token, "npm-1", "")), "");
	CHECK_INT(save(&place, place.token, "npm-1", "abc"), 200);
	CHECK_STR(wf_str(look(&place, place.token, "npm-1", "")), "npm-1");
	place_free(&place);
}

TEST(service_forgets_what_a_killed_process_was_uploading)
{
	static const char body[] = "{\"key\":\"npm-1\",\"version\":\"v\"}";
	struct place place = place_new();
	pid_t child = fork();

	if (child == 0) {
		struct caches *own = caches_open(wf_join(place.arena, place.dir, "caches"), 0,
		    NULL);
		int64_t id = 0;

		caches_reserve(own, WF_S("npm-1"), WF_S("v"), WF_S("refs/heads/main"), &id, NULL);
		kill(getpid(), id ? SIGKILL : SIGTERM);
	}
	CHECK_INT(waitpid(child, &(int){ 0 }, 0), child);
	CHECK_INT(call(&place, place.token, "CacheService/CreateCacheEntry", body).status, 200);
	/* this process lives, and is at it */
	CHECK_INT(call(&place, place.token, "CacheService/CreateCacheEntry", body).status, 409);
	place_free(&place);
}

TEST(service_takes_ranges_of_the_older_cache_in_any_order)
{
	struct place place = place_new();
	struct ask ask = { .token = place.token, .method = "POST" };
	struct heard heard;

	ask.uri = "/_apis/artifactcache/caches";
	ask.body = "{\"key\":\"npm-1\",\"version\":\"v\",\"cacheSize\":6}";
	CHECK_STR(say(&place, &ask).body, "{\"cacheId\":1}");
	ask.method = "PATCH";
	ask.uri = "/_apis/artifactcache/caches/1";
	ask.body = "two";
	ask.range = "bytes 3-5/*";
	CHECK_INT(say(&place, &ask).status, 204);
	ask.body = "one";
	ask.range = "bytes 0-2/*";
	CHECK_INT(say(&place, &ask).status, 204);
	ask.range = "bytes 0-1/*";
	CHECK_INT(say(&place, &ask).status, 400);
	ask = (struct ask){ place.token, "POST", "/_apis/artifactcache/caches/1", "{\"size\":6}",
		NULL };
	CHECK_INT(say(&place, &ask).status, 204);
	ask = (struct ask){ place.token, "GET", "/_apis/artifactcache/cache?keys=x%2Cnpm&version=v",
		NULL, NULL };
	heard = say(&place, &ask);
	CHECK_STR(wf_str(field(&place, heard, "cacheKey")), "npm-1");
	CHECK_STR(get(&place, field(&place, heard, "archiveLocation"), NULL).body, "onetwo");
	ask.uri = "/_apis/artifactcache/cache?keys=x&version=v";
	CHECK_INT(say(&place, &ask).status, 204);
	place_free(&place);
}

TEST(service_sends_the_range_that_is_asked_for)
{
	static const struct {
		const char *range;
		unsigned status;
		const char *bytes;
	} cases[] = {
		{ "bytes=0-2", 206, "one" },
		{ "bytes=3-", 206, "two" },
		{ "bytes=-2", 206, "wo" },
		{ "bytes=0-99", 200, "onetwo" },
		{ "bytes=6-7", 416, NULL },
		{ "lines=1-2", 200, "onetwo" },
	};
	struct place place = place_new();
	char *url;

	CHECK_INT(save(&place, place.token, "npm-1", "onetwo"), 200);
	url = field(&place,
	    call(&place, place.token, "CacheService/GetCacheEntryDownloadURL",
	        "{\"key\":\"npm-1\",\"version\":\"v\"}"),
	    "signed_download_url");
	for (size_t i = 0; i < WF_COUNT(cases); i++) {
		struct heard heard = get(&place, url, cases[i].range);

		CHECK_INT(heard.status, cases[i].status);
		if (cases[i].bytes)
			CHECK_STR(heard.body, cases[i].bytes);
	}
	place_free(&place);
}

/* ---- id tokens ---- */

TEST(service_gives_id_tokens_only_with_the_permission)
{
	struct place place = place_new();
	struct ask ask = { place.token, "GET", "/_apis/idtoken?api-version=2.0&audience=me", NULL,
		NULL };
	struct heard heard;

	CHECK_INT(say(&place, &ask).status, 403);
	ask.token = place.other;
	heard = say(&place, &ask);
	CHECK_INT(heard.status, 200);
	CHECK(strncmp(field(&place, heard, "value"), "eyJ", 3) == 0);
	ask.token = WF_S("");
	ask.uri = "/.well-known/jwks";
	CHECK(wf_str_find(say(&place, &ask).body, WF_S("\"kty\":\"RSA\"")) > 0);
	place_free(&place);
}

TEST(service_tells_of_artifacts_that_were_finished)
{
	struct place place = place_new();
	char *url = create_artifact(&place);
	struct service_news news;

	CHECK_INT(put(&place, url, "", "onetwo"), 201);
	CHECK(!service_next_news(place.service, place.arena, &news));
	CHECK_INT(finish_artifact(&place, "\"size\":\"6\"").status, 200);
	CHECK(service_next_news(place.service, place.arena, &news));
	CHECK_STR(news.artifact.name, "logs");
	CHECK(wf_exists(news.artifact.path.p));
	CHECK(!service_next_news(place.service, place.arena, &news));
	place_free(&place);
}

/* ---- the API ---- */

/* `path` follows the key. */
static struct heard
api(struct place *place, const char *method, const char *path, const char *body)
{
	const char *base = service_api_url(place->service, place->arena, place->token).p;
	const struct ask ask = {
		.method = method,
		.uri = wf_strf(place->arena, "%s/%s", base, path).p,
		.body = body,
	};

	return say(place, &ask);
}

TEST(service_api_knows_git)
{
	static const struct {
		const char *path, *said;
	} rows[] = {
		{ "branches/feature/x", "\"name\":\"feature/x\"" },
		{ "git/ref/heads/feature/x", "\"ref\":\"refs/heads/feature/x\"" },
		{ "commits/main", "\"message\":\"second\"" },
		{ "commits/main", "\"patch\":\"@@ -1 +1,2 @@\\n one\\n+more\"" },
		{ "commits/v1", "\"status\":\"modified\",\"additions\":1,\"deletions\":0" },
		{ "commits?per_page=1&page=2", "\"message\":\"first\"" },
		{ "compare/main~1...feature%2Fx", "\"status\":\"ahead\",\"ahead_by\":1" },
		{ "compare/main...main~1", "\"status\":\"behind\",\"ahead_by\":0,\"behind_by\":1" },
		{ "contents/sub/b.txt", "\"content\":\"dHdvCg==\\n\"" },
		{ "contents/sub?ref=main~1", "\"path\":\"sub/b.txt\"" },
		{ "contents", "\"type\":\"dir\"" },
		{ "git/trees/main?recursive=1", "{\"path\":\"sub/b.txt\",\"mode\":\"100644\"" },
		{ "tags", "[{\"name\":\"v1\"" },
		{ "git/matching-refs/heads/f", "[{\"ref\":\"refs/heads/feature/x\"" },
	};
	struct place place = place_new_with(make_repository);

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		struct heard heard = api(&place, "GET",
		    wf_strf(place.arena, "repos/Octo/cat/%s", rows[i].path).p, "");

		CHECK_INT(heard.status, 200);
		if (wf_str_find(heard.body, wf_str(rows[i].said)) < 0)
			CHECK_STR(heard.body, rows[i].said);
	}
	place_free(&place);
}

TEST(service_api_says_what_is_not_there)
{
	static const char *const paths[] = {
		"repos/octo/cat/branches/none",
		"repos/octo/cat/commits/none",
		"repos/octo/cat/compare/main",
		"repos/octo/cat/contents/none",
		"repos/octo/cat/contents/../../outside",
		"repos/octo/cat/git/blobs/none",
		"repos/octo/cat/pulls/1",
		"repos/octo/cat/actions/runs/1",
		"repos/octo/cat/actions/jobs/1",
		"repos/octo/cat/actions/artifacts/1/zip",
		"repos/octo/other",
		"repos/octo/cat/issues",
		"user",
	};
	struct place place = place_new_with(make_repository);

	for (size_t i = 0; i < WF_COUNT(paths); i++) {
		struct heard heard = api(&place, "GET", paths[i], "");

		CHECK_INT(heard.status, 404);
		CHECK_STR(wf_str(field(&place, heard, "message")), "Not Found");
	}
	place_free(&place);
}

TEST(service_api_gives_the_artifacts_of_other_runs_as_redirects)
{
	struct place place = place_new();
	char *url = create_artifact(&place);
	struct heard heard;

	CHECK_INT(put(&place, url, "", "onetwo"), 201);
	CHECK_INT(finish_artifact(&place, "\"size\":\"6\"").status, 200);
	place.token = place.other; /* a job of run 2 */
	heard = api(&place, "GET", "repos/octo/cat/actions/runs/1/artifacts?name=logs", "");
	CHECK_STR(wf_str(field(&place, heard, "total_count")), "1");
	CHECK(wf_str_find(heard.body, WF_S("\"size_in_bytes\":6")) > 0);
	heard = api(&place, "GET", "repos/octo/cat/actions/runs/1/artifacts?name=none", "");
	CHECK_STR(wf_str(field(&place, heard, "total_count")), "0");
	CHECK_INT(api(&place, "GET", "repos/octo/cat/actions/artifacts/1/zip", "").status, 302);
	CHECK_INT(api(&place, "DELETE", "repos/octo/cat/actions/artifacts/1", "").status, 204);
	CHECK_INT(api(&place, "GET", "repos/octo/cat/actions/artifacts/1", "").status, 404);
	place_free(&place);
}

TEST(service_api_tells_of_writes_and_of_what_it_does_not_know)
{
	static const struct {
		const char *method, *path;
		enum service_news_kind kind;
		unsigned status;
	} rows[] = {
		{ "POST", "repos/octo/cat/issues/1/comments", SERVICE_WRITE, 201 },
		{ "PATCH", "repos/octo/cat/issues/1", SERVICE_WRITE, 200 },
		{ "DELETE", "repos/octo/cat/git/refs/heads/x", SERVICE_WRITE, 204 },
		{ "POST", "repos/octo/cat/dispatches", SERVICE_WRITE, 204 },
		{ "GET", "repos/octo/cat/issues", SERVICE_UNKNOWN, 404 },
		{ "POST", "graphql", SERVICE_UNKNOWN, 404 },
	};
	struct place place = place_new();
	struct service_news news;

	for (size_t i = 0; i < WF_COUNT(rows); i++) {
		CHECK_INT(api(&place, rows[i].method, rows[i].path, "{\"body\":\"x\"}").status,
		    rows[i].status);
		CHECK(service_next_news(place.service, place.arena, &news));
		CHECK_INT(news.kind, rows[i].kind);
		CHECK_INT(news.run_id, 1);
		CHECK(wf_str_ends(news.text, wf_str(rows[i].path)));
		CHECK_STR(news.body, "{\"body\":\"x\"}");
	}
	place_free(&place);
}

TEST(service_api_is_for_jobs_that_run)
{
	struct place place = place_new();
	const char *url = service_api_url(place.service, place.arena, place.token).p;
	struct ask ask = { .method = "GET", .body = "" };

	ask.uri = "/api/0123456789abcdef0123456789abcdef/repos/octo/cat/branches";
	CHECK_INT(say(&place, &ask).status, 401);
	ask.uri = wf_strf(place.arena, "%s/repos/octo/cat/branches", url).p;
	CHECK_INT(say(&place, &ask).status, 200);
	service_dismiss(place.service, place.token);
	CHECK_INT(say(&place, &ask).status, 401);
	place_free(&place);
}
