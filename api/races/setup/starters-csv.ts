/** The only file that knows the CSV library. */
import { CsvError, parse } from 'csv-parse/sync';
import { Check, Errors } from 'typebox/schema';
import { MAX_STARTERS, type Starter, StarterSchema } from '../../../schemas/race.ts';
import type { ParameterError } from '../../problem.ts';

/** Columns, by any of their names; the first is what we write. */
export const STARTER_COLUMNS: Readonly<Record<keyof Starter, readonly string[]>> = {
  bib: ['bib', 'number', 'startnumber'],
  name: ['name'],
  sex: ['sex', 'gender'],
  birthYear: ['birth_year', 'year_of_birth', 'yob'],
  club: ['club', 'team'],
  country: ['country', 'nation'],
  athlete: ['athlete'],
  device: ['device'],
  chip: ['chip', 'transponder'],
  wave: ['wave'],
  category: ['category'],
  showsHeartRate: ['shows_heart_rate', 'heart_rate'],
};
const YES = ['yes', 'y', 'true', '1'];
const NO = ['', 'no', 'n', 'false', '0'];
const NEEDED = ['bib', 'name', 'sex'] as const;
const SEXES: Readonly<Record<string, Starter['sex']>> = { f: 'female', w: 'female', m: 'male', x: 'other' };
/** More lines that are wrong in the same way help nobody. */
const MAX_ERRORS = 100;

/** Something in the file is wrong; each error says in which line. */
export class StartersError extends Error {
  override name = 'StartersError';
  readonly errors: readonly ParameterError[];
  constructor(errors: readonly ParameterError[]) {
    super(errors.map(({ parameter, message }) => `${parameter}: ${message}`).join('; '));
    this.errors = errors;
  }
}

export interface Only {
  /** Stand in for an empty column where the race has no other. */
  readonly wave: string | null;
  readonly category: string | null;
}

/**
 * The starters of a CSV file (RFC 4180; also with semicolons or tabs, with a byte order mark): a line of column names,
 * then one line each. `line` counts from 1, as an editor does. Throws {@link StartersError}.
 */
export function readStarters(csv: Uint8Array, only: Only): { starters: Starter[]; lines: number[] } {
  const records = parseCsv(csv);
  const [head, ...rest] = records;
  if (head === undefined) throw new StartersError([{ parameter: 'line 1', message: 'the file is empty' }]);
  const columns = columnsOf(head.record);
  if (rest.length > MAX_STARTERS) {
    throw new StartersError([
      { parameter: `line ${rest[MAX_STARTERS].line}`, message: `${MAX_STARTERS} starters at most` },
    ]);
  }
  const errors: ParameterError[] = [];
  const starters: Starter[] = [];
  for (const { record, line } of rest) {
    const starter = starterOf((column) => record[columns.get(column) ?? -1]?.trim() ?? '', only);
    if (!Check(StarterSchema, starter) && errors.length < MAX_ERRORS) {
      errors.push(...errorsOf(starter, line));
    }
    starters.push(starter as Starter);
  }
  if (errors.length > 0) throw new StartersError(errors);
  return { starters, lines: rest.map(({ line }) => line) };
}

/** As it was written, whatever that was; who shows no heart rate says nothing of it. */
type StatedStarter = Partial<Record<keyof Starter, unknown>>;

/** The first of each column. */
function errorsOf(starter: StatedStarter, line: number): ParameterError[] {
  const found = new Map<string, string>();
  for (const { instancePath, message } of Errors(StarterSchema, starter)[1]) {
    const column = STARTER_COLUMNS[instancePath.slice(1) as keyof Starter][0];
    if (!found.has(column)) found.set(column, message);
  }
  return [...found].map(([column, message]) => ({ parameter: `line ${line}, ${column}`, message }));
}

function parseCsv(csv: Uint8Array): { record: string[]; line: number }[] {
  const text = Buffer.from(csv).toString('utf8');
  const [firstLine] = text.split('\n', 1);
  const delimiter = [',', ';', '\t'].reduce((a, b) => (firstLine.split(b).length > firstLine.split(a).length ? b : a));
  try {
    const found = parse(text, {
      bom: true,
      delimiter,
      info: true,
      relax_column_count_less: true,
      skip_empty_lines: true,
    });
    return (found as unknown as { record: string[]; info: { lines: number } }[]).map(({ record, info }) => {
      return { record, line: info.lines };
    });
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new StartersError([{ parameter: `line ${error.lines ?? '?'}`, message: error.message }]);
  }
}

function columnsOf(head: readonly string[]): Map<keyof Starter, number> {
  const columns = new Map<keyof Starter, number>();
  const errors: ParameterError[] = [];
  for (const [i, said] of head.entries()) {
    const name = said.trim().toLowerCase().replaceAll(/[ -]+/g, '_');
    const [column] = Object.entries(STARTER_COLUMNS).find(([, names]) => names.includes(name)) ?? [];
    if (column === undefined) errors.push({ parameter: 'line 1', message: `nobody knows the column ${said}` });
    else if (columns.has(column as keyof Starter))
      errors.push({ parameter: 'line 1', message: `${said} is there twice` });
    else columns.set(column as keyof Starter, i);
  }
  for (const column of NEEDED) {
    if (!columns.has(column)) errors.push({ parameter: 'line 1', message: `the column ${column} is missing` });
  }
  if (errors.length > 0) throw new StartersError(errors);
  return columns;
}

/** Whatever cannot be read stays as it was written, for the schema to refuse. */
function starterOf(said: (column: keyof Starter) => string, only: Only): StatedStarter {
  const sex = said('sex').toLowerCase();
  const year = said('birthYear');
  const shows = said('showsHeartRate').toLowerCase();
  return {
    ...{ bib: said('bib'), name: said('name'), club: said('club'), athlete: said('athlete') },
    sex: SEXES[sex] ?? sex,
    birthYear: year === '' ? null : /^\d{4}$/.test(year) ? Number(year) : year,
    country: said('country').toUpperCase(),
    device: said('device') || null,
    chip: said('chip') || null,
    wave: said('wave') || (only.wave ?? ''),
    category: said('category') || (only.category ?? ''),
    // Nobody agreed to anything by leaving a place empty.
    ...(!NO.includes(shows) && { showsHeartRate: YES.includes(shows) || shows }),
  };
}
