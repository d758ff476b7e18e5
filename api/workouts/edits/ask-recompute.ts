import type { MessageLog } from '../../../runtime/stream/stream.ts';
import { shardOf } from '../../../schemas/identity.ts';
import { BATCH_HEADERS, type Names } from '../../../schemas/names.ts';
import { encodeRecomputeAsk } from '../../../schemas/recompute-ask.ts';
import type { AskRecompute } from './deliver-edits.ts';

/** Asks by the frame stream, which the holder of the athlete's shard reads; the same question once. */
export function createAskRecompute(
  { frames, names }: { frames: () => Promise<MessageLog>; names: Pick<Names, 'frames'> },
  shards: number,
): AskRecompute {
  let opened: Promise<MessageLog> | undefined;
  return async function askRecompute(ask) {
    opened ??= frames().catch((error) => {
      // The next try opens it anew.
      opened = undefined;
      throw error;
    });
    const log = await opened;
    const { athlete, settingsVersion, fromMs, untilMs } = ask;
    const msgId = `tick.ask.${athlete}.${settingsVersion}.${fromMs}.${untilMs}`;
    const headers = { [BATCH_HEADERS.kind]: 'tick' };
    await log.publish(names.frames(shardOf(athlete, shards)), encodeRecomputeAsk(ask), { msgId, headers });
  };
}
