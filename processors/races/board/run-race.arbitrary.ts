import fc from 'fast-check';
import type { AthleteProgress, ProgressCrossing } from '../../../schemas/progress.ts';
import type { Race, Starter } from '../../../schemas/race.ts';
import { GUN_MS, starterOf, tenKilometres } from '../../../schemas/ten-kilometres-for-tests.ts';
import type { Decision } from './athlete.ts';
import type { RaceBoard } from './board.ts';
import type { ChipRead, CrossingReport } from './crossing-evidence.ts';
import { passagesOf } from './passages.ts';

/** One athlete's true race: an own start after the gun, and a speed on each half. */
export interface TrueRun {
  readonly starter: Starter;
  readonly startMs: number;
  readonly firstMps: number;
  readonly secondMps: number;
}

/** Something that a board is told; those of one `stream` come in their order. */
export type Told =
  | { readonly stream: string; readonly type: 'tick'; readonly athletes: AthleteProgress[] }
  | { readonly stream: string; readonly type: 'report'; readonly bib: string; readonly report: CrossingReport }
  | { readonly stream: string; readonly type: 'read'; readonly bib: string; readonly read: ChipRead }
  | { readonly stream: string; readonly type: 'judge'; readonly bib: string; readonly decision: Decision };

export interface RunRace {
  readonly race: Race;
  readonly runs: readonly TrueRun[];
  readonly told: readonly Told[];
}

const run = fc.record({
  startDelayMs: fc.integer({ min: 0, max: 90_000 }),
  firstMps: fc.double({ min: 2.5, max: 6, noNaN: true }),
  secondMps: fc.double({ min: 2.5, max: 6, noNaN: true }),
  sex: fc.constantFrom('female', 'male', 'other'),
  club: fc.constantFrom('', 'Harriers', 'Striders'),
  category: fc.constantFrom('open', 'masters'),
  wave: fc.constantFrom('a', 'b'),
  /** Which sources tell of each of the three crossings, and by how much they are off. */
  sources: fc.array(
    fc.record({
      checkpoint: fc.nat(2),
      source: fc.constantFrom('manual', 'mat', 'chip', 'geofence', 'gps'),
      offMs: fc.integer({ min: -2_000, max: 2_000 }),
      isWithdrawn: fc.boolean(),
    }),
    { maxLength: 6 },
  ),
  reads: fc.array(fc.record({ checkpoint: fc.nat(2), offMs: fc.integer({ min: -3_000, max: 3_000 }) }), {
    maxLength: 4,
  }),
  verdict: fc.constantFrom('none', 'none', 'none', 'dsq', 'dnf', 'dns'),
  isSilentFromM: fc.constantFrom(Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 4_000),
} as const);

/** Up to eight athletes over ten kilometres; positions every `everyS` seconds, without noise. */
export function runRace({ everyS = 60, isMeasuredOnly = false } = {}): fc.Arbitrary<RunRace> {
  return fc.array(run, { minLength: 2, maxLength: 8 }).map((all) => {
    const starters = all.map(({ sex, club, category, wave }, i) =>
      starterOf(String(100 + i), { sex, club, category, wave: isMeasuredOnly ? 'a' : wave }),
    );
    const race = tenKilometres(starters);
    const passages = passagesOf(race).all;
    const told: Told[] = [];
    const runs = all.map((one, i): TrueRun => {
      const starter = starters[i];
      const gunMs = starter.wave === 'a' ? GUN_MS : GUN_MS + 600_000;
      return { ...one, starter, startMs: gunMs + one.startDelayMs };
    });
    for (const [i, one] of all.entries()) {
      const { bib } = starters[i];
      const stream = `shard ${i % 2}`;
      const crossedMs = passages.map(({ positionM }) => passedMs(runs[i], positionM));
      for (let atMs = runs[i].startMs - 5_000; atMs < crossedMs[2] + 1_000 * everyS; atMs += 1_000 * everyS) {
        const progress = progressAt(runs[i], atMs);
        if (progress.positionM < one.isSilentFromM) told.push({ stream, type: 'tick', athletes: [progress] });
      }
      if (isMeasuredOnly) {
        for (const [n, { checkpoint, pass }] of passages.entries()) {
          const crossing: ProgressCrossing = {
            ...{ checkpoint, pass, timeMs: crossedMs[n], sigmaMs: 100, source: 'gps', revision: 1, isWithdrawn: false },
          };
          told.push({ stream: `${bib} ${n}`, type: 'report', bib, report: crossing });
        }
        continue;
      }
      for (const [n, { checkpoint, source, offMs, isWithdrawn }] of one.sources.entries()) {
        const { pass } = passages[checkpoint];
        const timeMs = Math.round(crossedMs[checkpoint] + offMs);
        const name = passages[checkpoint].checkpoint;
        const report = { checkpoint: name, pass, source, timeMs, sigmaMs: 500, revision: n + 1, isWithdrawn };
        told.push({ stream: `${bib} said ${n}`, type: 'report', bib, report });
      }
      for (const [n, { checkpoint, offMs }] of one.reads.entries()) {
        const read: ChipRead = {
          ...{ id: `${bib}-${n}`, checkpoint: passages[checkpoint].checkpoint, source: 'mat' },
          ...{ timeMs: Math.round(crossedMs[checkpoint] + offMs), sigmaMs: 50 },
        };
        told.push({ stream: `${bib} read ${n}`, type: 'read', bib, read });
      }
      if (one.verdict !== 'none') {
        const decision: Decision = { verdict: one.verdict, reason: 'seen by a marshal', revision: 1 };
        told.push({ stream: `${bib} judged`, type: 'judge', bib, decision });
      }
    }
    return { race, runs, told };
  });
}

export function tell(board: RaceBoard, told: Told): void {
  if (told.type === 'tick') board.tick(told);
  else if (told.type === 'report') board.report(told.bib, told.report);
  else if (told.type === 'read') board.read(told.bib, told.read);
  else board.judge(told.bib, told.decision);
}

/** The same, with streams woven into each other by `order` and some told twice. */
export function woven(told: readonly Told[], order: readonly number[]): Told[] {
  const streams = new Map<string, Told[]>();
  for (const one of told) streams.set(one.stream, [...(streams.get(one.stream) ?? []), one]);
  const left = [...streams.values()];
  const result: Told[] = [];
  for (let turn = 0; left.length > 0; turn++) {
    const pick = (order[turn % order.length] + turn) % left.length;
    const one = left[pick].shift()!;
    result.push(one);
    if ((turn + pick) % 5 === 0) result.push(one);
    if (left[pick].length === 0) left.splice(pick, 1);
  }
  return result;
}

const HALF_M = 5_000;

export function positionAt({ startMs, firstMps, secondMps }: TrueRun, atMs: number): number {
  const elapsedS = (atMs - startMs) / 1_000;
  const halfS = HALF_M / firstMps;
  return elapsedS <= halfS ? elapsedS * firstMps : HALF_M + (elapsedS - halfS) * secondMps;
}

export function passedMs({ startMs, firstMps, secondMps }: TrueRun, positionM: number): number {
  const s = positionM <= HALF_M ? positionM / firstMps : HALF_M / firstMps + (positionM - HALF_M) / secondMps;
  return startMs + 1_000 * s;
}

export function progressAt(one: TrueRun, atMs: number): AthleteProgress {
  const positionM = positionAt(one, atMs);
  return {
    ...{ bib: one.starter.bib, atMs, positionM, sigmaM: 2, isOffCourse: false, lap: 1, crossings: [] },
    speedMps: positionM < HALF_M ? one.firstMps : one.secondMps,
  };
}
