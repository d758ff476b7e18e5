import { kindOf } from '../schemas/channels.ts';
import { encodeFrame, type SensorFrame } from '../schemas/frame/encode.ts';
import type { Activity, Draft } from './activity.ts';
import { type DeviceClock, drawClock, trueClock } from './device-clock.ts';
import { createFaultDice, type FaultDice, type FaultPlan } from './faults.ts';
import { CONFLICT_KIND, conflictWith, MALFORMED_KINDS, type Malformed, malform } from './malformed.ts';
import type { Random } from './random.ts';

/** One thing that a device tells the server, however often it has to. */
export interface Letter {
  /** The good frame; for a malformed letter the frame whose place it takes, or that it contradicts. */
  readonly frame: SensorFrame;
  /** Null for a good frame. */
  readonly malformed: Malformed | null;
  /** Of a conflict: what a server that forgot the first content would take. */
  readonly other: SensorFrame | null;
  /** The clock of the boot in which the frame was made: what `sentMs` is read from, also when it leaves much later. */
  readonly clock: DeviceClock;
}

/** What a device does next. Letters come in the order in which they leave. */
export type Step =
  | {
      readonly kind: 'letter';
      readonly letter: Letter /** True time at which it is complete. */;
      readonly dueMs: number;
    }
  | { readonly kind: 'disconnect' }
  | { readonly kind: 'dead-zone' /** How many letters gather meanwhile. */; readonly letters: number };

export interface ScriptPlan {
  readonly device: string;
  readonly firmware?: string;
  readonly activity: Activity;
  readonly startMs: number;
  readonly faults: FaultPlan;
  /** One source of chance for each purpose, the device's own. */
  randomFor(purpose: string): Random;
}

/** What a device that resends everything still has. */
const MAX_KEPT_LETTERS = 300;

/** The bytes of a letter that leaves at the true time `nowMs`. */
export function encodeLetter({ frame, malformed, clock }: Letter, nowMs: number): Uint8Array {
  const sentMs = clock.read(nowMs);
  return malformed === null ? encodeFrame({ ...frame, sentMs }) : malformed.encode(sentMs);
}

/**
 * Everything one device does, faults included, decided by the seed alone: how the network answers changes when a letter
 * leaves and how often, never what is in it.
 */
export function* writeScript(plan: ScriptPlan): Iterable<Step> {
  const dice = createFaultDice(plan.randomFor, plan.faults);
  const counter = createCounter(plan, dice);
  const delayed: { after: number; steps: Step[] }[] = [];
  const left: Letter[] = [];

  for (const draft of plan.activity) {
    const dueMs = draft.timesMs[draft.timesMs.length - 1];
    yield* beforeFrame(dice, counter, dueMs);
    if (dice.happens('resend-all')) {
      yield { kind: 'disconnect' };
      yield* left.map((letter): Step => ({ kind: 'letter', letter, dueMs }));
    }
    const frame = counter.number(draft);
    const { clock } = counter;
    const letters: Letter[] = [{ frame, malformed: null, other: null, clock }];
    if (dice.happens('duplicate')) letters.push(letters[0]);
    if (dice.happens('malformed')) letters.push(malformedLetter(frame, counter, dice));
    const steps = letters.map((letter): Step => ({ kind: 'letter', letter, dueMs }));

    for (const group of delayed) group.after--;
    if (dice.happens('reorder')) delayed.push({ after: dice.randomOf('reorder').integer(1, 5), steps });
    else yield* steps;
    while (delayed.length > 0 && delayed[0].after <= 0) yield* delayed.shift()!.steps;
    left.push(...letters);
    if (left.length > MAX_KEPT_LETTERS) left.splice(0, left.length - MAX_KEPT_LETTERS);
  }
  for (const { steps } of delayed) yield* steps;
}

function* beforeFrame(dice: FaultDice, counter: Counter, nowMs: number): Iterable<Step> {
  if (dice.happens('disconnect')) yield { kind: 'disconnect' };
  if (dice.happens('dead-zone')) yield { kind: 'dead-zone', letters: dice.randomOf('dead-zone').integer(5, 40) };
  if (dice.happens('clock-step')) counter.startBoot(drawClock(dice.randomOf('clock-step'), nowMs));
  if (dice.happens('reboot')) {
    yield { kind: 'disconnect' };
    counter.startBoot(counter.clock);
  }
}

interface Counter {
  readonly clock: DeviceClock;
  /** The draft as the next frame of this boot. */
  number(draft: Draft): SensorFrame;
  startBoot(clock: DeviceClock): void;
}

function createCounter({ device, firmware, startMs, randomFor }: ScriptPlan, dice: FaultDice): Counter {
  const boots = randomFor('boot');
  const isOff = dice.isOn('clock-offset') && dice.randomOf('clock-offset').chance(0.5);
  let clock = isOff ? drawClock(dice.randomOf('clock-offset'), startMs) : trueClock;
  let boot = boots.boot();
  let seq = 0;
  return {
    get clock() {
      return clock;
    },
    number({ source, timesMs, columns }) {
      return { device, boot, seq: ++seq, source, timesMs: timesMs.map(clock.read), columns, firmware };
    },
    startBoot(next) {
      clock = next;
      boot = boots.boot();
      seq = 0;
    },
  };
}

/**
 * Besides a conflict, a malformed frame has a seq of its own and times that no good frame has, so that a server that
 * takes it shows rows which nobody sent.
 */
function malformedLetter(frame: SensorFrame, counter: Counter, dice: FaultDice): Letter {
  const random = dice.randomOf('malformed');
  const kind = random.pick(MALFORMED_KINDS);
  const { clock } = counter;
  if (kind === CONFLICT_KIND) return { frame, clock, ...conflictWith(frame) };
  const firstMs = frame.timesMs[0] + 1;
  const place = counter.number({
    source: kindOf(frame.source) === 'samples' ? frame.source : 'hr',
    timesMs: [],
    columns: { heart_rate: [80, 81, 82] },
  });
  const own = { ...place, timesMs: [firstMs, firstMs + 3, firstMs + 7] };
  return { frame: own, malformed: malform(kind, own, random), other: null, clock };
}
