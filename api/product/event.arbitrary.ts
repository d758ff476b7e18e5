import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import type { ProductEvent, ProductKind, Way } from './events.ts';

/** A Monday, 00:00 UTC. */
export const MONDAY_MS = Date.UTC(2026, 5, 1);
export const DAY_MS = 86_400_000;
export const WEEK_MS = 7 * DAY_MS;

export function happened(
  person: string,
  kind: ProductKind,
  atMs: number,
  { subject, way = null }: { subject?: string; way?: Way | null } = {},
): ProductEvent {
  return { person, event: subject === undefined ? kind : `${kind}:${subject}`, kind, way, atMs };
}

/** What somebody does who signed up `signedMs`, and logs and is here at some times. */
export function personOf(
  { signedMs, isVerified = true, logged = [], here = [] }: PersonGiven,
  person: string = randomUUID(),
): ProductEvent[] {
  return [
    ...(signedMs === null ? [] : [happened(person, 'signed_up', signedMs)]),
    ...(isVerified ? [happened(person, 'verified', (signedMs ?? MONDAY_MS) + 60_000)] : []),
    ...logged.map((atMs, i) => happened(person, 'workout_logged', atMs, { subject: `w${i}`, way: 'hand' })),
    ...here.map((atMs) => happened(person, 'day_active', atMs, { subject: String(atMs) })),
  ];
}

export interface PersonGiven {
  /** Null: of them it is not known. */
  readonly signedMs: number | null;
  readonly isVerified?: boolean;
  readonly logged?: readonly number[];
  readonly here?: readonly number[];
}

const SPAN_WEEKS = 10;
const anyMoment = fc.nat(SPAN_WEEKS * WEEK_MS - 1).map((ms) => MONDAY_MS + ms);
/** Also the first and the last millisecond of a week and of a day. */
const anyEdge = fc
  .tuple(fc.nat(SPAN_WEEKS * 7), fc.constantFrom(-1, 0, 1))
  .map(([days, ms]) => MONDAY_MS + days * DAY_MS + ms);
const anyTime = fc.oneof(anyMoment, anyEdge);

/** Everything of some people, in any order, some of it twice. */
export const anyEvents: fc.Arbitrary<ProductEvent[]> = fc
  .array(
    fc.record({
      signedMs: fc.option(anyTime, { freq: 8 }),
      isVerified: fc.boolean(),
      logged: fc.array(anyTime, { maxLength: 8 }),
      here: fc.array(anyTime, { maxLength: 8 }),
    }),
    { maxLength: 12 },
  )
  .map((people) => people.flatMap((given) => personOf(given)))
  .chain((events) =>
    fc
      .subarray(events)
      .chain((again) => fc.shuffledSubarray([...events, ...again], { minLength: events.length + again.length })),
  );
