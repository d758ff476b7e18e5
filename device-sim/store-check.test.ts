import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { channelsOf } from '../schemas/channels.ts';
import type { SensorFrame } from '../schemas/frame/encode.ts';
import { parseFaults } from './faults.ts';
import { createFleet } from './fleet.ts';
import { encodeLetter } from './script.ts';
import { compareDeadLetters, createStoreCheck, type DeadLetter, frameKey, type StoredRow } from './store-check.ts';
import { createTruth, type Truth } from './truth.ts';

const NOW_MS = Date.UTC(2026, 0, 2);

/** A server that does everything right, its store and its dead letters, after devices with every fault. */
function runPerfectly(seed: string): { truth: Truth; rows: StoredRow[]; dead: DeadLetter[] } {
  const truth = createTruth({ keep: 'rows' });
  const stored = new Map<string, StoredRow>();
  const dead: DeadLetter[] = [];
  const fleet = createFleet({
    seed,
    devices: 2,
    durationMs: 300_000,
    samplesPerFrame: 10,
    protocols: ['raw'],
    faults: { faults: parseFaults(['all']), rate: 10 },
    pace: { anchorMs: NOW_MS, speed: Number.POSITIVE_INFINITY },
  });
  for (const device of fleet) {
    for (const step of device.script()) {
      if (step.kind !== 'letter') continue;
      const { frame, malformed } = step.letter;
      const bytes = encodeLetter(step.letter, NOW_MS);
      truth.sent(step.letter, bytes);
      if (malformed === null)
        for (const row of rowsOf(frame)) stored.set(`${row.boot} ${row.source} ${row.timeMs}`, row);
      else {
        const sha256 = createHash('sha256').update(bytes).digest('hex');
        dead.push({ device: device.device, reason: malformed.reason, sha256 });
      }
      truth.acknowledged(step.letter);
    }
  }
  return { truth, rows: [...stored.values()], dead };
}

function rowsOf({ device, boot, source, seq, timesMs, columns }: SensorFrame): StoredRow[] {
  return timesMs.map((timeMs, i) => {
    const values = Object.entries(columns).map(([name, list]) => [name, list[i]] as const);
    return { device, boot, source, seq, timeMs, values: Object.fromEntries(values) };
  });
}

function check(truth: Truth, rows: readonly StoredRow[], deadFrames?: ReadonlySet<string>) {
  const storeCheck = createStoreCheck(truth);
  for (const row of rows) storeCheck.add(row);
  const { examples, ...counts } = storeCheck.finish(deadFrames);
  assert.equal(examples.length, Math.min(20, counts.missing + counts.surplus + counts.different + counts.repeated));
  return counts;
}

const fine = { missing: 0, surplus: 0, different: 0, repeated: 0 };
const { truth, rows, dead } = runPerfectly('check');
const anyRow = fc.integer({ min: 0, max: rows.length - 1 });

test('a store that has just what was acknowledged has no differences', () => {
  assert.deepEqual(check(truth, rows), { rows: rows.length, ...fine });
  assert.equal(rows.length, truth.counts.acknowledgedSamples);
});

test('every row that a store loses, holds twice, invents or changes is found', () => {
  fc.assert(
    fc.property(anyRow, anyRow, anyRow, (lost, twice, changed) => {
      const { values } = rows[changed];
      const [name] = Object.keys(values);
      // Two more than was sent: a conflict, whose content is allowed too, differs by one.
      const other = { ...rows[changed], values: { ...values, [name]: (values[name] ?? 0) + 2 } };
      const invented = { ...rows[changed], timeMs: rows[changed].timeMs + 1 };
      assert.deepEqual(check(truth, rows.toSpliced(lost, 1)), { rows: rows.length - 1, ...fine, missing: 1 });
      assert.deepEqual(check(truth, [...rows, rows[twice]]), { rows: rows.length + 1, ...fine, repeated: 1 });
      assert.deepEqual(check(truth, rows.with(changed, other)), { rows: rows.length, ...fine, different: 1 });
      assert.deepEqual(check(truth, [...rows, invented]), { rows: rows.length + 1, ...fine, surplus: 1 });
    }),
    { numRuns: 20 },
  );
});

test('a row with the seq of another frame is different', () => {
  const wrong = { ...rows[0], seq: rows[0].seq + 1 };
  assert.deepEqual(check(truth, rows.with(0, wrong)), { rows: rows.length, ...fine, different: 1 });
});

