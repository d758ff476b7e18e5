import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { encodeBoardAsk, encodeSplits, readBoardQuestion } from '../schemas/board-message.ts';
import { encodeLive } from '../schemas/live-activity.ts';
import { createNames } from '../schemas/names.ts';
import { signUp } from './accounts/accounts-for-tests.ts';
import { createTestApi } from './api-for-tests.ts';

const schemathesis = fileURLToPath(new URL('../.engines/pyclients/bin/schemathesis', import.meta.url));
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
];
const TICK_MS = 10;

/** An API of which every part is there: shards are held, and the boards of whatever races are made on the way. */
async function serve(t: TestContext) {
  const api = await createTestApi(t);
  const names = createNames();
  api.bus.subscribe(names.liveActivities('*' as unknown as number), ({ respond }) => {
    respond(encodeLive({ epoch: 1, number: 1, versions: { gps: 1 }, activity: null }));
  });
  api.bus.subscribe(names.askBoard('*'), ({ data, respond }) => {
    const question = readBoardQuestion(data);
    if (question?.ask === 'gaps') respond(encodeBoardAsk({ epoch: 1, gaps: null }));
    if (question?.ask === 'way') respond(encodeBoardAsk({ epoch: 1, way: null }));
    if (question?.ask === 'reviews') respond(encodeBoardAsk({ epoch: 1, findings: [], leftOut: 0 }));
    if (question?.ask === 'preview') respond(encodeBoardAsk({ epoch: 1, preview: { state: 'busy' } }));
    if (question?.ask === 'splits') respond(encodeSplits({ epoch: 1, splits: [] }));
  });
  // Waits of the API come to their end, at the pace of the real clock.
  const ticking = setInterval(() => void api.clock.advance(TICK_MS), TICK_MS);
  t.after(() => clearInterval(ticking));
  return { api, url: await api.api.listen({ host: '127.0.0.1', port: 0 }) };
}

/** Whoever logs out is nobody from then on. */
const ENDING_THE_SESSION = ['logOut', 'logOutEverywhere'];

/**
 * The six thousand requests of the phase `coverage` are the same whoever asks, and six in ten are refused before it
 * matters who it is. Two ask them; who is nobody asks what the other phases make, of every operation too.
 */
const PHASES = {
  'an operator': 'examples,coverage,fuzzing',
  'a person with every role': 'examples,coverage,fuzzing',
  nobody: 'examples,fuzzing',
};

/** What it found, as it prints it; null when that is nothing. */
async function findings(url: string, token: string | null, phases: string): Promise<string | null> {
  const dir = mkdtempSync(join(tmpdir(), 'slipstream-schemathesis-'));
  const argv = [
    ...['run', `${url}/openapi.json`, `--checks=${CHECKS.join(',')}`, `--phases=${phases}`],
    ...[
      '--max-examples=5',
      '--seed=1',
      '--no-shrink',
      '--continue-on-failure',
      '--request-timeout=30',
      '--warnings=off',
    ],
    ...ENDING_THE_SESSION.map((id) => `--exclude-operation-id=${id}`),
    ...(token === null ? [] : [`--header=Authorization: Bearer ${token}`]),
  ];
  try {
    const { stdout } = await promisify(execFile)(schemathesis, argv, {
      cwd: dir,
      timeout: 540_000,
      maxBuffer: 1 << 26,
    });
    assert.match(stdout, /No issues found/);
    return null;
  } catch (error) {
    return (error as { stdout?: string }).stdout || String(error);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

for (const who of ['an operator', 'a person with every role', 'nobody'] as const) {
  test(`schemathesis finds no 5xx and no undocumented answer, asking as ${who}`, async (t) => {
    assert.ok(existsSync(schemathesis), 'schemathesis is not there: node stack/setup.js --with-test-tools');
    const { api, url } = await serve(t);
    const tokens = {
      'an operator': () => 'operator',
      'a person with every role': async () => (await signUp(api)).accessToken,
      nobody: () => null,
    };
    const found = await findings(url, await tokens[who](), PHASES[who]);
    const causes = api.records.filter(({ level }) => level === 'error').map((record) => JSON.stringify(record));
    assert.equal(found, null, [found, ...new Set(causes)].join('\n'));
  });
}
