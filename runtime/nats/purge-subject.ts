import { LogUnavailableError } from '../stream/stream.ts';
import type { NatsLink } from './connection.ts';

/** Removes every message of a stream that a filter takes, and says how many they were. Throws LogUnavailableError. */
export async function purgeSubject(link: NatsLink, stream: string, filter: string): Promise<number> {
  if (!link.isConnected()) throw new LogUnavailableError('not connected to NATS');
  try {
    return (await link.jsm.streams.purge(stream, { filter })).purged;
  } catch (cause) {
    throw new LogUnavailableError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
