/**
 * Keeps what people upload, as bytes under a key: files on their way to be imported, photos. The real ones are NATS's
 * object store (`nats-objects.ts`) and any S3 (`s3-objects.ts`), the twin lives in memory (`memory-objects.ts`);
 * `conformance.ts` holds all to this. Every call throws {@link ObjectsUnavailableError} when nothing can be said of the
 * object, and RangeError for a key that is none: words of A–Z a–z 0–9 _ - between slashes.
 */
export interface ObjectStore {
  /** Resolves once it is durable; another object under the key is replaced. */
  put(key: string, bytes: Uint8Array): Promise<void>;
  /** Null when there is none. */
  get(key: string): Promise<Uint8Array | null>;
  /** Gone afterwards, whether it was there or not. */
  delete(key: string): Promise<void>;
}

export class ObjectsUnavailableError extends Error {
  override name = 'ObjectsUnavailableError';
}

const MAX_KEY_CHARACTERS = 200;
const KEY = /^[A-Za-z0-9_-]+(\/[A-Za-z0-9_-]+)*$/;

/** Throws RangeError. */
export function assertObjectKey(key: string): void {
  if (key.length > MAX_KEY_CHARACTERS || !KEY.test(key)) throw new RangeError(`no key of an object: ${key}`);
}
