import { createRandom, type Random } from '../../device-sim/random.ts';
import type { Fault } from './fault.ts';
import { judgeMemory, watchMemory } from './memory.ts';
import { type PlayedFleet, playFleet } from './play-fleet.ts';
import { attempt, countsOf, gradeFleets, groundOf, judgeLosses } from './run-fault.ts';
import type { Session } from './session.ts';

export interface SoakPlan {
  readonly seed: string;
  /** How long devices send, of real time. */
  readonly durationMs: number;
  readonly devices: number;
  /** How many times faster than real time their workouts are played. */
  readonly speed: number;
  /** What may happen, at any time and two at once. */
  readonly faults: readonly Fault[];
  /** These are the first, whatever else is drawn. */
  readonly first?: readonly string[];
  readonly say: (line: string) => void;
}

export interface SoakResult {
  readonly breaches: readonly string[];
  /** How often each fault was done. */
  readonly done: Readonly<Record<string, number>>;
  readonly counts: Readonly<Record<string, number>>;
  readonly mostMib: Readonly<Record<string, number>>;
  /** Until the devices had an answer to everything, the last faults included. */
  readonly playedMs: number;
  /** From then on, until everything was stored and held to what the devices know. */
  readonly storedAfterMs: number;
}

const HANDS = 2;
const MAX_REST_MS = 2_500;

/**
 * One fleet plays from the beginning to the end while two hands, each by its own draws, break what the seed says and do
 * not wait until things are well again; then everything has to become well, and is graded.
 */
export async function runSoak(session: Session, plan: SoakPlan): Promise<SoakResult> {
  const { seed, devices, durationMs, speed, faults, first = [], say } = plan;
  const fleet = playFleet(session.deployment, {
    seed,
    prefix: 'soak-',
    devices,
    durationMs: durationMs * speed,
    speed,
  });
  const memory = watchMemory(session.deployment.parts);
  const others: PlayedFleet[] = [];
  const done: Record<string, number> = {};
  const startedMs = performance.now();
  const clock = () => `${((performance.now() - startedMs) / 1_000).toFixed(0).padStart(4)} s`;

  async function breakThings(deck: Iterator<Fault>, random: Random): Promise<string[]> {
    const broken: string[] = [];
    const ground = groundOf(session, fleet, others, { seed, random, prefix: 'soak-', lifted: () => undefined });
    while (!fleet.isOver()) {
      const fault: Fault = deck.next().value;
      say(`${clock()}  ${fault.title}`);
      broken.push(...(await attempt(`${fault.name} could not be done`, () => fault.strike(ground))));
      done[fault.name] = (done[fault.name] ?? 0) + 1;
      await ground.wait(random.between(0, MAX_REST_MS));
    }
    return broken;
  }

  try {
    const deck = shuffled(faults, first, createRandom(seed, 'soak'));
    const hands = Array.from({ length: HANDS }, (_, i) => breakThings(deck, createRandom(seed, `hand ${i}`)));
    const [unfinished, ...broken] = await Promise.all([fleet.finish(), ...hands]);
    const playedMs = performance.now() - startedMs;
    say(`${clock()}  the devices are done; waiting until everything is stored, then grading`);
    const graded = await gradeFleets(session, [fleet, ...others]);
    memory.stop();
    const breaches = [
      ...broken.flat(),
      ...unfinished,
      ...graded.breaches,
      ...judgeMemory(memory.mostMib),
      ...judgeLosses(session),
    ];
    return {
      ...{ breaches, done, counts: { ...countsOf(fleet), ...graded.counts }, mostMib: memory.mostMib },
      playedMs: Math.round(playedMs),
      storedAfterMs: Math.round(performance.now() - startedMs - playedMs),
    };
  } finally {
    memory.stop();
  }
}

/** All faults in an order that is drawn, those of `first` before the others; then again and again. */
function* shuffled(faults: readonly Fault[], first: readonly string[], random: Random): Generator<Fault, never> {
  for (let isFirst = true; ; isFirst = false) {
    const drawn = faults.map((fault) => ({
      fault,
      place: random.next() - (isFirst && first.includes(fault.name) ? 1 : 0),
    }));
    yield* drawn.sort((a, b) => a.place - b.place).map(({ fault }) => fault);
  }
}
