// SPDX-License-Identifier: MIT
// patterns.mjs PATTERNS PATHS - bench_pattern.c with npm's picomatch, as dorny/paths-filter calls
// it. It is copied beside the node_modules that hold the package.
import { readFileSync } from 'node:fs';
import picomatch from 'picomatch';

const lines = path => readFileSync(path, 'utf8').trimEnd().split('\n');
const matchers = lines(process.argv[2]).map(glob => picomatch(glob, { dot: true }));
const paths = lines(process.argv[3]);
let matches = 0;
const start = process.cpuUsage();
for (const path of paths)
	for (const match of matchers)
		if (match(path)) matches++;
const used = process.cpuUsage(start);
console.log(((used.user + used.system) / 1e3).toFixed(0), matches);
