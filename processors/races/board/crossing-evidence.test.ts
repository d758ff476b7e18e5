import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { tenKilometres } from '../../../schemas/ten-kilometres-for-tests.ts';
import { CrossingEvidence, type CrossingReport } from './crossing-evidence.ts';
import { passagesOf } from './passages.ts';

const race = tenKilometres([]);
const passages = passagesOf(race);
/** The same race, but its half is a mat that is passed three times. */
const laps = passagesOf({
  checkpoints: race.checkpoints.map((one) => (one.id === 'half' ? { ...one, positionM: [2_000, 5_000, 8_000] } : one)),
});

const report = (own: Partial<CrossingReport> = {}): CrossingReport => ({
  ...{ checkpoint: 'half', pass: 1, source: 'gps', timeMs: 1_000_000, sigmaMs: 800, revision: 1, isWithdrawn: false },
  ...own,
});
const read = (id: string, timeMs: number, checkpoint = 'half') =>
  ({ id, checkpoint, source: 'mat', timeMs, sigmaMs: 50 }) as const;

describe('of all that is said of a crossing', () => {
  test('the most trusted source counts, and every report adds to the revision', () => {
    const evidence = new CrossingEvidence();
    evidence.report(report({ revision: 4 }));
    evidence.report(report({ source: 'chip', timeMs: 1_000_300, sigmaMs: 100 }));
    const { positionM } = passages.of('half', 1)!;
    assert.deepEqual(evidence.decide(passages), [
      {
        ...{ checkpoint: 'half', pass: 1, positionM, timeMs: 1_000_300, sigmaMs: 100 },
        ...{ source: 'chip', status: 'provisional', revision: 5 },
      },
    ]);
    evidence.report(report({ source: 'manual', timeMs: 1_000_500 }));
    const [{ source, timeMs, revision }] = evidence.decide(passages);
    assert.deepEqual({ source, timeMs, revision }, { source: 'manual', timeMs: 1_000_500, revision: 6 });
  });

  test('what was withdrawn leaves the word to the next source, and no older report comes back', () => {
    const evidence = new CrossingEvidence();
    evidence.report(report());
    evidence.report(report({ source: 'mat', revision: 2, isWithdrawn: true }));
    evidence.report(report({ source: 'mat', revision: 1, timeMs: 5 }));
    const [{ source, status, revision }] = evidence.decide(passages);
    assert.deepEqual({ source, status, revision }, { source: 'gps', status: 'estimated', revision: 3 });
  });

  test('older reports stay for the audit, the newest first, a bounded number of them', () => {
    const evidence = new CrossingEvidence();
    for (let revision = 1; revision <= 40; revision++) evidence.report(report({ revision }));
    const [kept] = evidence.reports.values();
    assert.deepEqual(
      kept.map(({ revision }) => revision),
      Array.from({ length: 16 }, (_, i) => 40 - i),
    );
    assert.equal(evidence.report(report({ revision: 3 })), false);
  });
});

describe('the reads of a mat', () => {
  const times = (evidence: CrossingEvidence, of = laps) =>
    evidence.decide(of).map(({ checkpoint, pass, timeMs }) => [checkpoint, pass, timeMs]);

  test('within twenty seconds are one pass, at its first read', () => {
    const evidence = new CrossingEvidence();
    for (const [i, timeMs] of [1_000_000, 1_000_400, 1_015_000].entries()) evidence.read(read(`r${i}`, timeMs));
    assert.deepEqual(times(evidence, passages), [['half', 1, 1_000_000]]);
  });

  test('of a start count when its athlete leaves the mat', () => {
    const evidence = new CrossingEvidence();
    for (const [i, timeMs] of [1_000_000, 1_015_000, 1_030_000].entries())
      evidence.read(read(`r${i}`, timeMs, 'start'));
    assert.deepEqual(times(evidence, passages), [['start', 1, 1_030_000]]);
  });

  test('are the passes one after the other', () => {
    const evidence = new CrossingEvidence();
    for (const [i, timeMs] of [3_000_000, 1_000_000, 2_000_000].entries()) evidence.read(read(`r${i}`, timeMs));
    assert.deepEqual(times(evidence), [
      ['half', 1, 1_000_000],
      ['half', 2, 2_000_000],
      ['half', 3, 3_000_000],
    ]);
  });

  test('find their pass by the positions when the mat missed one', () => {
    const evidence = new CrossingEvidence();
    for (const pass of [1, 2, 3]) evidence.report(report({ pass, timeMs: pass * 1_000_000 + 700 }));
    evidence.read(read('r1', 1_000_000));
    evidence.read(read('r2', 3_000_000));
    assert.deepEqual(times(evidence), [
      ['half', 1, 1_000_000],
      ['half', 2, 2_000_700],
      ['half', 3, 3_000_000],
    ]);
  });

  test('beyond the last pass mean nothing, and the same read comes once', () => {
    const evidence = new CrossingEvidence();
    assert.equal(evidence.read(read('r1', 1_000_000)), true);
    assert.equal(evidence.read(read('r1', 1_000_000)), false);
    evidence.read(read('r2', 2_000_000));
    assert.deepEqual(times(evidence, passages), [['half', 1, 1_000_000]]);
  });
});
