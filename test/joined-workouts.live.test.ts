import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { gpxOf } from '../api/imports/imports-for-tests.ts';
import { startTestStack } from '../stack/stack-for-tests.ts';
import { signUpAt } from './signed-up.ts';

interface Shown {
  readonly id: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly version: number;
}

const MINUTE_MS = 60_000;
const WITHIN_MS = 120_000;

test('two imported workouts become one and two again, and one becomes two, in all that npm start starts', async (t) => {
  const stack = await startTestStack();
  t.after(stack.stop);
  const { ask, accessToken } = await signUpAt(stack.apiUrl, 'joiner@example.test', await stack.operatorToken());
  const startMs = Math.floor(Date.now() / 1_000) * 1_000 - 600 * MINUTE_MS;
  const starts = [startMs, startMs + 30 * MINUTE_MS];

  async function upload(): Promise<void> {
    const body = new FormData();
    for (const [i, ms] of starts.entries()) body.append('files', new Blob([gpxOf(ms, 300)]), `${i}.gpx`);
    const headers = { authorization: `Bearer ${accessToken}` };
    const { status } = await fetch(`${stack.apiUrl}/v1/imports`, { method: 'POST', body, headers });
    assert.equal(status, 202);
  }

  /** The history in order of time, once its beginnings and ends are these, in seconds since the first one's start. */
  async function shows(...spans: readonly [number, number][]): Promise<Shown[]> {
    const untilMs = Date.now() + WITHIN_MS;
    for (;;) {
      const { workouts } = (await ask<{ workouts: Shown[] }>('GET', '/v1/workouts')).body;
      const inOrder = workouts.toSorted((a, b) => a.startMs - b.startMs);
      const seen = inOrder.map((one) => [one.startMs, one.endMs].map((ms) => (ms - startMs) / 1_000));
      // What goes on has no version yet.
      const isOver = inOrder.every(({ version }) => version > 0);
      if (isOver && JSON.stringify(seen) === JSON.stringify(spans)) return inOrder;
      assert.ok(Date.now() < untilMs, `${JSON.stringify(seen)}, not ${JSON.stringify(spans)}`);
      await delay(200);
    }
  }

  await upload();
  const both = await shows([0, 300], [1_800, 2_100]);
  const workouts = both.map(({ id, version }) => ({ id, version }));
  const joined = await ask<{ edits: { id: string }[] }>('POST', '/v1/workouts/joins', { body: { workouts } });
  const [one] = await shows([0, 2_100]);
  assert.equal(one.id, both[0].id);
  const detail = await ask<{ metrics: Record<string, { value: number }> }>('GET', `/v1/activities/${one.id}`);
  const { elapsed_s, timer_s, distance_m } = detail.body.metrics;
  assert.deepEqual([elapsed_s.value, timer_s.value], [2_099, 599], 'what lies between is a pause');
  assert.ok(Math.abs(distance_m.value - 2 * 299 * 1.112) < 30, `${distance_m.value} m`);
  const { edits } = (await ask<{ edits: { state: string }[] }>('GET', '/v1/workouts/edits')).body;
  assert.deepEqual(
    edits.map(({ state }) => state),
    ['done'],
  );
  await ask('DELETE', `/v1/workouts/edits/${joined.body.edits[0].id}`);
  const [first] = await shows([0, 300], [1_800, 2_100]);
  const ifMatch = `"workout-${first.version}"`;
  await ask('POST', `/v1/workouts/${first.id}/splits`, { body: { atMs: startMs + 120_000 }, ifMatch });
  await shows([0, 120], [120, 300], [1_800, 2_100]);
});
