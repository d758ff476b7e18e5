import { type ObjectStore as NatsObjectStore, Objm } from '@nats-io/obj';
import { assertObjectKey, type ObjectStore, ObjectsUnavailableError } from '../objects/objects.ts';
import type { NatsLink } from './connection.ts';

export interface NatsObjectsOptions {
  readonly bucket: string;
  /** Older objects go by themselves; 0 keeps them. */
  readonly ttlMs: number;
  readonly maxBytes: number;
  readonly replicas: number;
}

/** A bucket of NATS's object store (ADR-20), so `nats object` reads it. It is made on first use. */
export function createNatsObjects(
  link: NatsLink,
  { bucket, ttlMs, maxBytes, replicas }: NatsObjectsOptions,
): ObjectStore {
  let opening: Promise<NatsObjectStore> | null = null;

  function open(): Promise<NatsObjectStore> {
    opening ??= new Objm(link.nc)
      .create(bucket, { ...(ttlMs > 0 && { ttl: ttlMs * 1e6 }), max_bytes: maxBytes, replicas, storage: 'file' })
      .catch((error) => {
        opening = null;
        throw error;
      });
    return opening;
  }

  /** Whatever fails, nothing can be said of the object. */
  async function ask<T>(key: string, run: (store: NatsObjectStore) => Promise<T>): Promise<T> {
    assertObjectKey(key);
    if (!link.isConnected()) throw new ObjectsUnavailableError('not connected to NATS');
    try {
      return await run(await open());
    } catch (cause) {
      throw new ObjectsUnavailableError(cause instanceof Error ? cause.message : String(cause), { cause });
    }
  }

  return {
    put: (key, bytes) =>
      ask(key, async (store) => {
        await store.putBlob({ name: key }, bytes);
      }),
    get: (key) => ask(key, (store) => store.getBlob(key)),
    delete: (key) =>
      ask(key, async (store) => {
        if ((await store.info(key)) !== null) await store.delete(key);
      }),
  };
}
