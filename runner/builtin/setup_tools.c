/* SPDX-License-Identifier: MIT */
/* setup_tools.c - the setup actions that are one line of a table each: node, go, java, dotnet,
 * ruby.
 *
 * Inputs that choose what to download, or from where, have no effect here. */
#include "runner/builtin/setup_tool.h"

/* Declares the built-in NAME of the action REPOSITORY, from NAME_tool and NAME_inputs. */
#define SETUP(name, action)                                                                        \
	static void name##_start(struct builtin_call *call)                                        \
	{                                                                                          \
		setup_tool_start(call, &name##_tool);                                              \
	}                                                                                          \
	static const char *const name##_defaults[WF_COUNT(name##_inputs)] = { NULL };              \
	const struct builtin builtin_setup_##name = {                                              \
		.repository = action,                                                              \
		.inputs = name##_inputs,                                                           \
		.defaults = name##_defaults,                                                       \
		.start = name##_start,                                                             \
	}

static const struct setup_tool node_tool = {
	.label = "Node",
	.binary = "node",
	.flag = "--version",
	.cache = "node",
	.places = "~/.nvm/versions/node/*/bin\n~/.volta/tools/image/node/*/bin",
	.version = "node-version",
	.file = "node-version-file",
	.asdf = "nodejs",
	.output = "node-version",
	.prefix = "v",
};
static const char *const node_inputs[] = { "always-auth", "node-version", "node-version-file",
	"architecture", "check-latest", "registry-url", "scope", "token", "cache",
	"package-manager-cache", "cache-dependency-path", "mirror", "mirror-token", NULL };
SETUP(node, "actions/setup-node");

static const struct setup_tool go_tool = {
	.label = "Go",
	.binary = "go",
	.flag = "version",
	.cache = "go",
	.places = "/usr/local/go/bin\n/usr/lib/go-*/bin\n~/sdk/go*/bin",
	.version = "go-version",
	.file = "go-version-file",
	.asdf = "golang",
	.root = NULL, /* go finds its own */
	.output = "go-version",
	.prefix = "",
};
static const char *const go_inputs[] = { "go-version", "go-version-file", "check-latest", "token",
	"cache", "cache-dependency-path", "architecture", NULL };
SETUP(go, "actions/setup-go");

static const struct setup_tool java_tool = {
	.label = "Java",
	.binary = "java",
	.flag = "-version",
	.cache = "Java_*",
	.places = "/usr/lib/jvm/*/bin\n~/.sdkman/candidates/java/*/bin",
	.version = "java-version",
	.file = "java-version-file",
	.asdf = "java",
	.root = "JAVA_HOME",
	.output = "version",
	.prefix = "",
};
static const char *const java_inputs[] = { "java-version", "java-version-file", "distribution",
	"java-package", "architecture", "jdkFile", "check-latest", "server-id", "server-username",
	"server-password", "settings-path", "overwrite-settings", "gpg-private-key",
	"gpg-passphrase", "cache", "cache-dependency-path", "job-status", "token",
	"mvn-toolchain-id", "mvn-toolchain-vendor", NULL };
SETUP(java, "actions/setup-java");

static const struct setup_tool dotnet_tool = {
	.label = ".NET",
	.binary = "dotnet",
	.flag = "--version",
	.cache = "dotnet",
	.places = "/usr/share/dotnet\n/usr/lib/dotnet\n~/.dotnet",
	.version = "dotnet-version",
	.file = "global-json-file",
	.usual_file = "global.json",
	.asdf = "dotnet",
	.output = "dotnet-version",
	.prefix = "",
};
static const char *const dotnet_inputs[] = { "dotnet-version", "dotnet-quality", "global-json-file",
	"source-url", "owner", "config-file", "cache", "cache-dependency-path", NULL };
SETUP(dotnet, "actions/setup-dotnet");

static const struct setup_tool ruby_tool = {
	.label = "Ruby",
	.binary = "ruby",
	.flag = "--version",
	.cache = "Ruby",
	.places = "~/.rbenv/versions/*/bin\n~/.rubies/*/bin",
	.version = "ruby-version",
	.file = "ruby-version-file",
	.usual_file = ".ruby-version",
	.asdf = "ruby",
	.output = "ruby-version",
	.prefix = "",
};
static const char *const ruby_inputs[] = { "ruby-version", "rubygems", "bundler", "bundler-cache",
	"working-directory", "cache-version", "self-hosted", "windows-toolchain", "token", NULL };
SETUP(ruby, "ruby/setup-ruby");
