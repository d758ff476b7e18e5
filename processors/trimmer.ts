import type { Clock } from '../runtime/clock.ts';
import { readManifest } from '../runtime/holder/manifest.ts';
import { type KeyValue, KvUnavailableError } from '../runtime/kv/kv.ts';
import type { Logger } from '../runtime/log.ts';
import type { Service } from '../runtime/service.ts';
import { LogUnavailableError, type MessageLog } from '../runtime/stream/stream.ts';
import { keys, type Names } from '../schemas/names.ts';

export interface TrimmerDeps {
  readonly frames: MessageLog;
  /** The bucket of the shards' manifests. */
  readonly checkpoints: KeyValue;
  readonly names: Names;
  readonly shards: number;
  /** Every sink of the deployment, whether this process runs it or not. */
  readonly sinks: readonly string[];
  readonly clock: Clock;
  readonly logger: Logger;
  /** A message that is younger stays, so that it can be read again. */
  readonly minAgeMs: number;
  readonly intervalMs: number;
  /** Whether it is this process's turn. Two at once do no harm. */
  isOurs(): boolean;
  readonly onTrimmed?: (position: { firstSeq: number; heldBy: string }) => void;
}

export interface Trimmer extends Service {
  trim(): Promise<void>;
  /** How long ago the last good turn was, or this process's first when none was yet; null when it is not its turn. */
  turnAgeMs(): number | null;
}

/** Up to where a reader has no need of the log any more. */
interface Need {
  readonly who: string;
  /** The first message that it may still need. */
  readonly firstSeq: number;
}

/**
 * Removes the messages of FRAMES that nobody needs any more; the log itself never drops one.
 *
 * A message goes when every sink of the deployment has acknowledged it, the checkpoint of its shard covers it, every
 * other durable that exists is past it, and it is older than `minAgeMs`. A sink whose durable does not exist has
 * everything before it; so has a shard without a checkpoint. So nothing goes before each of them has run once, and a
 * deployment that leaves out a store must say so. All bounds only grow, hence a trimmer that was stopped for a while
 * and goes on with what it knew removes nothing that is needed.
 */
export function createTrimmer(deps: TrimmerDeps): Trimmer {
  const { frames, checkpoints, names, clock, logger } = deps;
  const ending = new AbortController();
  /** Where the log ended at earlier turns, oldest first: what was there then is at least that old now. */
  let ends: { atMs: number; lastSeq: number }[] = [];
  let running: Promise<void> = Promise.resolve();
  let turnAtMs: number | null = null;

  async function needs(): Promise<Need[]> {
    const needs: Need[] = [];
    for (const name of new Set([...deps.sinks.map(names.durable), ...(await frames.durables())])) {
      const position = await frames.durablePosition(name);
      needs.push({ who: `durable ${name}`, firstSeq: (position?.ackFloorSeq ?? 0) + 1 });
    }
    for (let shard = 0; shard < deps.shards; shard++) {
      const entry = await checkpoints.get(keys.manifest(shard));
      const seq = entry ? readManifest(entry.value).seq : 0;
      // The next message of this shard, not of the log: a shard that is quiet holds nothing up.
      const firstSeq = await frames.nextSeq(names.frames(shard), seq + 1);
      if (firstSeq !== null) needs.push({ who: `shard ${shard}`, firstSeq });
    }
    return needs;
  }

  async function trim(): Promise<void> {
    const { firstSeq, lastSeq } = await frames.info();
    const nowMs = clock.monotonicMs();
    const old = ends.findLast(({ atMs }) => nowMs - atMs >= deps.minAgeMs);
    if (old) ends = ends.slice(ends.indexOf(old));
    ends.push({ atMs: nowMs, lastSeq });
    if (!old || old.lastSeq < firstSeq) return;
    // Needs are looked up after the end of the log was: a message of a shard that was quiet then is above that end.
    const bound = (await needs()).reduce((least, need) => (need.firstSeq < least.firstSeq ? need : least), {
      who: 'age',
      firstSeq: old.lastSeq + 1,
    });
    deps.onTrimmed?.({ firstSeq: Math.max(firstSeq, bound.firstSeq), heldBy: bound.who });
    if (bound.firstSeq <= firstSeq) return;
    await frames.purgeBelow(bound.firstSeq);
    logger.debug({ below: bound.firstSeq, heldBy: bound.who }, 'removed what nobody needs any more');
  }

  async function run(): Promise<void> {
    while (!ending.signal.aborted) {
      // Rejected by the signal only, which the loop looks at itself.
      await clock.sleep(deps.intervalMs, ending.signal).catch(() => undefined);
      if (ending.signal.aborted) return;
      if (!deps.isOurs()) {
        ends = [];
        turnAtMs = null;
        continue;
      }
      turnAtMs ??= clock.monotonicMs();
      try {
        await trim();
        turnAtMs = clock.monotonicMs();
      } catch (error) {
        if (!(error instanceof LogUnavailableError || error instanceof KvUnavailableError)) throw error;
        logger.warn({ err: error }, 'nothing was trimmed; trying again');
      }
    }
  }

  async function end(): Promise<void> {
    ending.abort();
    await running;
  }

  return {
    name: 'trimmer',
    trim,
    turnAgeMs: () => (turnAtMs === null ? null : clock.monotonicMs() - turnAtMs),
    run(signal) {
      signal?.addEventListener('abort', () => ending.abort(), { once: true });
      running = run();
      return running;
    },
    drain: end,
    stop: end,
  };
}
