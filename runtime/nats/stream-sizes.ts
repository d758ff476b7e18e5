import { LogUnavailableError } from '../stream/stream.ts';
import type { NatsLink } from './connection.ts';

/** How full a stream is; a bucket's stream is called KV_ and its name. */
export interface StreamSize {
  readonly stream: string;
  readonly messages: number;
  readonly bytes: number;
  /** 0 when there is no limit. */
  readonly maxBytes: number;
}

/** All streams of the servers, asked without changing any. Throws LogUnavailableError. */
export async function readStreamSizes(link: NatsLink): Promise<StreamSize[]> {
  if (!link.isConnected()) throw new LogUnavailableError('not connected to NATS');
  try {
    const sizes: StreamSize[] = [];
    for await (const { config, state } of link.jsm.streams.list()) {
      const { messages, bytes } = state;
      sizes.push({ stream: config.name, messages, bytes, maxBytes: Math.max(0, config.max_bytes) });
    }
    return sizes.sort((a, b) => (a.stream < b.stream ? -1 : 1));
  } catch (cause) {
    throw new LogUnavailableError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
