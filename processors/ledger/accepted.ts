import type { KeyValue } from '../../runtime/kv/kv.ts';
import { writeAccepted } from '../../runtime/ledger.ts';
import type { Reducer, ReducerFactory } from '../../runtime/reducer.ts';
import type { LogMessage } from '../../runtime/stream/stream.ts';
import type { Names } from '../../schemas/names.ts';
import { readBatchMessage } from '../batch-message.ts';

interface Counts {
  batches: number;
  frames: number;
  samples: number;
  nulled: number;
}

const PART = 'accepted';
/** Runs of ingest remembered for a shard; a repeat comes minutes after its first at most, not thousands of runs. */
const MAX_INSTANCES = 4_096;

/**
 * Counts what FRAMES holds, each (instance, batch) once. The batches of an instance strictly increase within a shard,
 * so the last one tells every repeat.
 */
export function createAcceptedReducers(deps: { kv: KeyValue; names: Names }): ReducerFactory {
  return { name: 'accepted', create: (shard, parts) => createAccepted(deps, shard, parts.get(PART)) };
}

function createAccepted({ kv, names }: { kv: KeyValue; names: Names }, shard: number, part?: Uint8Array): Reducer {
  const { counts, lastBatches } = readPart(part);
  let isDirty = false;
  let isEmitted = false;

  return {
    name: 'accepted',
    apply(message: LogMessage) {
      const read = readBatchMessage(message, names);
      if (read.type === 'newer') throw new Error(`schema version ${read.version} is newer than this process knows`);
      if (read.type !== 'batch') return;
      const { instance, batch, frames, samples, nulled } = read.message;
      if (batch <= (lastBatches.get(instance) ?? -1)) return;
      // Set anew so that the order of the map is that of the last use.
      lastBatches.delete(instance);
      lastBatches.set(instance, batch);
      if (lastBatches.size > MAX_INSTANCES) lastBatches.delete(lastBatches.keys().next().value as string);
      counts.batches++;
      counts.frames += frames;
      counts.samples += samples;
      counts.nulled += nulled;
      isDirty = true;
      isEmitted = false;
    },
    takeDirty() {
      if (!isDirty) return new Map();
      isDirty = false;
      const part = { counts, lastBatches: [...lastBatches] };
      return new Map([[PART, Buffer.from(JSON.stringify(part))]]);
    },
    async emit({ epoch, seq }) {
      if (isEmitted) return;
      const now = { epoch, seq, ...counts };
      await writeAccepted(kv, shard, now);
      isEmitted = counts.batches === now.batches;
    },
    emitsBeside: true,
  };
}

function readPart(part: Uint8Array | undefined): { counts: Counts; lastBatches: Map<string, number> } {
  if (part === undefined) return { counts: { batches: 0, frames: 0, samples: 0, nulled: 0 }, lastBatches: new Map() };
  const { counts, lastBatches } = JSON.parse(Buffer.from(part).toString('utf8')) as {
    counts: Counts;
    lastBatches: [string, number][];
  };
  return { counts, lastBatches: new Map(lastBatches) };
}
