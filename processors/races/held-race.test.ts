import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { keptWith } from '../../runtime/holder/kept-for-tests.ts';
import { untilDone } from '../../runtime/steps.ts';
import type { RaceAct } from '../../schemas/race-act.ts';
import type { RaceEntry } from '../../schemas/race-entry.ts';
import { GUN_MS, starterOf, tenKilometres } from '../../schemas/ten-kilometres-for-tests.ts';
import { decodeBoardPart } from './board/memory.ts';
import { HeldRace } from './held-race.ts';

const SHARDS = 1;
/** Three parts of a checkpoint, and more. */
const STARTERS = 150;
const NOW_MS = GUN_MS + 3_600_000;
const race = tenKilometres(Array.from({ length: STARTERS }, (_, i) => starterOf(`${i + 1}`)));

const entryOf = (bib: number, said: RaceEntry['said']) =>
  ({ kind: 'race.entry', race: 'ten', bib: `${bib}`, said }) as const;
const anyBib = fc.integer({ min: 1, max: STARTERS });
const anyFact = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ bib: anyBib, afterS: fc.integer({ min: 1_500, max: 3_500 }) }).map(({ bib, afterS }) => {
      const mat = { type: 'read', source: 'mat', checkpoint: 'finish', sigmaMs: 50 } as const;
      return entryOf(bib, { ...mat, timeMs: GUN_MS + 1_000 * afterS });
    }),
  },
  {
    weight: 2,
    arbitrary: fc
      .record({ bib: anyBib, verdict: fc.constantFrom('dsq' as const, 'dnf' as const, 'none' as const) })
      .map(({ bib, verdict }) => entryOf(bib, { type: 'decision', verdict, reason: '' })),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('frozen' as const, 'live' as const)
      .map((state) => ({ kind: 'race.act', race: 'ten', effects: [{ state }] }) as const),
  },
);
/** As the stream has them: each has a place, an id and a moment. */
const anyFacts = fc.array(anyFact, { minLength: 20, maxLength: 120 }).map((facts) =>
  facts.map((fact, i) => {
    const about = { id: `fact-${i + 1}`, by: 'somebody', saidMs: GUN_MS + 1_800_000 + 1_000 * i };
    return { ...about, ...fact } as RaceEntry | RaceAct;
  }),
);
const anyStep = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('tell' as const), count: fc.integer({ min: 1, max: 20 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('keepWhile' as const), count: fc.nat(6) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('crash' as const), count: fc.constant(0) }) },
);

function createHolding(facts: readonly (RaceEntry | RaceAct)[]) {
  let kept = { at: 0, parts: new Map<string, Uint8Array>() };
  let held: HeldRace;
  let at = 0;
  const tell = (count: number) => {
    for (let left = count; left > 0 && at < facts.length; left--) held.tell(facts[at], ++at);
  };
  const holding = {
    tell,
    /** So many facts are told between any two steps. */
    keepWhile(count: number) {
      const keptAt = at;
      const steps = held.takeDirtyInSteps();
      for (let step = steps.next(); ; step = steps.next()) {
        if (step.done) {
          kept = { at: keptAt, parts: keptWith(kept.parts, step.value) };
          return;
        }
        tell(count);
      }
    },
    crash() {
      at = kept.at;
      held = new HeldRace('ten', SHARDS);
      for (const [name, bytes] of kept.parts) held.restore(name, decodeBoardPart(bytes));
      held.show(race);
    },
    shown: () => ({ atMs: held.shownAtMs(NOW_MS), rows: held.board?.view(held.shownAtMs(NOW_MS)).rows }),
    isKept: () => untilDone(held.takeDirtyInSteps()).size === 0,
  };
  holding.crash();
  return holding;
}

test('whatever a board is told while it is being kept, a successor comes to the same board', () => {
  fc.assert(
    fc.property(anyFacts, fc.array(anyStep, { maxLength: 20 }), (facts, steps) => {
      const [steady, shaken] = [createHolding(facts), createHolding(facts)];
      steady.tell(facts.length);
      for (const step of steps) {
        if (step.do === 'crash') shaken.crash();
        else shaken[step.do](step.count);
      }
      shaken.keepWhile(1);
      shaken.crash();
      shaken.tell(facts.length);
      assert.deepEqual(shaken.shown(), steady.shown());
      shaken.keepWhile(0);
      assert.ok(shaken.isKept(), 'what did not change is not kept again');
    }),
    { numRuns: 60 },
  );
});
