import type { EnteredWorkout } from './workout-api.ts';

/** A workout that was written down and is not with the server yet. */
export interface Draft {
  /** Goes along with each attempt, so that what arrived already is not entered again. */
  readonly key: string;
  readonly workout: EnteredWorkout;
  readonly writtenMs: number;
  /** Since when an attempt may have arrived without our knowing; null before the first. */
  readonly triedMs: number | null;
  /** Why the server will not have it as it is; null while it waits. */
  readonly refused: string | null;
}

/** What of the browser's own storage is used. */
export interface Shelf {
  getItem(name: string): string | null;
  setItem(name: string, text: string): void;
}

/** For so long the server answers alike under a key; a little less than it says. */
const KEY_HOLDS_MS = 20 * 3_600_000;
const MAX_DRAFTS = 50;

export class DraftsFullError extends Error {
  override name = 'DraftsFullError';
}

export interface DraftBoxDeps {
  readonly shelf: Shelf;
  /** Whose they are: another who logs in on this browser neither sees nor sends them. */
  readonly account: string;
  readonly nowMs: () => number;
  readonly newKey: () => string;
  /** Throws what `judge` tells apart. */
  readonly send: (workout: EnteredWorkout, key: string) => Promise<unknown>;
  /** Whether the server has it already: asked where an attempt is older than the server knows keys. */
  readonly isThere: (workout: EnteredWorkout) => Promise<boolean>;
  /** Words for an error that another attempt will not mend; null for one that it may. */
  readonly judge: (error: unknown) => string | null;
}

/**
 * The drafts of one person, kept in this browser until the server has them: waiting → sent, or refused, and waiting
 * again once changed. Each is kept before it is sent, and leaves when the server has answered that it has it.
 */
export function createDraftBox({ shelf, account, nowMs, newKey, send, isThere, judge }: DraftBoxDeps) {
  const name = `slipstream-drafts-${account}`;
  const all = (): readonly Draft[] => JSON.parse(shelf.getItem(name) ?? '[]');
  const write = (drafts: readonly Draft[]) => shelf.setItem(name, JSON.stringify(drafts));
  const replace = (key: string, part: Partial<Draft>) =>
    write(all().map((one) => (one.key === key ? { ...one, ...part } : one)));

  const drop = (key: string) => write(all().filter((one) => one.key !== key));

  async function deliver({ key, workout, triedMs }: Draft): Promise<void> {
    const mayBeForgotten = triedMs !== null && nowMs() - triedMs > KEY_HOLDS_MS;
    if (mayBeForgotten && (await isThere(workout))) return;
    if (triedMs === null) replace(key, { triedMs: nowMs() });
    await send(workout, key);
  }

  return {
    all,
    drop,
    /** Throws DraftsFullError, and what the browser throws that has no room. */
    keep(workout: EnteredWorkout): Draft {
      const before = all();
      if (before.length >= MAX_DRAFTS) throw new DraftsFullError(`${MAX_DRAFTS} drafts are kept already`);
      const draft = { key: newKey(), workout, writtenMs: nowMs(), triedMs: null, refused: null };
      write([...before, draft]);
      return draft;
    },
    /** Sends what waits, the oldest first, and stops where the server cannot be reached. Answers how many arrived. */
    async sendAll(): Promise<number> {
      let sent = 0;
      for (const draft of all().filter(({ refused }) => refused === null)) {
        try {
          await deliver(draft);
        } catch (error) {
          const refused = judge(error);
          if (refused === null) return sent;
          replace(draft.key, { refused });
          continue;
        }
        drop(draft.key);
        sent++;
      }
      return sent;
    },
  };
}

export type DraftBox = ReturnType<typeof createDraftBox>;
