import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createManualClock } from '../../runtime/clock.ts';
import { keptWith, takenWhile } from '../../runtime/holder/kept-for-tests.ts';
import { createMemoryLogStore } from '../../runtime/stream/memory-stream.ts';
import type { LogMessage } from '../../runtime/stream/stream.ts';
import type { CrossingFact } from '../../schemas/facts.ts';
import { createNames } from '../../schemas/names.ts';
import { createRaceReducers } from './race-reducer.ts';
import { crossingsIn, fixAt, GUN_MS, groundsOf, knownOf, messageOfFixes, northRace } from './runs-for-tests.ts';

const names = createNames();
const SPEEDS = [4, 5];
const FRAME_S = 4;
const LAST_S = 160;

/** Frames of both runners in the order that delays make of theirs, some of them twice; they cross the line at 500 m. */
const anyMessages = fc
  .record({
    delaysS: fc.array(fc.nat(15), { minLength: 1, maxLength: 12 }),
    repeats: fc.array(fc.nat(80), { maxLength: 6 }),
    noiseM: fc.nat(4),
  })
  .map(({ delaysS, repeats, noiseM }): LogMessage[] => {
    const arrivals: { atMs: number; fixes: ReturnType<typeof fixAt>[]; bib: string }[] = [];
    for (let second = -20; second < LAST_S; second += FRAME_S) {
      for (const [i, speed] of SPEEDS.entries()) {
        const fixes = Array.from({ length: FRAME_S }, (_, n) => {
          const fix = fixAt(GUN_MS + (second + n) * 1_000, speed);
          return { ...fix, latitudeE7: fix.latitudeE7 + 90 * noiseM * (((second + n) % 3) - 1) };
        });
        const atMs = fixes[FRAME_S - 1].atMs + 1_000 * delaysS[arrivals.length % delaysS.length];
        arrivals.push({ atMs, fixes, bib: `${i + 1}` });
      }
    }
    const again = repeats.map((at) => ({ ...arrivals[at], atMs: arrivals[at].atMs + 5_000 }));
    return [...arrivals, ...again]
      .toSorted((a, b) => a.atMs - b.atMs)
      .map(({ atMs, fixes, bib }, i) => messageOfFixes(`athlete-${bib}`, fixes, { seq: i + 1, timeMs: atMs }));
  });

const anyStep = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('apply' as const), count: fc.integer({ min: 1, max: 15 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('keep' as const), count: fc.constant(0) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('keepWhile' as const), count: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('emit' as const), count: fc.constant(0) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('crash' as const), count: fc.constant(0) }) },
);

function createWorld(messages: readonly LogMessage[]) {
  const store = createMemoryLogStore(createManualClock(GUN_MS), {
    ...{ name: names.factsStream, subjects: [names.factsFilter], maxBytes: 0, duplicateWindowMs: 120_000 },
    ...{ metadata: {}, replicas: 1 },
  });
  const facts = store.open();
  const grounds = groundsOf([northRace(['1', '2'])]);
  const made = createRaceReducers({ grounds, facts, names, counts: { fixes: 0, late: 0 } });
  let kept = { at: 0, parts: new Map<string, Uint8Array>() };
  let reducer = made.reducers.create(0, kept.parts);
  let at = 0;
  let epoch = 1;
  const emit = () => reducer.emit({ epoch, seq: at, signal: new AbortController().signal });
  const applyOne = () => {
    if (at < messages.length) reducer.apply(messages[at++]);
  };
  return {
    apply(count: number) {
      for (; count > 0 && at < messages.length; count--) applyOne();
    },
    emit,
    /** As the holder does: what follows from the state is sent out before it is kept. */
    async keep() {
      await emit();
      kept = { at, parts: keptWith(kept.parts, reducer.takeDirty()) };
    },
    /** The same, while so many messages more are folded in between its steps. */
    async keepWhile(count: number) {
      await emit();
      const keptAt = at;
      const dirty = takenWhile(reducer.takeDirtyInSteps!(), count, applyOne);
      kept = { at: keptAt, parts: keptWith(kept.parts, dirty) };
    },
    crash() {
      epoch++;
      at = kept.at;
      reducer = made.reducers.create(0, kept.parts);
    },
    known: () => knownOf(made.of(0)?.takeProgress('test-race', true) ?? []),
    async newestFacts() {
      const newest = new Map<string, Omit<CrossingFact, 'epoch'>>();
      for (const { fact: whole } of await crossingsIn(facts)) {
        const { epoch: _, ...fact } = whole;
        if ((newest.get(fact.entity)?.revision ?? 0) < fact.revision) newest.set(fact.entity, fact);
      }
      return newest;
    },
  };
}

test('whatever is late, repeats or crashes, facts and positions are those of a holder that never died', async () => {
  await fc.assert(
    fc.asyncProperty(anyMessages, fc.array(anyStep, { maxLength: 30 }), async (messages, steps) => {
      const [steady, shaken] = [createWorld(messages), createWorld(messages)];
      steady.apply(messages.length);
      await steady.emit();
      for (const step of steps) {
        if (step.do === 'apply') shaken.apply(step.count);
        else if (step.do === 'keepWhile') await shaken.keepWhile(step.count);
        else await shaken[step.do]();
      }
      shaken.apply(messages.length);
      await shaken.emit();
      const wanted = await steady.newestFacts();
      assert.ok(wanted.size >= 3, 'both starts and a line were crossed');
      assert.deepEqual(shaken.known(), steady.known());
      // When it was known follows from the rounds; what is known does not.
      const found = await shaken.newestFacts();
      assert.deepEqual([...found.keys()].sort(), [...wanted.keys()].sort());
      for (const [entity, fact] of wanted) {
        assert.deepEqual({ ...found.get(entity), knownAtMs: 0 }, { ...fact, knownAtMs: 0 });
      }
    }),
    { numRuns: 60 },
  );
});
