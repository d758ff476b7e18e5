import { keys } from '../schemas/names.ts';
import { REASONS, type Reason } from '../schemas/reasons.ts';
import { KeyConflictError, type KeyValue } from './kv/kv.ts';

/** Counts of frames by reason; a reason that never came is not there. */
export type ReasonCounts = Partial<Record<Reason, number>>;

/**
 * The part of the ledger about frames that ingest did not take. They were never acknowledged, so their devices have
 * them, and they are no part of what was accepted. A frame that comes back three times counts three times.
 */
export interface TurnedAwayLedger {
  /** Not taken, whoever sent it. */
  readonly refused: number;
  /** Given up because of the priority of its device. */
  readonly shed: number;
  readonly reasons: ReasonCounts;
}

/** What the bucket holds: the sums, and how much of them each process has told, so that telling again adds nothing. */
interface Kept {
  readonly totals: ReasonCounts;
  /** The one that told last comes last. */
  readonly told: readonly (readonly [instance: string, counts: ReasonCounts])[];
}

/** Runs of ingest that are remembered: far more than ever tell at the same time. */
const MAX_INSTANCES = 256;
const MAX_ATTEMPTS = 10;

/**
 * Tells all that one run of ingest has counted since its start. What it told before is taken off, so repeating a call
 * of which nobody knows whether it had an effect is right. Throws KvUnavailableError, and KeyConflictError while others
 * keep coming first.
 */
export async function tellTurnedAway(kv: KeyValue, instance: string, counts: ReasonCounts): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const entry = await kv.get(keys.turnedAway);
    const value = Buffer.from(JSON.stringify(withCounts(entry ? parse(entry.value) : EMPTY, instance, counts)));
    try {
      if (entry) await kv.update(keys.turnedAway, value, entry.revision);
      else await kv.create(keys.turnedAway, value);
      return;
    } catch (error) {
      if (!(error instanceof KeyConflictError) || attempt === MAX_ATTEMPTS) throw error;
    }
  }
}

const EMPTY: Kept = { totals: {}, told: [] };

function withCounts({ totals, told }: Kept, instance: string, counts: ReasonCounts): Kept {
  const before = told.find(([name]) => name === instance)?.[1] ?? {};
  const sums = { ...totals };
  for (const [reason, count] of Object.entries(counts) as [Reason, number][]) {
    sums[reason] = (sums[reason] ?? 0) + count - (before[reason] ?? 0);
  }
  const others = told.filter(([name]) => name !== instance).slice(1 - MAX_INSTANCES);
  return { totals: sums, told: [...others, [instance, counts]] };
}

/** Throws KvUnavailableError. */
export async function readTurnedAway(kv: KeyValue): Promise<TurnedAwayLedger> {
  const entry = await kv.get(keys.turnedAway);
  const { totals } = entry ? parse(entry.value) : EMPTY;
  let [refused, shed] = [0, 0];
  for (const [reason, count] of Object.entries(totals) as [Reason, number][]) {
    // A reason of a newer version is counted as what every version knows.
    if (REASONS[reason]?.outcome === 'shed') shed += count;
    else refused += count;
  }
  return { refused, shed, reasons: totals };
}

function parse(value: Uint8Array): Kept {
  return JSON.parse(Buffer.from(value).toString('utf8')) as Kept;
}
