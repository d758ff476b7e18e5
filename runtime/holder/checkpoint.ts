import { keys } from '../../schemas/names.ts';
import { KeyConflictError, type KeyValue, KvUnavailableError } from '../kv/kv.ts';
import { inParallel } from './in-parallel.ts';
import { EMPTY_MANIFEST, type Manifest, readManifest, writeManifest } from './manifest.ts';

/** One time of holding a shard, as far as its checkpoint is concerned. */
export interface CheckpointTerm {
  readonly shard: number;
  readonly epoch: number;
  readonly owner: string;
  /** Grows within the term, whoever asks: no value is ever written under a name that was used before. */
  nextSave(): number;
}

export interface Checkpoint {
  /** Every message up to here is in what was kept last. */
  readonly seq: number;
  /**
   * Keeps the parts that changed, then the manifest that names them. One at a time. When it throws
   * {@link KvUnavailableError} the older checkpoint holds and the changes are kept with those of the next call. Throws
   * {@link FenceLostError} when a later term has the shard, {@link PartTooLargeError} when a value has no room.
   */
  save(seq: number, dirty: ReadonlyMap<string, Uint8Array | null>): Promise<Saved>;
  /**
   * Looks whether the fence still holds. It does: no later term kept anything before this was called, hence nothing of
   * the shard beyond `seq` was removed from the log, and what was read of it by then has no gap. Throws
   * {@link FenceLostError} and KvUnavailableError.
   */
  assertHeld(): Promise<void>;
  /** Removes values that dead terms left behind, some of them. Throws KvUnavailableError. */
  clean(): Promise<void>;
}

/** A checkpoint whose fence was taken, and its values by part. */
export interface TakenCheckpoint {
  readonly checkpoint: Checkpoint;
  readonly loaded: ReadonlyMap<string, Uint8Array>;
}

export interface Saved {
  readonly parts: number;
  readonly bytes: number;
}

/** A later term has taken the shard: nothing that this one knows counts any more. */
export class FenceLostError extends Error {
  override name = 'FenceLostError';
}

/** A reducer's part, or the number of parts, is beyond what one value or manifest holds. */
export class PartTooLargeError extends Error {
  override name = 'PartTooLargeError';
}

/** NATS takes 1 MiB a message with its headers by default. */
const MAX_PART_BYTES = 1_000_000;
const MAX_PARTS = 1_024;
/** In a busy process each call waits for a turn of the event loop; a part has a megabyte at the most. */
const PARALLEL_CALLS = 16;
const MAX_FENCE_ATTEMPTS = 10;
/** Names to remove that are remembered; what is beyond is found by the next term. */
const MAX_GARBAGE = 4_096;
const MAX_CLEANED = 1_000;

/**
 * Takes the fence of a shard and loads its checkpoint.
 *
 * The manifest is rewritten by compare-and-set with the new epoch. From then on a predecessor cannot move it, so the
 * values that it names stay, and whatever the predecessor still writes is named by nobody. Throws
 * {@link FenceLostError} when a later term was here already, KvUnavailableError, and Error when a value is missing.
 */
