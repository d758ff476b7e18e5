import type { Clock } from '../runtime/clock.ts';
import { type Connect, ConnectError, type Connection } from '../runtime/device-client/connection.ts';
import type { LatencyHistogram } from '../runtime/latency.ts';
import type { SimulatedDevice } from './fleet.ts';
import { dueWallMs, type Pace } from './pace.ts';
import type { Random } from './random.ts';
import { encodeLetter, type Letter, type Step } from './script.ts';
import type { Truth } from './truth.ts';

export interface CourierDeps {
  readonly device: SimulatedDevice;
  readonly token: () => Promise<string | null>;
  readonly connect: Connect;
  readonly clock: Clock;
  readonly pace: Pace;
  readonly truth: Truth;
  readonly latency: LatencyHistogram;
  /** Chance for back-offs only. */
  readonly random: Random;
  /** Frames that the device has in flight at most; the server may allow fewer. */
  readonly window: number;
  /** Without an answer for this long a connection counts as dead. */
  readonly ackTimeoutMs: number;
  /** Without any progress for this long, the device gives up. */
  readonly giveUpMs: number;
  readonly tally: CourierTally;
  /** Once true, nothing new leaves, and the device is done when what is in flight is answered. */
  readonly isDraining: () => boolean;
  /** Ends everything at once. */
  readonly signal?: AbortSignal;
}

/** What happened on the way, over all devices of a run. */
export interface CourierTally {
  /** How much of their activities the devices have taken up, ms summed over devices: what progress is measured by. */
  playedMs: number;
  connects: number;
  failedConnects: number;
  lostConnections: number;
  refusals: number;
  resends: number;
  /** Trouble in words, the latest few. */
  readonly troubles: string[];
}

export const createTally = (): CourierTally => ({
  playedMs: 0,
  connects: 0,
  failedConnects: 0,
  lostConnections: 0,
  refusals: 0,
  resends: 0,
  troubles: [],
});

const MAX_TROUBLES = 20;
const BACK_OFF_MS = { first: 50, most: 2_000 };
/** How often a waiting device looks whether it has to stop. */
const MAX_WAIT_MS = 250;

/** A letter that has left or is about to; `order` is its place in the script, which resending keeps. */
interface Sending {
  readonly letter: Letter;
  readonly order: number;
  sends: number;
}

/**
 * Plays one device's script against the server until everything is acknowledged, as a device does that keeps what is
 * not: after a lost connection it comes back and sends all of that again, oldest first.
 *
 * offline → (connect) → online → (lost, cut) → offline; a dead zone is offline until enough letters have gathered.
 * Resolves with true when all is acknowledged, with false when it gave up or was aborted.
 */
