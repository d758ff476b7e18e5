import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/log.ts';
import { type Durable, LogUnavailableError, type MessageLog, type PulledMessage } from '../../runtime/stream/stream.ts';
import type { WorkoutFact } from '../../schemas/facts.ts';
import type { Names } from '../../schemas/names.ts';
import { parseJson } from '../../schemas/parse-json.ts';
import { type Database, isDatabaseAway } from '../database/database.ts';
import { applyWorkoutFact } from './project-activities.ts';

export interface ProjectorDeps {
  readonly database: Database;
  /** The stream FACTS. */
  readonly facts: MessageLog;
  readonly names: Pick<Names, 'workoutFactsFilter'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The position in FACTS that all processes of the API share. */
const DURABLE = 'workouts';
const ACK_WAIT_MS = 60_000;
const MAX_ACK_PENDING = 1_000;
const PULL = { maxMessages: 200, maxBytes: 8 * 1024 * 1024, maxWaitMs: 1_000 };
const PAUSE_MS = 1_000;
/** Tries at a fact that is wrong in itself, after which it is left out with a line in the log. */
const MAX_TRIES = 5;

/**
 * Keeps the histories of accounts up with FACTS: pulls, writes, and only then acknowledges. A database or a stream that
 * is away is waited for; a fact that comes again changes nothing.
 */
export function createWorkoutProjector({ database, facts, names, clock, log }: ProjectorDeps) {
  const ending = new AbortController();
  let durable: Durable | null = null;
  let running: Promise<void> = Promise.resolve();

  async function pause(): Promise<void> {
    // A pause that is broken off is over.
    await clock.sleep(PAUSE_MS, ending.signal).catch(() => undefined);
  }

  async function run(): Promise<void> {
    while (!ending.signal.aborted) {
      try {
        durable ??= await facts.openDurable(DURABLE, {
          ...{ subjects: [names.workoutFactsFilter], ackWaitMs: ACK_WAIT_MS, maxAckPending: MAX_ACK_PENDING },
        });
        for (const message of await durable.pull(PULL)) await take(message);
      } catch (err) {
        if (ending.signal.aborted) return;
        if (!(err instanceof LogUnavailableError)) throw err;
        log.warn({ err }, 'FACTS are out of reach; histories wait');
        await pause();
      }
    }
  }

  async function take(message: PulledMessage): Promise<void> {
    if (ending.signal.aborted) return message.nak(0);
    try {
      await applyWorkoutFact(database, readFact(message), clock.nowMs());
      message.ack();
    } catch (err) {
      const { subject, deliveries } = message;
      if (isDatabaseAway(err)) {
        log.warn({ err }, 'PostgreSQL is away; histories wait');
        message.nak(PAUSE_MS);
        await pause();
      } else if (deliveries < MAX_TRIES) {
        log.error({ err, subject, deliveries }, 'a fact could not be written into the history; it is tried again');
        message.nak(PAUSE_MS);
      } else {
        log.error({ err, subject }, 'a fact cannot be written into the history: left out');
        message.ack();
      }
    }
  }

  let isStarted = false;
  return {
    /** Once the database is open. */
    start(): void {
      if (isStarted) return;
      isStarted = true;
      running = run().catch((err) => log.fatal({ err }, 'histories are not kept up any more'));
    },
    async stop(): Promise<void> {
      ending.abort(new Error('histories end'));
      // Whoever pulls is told.
      await durable?.close();
      await running;
    },
  };
}

/** Throws for what is no fact about a workout. */
function readFact({ data, subject }: PulledMessage): WorkoutFact {
  const fact = parseJson(data) as Partial<WorkoutFact> | null;
  const isOne = fact?.kind === 'workout.finished' || fact?.kind === 'workout.withdrawn';
  if (!isOne || fact.activity === undefined) throw new Error(`${subject} says nothing of a workout`);
  return fact as WorkoutFact;
}
