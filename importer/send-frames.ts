import type { SendResult } from '../files/import-verdict.ts';
import { createBackoff } from '../runtime/backoff.ts';
import type { Clock } from '../runtime/clock.ts';
import { type Connect, ConnectError, type Connection, type Credentials } from '../runtime/device-client/connection.ts';
import { kindOf } from '../schemas/channels.ts';
import { encodeFrame, type SensorFrame } from '../schemas/frame/encode.ts';

export interface SendDeps {
  readonly connect: Connect;
  readonly credentials: Credentials;
  readonly clock: Clock;
  /** Without an acknowledgement for this long, the sending ends with a SendError. */
  readonly giveUpMs: number;
  readonly signal: AbortSignal;
  /** Told after each acknowledgement. */
  readonly onAcknowledged: (rows: number) => void;
}

export class SendError extends Error {
  override name = 'SendError';
}

const isEvents = ({ source }: SensorFrame) => kindOf(source) === 'events';

/** Frames under way at once; the server may allow fewer. */
const MAX_WINDOW_FRAMES = 32;
const BACKOFF_MS = [100, 300, 1_000, 3_000];

/**
 * Sends frames until each is acknowledged. What was lost with a connection, or refused for now, is sent again, as a
 * device does; the keys are the same, so nothing is stored twice. Throws SendError when there is no way.
 */
export async function sendFrames(frames: Iterable<SensorFrame>, deps: SendDeps): Promise<SendResult> {
  const { clock, signal, giveUpMs } = deps;
  const source = frames[Symbol.iterator]();
  const backoff = createBackoff({ delaysMs: BACKOFF_MS });
  const dead: Record<string, number> = {};
  let [sentFrames, rows] = [0, 0];
  let progressMs = clock.monotonicMs();
  let again: SensorFrame[] = [];
  let next: IteratorResult<SensorFrame> | null = null;
  let connection: Connection | null = null;
  let why = '';

  /**
   * The frames to send now: those that have to be sent again, then new ones. Frames that are under way together may
   * change places where their kinds differ, so what happened waits until all before it is stored, and the next samples
   * wait for it: an activity's stop would else be known before most of the activity.
   */
  function nextRound(size: number): SensorFrame[] {
    const round = again.splice(0, size);
    while (round.length < size) {
      next ??= source.next();
      if (next.done || (round.length > 0 && isEvents(round[0]) !== isEvents(next.value))) break;
      round.push(next.value);
      next = null;
    }
    return round;
  }

  async function sendRound(over: Connection, round: readonly SensorFrame[]): Promise<void> {
    // An answer that does not come ends the connection, and with it the waiting.
    const timer = clock.setTimer(() => over.cut(), giveUpMs);
    const outcomes = await Promise.all(round.map((frame) => over.send(encodeFrame(frame))));
    timer.cancel();
    const kept: SensorFrame[] = [];
    outcomes.forEach((outcome, i) => {
      if (outcome.kind !== 'acknowledged') {
        kept.push(round[i]);
        why = outcome.kind === 'refused' ? `ingest refused a frame: ${outcome.reason}` : 'the connection was lost';
        return;
      }
      sentFrames++;
      if (outcome.reason === null) rows += round[i].timesMs.length;
      else dead[outcome.reason] = (dead[outcome.reason] ?? 0) + 1;
      deps.onAcknowledged(round[i].timesMs.length);
      progressMs = clock.monotonicMs();
    });
    again = [...kept, ...again];
    if (kept.length < round.length) backoff.reset();
    if (kept.length > 0) await clock.sleep(backoff.nextMs(), signal);
  }

  async function open(): Promise<Connection | null> {
    try {
      return await deps.connect(deps.credentials);
    } catch (error) {
      if (!(error instanceof ConnectError)) throw error;
      if (error.isFinal) throw new SendError(error.message, { cause: error });
      why = error.message;
      await clock.sleep(backoff.nextMs(), signal);
      return null;
    }
  }

  try {
    for (;;) {
      signal.throwIfAborted();
      if (clock.monotonicMs() - progressMs > giveUpMs)
        throw new SendError(`no acknowledgement in ${giveUpMs} ms: ${why}`);
      if (connection === null) {
        connection = await open();
        if (connection === null) continue;
        const opened = connection;
        void opened.closed.then(() => {
          if (connection === opened) connection = null;
        });
      }
      const waitMs = connection.slowUntilMs - clock.nowMs();
      if (waitMs > 0) await clock.sleep(waitMs, signal);
      const round = nextRound(Math.min(MAX_WINDOW_FRAMES, connection?.maxInFlight ?? MAX_WINDOW_FRAMES));
      if (round.length === 0) return { frames: sentFrames, rows, dead };
      if (connection === null) again = [...round, ...again];
      else await sendRound(connection, round);
    }
  } finally {
    await (connection as Connection | null)?.close();
  }
}
