import { randomBytes } from 'node:crypto';
import type { KeyValue } from '../../runtime/kv/kv.ts';
import type { MessageLog } from '../../runtime/stream/stream.ts';
import { shardOf } from '../../schemas/identity.ts';
import { BATCH_HEADERS, keys, type Names } from '../../schemas/names.ts';
import { encodeRecordsAsk } from '../../schemas/records-ask.ts';

/**
 * Whose records have to be found again because their activities were, by whoever holds their shard: only a holder
 * knows what was claimed last. It is noted before an activity is written and struck out once the frame stream has the
 * ask, so that a run that is killed in between leaves it to the next.
 *
 * Every call throws KvUnavailableError, LogFullError and LogUnavailableError, and may be repeated.
 */
export interface RecordsDue {
  note(athlete: string): Promise<void>;
  ask(athlete: string): Promise<void>;
  /** Asks for everybody whom an earlier run has left. */
  askForTheRest(): Promise<void>;
}

export interface RecordsDueDeps {
  readonly config: KeyValue;
  readonly frames: MessageLog;
  readonly names: Pick<Names, 'frames'>;
  readonly shards: number;
}

export function createRecordsDue({ config, frames, names, shards }: RecordsDueDeps): RecordsDue {
  async function ask(athlete: string): Promise<void> {
    await frames.publish(names.frames(shardOf(athlete, shards)), encodeRecordsAsk({ recordsOf: athlete }), {
      msgId: `tick.records.${randomBytes(8).toString('hex')}`,
      headers: { [BATCH_HEADERS.kind]: 'tick' },
    });
    await config.delete(keys.recordsDue(athlete));
  }

  return {
    ask,
    note: async (athlete) => {
      await config.put(keys.recordsDue(athlete), new Uint8Array(0));
    },
    async askForTheRest() {
      for (const key of await config.keys(keys.allRecordsDue)) {
        const athlete = keys.parseRecordsDue(key);
        if (athlete !== null) await ask(athlete);
      }
    },
  };
}