export async function takeCheckpoint(kv: KeyValue, term: CheckpointTerm): Promise<TakenCheckpoint> {
  const { shard, epoch, owner, nextSave } = term;
  const key = keys.manifest(shard);
  let { manifest, revision } = await takeFence(kv, term);
  const loaded = await load(kv, manifest);
  const pending = new Map<string, Uint8Array | null>();
  const garbage = new Set<string>();

  async function moveTo(next: Manifest): Promise<void> {
    for (let attempt = 0; attempt < MAX_FENCE_ATTEMPTS; attempt++) {
      try {
        revision = await kv.update(key, writeManifest(next), revision);
        manifest = next;
        return;
      } catch (error) {
        if (!(error instanceof KeyConflictError)) throw error;
      }
      const found = await readEntry(kv, shard);
      if (found.manifest.epoch !== epoch || found.manifest.owner !== owner) throw lost(term, found.manifest);
      // A write of this term that had no answer was stored, this one or an earlier one.
      ({ manifest, revision } = found);
      if (manifest.save === next.save) return;
    }
    throw new KvUnavailableError(`the manifest of shard ${shard} does not stand still`);
  }

  /** Only after a manifest was stored: those before it can no longer come, so nothing else names these values. */
  async function removeGarbage(): Promise<void> {
    const named = new Set(Object.values(manifest.parts));
    await inParallel(
      [...garbage].filter((name) => !named.has(name)),
      PARALLEL_CALLS,
      async (name) => {
        await kv.delete(name);
        garbage.delete(name);
      },
    );
  }

  const checkpoint: Checkpoint = {
    get seq() {
      return manifest.seq;
    },

    async save(seq, dirty) {
      for (const [part, value] of dirty) pending.set(part, value);
      assertBounds(manifest, pending);
      if (pending.size === 0 && seq === manifest.seq) return { parts: 0, bytes: 0 };
      const save = nextSave();
      const parts: Record<string, string> = { ...manifest.parts };
      const values: [string, Uint8Array][] = [];
      for (const [part, value] of pending) {
        delete parts[part];
        if (value === null) continue;
        parts[part] = keys.checkpoint(shard, epoch, save, seq, part);
        values.push([parts[part], value]);
      }
      for (const name of [...Object.values(manifest.parts), ...Object.values(parts)]) garbage.add(name);
      await inParallel(values, PARALLEL_CALLS, async ([name, value]) => void (await kv.put(name, value)));
      await moveTo({ epoch, owner, save, seq, parts });
      pending.clear();
      try {
        await removeGarbage();
      } catch (error) {
        // The checkpoint stands; what is left over is removed after the next one.
        if (!(error instanceof KvUnavailableError)) throw error;
      }
      for (const name of garbage) if (garbage.size > MAX_GARBAGE) garbage.delete(name);
      return { parts: values.length, bytes: values.reduce((sum, [, value]) => sum + value.length, 0) };
    },

    async assertHeld() {
      const found = await readEntry(kv, shard);
      if (found.manifest.epoch !== epoch || found.manifest.owner !== owner) throw lost(term, found.manifest);
    },

    async clean() {
      const found = await kv.keys(keys.checkpoints(shard));
      const named = new Set(Object.values(manifest.parts));
      // Dead terms cannot move the manifest, so nobody will ever name these. Later terms own theirs.
      const dead = found.filter((name) => !named.has(name) && (keys.parseCheckpointEpoch(name) ?? epoch) < epoch);
      await inParallel(dead.slice(0, MAX_CLEANED), PARALLEL_CALLS, (name) => kv.delete(name));
    },
  };
  return { checkpoint, loaded };
}

/** Rewrites the manifest with the term's epoch, and nothing else of it changed. */
async function takeFence(kv: KeyValue, term: CheckpointTerm): Promise<{ manifest: Manifest; revision: number }> {
  const { shard, epoch, owner } = term;
  const key = keys.manifest(shard);
  for (let attempt = 0; attempt < MAX_FENCE_ATTEMPTS; attempt++) {
    const found = await readEntry(kv, shard);
    const { manifest: before } = found;
    if (before.epoch > epoch || (before.epoch === epoch && before.owner !== owner)) throw lost(term, before);
    const manifest = { ...before, epoch, owner, save: 0 };
    try {
      const value = writeManifest(manifest);
      const revision = found.revision > 0 ? await kv.update(key, value, found.revision) : await kv.create(key, value);
      return { manifest, revision };
    } catch (error) {
      // A predecessor's last checkpoint, a successor's fence, or our own without an answer: the next look tells.
      if (!(error instanceof KeyConflictError)) throw error;
    }
  }
  throw new KvUnavailableError(`the manifest of shard ${shard} does not stand still`);
}

async function readEntry(kv: KeyValue, shard: number): Promise<{ manifest: Manifest; revision: number }> {
  const entry = await kv.get(keys.manifest(shard));
  return entry
    ? { manifest: readManifest(entry.value), revision: entry.revision }
    : { manifest: EMPTY_MANIFEST, revision: 0 };
}

async function load(kv: KeyValue, { parts }: Manifest): Promise<Map<string, Uint8Array>> {
  const loaded = new Map<string, Uint8Array>();
  await inParallel(Object.entries(parts), PARALLEL_CALLS, async ([part, name]) => {
    const entry = await kv.get(name);
    if (!entry) throw new Error(`the checkpoint names ${name}, and there is no such value`);
    loaded.set(part, entry.value);
  });
  return loaded;
}

function lost({ shard, epoch }: CheckpointTerm, by: Manifest): FenceLostError {
  return new FenceLostError(`shard ${shard} of epoch ${epoch} was taken over by ${by.owner}, epoch ${by.epoch}`);
}

function assertBounds(manifest: Manifest, pending: ReadonlyMap<string, Uint8Array | null>): void {
  const count = new Set([...Object.keys(manifest.parts), ...pending.keys()]).size;
  if (count > MAX_PARTS) throw new PartTooLargeError(`a checkpoint of ${count} parts, ${MAX_PARTS} are allowed`);
  for (const [part, value] of pending) {
    if (value !== null && value.length > MAX_PART_BYTES) {
      throw new PartTooLargeError(`part ${part} has ${value.length} bytes, ${MAX_PART_BYTES} are allowed`);
    }
  }
}
