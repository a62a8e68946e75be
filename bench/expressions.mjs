// SPDX-License-Identifier: MIT
// expressions.mjs CONTEXTS EXPRESSIONS - bench_expr.c with npm's @actions/expressions: the
// nanoseconds of one parse and evaluation, the best of several batches, once the engine is warm.
// It is copied beside the node_modules that hold the package.
import { readFileSync } from 'node:fs';
import { Evaluator, Lexer, Parser, data } from '@actions/expressions';

const BATCHES = 9, BATCH = 20000, WARM = 20000;
const contexts = JSON.parse(readFileSync(process.argv[2], 'utf8'), data.reviver);
const names = contexts.pairs().map(({ key }) => key);

function once(text) {
	const { tokens } = new Lexer(text).lex();
	return new Evaluator(new Parser(tokens, names, []).parse(), contexts).evaluate();
}

function batch(text, times) {
	const start = process.hrtime.bigint();
	for (let i = 0; i < times; i++) once(text);
	return Number(process.hrtime.bigint() - start) / times;
}

for (const text of readFileSync(process.argv[3], 'utf8').trimEnd().split('\n')) {
	batch(text, WARM);
	const best = Math.min(...Array.from({ length: BATCHES }, () => batch(text, BATCH)));
	console.log(`${best.toFixed(0)}\t${text}`);
}
