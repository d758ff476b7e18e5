/**
 * Everything that can be wrong with an activity file, in one place. The name is what the verdict on a file says.
 *
 * refused: nothing of the file is taken, for there is no activity in it that could be trusted
 * damage:  the activity is there and marked; the text says what was saved
 */
export const FILE_REASONS = {
  unknown_format: {
    outcome: 'refused',
    text: 'The bytes are no FIT, GPX, TCX, CSV or Parquet file, and no export of a Health app.',
  },
  file_too_large: { outcome: 'refused', text: 'The file, or what it unpacks to, is larger than allowed.' },
  bad_gzip: { outcome: 'refused', text: 'The file begins like gzip and cannot be unpacked.' },
  bad_zip: { outcome: 'refused', text: 'The zip is broken, or unpacks to more than it says.' },
  bad_database: { outcome: 'refused', text: 'The database is damaged, or none of a health store.' },
  bad_xml: { outcome: 'refused', text: 'The XML breaks off or is broken before the first sample.' },
  xml_doctype: {
    outcome: 'refused',
    text: 'The XML declares a document type, with which entities could be defined.',
  },
  xml_too_deep: { outcome: 'refused', text: 'The XML elements are nested deeper than any activity needs.' },
  bad_table: { outcome: 'refused', text: 'The table has no column of times, or cannot be read.' },
  foreign_parquet: { outcome: 'refused', text: 'The Parquet file was not written by Slipstream, or was changed.' },
  not_an_activity: { outcome: 'refused', text: 'The file holds settings, a course or a plan, and no activity.' },
  route_without_times: {
    outcome: 'refused',
    text: 'No point has a time: this is a route, and nobody has moved on it.',
  },
  no_samples: { outcome: 'refused', text: 'No sample could be read.' },
  too_many_samples: { outcome: 'refused', text: 'The file holds more samples than an activity may have.' },
  truncated: { outcome: 'damage', text: 'The file ends early; what came before is kept.' },
  bad_checksum: {
    outcome: 'damage',
    text: 'The checksum is wrong; values may have changed, all that can be read are kept.',
  },
  unreadable: {
    outcome: 'damage',
    text: 'A stretch of bytes makes no sense; what came before it in its part is kept.',
  },
  trailing_bytes: { outcome: 'damage', text: 'Bytes that are no activity follow after the end; they are left out.' },
  missing_time: { outcome: 'damage', text: 'A sample has no time; it is left out.' },
  impossible_time: {
    outcome: 'damage',
    text: 'A time is zero, before 1990, in the future or weeks from the rest; its sample is left out.',
  },
  times_out_of_order: { outcome: 'damage', text: 'A time is earlier than one before it; the samples are sorted.' },
  repeated_time: {
    outcome: 'damage',
    text: 'Two samples have the same time; the first one stands, its gaps filled by the second.',
  },
  impossible_value: {
    outcome: 'damage',
    text: 'A value is beyond its physical limits or no number; it counts as missing.',
  },
  no_session: { outcome: 'damage', text: 'The summary of the activity is missing; one is made from its samples.' },
} as const satisfies Record<string, { outcome: 'refused' | 'damage'; text: string }>;

export type FileReason = keyof typeof FILE_REASONS;
type ReasonOf<Outcome> = {
  [R in FileReason]: (typeof FILE_REASONS)[R]['outcome'] extends Outcome ? R : never;
}[FileReason];
export type RefusedFileReason = ReasonOf<'refused'>;
export type DamageReason = ReasonOf<'damage'>;

/** What was wrong, and how many times. */
export interface Damage {
  readonly reason: DamageReason;
  readonly count: number;
}

/** Thrown inside the readers only: `readActivityFile` turns it into its outcome. */
export class RefusedFileError extends Error {
  override name = 'RefusedFileError';
  readonly reason: RefusedFileReason;

  constructor(reason: RefusedFileReason, detail = '') {
    super(detail);
    this.reason = reason;
  }
}

/** Counts what is wrong while a file is read. */
export class DamageCounts {
  readonly #counts = new Map<DamageReason, number>();

  add(reason: DamageReason, count = 1): void {
    if (count > 0) this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + count);
  }

  /** In the order of the table, so that the same file always says the same. */
  list(): Damage[] {
    const order = Object.keys(FILE_REASONS);
    return [...this.#counts]
      .map(([reason, count]) => ({ reason, count }))
      .sort((a, b) => order.indexOf(a.reason) - order.indexOf(b.reason));
  }
}
