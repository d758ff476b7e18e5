import { JetStreamApiError, type StreamConfig } from '@nats-io/jetstream';
import type { NatsLink } from './connection.ts';

const NO_STREAM = 10059;

/**
 * How a stream is configured now; null when there is none. To be asked before one is added: a server counts the
 * `max_bytes` of what is to be added against its disk before it sees that the stream is there already, and refuses.
 */
export async function findStream(link: NatsLink, name: string): Promise<StreamConfig | null> {
  try {
    return (await link.jsm.streams.info(name)).config;
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === NO_STREAM) return null;
    throw error;
  }
}

/** Null when it was made; how it is configured when another process came first with other settings. */
export async function addStream(
  link: NatsLink,
  config: Partial<StreamConfig> & { name: string },
): Promise<StreamConfig | null> {
  try {
    await link.jsm.streams.add(config);
    return null;
  } catch (error) {
    // The name is in use, or another process's stream of that name has the room already: it is there, then.
    const found = error instanceof JetStreamApiError ? await findStream(link, config.name) : null;
    if (found === null) throw error;
    return found;
  }
}
