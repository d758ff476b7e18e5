import { createRandom } from '../../device-sim/random.ts';
import type { PartName } from './deployment.ts';
import type { Fault, Ground } from './fault.ts';
import { gradeDeployment } from './grade-deployment.ts';
import { judgeMemory, watchMemory } from './memory.ts';
import { type PlayedFleet, playFleet } from './play-fleet.ts';
import { watchRecovery } from './recovery.ts';
import type { Session } from './session.ts';

/** What one fault came to. */
export interface FaultResult {
  readonly name: string;
  readonly title: string;
  readonly promise: string;
  /** What was not kept, in sentences. */
  readonly breaches: readonly string[];
  /** See `Recovery`. */
  readonly silentMs: number;
  readonly storedAfterMs: number | null;
  readonly tookMs: number;
  readonly counts: Readonly<Record<string, number>>;
  /** By process, the most memory of its own that it had. */
  readonly mostMib: Readonly<Record<string, number>>;
}

export interface FaultRun {
  readonly fault: Fault;
  readonly seed: string;
  /** Of the names of its devices: each fault has its own, so that one deployment serves many. */
  readonly prefix: string;
  readonly say: (what: string) => void;
  readonly settleTimeoutMs?: number;
}

const LOAD = { devices: 24, durationMs: 240_000, speed: 16 };
const LOOK_EVERY_MS = 25;
/** Rows that are older are not written to QuestDB. */
const HOT_DAYS = 7;

/**
 * A fleet plays; somewhere in the first third the harm is done; then everything has to become well again, and what is
 * stored is held to what the devices know.
 */
export async function runFault(
  session: Session,
  { fault, seed, prefix, say, settleTimeoutMs }: FaultRun,
): Promise<FaultResult> {
  const startedMs = performance.now();
  const { deployment, frames } = session;
  const random = createRandom(seed, `fault ${fault.name}`);
  const fleet = playFleet(deployment, { ...LOAD, seed, prefix, ...fault.fleet });
  const memory = watchMemory(deployment.parts);
  const atShare = random.between(0.15, 0.35);
  while (fleet.share() < atShare && !fleet.isOver()) await sleep(LOOK_EVERY_MS);

  say('breaking');
  const { counts } = fleet.truth;
  const recovery = watchRecovery({
    frames,
    durables: ['questdb', 'clickhouse'],
    acknowledged: () => counts.acknowledgedFrames,
    isOver: fleet.isOver,
  });
  const others: PlayedFleet[] = [];
  const ground = groundOf(session, fleet, others, { seed, random, prefix, lifted: recovery.lifted });
  try {
    const broken = await attempt('it could not be done', () => fault.strike(ground));
    recovery.lifted();
    say('recovering');
    const recovered = await recovery.finish();
    say('waiting for the devices');
    const unfinished = await fleet.finish();
    const unhealed = await attempt('it could not be undone', async () => fault.heal?.(ground));
    say('grading');
    const graded = await gradeFleets(session, [fleet, ...others], settleTimeoutMs);
    memory.stop();
    const seen = { ...countsOf(fleet), ...graded.counts };
    return {
      name: fault.name,
      title: fault.title,
      promise: fault.promise,
      breaches: [
        ...broken,
        ...(recovered.storedAfterMs === null ? ['the stores did not get everything in time'] : []),
        ...unfinished,
        ...unhealed,
        ...graded.breaches,
        ...judgeMemory(memory.mostMib),
        ...judgeLosses(session, fault.mayEnd),
        ...(fault.demands?.(seen) ?? []),
      ],
      silentMs: Math.round(recovered.silentMs),
      storedAfterMs: recovered.storedAfterMs === null ? null : Math.round(recovered.storedAfterMs),
      tookMs: Math.round(performance.now() - startedMs),
      counts: seen,
      mostMib: memory.mostMib,
    };
  } finally {
    recovery.stop();
    memory.stop();
  }
}

/** A fault that could not be done has proven nothing, which is a breach too; the faults after it still run. */
export async function attempt(what: string, act: () => Promise<void>): Promise<string[]> {
  try {
    await act();
    return [];
  } catch (error) {
    return [`${what}: ${error instanceof Error ? error.message : error}`];
  }
}

/** Each fleet by its own truth; the counts are the first one's. */
export async function gradeFleets(session: Session, fleets: readonly PlayedFleet[], settleTimeoutMs?: number) {
  const graded = [];
  for (const { truth, load } of fleets) {
    const isExpired = (load.ageMs ?? 0) > HOT_DAYS * 86_400_000;
    graded.push(await gradeDeployment({ ...session, truth, prefix: load.prefix, isExpired, settleTimeoutMs }));
  }
  return { breaches: graded.flatMap(({ breaches }) => breaches), counts: graded[0].counts };
}

export function groundOf(
  { deployment, poisons, resizeStream }: Session,
  fleet: PlayedFleet,
  others: PlayedFleet[],
  own: Pick<Ground, 'seed' | 'random' | 'prefix' | 'lifted'>,
): Ground {
  return {
    ...own,
    deployment,
    resizeStream,
    fleet: fleet.fleet,
    play(load) {
      const other = playFleet(deployment, load);
      others.push(other);
      return other;
    },
    async until(what, isTrue, timeoutMs) {
      for (const untilMs = performance.now() + timeoutMs; !isTrue(); await sleep(LOOK_EVERY_MS)) {
        if (performance.now() > untilMs) throw new Error(`not within ${timeoutMs} ms: ${what}`);
      }
    },
    async wait(ms) {
      for (const untilMs = performance.now() + ms; performance.now() < untilMs && !fleet.isOver(); ) {
        await sleep(LOOK_EVERY_MS);
      }
    },
    refusals: () => fleet.tally.refusals,
    poison: (store, bytes) => void poisons[store].push(bytes),
  };
}

export function countsOf({ truth, tally, latency }: PlayedFleet): Record<string, number> {
  const { counts } = truth;
  return {
    framesSent: counts.sentFrames,
    samplesSent: counts.sentSamples,
    samplesAcknowledged: counts.acknowledgedSamples,
    malformedSent: counts.sentMalformed,
    resends: tally.resends,
    repeats: counts.sends - counts.sentFrames - counts.sentMalformed,
    refusals: tally.refusals,
    lostConnections: tally.lostConnections,
    failedConnects: tally.failedConnects,
    ackP99Ms: Math.round(latency.quantileMs(0.99)),
  };
}

/** Parts that ended although the fault says nothing of it. */
export function judgeLosses(session: Session, mayEnd: readonly PartName[] = []): string[] {
  return session
    .takeLosses()
    .filter(({ part }) => !mayEnd.includes(part))
    .map(({ words }) => words);
}

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
