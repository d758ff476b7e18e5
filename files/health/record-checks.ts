import type { BrokenRule, RoutePoint } from './health-record.ts';
import { healthTime, isTimeZoneName } from './health-time.ts';
import { measureNamed } from './measures.ts';
import { type Dimension, inOurUnit, unitsOf } from './units.ts';

/** JSON that somebody sent. */
export type Fields = Readonly<Record<string, unknown>>;

/** Apple sold no phone, and nobody had a health store, before. */
const EARLIEST_MS = Date.UTC(1990, 0, 1);
/** A clock may be set to another time zone. */
const MAX_AHEAD_MS = 26 * 3_600_000;
/** Longest record: an aggregate of some days. */
const MAX_LENGTH_MS = 7 * 86_400_000;
const MAX_TEXT_CHARACTERS = 200;
// biome-ignore lint/suspicious/noControlCharactersInRegex: no database keeps a zero, and no line shows the others.
const CONTROL = /[\u0000-\u001f\u007f]/;
const MAX_RULES = 20;

export const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads the fields of one record and notes each rule that one breaks. What is broken comes back as nothing useful. */
export class RecordChecks {
  readonly rules: BrokenRule[] = [];
  readonly #nowMs: number;
  #timeZone: string | undefined;

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
  }

  broken(field: string, rule: string): void {
    if (this.rules.length < MAX_RULES) this.rules.push({ field, rule });
  }

  text(fields: Fields, name: string, path = name): string {
    const value = fields[name];
    const isText = typeof value === 'string' && value !== '' && value.length <= MAX_TEXT_CHARACTERS;
    if (isText && !CONTROL.test(value)) return value.toWellFormed();
    this.broken(path, `it is a text of 1 to ${MAX_TEXT_CHARACTERS} characters, none of them a control character`);
    return '';
  }

  /** '' where it is not said. */
  optionalText(fields: Fields, name: string, path = name): string {
    return fields[name] === undefined || fields[name] === null || fields[name] === ''
      ? ''
      : this.text(fields, name, path);
  }

  number(fields: Fields, name: string, path = name): number {
    const value = fields[name];
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    this.broken(path, 'it is a number');
    return Number.NaN;
  }

  /** An object within; empty where it is not said. */
  within(fields: Fields, name: string, path = name): Fields {
    const value = fields[name] ?? {};
    if (isFields(value)) return value;
    this.broken(path, 'it is an object');
    return {};
  }

  list(fields: Fields, name: string, path = name): readonly Fields[] {
    const value = fields[name] ?? [];
    if (Array.isArray(value) && value.every(isFields)) return value;
    this.broken(path, 'it is a list of objects');
    return [];
  }

  /** Of the dates that say no offset. */
  timeZone(name: unknown, path: string): void {
    if (name === undefined || name === null) return;
    if (typeof name === 'string' && isTimeZoneName(name)) this.#timeZone = name;
    else this.broken(path, 'it is a time zone of the IANA database');
  }

  time(fields: Fields, name: string, path = name): number {
    const value = fields[name];
    const atMs = typeof value === 'string' ? healthTime(value, this.#timeZone) : Number.NaN;
    if (Number.isNaN(atMs)) {
      this.broken(path, 'it is a date with its offset from UTC, as 2026-11-30T10:00:00+03:00');
      return 0;
    }
    if (atMs >= EARLIEST_MS && atMs <= this.#nowMs + MAX_AHEAD_MS) return Math.round(atMs);
    this.broken(path, 'it lies between 1990 and now');
    return 0;
  }

  /** The times of a record: its end does not lie before its start. */
  span(fields: Fields, start: string, end: string): { startMs: number; endMs: number } {
    const before = this.rules.length;
    const startMs = this.time(fields, start);
    const endMs = this.time(fields, end);
    if (this.rules.length > before) return { startMs: 0, endMs: 0 };
    if (endMs < startMs) this.broken(end, `it is not before ${start}`);
    if (endMs - startMs > MAX_LENGTH_MS) this.broken(end, `it is at most ${MAX_LENGTH_MS / 86_400_000} days later`);
    return { startMs, endMs };
  }

  /** In the unit of the measure, within its limits. */
  measured(
    { value, unit, measure, dimension }: { value: number; unit: string; measure: string; dimension: Dimension },
    paths: { value: string; unit: string },
  ): number {
    const { min, max, unit: ours } = measureNamed(measure);
    // It is no number, which was said already.
    if (Number.isNaN(value)) return min;
    const converted = inOurUnit(dimension, value, unit);
    if (converted === null) {
      this.broken(paths.unit, `it is one of ${unitsOf(dimension).join(', ')}`);
      return min;
    }
    if (converted >= min && converted <= max) return converted;
    this.broken(paths.value, `it is ${min} to ${max} ${ours === '1' ? '' : ours}`.trim());
    return min;
  }

  /** What may be left out, and is no number of a quantity otherwise. */
  optionalNumber(fields: Fields, name: string, path = name): number | undefined {
    return fields[name] === undefined || fields[name] === null ? undefined : this.number(fields, name, path);
  }

  place(point: Fields, path: string): Pick<RoutePoint, 'latitude' | 'longitude'> {
    const latitude = this.number(point, 'latitude', `${path}/latitude`);
    const longitude = this.number(point, 'longitude', `${path}/longitude`);
    if (Math.abs(latitude) > 90) this.broken(`${path}/latitude`, 'it is -90 to 90 degrees');
    if (Math.abs(longitude) > 180) this.broken(`${path}/longitude`, 'it is -180 to 180 degrees');
    return { latitude, longitude };
  }
}

/** Sorted, each time once: the first one stands. */
export function inOrder<One extends { readonly timeMs: number }>(points: readonly One[]): One[] {
  const seen = new Set<number>();
  const sorted = points.toSorted((a, b) => a.timeMs - b.timeMs);
  return sorted.filter(({ timeMs }) => !seen.has(timeMs) && seen.add(timeMs));
}
