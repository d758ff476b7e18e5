import { LogUnavailableError } from '../stream/stream.ts';
import type { NatsLink } from './connection.ts';

export interface SubjectCounts {
  readonly messages: number;
  /** Messages of each subject; null when there are more subjects than one answer of the server names. */
  readonly subjects: ReadonlyMap<string, number> | null;
}

/** The server names so many in one answer. */
const MAX_SUBJECTS = 100_000;

/** How many messages a stream has on each subject. Throws LogUnavailableError. */
export async function readSubjectCounts(link: NatsLink, stream: string): Promise<SubjectCounts> {
  if (!link.isConnected()) throw new LogUnavailableError('not connected to NATS');
  try {
    const { state } = await link.jsm.streams.info(stream);
    if ((state.num_subjects ?? 0) > MAX_SUBJECTS) return { messages: state.messages, subjects: null };
    const named = await link.jsm.streams.info(stream, { subjects_filter: '>' });
    const subjects = new Map(Object.entries(named.state.subjects ?? {}));
    return { messages: named.state.messages, subjects };
  } catch (cause) {
    throw new LogUnavailableError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