export async function runCourier(deps: CourierDeps): Promise<boolean> {
  const { device, clock, pace, truth, latency, tally, signal } = deps;
  const script = device.script()[Symbol.iterator]();
  const queue: Sending[] = [];
  const inFlight = new Set<Sending>();
  const wakeUp = createWakeUp(clock);
  let next: Step | undefined = script.next().value;
  let order = 0;
  let gathering = 0;
  let connection: Connection | null = null;
  let notBeforeMs = Number.NEGATIVE_INFINITY;
  let backOffMs = BACK_OFF_MS.first;
  let progressMs = clock.monotonicMs();

  const trouble = (words: string) => {
    tally.troubles.push(`${device.device}: ${words}`);
    if (tally.troubles.length > MAX_TROUBLES) tally.troubles.shift();
  };
  const backOff = () => {
    notBeforeMs = clock.monotonicMs() + backOffMs * deps.random.between(0.5, 1);
    backOffMs = Math.min(BACK_OFF_MS.most, backOffMs * 2);
  };

  async function goOnline(): Promise<void> {
    try {
      const opened = await deps.connect({ device: device.device, token: await deps.token() });
      tally.connects++;
      connection = opened;
      progressMs = clock.monotonicMs();
      void opened.closed.then((why) => {
        if (connection !== opened) return;
        connection = null;
        tally.lostConnections++;
        trouble(why);
        backOff();
        wakeUp.now();
      });
    } catch (error) {
      if (!(error instanceof ConnectError)) throw error;
      tally.failedConnects++;
      trouble(error.message);
      if (error.isFinal) throw error;
      backOff();
    }
  }

  /** Gone without a word; what was in flight comes back to the queue as lost. */
  async function goOffline(): Promise<void> {
    const gone = connection;
    connection = null;
    gone?.cut();
    await gone?.closed;
  }

  function send(over: Connection, sending: Sending): void {
    const bytes = encodeLetter(sending.letter, clock.nowMs());
    if (sending.sends++ > 0) tally.resends++;
    truth.sent(sending.letter, bytes);
    if (inFlight.size === 0) progressMs = clock.monotonicMs();
    inFlight.add(sending);
    const sentMs = clock.monotonicMs();
    void over.send(bytes).then((outcome) => {
      inFlight.delete(sending);
      if (outcome.kind === 'acknowledged') {
        latency.record(clock.monotonicMs() - sentMs);
        truth.acknowledged(sending.letter);
        progressMs = clock.monotonicMs();
        backOffMs = BACK_OFF_MS.first;
      } else {
        putBack(queue, sending);
        if (outcome.kind === 'refused') {
          tally.refusals++;
          backOff();
        }
      }
      wakeUp.now();
    });
  }

  const isDue = (dueMs: number) => dueWallMs(pace, device.startMs, dueMs) <= clock.nowMs();
  let playedToMs = device.startMs;
  const advance = () => {
    if (next?.kind === 'letter' && next.dueMs > playedToMs) {
      tally.playedMs += next.dueMs - playedToMs;
      playedToMs = next.dueMs;
    }
    next = script.next().value;
  };

  /** Does one thing that can be done now; false when the device can only wait. */
  async function act(): Promise<boolean> {
    if (deps.isDraining()) return false;
    if (gathering > 0 && next !== undefined) return gather(next);
    const isHeldBack = clock.monotonicMs() < notBeforeMs || clock.nowMs() < (connection?.slowUntilMs ?? 0);
    if (connection === null) {
      if (isHeldBack || inFlight.size > 0) return false;
      if (queue.length > 0 || next !== undefined) await goOnline();
      return true;
    }
    if (inFlight.size > 0 && clock.monotonicMs() - progressMs > deps.ackTimeoutMs) {
      trouble('no acknowledgement in time');
      await goOffline();
      progressMs = clock.monotonicMs();
      return true;
    }
    if (isHeldBack || inFlight.size >= Math.min(deps.window, connection.maxInFlight)) return false;
    if (queue.length > 0) {
      send(connection, queue.shift()!);
      return true;
    }
    return takeStep(connection);
  }

  /** In a dead zone letters pile up, and losing a connection means nothing. */
  function gather(step: Step): boolean {
    if (step.kind === 'letter') {
      if (!isDue(step.dueMs)) return false;
      queue.push({ letter: step.letter, order: order++, sends: 0 });
      gathering--;
    }
    advance();
    return true;
  }

  async function takeStep(over: Connection): Promise<boolean> {
    if (next === undefined) return false;
    if (next.kind === 'letter') {
      if (!isDue(next.dueMs)) return false;
      send(over, { letter: next.letter, order: order++, sends: 0 });
    } else {
      if (next.kind === 'dead-zone') gathering = next.letters;
      await goOffline();
    }
    advance();
    return true;
  }

  /** Progress is an acknowledgement; a device that has nothing to send is not stuck. */
  let provenMs = clock.monotonicMs();
  let provenCount = 0;
  function isStuck(): boolean {
    const busy = queue.length + inFlight.size > 0 || (connection === null && gathering === 0);
    const count = order - queue.length - inFlight.size;
    if (!busy || count !== provenCount) {
      provenCount = count;
      provenMs = clock.monotonicMs();
    }
    return clock.monotonicMs() - provenMs > deps.giveUpMs;
  }

  try {
    while (next !== undefined || queue.length > 0 || inFlight.size > 0) {
      if (signal?.aborted || (deps.isDraining() && inFlight.size === 0)) return false;
      if (isStuck()) {
        trouble('gave up: nothing was acknowledged for too long');
        return false;
      }
      if (!(await act())) await wakeUp.wait(waitMs());
    }
    return true;
  } catch (error) {
    if (error instanceof ConnectError) return false;
    throw error;
  } finally {
    const open = connection as Connection | null;
    connection = null;
    if (signal?.aborted) open?.cut();
    else await open?.close();
  }

  /** Until the next thing that time alone brings; everything else wakes the device. */
  function waitMs(): number {
    const waits = [MAX_WAIT_MS, notBeforeMs - clock.monotonicMs()];
    if (connection !== null) waits.push(connection.slowUntilMs - clock.nowMs());
    if (next?.kind === 'letter') waits.push(dueWallMs(pace, device.startMs, next.dueMs) - clock.nowMs());
    return Math.min(...waits.filter((ms) => ms > 0));
  }
}

/** Back to its place among what waits, which is in the order of the script. */
function putBack(queue: Sending[], sending: Sending): void {
  let at = 0;
  while (at < queue.length && queue[at].order < sending.order) at++;
  queue.splice(at, 0, sending);
}

/** Lets one waiter sleep until something happens, or for `ms`. Something that happens meanwhile is not missed. */
function createWakeUp(clock: Clock) {
  let isAwake = false;
  let wake: (() => void) | null = null;
  return {
    now(): void {
      isAwake = true;
      wake?.();
    },
    async wait(ms: number): Promise<void> {
      if (!isAwake) {
        await new Promise<void>((resolve) => {
          const timer = clock.setTimer(resolve, ms);
          wake = () => {
            timer.cancel();
            resolve();
          };
        });
      }
      wake = null;
      isAwake = false;
    },
  };
}
