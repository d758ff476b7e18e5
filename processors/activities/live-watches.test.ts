import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LIVE_WATCH_MS } from '../../schemas/live-activity.ts';
import { LiveWatches } from './live-watches.ts';

test('an athlete is watched by exactly those who asked within the time of a watch', () => {
  const question = fc.record({
    athlete: fc.constantFrom('ann', 'ben', 'cem'),
    watcher: fc.constantFrom('api-1', 'api-2'),
    afterMs: fc.nat(LIVE_WATCH_MS),
  });
  fc.assert(
    fc.property(fc.array(question, { maxLength: 30 }), (questions) => {
      const watches = new LiveWatches();
      const askedMs = new Map<string, number>();
      let nowMs = 0;
      for (const { athlete, watcher, afterMs } of questions) {
        nowMs += afterMs;
        watches.note(athlete, 0, { watcher, everyMs: 100, known: null }, nowMs);
        askedMs.set(`${athlete} ${watcher}`, nowMs);
        const current = [...watches.current(nowMs)].flatMap(({ athlete, watchers }) =>
          [...watchers.keys()].map((name) => `${athlete} ${name}`),
        );
        const expected = [...askedMs].filter(([, atMs]) => nowMs - atMs < LIVE_WATCH_MS).map(([key]) => key);
        assert.deepEqual(current.sort(), expected.sort());
      }
    }),
  );
});

test('beyond its bounds nobody is noted, and there is room again once a watch is over', () => {
  const watches = new LiveWatches();
  const note = (athlete: string, watcher: string, nowMs: number) =>
    watches.note(athlete, 0, { watcher, everyMs: 1, known: null }, nowMs);
  for (let i = 0; i < 32; i++) assert.notEqual(note('ann', `api-${i}`, 0), null);
  assert.equal(note('ann', 'api-32', 0), null);
  for (let i = 1; i < 50_000; i++) note(`athlete-${i}`, 'api-1', 0);
  assert.deepEqual([watches.size, note('one-more', 'api-1', 0)], [50_000, null]);
  assert.deepEqual([...watches.current(LIVE_WATCH_MS)], []);
  assert.deepEqual(note('one-more', 'api-1', LIVE_WATCH_MS), { untilMs: 2 * LIVE_WATCH_MS, everyMs: 50, told: null });
});
