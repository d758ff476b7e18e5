/**
 * What the newest checkpoint of a shard consists of. Whoever can rewrite it by compare-and-set holds the shard: it is
 * the fence, and the only thing that makes a value of a checkpoint count.
 */
export interface Manifest {
  /** Term that wrote it last, and the process. */
  readonly epoch: number;
  readonly owner: string;
  /** Number of the save within the term; 0 when the term only took the fence. */
  readonly save: number;
  /** Every message up to here is in the parts; 0 at the beginning. */
  readonly seq: number;
  /** Key of the value of each part. */
  readonly parts: Readonly<Record<string, string>>;
}

export const EMPTY_MANIFEST: Manifest = { epoch: 0, owner: '', save: 0, seq: 0, parts: {} };

export function writeManifest({ epoch, owner, save, seq, parts }: Manifest): Uint8Array {
  return Buffer.from(JSON.stringify({ epoch, owner, save, seq, parts }));
}

/** Throws on a value that is not a manifest: a shard that cannot be restored must not begin anew without a word. */
export function readManifest(value: Uint8Array): Manifest {
  const { epoch, owner, save, seq, parts } = JSON.parse(Buffer.from(value).toString()) as Partial<Manifest>;
  const isWhole = [epoch, save, seq].every((number) => Number.isSafeInteger(number));
  if (!isWhole || typeof owner !== 'string' || typeof parts !== 'object') throw new Error('the value is no manifest');
  return { epoch, owner, save, seq, parts } as Manifest;
}
