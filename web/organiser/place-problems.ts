import type { ProblemError } from '../problem-error.ts';
import type { SaveStep } from './save-race.ts';

/** Inputs of the form of a race that something may be wrong with; '' for the form as a whole. */
const FIELDS = ['id', 'name', 'sport', 'organiser', 'gpx', 'closes', 'waves', 'checkpoints', 'categories', 'csv', ''];
export type FormField = 'id' | 'name' | 'sport' | 'organiser' | 'gpx' | 'closes' | Lists | 'csv' | '';
type Lists = 'waves' | 'checkpoints' | 'categories';

/** What is wrong: `row` counts from 1 and is null outside lists; `where` is the rest of the API's name for it. */
export interface PlacedProblem {
  readonly row: number | null;
  readonly where: string;
  readonly message: string;
}
export type PlacedProblems = ReadonlyMap<FormField, readonly PlacedProblem[]>;

const OTHER_NAMES: Readonly<Record<string, FormField>> = { course: 'gpx', closesMs: 'closes', starters: 'csv' };
/** Whatever is wrong in these steps is wrong with a file. */
const FILE_OF: Partial<Record<SaveStep, FormField>> = { course: 'gpx', starters: 'csv' };

/** Puts each error of a problem beside the input that it is about. Empty where it names none. */
export function placeProblems(
  step: SaveStep,
  { problem, errors }: Pick<ProblemError, 'problem' | 'errors'>,
): PlacedProblems {
  const placed = new Map<FormField, PlacedProblem[]>();
  const put = (field: FormField, one: PlacedProblem) => placed.set(field, [...(placed.get(field) ?? []), one]);
  if (problem === 'race_exists') put('id', { row: null, where: '', message: problem });
  for (const { parameter, message } of errors) {
    const [first, ...rest] = parameter.split('/');
    const file = FILE_OF[step];
    const field = OTHER_NAMES[first] ?? (FIELDS.includes(first) ? (first as FormField) : (file ?? ''));
    if (field === 'gpx' || field === 'csv') {
      put(field, { row: null, where: parameter === 'body' || field === 'gpx' ? '' : parameter, message });
    } else if (/^\d+$/.test(rest[0] ?? '')) {
      put(field, { row: Number(rest[0]) + 1, where: rest.slice(1).join(' '), message });
    } else {
      put(field, { row: null, where: field === '' ? parameter : '', message });
    }
  }
  return placed;
}
