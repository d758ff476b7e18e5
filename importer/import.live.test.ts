import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createFitWriter } from '../files/fit/profile.ts';
import { startTestStack, type TestStack } from '../stack/stack-for-tests.ts';

const TIMEOUT_MS = 120_000;
const pathOf = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const OLD_RIDE = pathOf('test/fixtures/ride-edge810-power.fit');

let stack: TestStack;

before(async () => {
  stack = await startTestStack();
});

after(() => stack?.stop());

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const untilMs = Date.now() + TIMEOUT_MS;
  while (!(await holds())) {
    assert.ok(Date.now() < untilMs, `never: ${what}`);
    await delay(100);
  }
}

/** Ten minutes that ended an hour ago, so that the hot store takes them too. */
function freshRun(firstHeartRate: number): Uint8Array {
  const startMs = Math.floor(Date.now() / 1_000) * 1_000 - 3_600_000;
  const writer = createFitWriter();
  writer.write(0, { type: 'activity', manufacturer: 'development', timeCreated: new Date(startMs) });
  for (let second = 0; second < 600; second++) {
    const timestamp = new Date(startMs + second * 1_000);
    writer.write(20, {
      timestamp,
      heartRate: firstHeartRate + (second % 40),
      power: 200 + (second % 7),
      distance: second * 3,
    });
    writer.write(78, { time: [1] });
  }
  return writer.finish();
}

async function runImport(...args: string[]): Promise<{ code: number; lines: Record<string, unknown>[]; err: string }> {
  const flags = [`--websocket-port=${stack.ports.websocket}`, `--token-key=${stack.keyFile}`];
  const child = spawn(process.execPath, [pathOf('importer/main.ts'), ...args, ...flags, '--json', '--log-level=fatal']);
  let [out, err] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text;
  });
  const [code] = await once(child, 'close', { signal: AbortSignal.timeout(TIMEOUT_MS) });
  return {
    code,
    lines: out
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line)),
    err,
  };
}

async function clickhouse(sql: string): Promise<unknown[]> {
  const query = encodeURIComponent(`${sql} FORMAT JSONCompact`);
  const answer = await fetch(`http://127.0.0.1:${stack.ports.clickhouse}/?query=${query}`);
  const text = await answer.text();
  assert.equal(answer.status, 200, text);
  return JSON.parse(text).data.flat().map(Number);
}

async function questdb(sql: string): Promise<unknown[]> {
  const answer = await fetch(`http://127.0.0.1:${stack.ports.questdb}/exec?query=${encodeURIComponent(sql)}`);
  const text = await answer.text();
  assert.equal(answer.status, 200, text);
  return JSON.parse(text).dataset.flat();
}

const SUMS = 'SELECT count(), sum(heart_rate), max(distance), min(seq), max(seq) FROM';
const ofClickHouse = (source: string) =>
  `${SUMS} slipstream.samples FINAL WHERE device = 'files-ann' AND source = '${source}'`;
const ofQuestDb = (source: string) => `${SUMS} samples WHERE series = 'files-ann/${source}'`;

/** Events, heart beats, and what their intervals add up to (ms). */
async function besides(source: string): Promise<unknown[]> {
  const events = await clickhouse(`SELECT count() FROM slipstream.events FINAL WHERE source = '${source}:events'`);
  const beats = `SELECT count(), sum(rr) / 10 FROM slipstream.rr FINAL WHERE source = '${source}:rr'`;
  return [...events, ...(await clickhouse(beats))];
}

/** The rows of a source in both stores, once there are `rows` of them. */
async function storedOf(source: string, rows: number): Promise<{ clickhouse: unknown[]; questdb: unknown[] }> {
  const ask = async () => ({
    clickhouse: await clickhouse(ofClickHouse(source)),
    questdb: await questdb(ofQuestDb(source)),
  });
  await until(`${rows} rows of ${source} are in both stores`, async () => {
    const stored = await ask();
    return stored.clickhouse[0] === rows && stored.questdb[0] === rows;
  });
  return ask();
}

test('a file becomes rows in both stores, a second import of it changes nothing', async () => {
  const [file, other] = [join(stack.dir, 'fresh.fit'), join(stack.dir, 'other.fit')];
  await writeFile(file, freshRun(120));
  await writeFile(other, freshRun(130));
  const first = await runImport(file, '--athlete', 'ann');
  assert.equal(first.code, 0, first.err);
  const [verdict] = first.lines as [{ source: string; activities: { sent: unknown; damage: unknown }[] }];
  assert.deepEqual(
    verdict.activities.map(({ sent, damage }) => ({ sent, damage })),
    [{ sent: { frames: 8, rows: 1_202, dead: {} }, damage: [{ reason: 'no_session', count: 1 }] }],
  );
  const expected = [600, 600 * 139.5, 599 * 300, 2, 7];
  assert.deepEqual(await storedOf(verdict.source, 600), { clickhouse: expected, questdb: expected });
  await until(
    'events and heart beats are there',
    async () => (await besides(verdict.source)).join() === '2,600,600000',
  );

  assert.deepEqual(await runImport(file, '--athlete', 'ann'), first);
  // What comes after it in the same shard is there: then the second import is through as well.
  const { lines } = await runImport(other, '--athlete', 'ann');
  await storedOf((lines[0] as { source: string }).source, 600);
  assert.deepEqual(await storedOf(verdict.source, 600), { clickhouse: expected, questdb: expected });
});

test('a recording of years ago is in the history, and what is no activity is refused', async () => {
  const text = join(stack.dir, 'notes.txt');
  await writeFile(text, 'Ran well.');
  const { code, lines } = await runImport(OLD_RIDE, text, '--athlete', 'ann');
  assert.equal(code, 1);
  const [ride, notes] = lines as [{ source: string; kind: string }, unknown];
  assert.equal(ride.kind, 'imported');
  assert.deepEqual(notes, { file: text, kind: 'refused', reason: 'unknown_format', detail: '' });
  const rows = async () => (await clickhouse(ofClickHouse(ride.source)))[0];
  await until('the ride is in the history', async () => (await rows()) === 4700);
});
