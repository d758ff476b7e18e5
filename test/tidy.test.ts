import assert from 'node:assert/strict';
import { resolve } from 'node:path';
import { describe, test } from 'node:test';
import { currentEnvExample, tableFiles, writtenEnvExample } from './env-example.ts';
import { strayVendors, unreferenced, wrongDirections } from './tidy/layers.ts';
import { readSources, type Source } from './tidy/sources.ts';
import * as rules from './tidy/text-rules.ts';

const ROOT = resolve(import.meta.dirname, '..');
const sources = readSources(ROOT);

const RULES: [string, rules.Rule][] = [
  ['imports go one way: services to runtime to schemas, and services never import each other', wrongDirections],
  ["a vendor's client is imported by its adapter only", strayVendors],
  ['the environment and argv are read by main files only', rules.environmentReads],
  ['schemas have no clock, chance or network', rules.impureSchemas],
  ['no file and no line is too long', rules.tooLong],
  ['no error is swallowed', rules.swallowedErrors],
  ['files are named for the thing they hold', rules.vagueNames],
  ['no file holds a path of one machine or the host of a registry', rules.machineTraces],
  ['documents name only npm scripts that exist', rules.unknownCommands],
  ['every code file is used', unreferenced],
];

describe('the project is tidy:', () => {
  for (const [name, rule] of RULES) {
    test(name, () => {
      const problems = rule(sources);
      assert.equal(problems.length, 0, `\n${problems.join('\n')}\n`);
    });
  }

  test('option tables stand where they can be read without starting a process', () => {
    assert.deepEqual(
      tableFiles(ROOT).filter((path) => path.endsWith('/main.ts')),
      [],
    );
  });

  const noExample = writtenEnvExample(ROOT) === undefined ? 'there is no .env.example yet' : false;
  test('.env.example says what the option tables say', { skip: noExample }, async () => {
    const advice = 'run `node test/env-example.ts` to write it again';
    assert.equal(writtenEnvExample(ROOT), await currentEnvExample(ROOT), advice);
  });
});

describe('each rule finds what it is for:', () => {
  const manifest = { path: 'package.json', text: '{"scripts":{"start":""}}' };
  const samples: [string, rules.Rule, Source[]][] = [
    ['a service that imports another', wrongDirections, [{ path: 'api/a.ts', text: `import '../ingest/b.ts';` }]],
    [
      'schemas that import runtime',
      wrongDirections,
      [{ path: 'schemas/a.ts', text: `await import('../runtime/b.ts')` }],
    ],
    [
      'a vendor outside of its adapter',
      strayVendors,
      [{ path: 'api/a.ts', text: `import type { W } ${'from'} 'ws';` }],
    ],
    [
      'a vendor nobody knows',
      strayVendors,
      [{ path: 'runtime/log.ts', text: `import x ${'from'} '@some/thing/deep';` }],
    ],
    ['a read of the environment', rules.environmentReads, [{ path: 'api/a.ts', text: 'f(process.env.HOME)' }]],
    ['a clock in schemas', rules.impureSchemas, [{ path: 'schemas/a.ts', text: 'const t = Date.now();' }]],
    ['a long file', rules.tooLong, [{ path: 'api/a.ts', text: 'x\n'.repeat(401) }]],
    ['a long line', rules.tooLong, [{ path: 'api/a.sql', text: 'x'.repeat(121) }]],
    ['an empty catch', rules.swallowedErrors, [{ path: 'api/a.ts', text: `try { f() } ${'catch'} (err) { }` }]],
    ['a dropped rejection', rules.swallowedErrors, [{ path: 'api/a.ts', text: `f().${'catch'}(() => undefined)` }]],
    ['a vague name', rules.vagueNames, [{ path: 'api/helpers.ts', text: '' }]],
    ['a vague folder', rules.vagueNames, [{ path: 'api/common/a.ts', text: '' }]],
    [
      'a path of one machine',
      rules.machineTraces,
      [{ path: 'docs/a.md', text: `see ${['', 'home', 'me'].join('/')}` }],
    ],
    ['a command that is not there', rules.unknownCommands, [manifest, { path: 'README.md', text: 'npm run fly' }]],
    ['a file nobody uses', unreferenced, [{ path: 'api/a.ts', text: '' }]],
  ];
  for (const [name, rule, given] of samples) {
    test(name, () => assert.equal(rule(given).length, 1));
  }

  test('nothing else: comments, tests, adapters and entries are left alone', () => {
    const fine: Source[] = [
      manifest,
      { path: 'api/a.ts', text: `// process.env\n/** Date.now() */\nimport './b.ts';\nimport '../runtime/c.ts';` },
      { path: 'api/b.ts', text: `// It may be gone already.\nf().${'catch'}(() => undefined)` },
      { path: 'api/a.test.ts', text: `import './a.ts';\nimport pg ${'from'} 'pg';\nprocess.env.X;` },
      { path: 'api/main.ts', text: 'process.argv' },
      { path: 'runtime/c.ts', text: `new URL('./worker.ts', import.meta.url)` },
      { path: 'runtime/worker.ts', text: '' },
      { path: 'README.md', text: 'npm start' },
    ];
    assert.deepEqual(
      RULES.flatMap(([, rule]) => rule(fine)),
      [],
    );
  });
});