test('an acknowledged frame may be in DEAD instead of the store', () => {
  const { device, boot, seq } = rows[0];
  const kept = rows.filter((row) => frameKey(row) !== frameKey({ device, boot, seq }));
  assert.equal(check(truth, kept).missing, rows.length - kept.length);
  assert.deepEqual(check(truth, kept, new Set([frameKey(rows[0])])), { rows: kept.length, ...fine });
});

test('of a frame that a conflict contradicted, a store may hold either content', () => {
  const conflict = truth.malformed.find(({ letter }) => letter.other !== null)!.letter;
  const [first] = rowsOf(conflict.other!);
  const at = rows.findIndex((row) => frameKey(row) === frameKey(first) && row.timeMs === first.timeMs);
  assert.notDeepEqual(rows[at].values, first.values);
  assert.deepEqual(check(truth, rows.with(at, first)), { rows: rows.length, ...fine });
});

test('a value outside the limits of its channel must be NULL', () => {
  const own = createTruth({ keep: 'rows' });
  const [{ letter }] = [...truth.series.values()].find(({ fates }) => fates[0].letter.frame.source === 'hr')!.fates;
  const { max } = channelsOf('samples').find(({ name }) => name === 'heart_rate')!;
  const frame = { ...letter.frame, timesMs: [NOW_MS], columns: { heart_rate: [max + 1] } };
  own.sent({ ...letter, frame }, new Uint8Array());
  const [row] = rowsOf(frame);
  assert.equal(check(own, [row]).different, 1);
  assert.deepEqual(check(own, [{ ...row, values: {} }]), { rows: 1, ...fine });
});

test('what was sent and not acknowledged may be in a store or not', () => {
  const own = createTruth({ keep: 'rows' });
  const [{ letter }] = [...truth.series.values()][0].fates;
  own.sent(letter, new Uint8Array());
  assert.deepEqual(check(own, []), { rows: 0, ...fine });
  assert.deepEqual(check(own, rowsOf(letter.frame)), { rows: letter.frame.timesMs.length, ...fine });
  assert.deepEqual(own.unacknowledged(), [letter]);
});

test('dead letters are graded by their bytes: missing, unexpected and wrongly named ones are found', () => {
  const none = { missing: 0, wrongReason: 0, unexpected: 0, forgottenConflicts: 0 };
  const grade = (letters: readonly DeadLetter[]) => {
    const { examples: _, letters: __, ...counts } = compareDeadLetters(truth, letters);
    return counts;
  };
  assert.deepEqual(grade(dead), none);
  assert.deepEqual(grade([...dead, dead[0]]), none, 'a repeat is no difference');
  const ordinary = dead.findIndex(({ reason }) => reason !== 'frame_conflict');
  const conflict = dead.findIndex(({ reason }) => reason === 'frame_conflict');
  // A device that sends everything again brings the same bytes twice: a letter is lost when every copy is.
  const isCopyOf = (index: number) => (letter: DeadLetter) => letter.sha256 === dead[index].sha256;
  const without = (index: number) => dead.filter((letter) => !isCopyOf(index)(letter));
  assert.deepEqual(grade(without(ordinary)), { ...none, missing: 1 });
  assert.deepEqual(grade(without(conflict)), { ...none, forgottenConflicts: 1 });
  assert.deepEqual(grade([...dead, { ...dead[0], sha256: '00' }]), { ...none, unexpected: 1 });
  const isOrdinary = isCopyOf(ordinary);
  const renamed = dead.map((letter) => (isOrdinary(letter) ? { ...letter, reason: 'store_refused' as const } : letter));
  const { wrongReason, ...others } = grade(renamed);
  assert.deepEqual({ ...others, wrongReason: wrongReason > 0 }, { ...none, wrongReason: true });
});

test('a truth is bounded: it refuses more frames than allowed, and one of counts knows no rows', () => {
  const small = createTruth({ keep: 'rows', maxFrames: 1 });
  const [first, second] = [...truth.series.values()].find(({ fates }) => fates.length > 1)!.fates;
  small.sent(first.letter, new Uint8Array());
  assert.throws(() => small.sent(second.letter, new Uint8Array()), RangeError);
  const counting = createTruth({ keep: 'counts' });
  counting.sent(first.letter, new Uint8Array());
  counting.sent(first.letter, new Uint8Array());
  counting.acknowledged(first.letter);
  assert.deepEqual([counting.counts.sends, counting.counts.sentFrames, counting.counts.acknowledgedFrames], [2, 1, 1]);
  assert.throws(() => createStoreCheck(counting), RangeError);
});
