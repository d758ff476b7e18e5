import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runScenarios } from './run-scenarios.ts';

const REASONS: Readonly<Record<string, () => Promise<readonly string[]>>> = {
  right: async () => [],
  wrong: async () => ['3 samples are missing', '1 refusal'],
  broken: async () => {
    throw new Error('the engine ended');
  },
};

async function runAll(scenarios: readonly string[], signal = new AbortController().signal) {
  const said: string[] = [];
  const run = (scenario: string) => REASONS[scenario]();
  return { reasons: await runScenarios({ scenarios, run, say: (text) => void said.push(text), signal }), said };
}

test('of many scenarios each is run and announced, and each reason names its own', async () => {
  assert.deepEqual(await runAll(['broken', 'wrong', 'right']), {
    reasons: ['broken: failed: the engine ended', 'wrong: 3 samples are missing', 'wrong: 1 refusal'],
    said: ['\nbroken', '\nwrong', '\nright'],
  });
});

test('one alone is not announced, gives its reasons as they are, and fails with its own words', async () => {
  assert.deepEqual(await runAll(['wrong']), { reasons: ['3 samples are missing', '1 refusal'], said: [] });
  await assert.rejects(runAll(['broken']), { message: 'the engine ended' });
});

test('a run that is asked to end does not go on with the next scenario', async () => {
  await assert.rejects(runAll(['broken', 'right'], AbortSignal.abort()), { message: 'the engine ended' });
});
