import { JetStreamApiError, type StreamConfig } from '@nats-io/jetstream';
import type { MsgHdrs } from '@nats-io/transport-node';
import {
  assertFilter,
  assertKey,
  type BucketOptions,
  type Entry,
  KeyConflictError,
  type KeyValue,
  KvUnavailableError,
} from '../kv/kv.ts';
import type { NatsLink } from './connection.ts';
import { addStream, findStream } from './ensure-stream.ts';
import { type OrderedRead, openOrderedRead } from './ordered-read.ts';
import { createAckedPublisher, NatsRefusal } from './publisher.ts';

const WRONG_LAST_SEQUENCE = new Set([10071, 10164]);
const NO_MESSAGE = 10037;
const OPERATION = 'KV-Operation';
const EXPECTED = 'Nats-Expected-Last-Subject-Sequence';
/** How long the mark of a deleted key stays for watchers that were away; without it marks would pile up for ever. */
const DELETE_MARK_TTL = '3600';

/**
 * A {@link KeyValue} in the layout of NATS key-value buckets (ADR-8), so `nats kv` reads it: one message per key on
 * `$KV.<bucket>.<key>` of the stream `KV_<bucket>`. Reads are answered by the leader, never by a replica that lags.
 */
export async function openNatsKv(link: NatsLink, options: BucketOptions): Promise<KeyValue> {
  const stream = `KV_${options.bucket}`;
  const prefix = `$KV.${options.bucket}.`;
  const publisher = createAckedPublisher(link);
  await asking(link, () => ensureBucket(link, stream, `${prefix}>`, options));

  async function write(key: string, value: Uint8Array, header: [string, string][]): Promise<number> {
    assertKey(key);
    return (await publisher.publish(prefix + key, value, header)).seq;
  }

  /** The newest message on the key, a mark of deletion included. */
  async function newest(key: string): Promise<{ entry: Entry; deleted: boolean } | null> {
    assertKey(key);
    try {
      const found = await link.jsm.streams.getMessage(stream, { last_by_subj: prefix + key });
      if (!found) return null;
      const entry = { key, value: found.data, revision: found.seq, writtenMs: Date.parse(found.timestamp) };
      return { entry, deleted: isDeletion(found.header) };
    } catch (error) {
      if (error instanceof JetStreamApiError && error.code === NO_MESSAGE) return null;
      throw error;
    }
  }

  async function latest(filter: string, valuesToo: boolean, signal: AbortSignal): Promise<OrderedRead> {
    assertFilter(filter);
    return openOrderedRead(
      link,
      stream,
      { deliver_policy: 'last_per_subject', filter_subject: prefix + filter, headers_only: !valuesToo },
      signal,
    );
  }

  return {
    get: (key) =>
      asking(link, async () => {
        const found = await newest(key);
        return found && !found.deleted ? found.entry : null;
      }),

    create: (key, value) =>
      asking(link, async () => {
        try {
          return await write(key, value, [[EXPECTED, '0']]);
        } catch (error) {
          if (!isConflict(error)) throw error;
          const found = await newest(key);
          if (found && !found.deleted) throw error;
          return write(key, value, [[EXPECTED, String(found?.entry.revision ?? 0)]]);
        }
      }),

    update: (key, value, revision) => asking(link, () => write(key, value, [[EXPECTED, String(revision)]])),

    put: (key, value) => asking(link, () => write(key, value, [])),

    delete: (key, revision) =>
      asking(link, async () => {
        const header: [string, string][] = [
          [OPERATION, 'DEL'],
          ['Nats-TTL', DELETE_MARK_TTL],
        ];
        if (revision !== undefined) header.push([EXPECTED, String(revision)]);
        else if (!(await newest(key))) return;
        await write(key, new Uint8Array(0), header);
      }),

    keys: (filter) =>
      asking(link, async () => {
        const reader = await latest(filter, false, AbortSignal.timeout(link.requestTimeoutMs));
        const found: string[] = [];
        try {
          for (let pending = reader.pendingMessages; pending > 0; ) {
            const one = await reader.next();
            if (!one) throw new KvUnavailableError(`the keys did not come within ${link.requestTimeoutMs} ms`);
            pending = one.delivery.pendingMessages;
            if (!isDeletion(one.message.headers)) found.push(one.message.subject.slice(prefix.length));
          }
          return found;
        } finally {
          reader.close();
        }
      }),

    watch: (filter, handlers) =>
      asking(link, async () => {
        const abort = new AbortController();
        const reader = await latest(filter, true, abort.signal);
        void (async () => {
          try {
            let ready = reader.pendingMessages === 0;
            if (ready) handlers.onReady();
            for (let one = await reader.next(); one; one = await reader.next()) {
              const { message, delivery } = one;
              const value = isDeletion(message.headers) ? null : message.data;
              handlers.onChange({ key: message.subject.slice(prefix.length), value, revision: delivery.streamSeq });
              if (ready || delivery.pendingMessages > 0) continue;
              ready = true;
              handlers.onReady();
            }
          } catch (error) {
            if (!abort.signal.aborted) handlers.onLost(error instanceof Error ? error : new Error(String(error)));
          } finally {
            reader.close();
          }
        })();
        return { stop: () => abort.abort() };
      }),
  };
}

function isDeletion(header: MsgHdrs | undefined): boolean {
  // The server's own mark for an expired key has a reason instead of an operation.
  return (header?.get(OPERATION) ?? '') !== '' || (header?.get('Nats-Marker-Reason') ?? '') !== '';
}

function isConflict(error: unknown): boolean {
  return error instanceof NatsRefusal && WRONG_LAST_SEQUENCE.has(error.code);
}

async function ensureBucket(link: NatsLink, stream: string, subject: string, options: BucketOptions): Promise<void> {
  const config: Partial<StreamConfig> & { name: string } = {
    name: stream,
    subjects: [subject],
    storage: 'file',
    retention: 'limits',
    discard: 'new',
    max_bytes: options.maxBytes > 0 ? options.maxBytes : -1,
    max_age: options.ttlMs * 1e6,
    max_msgs_per_subject: 1,
    num_replicas: options.replicas,
    allow_rollup_hdrs: true,
    allow_msg_ttl: true,
    deny_delete: true,
    allow_direct: false,
    duplicate_window: Math.min(120_000, options.ttlMs || 120_000) * 1e6,
  };
  const found = (await findStream(link, stream)) ?? (await addStream(link, config));
  if (found === null) return;
  const { name, storage: _storage, retention: _retention, ...changeable } = config;
  await link.jsm.streams.update(name, { ...found, ...changeable });
}

/** Runs one or more requests; what fails for want of an answer becomes KvUnavailableError. */
async function asking<T>(link: NatsLink, run: () => Promise<T>): Promise<T> {
  if (!link.isConnected()) throw new KvUnavailableError('not connected to NATS');
  try {
    return await run();
  } catch (error) {
    if (error instanceof RangeError || error instanceof KvUnavailableError) throw error;
    if (isConflict(error)) throw new KeyConflictError('another writer came first', { cause: error });
    throw new KvUnavailableError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
