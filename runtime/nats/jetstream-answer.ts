import { LogUnavailableError } from '../stream/stream.ts';
import type { NatsLink } from './connection.ts';

/** Asks JetStream something small: the version of the server that answers. Throws LogUnavailableError. */
export async function readJetStreamVersion(link: NatsLink): Promise<string> {
  if (!link.isConnected()) throw new LogUnavailableError('not connected to NATS');
  try {
    await link.jsm.getAccountInfo();
  } catch (cause) {
    throw new LogUnavailableError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
  return link.nc.info?.version ?? '';
}
