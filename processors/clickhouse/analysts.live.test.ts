import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { SensorFrame } from '../../schemas/frame/encode.ts';
import { pseudonymOf } from '../../schemas/identity.ts';
import { sinkMessage } from '../batches-for-tests.ts';
import { startTestClickHouse, type TestStore } from '../stores-for-tests.ts';

const startMs = Date.UTC(2026, 5, 8, 12);
const frame: SensorFrame = {
  device: 'watch-1',
  boot: '00000000000000ff',
  seq: 1,
  source: 'gps',
  timesMs: [startMs, startMs + 1_000],
  columns: { latitude: [515_012_345, null], longitude: [-1_276_543, null], speed: [3_250, 3_300] },
};

const VIEWS = [
  ...['samples', 'rr', 'events', 'rollup_10s', 'rollup_1m'],
  ...['activities', 'efforts', 'daily_load', 'records', 'record_claims', 'gear_load', 'gear_totals'],
];

let clickhouse: TestStore;

before(async () => {
  clickhouse = await startTestClickHouse();
  await clickhouse.sink.write([sinkMessage({ frames: [frame], batch: 1 })]);
  // A repeat, as after a lost acknowledgement: analysts must not see it.
  await clickhouse.sink.write([sinkMessage({ frames: [frame], batch: 1 })]);
});

after(() => clickhouse?.stop());

async function ask(user: string, sql: string): Promise<{ status: number; text: string }> {
  const { origin } = new URL(clickhouse.url);
  const password = user === 'writer' ? 'secret' : '';
  const response = await fetch(`${origin}/?user=${user}&password=${password}`, { method: 'POST', body: sql });
  return { status: response.status, text: await response.text() };
}

test('an analyst reads samples once, in units, under pseudonyms, on a grid of positions', async () => {
  const secret = await ask('writer', `SELECT value FROM slipstream.deployment WHERE key = 'pseudonym_secret'`);
  const pseudonym = (name: string) => pseudonymOf(name, secret.text.trim());
  const sql = 'SELECT athlete_key, device_key, source, toUnixTimestamp64Milli(ts) AS t, latitude, longitude, speed';
  const answer = await ask('analyst', `${sql} FROM analytics.samples ORDER BY ts FORMAT JSONCompactEachRow`);
  const rows = answer.text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const who = [pseudonym('athlete of watch-1'), pseudonym('watch-1'), 'gps'];
  assert.deepEqual(
    rows.map(([athlete, device, source, t, ...rest]) => [athlete, device, source, Number(t), ...rest]),
    [
      [...who, startMs, 51.5, -0.13, 3.25],
      [...who, startMs + 1_000, null, null, 3.3],
    ],
  );
});

test('an analyst may read every view', async () => {
  for (const view of VIEWS) {
    const { status, text } = await ask('analyst', `SELECT count() FROM analytics.${view}`);
    assert.deepEqual([view, status, text], [view, 200, view === 'samples' ? '2\n' : '0\n']);
  }
});

test('an analyst reads no raw table, no secret, and writes nothing', async () => {
  for (const sql of [
    'SELECT device FROM slipstream.samples',
    'SELECT value FROM slipstream.deployment',
    'INSERT INTO slipstream.deployment (key, value) VALUES (1, 2)',
    'DROP VIEW analytics.samples',
  ]) {
    const { status, text } = await ask('analyst', sql);
    assert.ok(status >= 400, `${sql} was answered with ${status}`);
    assert.match(text, /Code: (497|164)\b/, sql);
  }
});
