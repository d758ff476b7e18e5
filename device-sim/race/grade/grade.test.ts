import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import type { BoardRow } from '../../../schemas/board.ts';
import type { ReviewFinding } from '../../../schemas/review.ts';
import type { Entrant } from '../race-plan.ts';
import { gradeCrossings } from './crossing-grade.ts';
import { createPredictionWatch } from './prediction-grade.ts';
import { quantileOf } from './quantile.ts';
import { gradeRanks, type RankedFinisher } from './rank-grade.ts';
import { gradeReviews } from './review-grade.ts';

describe('crossings against the truth', () => {
  const said = (timeMs: number, sigmaMs: number, isWithdrawn = false) => ({ timeMs, sigmaMs, isWithdrawn });

  test('are right, missed, invented or of a receiver that saw nothing', () => {
    const truth = [
      { key: 'right', timeMs: 1_000, isUnseen: false },
      { key: 'late', timeMs: 2_000, isUnseen: false },
      { key: 'missed', timeMs: 3_000, isUnseen: false },
      { key: 'withdrawn', timeMs: 4_000, isUnseen: false },
      { key: 'unseen', timeMs: 5_000, isUnseen: true },
      { key: 'invented', timeMs: null, isUnseen: false },
      { key: 'never', timeMs: null, isUnseen: false },
    ];
    const told = new Map([
      ['right', said(1_100, 100)],
      ['late', said(2_500, 100)],
      ['withdrawn', said(4_000, 100, true)],
      ['unseen', said(9_000, 100)],
      ['invented', said(6_000, 100)],
    ]);
    assert.deepEqual(gradeCrossings(truth, told), {
      ...{ expected: 4, missed: 2, invented: 1, unseen: 1 },
      ...{ medianMs: 100, p95Ms: 500, meanMs: 300, intervalHoldsPercent: 50 },
      examples: ['missed', 'withdrawn', 'invented'],
    });
  });

  test('that nobody expected have no error', () => {
    const { medianMs, intervalHoldsPercent } = gradeCrossings([], new Map());
    assert.deepEqual([medianMs, intervalHoldsPercent], [Number.NaN, Number.NaN]);
  });
});

describe('ranks against the truth', () => {
  const finisher = (bib: string, rank: number, trueMs: number, toldMs: number): RankedFinisher => {
    return { bib, rank, trueMs, toldMs, sigmaMs: 100, isTimed: false };
  };

  const certainty = { tooCloseSigmas: 3, placesWithin: 0 };

  test('are inverted for sure only where the board does not say that two are too close to call', () => {
    const close = [finisher('a', 1, 1_000, 900), finisher('b', 2, 950, 1_000), finisher('c', 3, 9_000, 9_000)];
    assert.deepEqual(gradeRanks(close, certainty), {
      ...{ finishers: 3, invertedPairs: 1, invertedSurePairs: 0, tooClosePairs: 1, tooCloseSigmas: 3 },
      ...{ placesWithin: 0, placesHoldPercent: 100 / 3, placesOffP95: 1, placesOffMost: 1 },
    });
    const far = gradeRanks([finisher('a', 1, 5_000, 900), finisher('b', 2, 950, 2_000)], certainty);
    assert.deepEqual([far.invertedPairs, far.invertedSurePairs, far.tooClosePairs], [1, 1, 0]);
  });

  test('of two that a mat has seen are never too close to call', () => {
    const timed = [finisher('a', 1, 1_000, 900), finisher('b', 2, 950, 901)].map((one) => ({ ...one, isTimed: true }));
    const { invertedSurePairs, tooClosePairs } = gradeRanks(timed, certainty);
    assert.deepEqual([invertedSurePairs, tooClosePairs], [1, 0]);
  });

  test('in the true order have no inverted pair, and in the opposite order every pair is one', () => {
    const times = fc.uniqueArray(fc.integer({ min: 1, max: 1e7 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(times, (all) => {
        const order = all.toSorted((a, b) => a - b);
        const ranked = (rankOf: (place: number) => number) =>
          gradeRanks(
            order.map((ms, place) => finisher(`${place}`, rankOf(place), ms, ms)),
            null,
          );
        assert.equal(ranked((place) => place).invertedPairs, 0);
        assert.equal(ranked((place) => -place).invertedPairs, (order.length * (order.length - 1)) / 2);
      }),
    );
  });
});

describe('reviews against who cheated', () => {
  const entrant = (bib: string, cheat: Entrant['cheat'], truth = {}) =>
    ({ starter: { bib }, cheat, truth }) as unknown as Entrant;
  const finding = (kind: ReviewFinding['kind'], bibs: string[], own: Partial<ReviewFinding> = {}) =>
    ({ kind, bibs, severity: 'low', isWithdrawn: false, ...own }) as ReviewFinding;

  test('count each athlete once, whoever carries two devices as no honest one, and nothing that was withdrawn', () => {
    const shared = {};
    const entrants = [
      ...[entrant('1', 'vehicle'), entrant('2', 'cut_course'), entrant('3', null, shared)],
      ...[entrant('4', 'two_devices', shared), entrant('5', null), entrant('6', null), entrant('7', null)],
    ];
    const grade = gradeReviews(entrants, [
      finding('vehicle', ['1']),
      finding('impossible_speed', ['1']),
      finding('cut_course', ['2'], { isWithdrawn: true }),
      finding('devices_together', ['3', '4']),
      finding('missing_checkpoint', ['5'], { severity: 'high' }),
      finding('missing_checkpoint', ['6']),
    ]);
    assert.deepEqual(grade, {
      ...{ findings: 5, there: 3, caught: 2, honest: 3, honestInQueue: 2, honestInQueueHigh: 1 },
      cheats: {
        cut_course: { there: 1, caught: 0 },
        vehicle: { there: 1, caught: 1 },
        two_devices: { there: 1, caught: 1 },
      },
      falseKinds: { missing_checkpoint: 2 },
    });
  });
});

test('predictions are taken once at each place from half distance on, and only of those who run', () => {
  const watch = createPredictionWatch(1_000);
  const see = (bib: string, positionM: number, [p10, p50, p90]: number[], status: BoardRow['status'] = 'running') =>
    watch.see([{ bib, status, positionM, predictedMs: { p10, p50, p90 } } as BoardRow]);
  see('1', 400, [1, 2, 3]);
  see('1', 510, [90, 100, 110]);
  see('1', 520, [1, 2, 3]);
  see('1', 720, [101, 102, 103]);
  see('2', 930, [90, 100, 110]);
  see('2', 950, [90, 100, 110], 'dnf');
  see('cheat', 930, [90, 100, 110]);
  const finishMs = new Map([
    ['1', 100],
    ['2', 109],
  ]);
  assert.deepEqual(watch.grade(finishMs), {
    ...{ predictions: 3, holdsPercent: 200 / 3, medianErrorMs: 2, meanErrorMs: -7 / 3, medianWidthMs: 20 },
  });
});

test('a quantile is one of the values, at least as great as that share of them', () => {
  assert.deepEqual([quantileOf([], 0.5), quantileOf([3, 1, 2], 0.5), quantileOf([3, 1, 2], 1)], [Number.NaN, 2, 3]);
});
