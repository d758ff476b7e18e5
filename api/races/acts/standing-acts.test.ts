import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { Act, ActEffect } from '../../../schemas/race-act.ts';
import { consequences, NothingToUndoError, stateOf, undoneBy } from './standing-acts.ts';

/** Each said by somebody of its own. */
const numbered = (acts: readonly Act[]) =>
  acts.map((act, i) => ({ number: i + 1, act, by: `judge ${i + 1}`, saidMs: 1_000 * (i + 1), why: `reason ${i + 1}` }));
const verdict = (bib: string, said: 'dsq' | 'dnf' | 'none'): Act => ({ type: 'verdict', bib, verdict: said });
const crossing = (timeMs: number): Act => ({ type: 'crossing', bib: '1', checkpoint: 'finish', pass: 1, timeMs });
const undo = (number: number): Act => ({ type: 'undo', number });
const next = (before: readonly Act[], act: Act) => {
  const all = numbered([...before, act]);
  return consequences(all.slice(0, -1), all.at(-1)!);
};
const review = (decision: 'confirmed' | 'dismissed', revision: number, finding = 'cut_course.1'): Act => {
  return { type: 'review', finding, decision, revision };
};
const decided = (bib: string, said: string) => [{ bib, said: { type: 'decision', verdict: said, reason: '' } }];

describe('what an act changes', () => {
  test('is what acts said of the same matter before, and say now', () => {
    assert.deepEqual(next([], verdict('1', 'dsq')), {
      ...{ before: null, after: { verdict: 'dsq' }, effects: decided('1', 'dsq') },
    });
    assert.deepEqual(next([verdict('1', 'dsq'), verdict('2', 'dnf')], verdict('1', 'none')), {
      ...{ before: { verdict: 'dsq' }, after: { verdict: 'none' }, effects: decided('1', 'none') },
    });
  });

  test('is taken back by an undo, and done again by the undo of that', () => {
    const acts = [verdict('1', 'dnf'), verdict('1', 'dsq'), undo(2)];
    assert.deepEqual(next(acts.slice(0, 2), undo(2)), {
      ...{ before: { verdict: 'dsq' }, after: { verdict: 'dnf' }, effects: decided('1', 'dnf') },
    });
    assert.deepEqual(next(acts, undo(3)), {
      ...{ before: { verdict: 'dnf' }, after: { verdict: 'dsq' }, effects: decided('1', 'dsq') },
    });
    assert.deepEqual([...undoneBy(numbered(acts))], [2]);
    assert.throws(() => next(acts, undo(2)), new NothingToUndoError(2, true));
    assert.throws(() => next(acts, undo(4)), new NothingToUndoError(4, false));
  });

  test('of a crossing goes back to what was said by hand before, or to what sources say', () => {
    const manual = { type: 'crossing', source: 'manual', checkpoint: 'finish', pass: 1, sigmaMs: 500 } as const;
    const effect = (more: object) => [{ bib: '1', said: { ...manual, ...more } }];
    const strike: Act = { type: 'strike', bib: '1', checkpoint: 'finish', pass: 1 };
    const acts = [crossing(5_000), strike];
    assert.deepEqual(next([crossing(5_000)], strike), {
      ...{ before: { timeMs: 5_000 }, after: { isStruck: true } },
      effects: effect({ timeMs: 0, isWithdrawn: false, isStruck: true }),
    });
    assert.deepEqual(next(acts, undo(2)).effects, effect({ timeMs: 5_000, isWithdrawn: false }));
    assert.deepEqual(next([...acts, undo(2)], undo(1)).effects, effect({ timeMs: 0, isWithdrawn: true }));
  });

  test('of a finding is told with who decided about it last, and why', () => {
    const acts = [review('dismissed', 1), review('confirmed', 2, 'vehicle.2')];
    const first = { decision: 'dismissed', revision: 1 };
    const last = { decision: 'confirmed', revision: 3 };
    const by = (n: number) => ({ by: `judge ${n}`, saidMs: 1_000 * n, why: `reason ${n}` });
    assert.deepEqual(next(acts, review('confirmed', 3)), {
      ...{ before: first, after: last },
      effects: [{ finding: 'cut_course.1', decided: { ...last, ...by(3) } }],
    });
    assert.deepEqual(next([...acts, review('confirmed', 3)], undo(3)), {
      ...{ before: last, after: first },
      effects: [{ finding: 'cut_course.1', decided: { ...first, ...by(1) } }],
    });
    assert.deepEqual(next(acts, undo(1)), {
      ...{ before: first, after: null },
      effects: [{ finding: 'cut_course.1', decided: null }],
    });
  });

  test('of the state goes back from published to frozen to live', () => {
    const acts: Act[] = [{ type: 'freeze' }, { type: 'publish' }, undo(2), undo(1)];
    const states = acts.map((_, i) => stateOf(numbered(acts.slice(0, i + 1))));
    assert.deepEqual(states, ['frozen', 'published', 'frozen', 'live']);
    assert.equal(stateOf(numbered([verdict('1', 'dsq')])), null);
  });
});

const anyAct: fc.Arbitrary<Act> = fc.oneof(
  fc.record({
    type: fc.constant('verdict' as const),
    bib: fc.constantFrom('1', '2'),
    verdict: fc.constantFrom('dsq', 'dnf', 'none'),
  }),
  fc.integer({ min: 1, max: 3 }).map(crossing),
  fc.constant<Act>({ type: 'strike', bib: '1', checkpoint: 'finish', pass: 1 }),
  fc.constantFrom<Act>({ type: 'freeze' }, { type: 'publish' }),
  fc.constantFrom(review('confirmed', 1), review('dismissed', 2), review('dismissed', 1, 'vehicle.2')),
  fc.nat({ max: 20 }).map((n) => undo(n + 1)),
);

function aboutOf(effect: ActEffect): string {
  if ('state' in effect) return 'state';
  return 'finding' in effect ? effect.finding : `${effect.bib} ${effect.said.type}`;
}

/** Acts that could be done one after the other, and what each one came to. */
function doAll(acts: readonly Act[]) {
  const done: Act[] = [];
  const world = new Map<string, ActEffect>();
  for (const act of acts) {
    try {
      const { effects } = next(done, act);
      for (const effect of effects) {
        world.set(aboutOf(effect), effect);
      }
      done.push(act);
    } catch (error) {
      if (!(error instanceof NothingToUndoError)) throw error;
    }
  }
  return { done, world };
}

test('whatever was done, an act and its undo leave the board as it was', () => {
  fc.assert(
    fc.property(fc.array(anyAct, { maxLength: 20 }), anyAct, (acts, last) => {
      const { done, world } = doAll(acts);
      const with1 = doAll([...done, last]);
      if (with1.done.length === done.length) return;
      const back = doAll([...with1.done, undo(with1.done.length)]);
      const sayOf = (one: Map<string, ActEffect>, key: string) => JSON.stringify(one.get(key));
      for (const key of world.keys()) assert.equal(sayOf(back.world, key), sayOf(world, key));
    }),
    { numRuns: 200 },
  );
});
