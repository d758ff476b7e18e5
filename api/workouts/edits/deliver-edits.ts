import { setActivityEdits } from '../../../runtime/athlete-settings.ts';
import type { KeyValue } from '../../../runtime/kv/kv.ts';
import type { RecomputeAsk } from '../../../schemas/recompute-ask.ts';
import type { Database } from '../../database/database.ts';
import type { Deliver } from '../../outbox/outbox.ts';

/** The outbox's kind of how an account's activities are to be cut. */
export const EDIT_WORKOUTS = 'workout.edits';

/** What is told is what holds when it is told; the span is where it changed. */
export interface EditsDue {
  readonly account: string;
  readonly fromMs: number;
  readonly untilMs: number;
  /** For the history alone. */
  readonly splitMs?: number;
}

/** Puts a question to the holder of the athlete's shard. Resolves once the frame stream has it. */
export type AskRecompute = (ask: RecomputeAsk) => Promise<void>;

export interface EditDeliveryDeps {
  readonly database: Database;
  readonly config: KeyValue;
  readonly askRecompute: AskRecompute;
}

/**
 * Brings an account's edits into CONFIG, and has the span found again in the stored samples by what CONFIG says then.
 * It may be repeated, late, or at work twice at once: of two the newer edits stay, and who asks again gets the same.
 */
export function createEditDelivery({ database, config, askRecompute }: EditDeliveryDeps): Deliver {
  return async function deliverEdits(data) {
    const { account, fromMs, untilMs } = data as EditsDue;
    const owner = await database.selectFrom('accounts').select('athlete').where('id', '=', account).executeTakeFirst();
    if (owner === undefined) return;
    const rows = await database
      .selectFrom('workout_edits')
      .selectAll()
      .where('account', '=', account)
      .orderBy('from_at')
      .execute();
    const holding = rows.filter(({ undone_at }) => undone_at === null);
    const splits = holding.filter(({ kind }) => kind === 'split').map(({ from_at }) => from_at.toISOString());
    const joins = holding
      .filter(({ kind }) => kind === 'join')
      .map(({ from_at, until_at }) => ({ from: from_at.toISOString(), until: until_at.toISOString() }));
    const said = { ...(splits.length > 0 && { splits }), ...(joins.length > 0 && { joins }) };
    // Each edit and each undoing is one more, for ever.
    const version = rows.length + rows.filter(({ undone_at }) => undone_at !== null).length;
    const settingsVersion = await setActivityEdits(config, owner.athlete, said, version);
    await askRecompute({ athlete: owner.athlete, fromMs, untilMs, settingsVersion });
  };
}
