import { parseJson } from './parse-json.ts';
import type { RefusedReason } from './reasons.ts';

/**
 * Reads of chips and mats that came to ingest by MQTT, on their way to whoever stores them (`names.storeReads`): a head
 * in JSON, a line feed, and the body as it came. The answer says what became of them.
 */
export interface ForwardedReads {
  readonly race: string;
  /** From the token, which ingest has checked. */
  readonly by: { readonly role: 'operator' | 'organiser' | 'feed'; readonly subject: string; readonly tokenId: string };
  /** The same as of `POST /v1/races/{race}/reads`. */
  readonly body: Uint8Array;
}

/** Null: all reads are stored. `reads_left_out`: all but those of nobody. Else none is. */
export interface ReadsAnswer {
  readonly reason: ReadsReason | null;
}
export type ReadsReason =
  | 'reads_left_out'
  | Extract<RefusedReason, 'bad_reads' | 'unknown_race' | 'foreign_race' | 'stream_unavailable' | 'overloaded'>;

const REASONS: readonly ReadsReason[] = [
  ...(['reads_left_out', 'bad_reads', 'unknown_race', 'foreign_race', 'stream_unavailable', 'overloaded'] as const),
];
const ROLES: readonly string[] = ['operator', 'organiser', 'feed'];
const LINE_FEED = 0x0a;

export function encodeForwardedReads({ race, by, body }: ForwardedReads): Uint8Array {
  return Buffer.concat([Buffer.from(`${JSON.stringify({ race, by })}\n`), body]);
}

/** Null when it is none. */
export function readForwardedReads(data: Uint8Array): ForwardedReads | null {
  const end = data.indexOf(LINE_FEED);
  const head = parseJson(data.subarray(0, Math.max(0, end))) as Partial<Omit<ForwardedReads, 'body'>> | null;
  const { race, by } = head ?? {};
  const isWhole = typeof race === 'string' && typeof by?.subject === 'string' && typeof by.tokenId === 'string';
  if (!isWhole || !ROLES.includes(by.role)) return null;
  const { role, subject, tokenId } = by;
  return { race, by: { role, subject, tokenId }, body: data.subarray(end + 1) };
}

export function encodeReadsAnswer(answer: ReadsAnswer): Uint8Array {
  return Buffer.from(JSON.stringify(answer));
}

/** Null when it is none. */
export function readReadsAnswer(data: Uint8Array): ReadsAnswer | null {
  const { reason } = (parseJson(data) ?? {}) as Partial<ReadsAnswer>;
  if (reason === null) return { reason };
  return reason !== undefined && REASONS.includes(reason) ? { reason } : null;
}
