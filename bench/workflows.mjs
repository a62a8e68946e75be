// SPDX-License-Identifier: MIT
// workflows.mjs FOLDER - the milliseconds that npm's @actions/workflow-parser takes for all files of
// the folder, texts in memory, the median of several passes once the engine is warm. It is copied
// beside the node_modules that hold the package.
import { readFileSync, readdirSync } from 'node:fs';
import { register } from 'node:module';

// The package imports JSON without saying so, which node refuses.
register('data:text/javascript,' + encodeURIComponent(`export const load = (url, context, next) =>
	next(url, url.endsWith('.json') ? { ...context, importAttributes: { type: 'json' } } : context)`));
const { NoOperationTraceWriter, convertWorkflowTemplate, parseWorkflow } =
	await import('@actions/workflow-parser');

const WARM = 2, PASSES = 5;
const folder = process.argv[2];
const files = readdirSync(folder).map((name) => (
	{ name: `.github/workflows/${name}`, content: readFileSync(`${folder}/${name}`, 'utf8') }));

async function pass() {
	const start = performance.now();
	for (const file of files) {
		const { context, value } = parseWorkflow(file, new NoOperationTraceWriter());
		if (value) await convertWorkflowTemplate(context, value);
	}
	return performance.now() - start;
}

for (let i = 0; i < WARM; i++) await pass();
const times = [];
for (let i = 0; i < PASSES; i++) times.push(await pass());
console.log(times.sort((a, b) => a - b)[Math.floor(PASSES / 2)].toFixed(2));
