import { type ConsumerConfig, JetStreamApiError, type StreamConfig } from '@nats-io/jetstream';
import { createInbox, type Msg } from '@nats-io/transport-node';
import type { NatsLink } from './connection.ts';

/** What a copy of a stream is made from, besides its bytes; it goes back to the server as it came. */
export interface StreamCopyHead {
  readonly config: StreamConfig;
  readonly state: {
    readonly messages: number;
    readonly bytes: number;
    readonly first_seq: number;
    readonly last_seq: number;
  };
}

/** The server gave up, said nothing for too long, or answered with something else. */
export class StreamCopyError extends Error {
  override name = 'StreamCopyError';
}

/** Below the smallest `max_payload` of ours. */
const CHUNK_BYTES = 256 * 1024;
const MAX_SILENCE_MS = 30_000;
const NO_CONSUMER = 10014;

/**
 * Copies a stream as JetStream keeps it: sequences, times and headers. Everything that is in it at the beginning is in
 * the copy, and some of what comes meanwhile; so it suits logs, where messages only leave at the old end, and that end
 * must be held (see `holdStream`). Consumers are left out. The server sends the next chunks once `write` has resolved
 * for those before. Throws StreamCopyError.
 */
export async function copyStream(
  link: NatsLink,
  name: string,
  write: (chunk: Uint8Array) => Promise<void>,
): Promise<StreamCopyHead> {
  const { nc } = link;
  const inbox = createInbox();
  const chunks = nc.subscribe(inbox);
  // While the client is silent the timer runs; it ends the loop below.
  let silence: NodeJS.Timeout | undefined;
  let isSilent = false;
  const watch = () => {
    clearTimeout(silence);
    silence = setTimeout(() => {
      isSilent = true;
      chunks.unsubscribe();
    }, MAX_SILENCE_MS);
  };
  try {
    const request = { deliver_subject: inbox, no_consumers: true, chunk_size: CHUNK_BYTES };
    const head = await ask<StreamCopyHead>(link, `$JS.API.STREAM.SNAPSHOT.${name}`, request);
    watch();
    for await (const chunk of chunks) {
      clearTimeout(silence);
      if (chunk.data.length === 0) {
        const code = chunk.headers?.code ?? 0;
        if (code >= 400) throw new StreamCopyError(`${name}: ${code} ${chunk.headers?.description ?? ''}`);
        return { config: head.config, state: head.state };
      }
      await write(chunk.data);
      // The answer is what opens the server's window again.
      chunk.respond();
      watch();
    }
    const why = isSilent ? `the server sent nothing for ${MAX_SILENCE_MS} ms` : 'the connection was closed';
    throw new StreamCopyError(`the copy of ${name} ended early: ${why}`);
  } finally {
    clearTimeout(silence);
    chunks.unsubscribe();
  }
}

/**
 * Makes a stream from a copy. It must not be there. `replicas` may be another number than it had. Throws
 * StreamCopyError; part of it may be there then.
 */
export async function restoreStream(
  link: NatsLink,
  { config, state }: StreamCopyHead,
  replicas: number,
  chunks: AsyncIterable<Uint8Array>,
): Promise<void> {
  const { name } = config;
  const request = { config: { ...config, num_replicas: replicas }, state };
  const { deliver_subject } = await ask<{ deliver_subject: string }>(link, `$JS.API.STREAM.RESTORE.${name}`, request);
  const send = async (data: Uint8Array) => {
    try {
      return await link.nc.request(deliver_subject, data, { timeout: MAX_SILENCE_MS });
    } catch (cause) {
      throw new StreamCopyError(`the server does not answer while ${name} is restored`, { cause });
    }
  };
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; at += CHUNK_BYTES) {
      const answer = await send(chunk.subarray(at, at + CHUNK_BYTES));
      // An acknowledged chunk is answered with nothing, a refused one with the reason.
      if (answer.data.length > 0) read(answer, name);
    }
  }
  const made = read<StreamCopyHead>(await send(new Uint8Array(0)), name);
  if (made.state.messages < state.messages || made.state.last_seq < state.last_seq) {
    throw new StreamCopyError(
      `${name} came back with ${made.state.messages} messages up to ${made.state.last_seq}, ` +
        `the copy has ${state.messages} up to ${state.last_seq}`,
    );
  }
}

async function ask<T>(link: NatsLink, subject: string, request: unknown): Promise<T> {
  let answer: Msg;
  try {
    answer = await link.nc.request(subject, JSON.stringify(request), { timeout: MAX_SILENCE_MS });
  } catch (cause) {
    throw new StreamCopyError(`no answer on ${subject}`, { cause });
  }
  return read<T>(answer, subject);
}

function read<T>(answer: Msg, what: string): T {
  const body = answer.json<T & { error?: { code: number; description: string } }>();
  if (body.error) throw new StreamCopyError(`${what}: ${body.error.description}`);
  return body;
}

/** Every stream of the server, by name. */
export async function streamNames(link: NatsLink): Promise<string[]> {
  const names: string[] = [];
  for await (const { config } of link.jsm.streams.list()) names.push(config.name);
  return names.sort();
}

/**
 * Keeps the trimmer from removing anything that is in a stream now, by a durable that never reads: nothing goes that a
 * durable has not passed. When whoever asked for it dies, the server forgets it after `maxHeldMs`.
 */
export async function holdStream(
  link: NatsLink,
  stream: string,
  name: string,
  maxHeldMs: number,
): Promise<{ release(): Promise<void> }> {
  await link.jsm.consumers.add(stream, {
    ...durableAt(name, 1),
    inactive_threshold: maxHeldMs * 1e6,
  });
  return {
    async release() {
      try {
        await link.jsm.consumers.delete(stream, name);
      } catch (error) {
        const isGone = error instanceof JetStreamApiError && error.code === NO_CONSUMER;
        if (!isGone) throw error;
      }
    },
  };
}

/** Removes every durable of a stream: whoever opens theirs again reads it from its beginning. */
export async function forgetDurables(link: NatsLink, stream: string): Promise<void> {
  const names: string[] = [];
  for await (const { config } of link.jsm.consumers.list(stream)) {
    if (config.durable_name !== undefined) names.push(config.durable_name);
  }
  for (const name of names) await link.jsm.consumers.delete(stream, name);
}

/** Makes a durable that has everything below `fromSeq`; whoever opens it later gives it its other options. */
export async function createDurableAt(link: NatsLink, stream: string, name: string, fromSeq: number): Promise<void> {
  await link.jsm.consumers.add(stream, durableAt(name, fromSeq));
}

function durableAt(name: string, fromSeq: number): Partial<ConsumerConfig> {
  return {
    durable_name: name,
    ack_policy: 'explicit',
    max_deliver: -1,
    deliver_policy: 'by_start_sequence',
    opt_start_seq: Math.max(1, fromSeq),
  };
}
