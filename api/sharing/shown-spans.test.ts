import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CHANNELS, EVENT_CHANNELS, RR_CHANNEL } from '../../schemas/channels.ts';
import { metresBetween } from './great-circle.ts';
import type { Shield } from './shields.ts';
import { KIND_OF_CHANNEL } from './shown-data.ts';
import { type Fix, shownSpans, spanAt } from './shown-spans.ts';

const SEED = 11;
const HOME: Shield = { latitude: 48.2, longitude: 16.37, radiusM: 401 };
/** m to the north. */
const at = (second: number, northM: number): Fix => ({
  atMs: second * 1_000,
  latitude: HOME.latitude + northM / 111_195,
  longitude: HOME.longitude,
});
const WHOLE = { fromMs: 0, untilMs: 100_000 };

test('a track is shown between where it leaves a shield and where it comes into one, and in no second besides', () => {
  const out = [0, 1, 2, 3, 4, 5].map((second) => at(second, second * 100));
  const home = [6, 7, 8, 9].map((second) => at(second, (10 - second) * 100));
  assert.deepEqual(shownSpans([...out, at(5.5, 600), ...home], [HOME], WHOLE), {
    spans: [{ fromMs: 5_000, untilMs: 5_501 }],
    isCut: true,
  });
});

test('a shield in the middle of a track hides that part of it', () => {
  const fixes = [-600, -500, 0, 500, 600].map((northM, second) => at(second, northM));
  assert.deepEqual(shownSpans(fixes, [HOME], WHOLE).spans, [
    { fromMs: 0, untilMs: 1_001 },
    { fromMs: 3_000, untilMs: 4_001 },
  ]);
});

test('nothing is shown of a time in which nobody knew the position', () => {
  const fixes = [at(20, 5_000), at(30, 5_100), at(61, 5_200), at(62, 5_210)];
  assert.deepEqual(shownSpans(fixes, [HOME], WHOLE), {
    spans: [
      { fromMs: 20_000, untilMs: 30_001 },
      { fromMs: 61_000, untilMs: 62_001 },
    ],
    isCut: true,
  });
});

test('of two devices at one moment, and of half a position, the one that must not be seen counts', () => {
  const [first, second] = [at(1, 2_000), at(2, 2_000)];
  const near = { ...at(2, 0), atMs: 2_000 };
  const half = { ...at(4, 2_000), longitude: Number.NaN };
  const fixes = [first, second, near, at(3, 2_000), half, at(5, 2_000)];
  assert.deepEqual(shownSpans(fixes, [HOME], WHOLE).spans, [
    { fromMs: 1_000, untilMs: 1_001 },
    { fromMs: 3_000, untilMs: 3_001 },
    { fromMs: 5_000, untilMs: 5_001 },
  ]);
});

test('all is shown without a zone and without a position, and its own numbers far away from every zone', () => {
  assert.deepEqual(shownSpans([at(1, 0)], [], WHOLE), { spans: [WHOLE], isCut: false });
  assert.deepEqual(shownSpans([], [HOME], WHOLE), { spans: [WHOLE], isCut: false });
  const far = Array.from({ length: 10 }, (_, i) => at(i * 10, 20_000 + i * 30));
  assert.equal(shownSpans(far, [HOME], { fromMs: 0, untilMs: 95_000 }).isCut, false);
});

test('no position within a shield is ever in what is shown, and none outside is held back for its own sake', () => {
  const step = fc.record({ afterMs: fc.integer({ min: 0, max: 20_000 }), northM: fc.integer({ min: -900, max: 900 }) });
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 60 }),
      fc.array(fc.integer({ min: 100, max: 800 }), { maxLength: 3 }),
      (steps, radii) => {
        const shields = radii.map((radiusM, i) => ({ ...at(0, i * 300), radiusM }));
        let atMs = 0;
        const fixes = steps.map(({ afterMs, northM }) => {
          atMs += afterMs;
          return { ...at(0, northM), atMs };
        });
        const { spans } = shownSpans(fixes, shields, { fromMs: 0, untilMs: atMs + 1 });
        const isIn = (fix: Fix) => shields.some((one) => metresBetween(one, fix) <= one.radiusM);
        const hidden = new Set(fixes.filter(isIn).map((fix) => fix.atMs));
        for (const fix of fixes) assert.equal(spanAt(spans, fix.atMs) === undefined, hidden.has(fix.atMs));
      },
    ),
    { seed: SEED },
  );
});

test('each channel is of a kind that its owner shows or not, or is never shown', () => {
  const names = [...CHANNELS, RR_CHANNEL, ...EVENT_CHANNELS].map(({ name }) => name);
  assert.deepEqual(Object.keys(KIND_OF_CHANNEL).sort(), names.sort());
});
