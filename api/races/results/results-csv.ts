/** The only file that knows the library that writes CSV. */
import { Readable } from 'node:stream';
import { stringify } from 'csv-stringify';
import type { Race } from '../../../schemas/race.ts';
import { type Mark, nameOf } from './marks.ts';
import type { Result, Results } from './results.ts';

/**
 * One line for each result, with names instead of ids, and five columns for each mark. What a name begins with is made
 * harmless for programs that compute formulas (`escape_formulas`). Written as fast as it is read.
 */
export function resultsCsv({ results, marks }: Results, race: Race): Readable {
  const waves = namesOf(race.waves);
  const categories = namesOf(race.categories);

  function* lines() {
    for (const result of results) yield lineOf(result);
  }

  function lineOf(result: Result): (string | number | null | undefined)[] {
    const { rank, bib, who, status, waveRank, sexRank, categoryRank, clubRank, gunMs, chipMs, behindMs } = result;
    const { ahead = null, behind = null } = result.tooClose ?? {};
    const splits = new Map(result.splits.map((split) => [nameOf(split), split]));
    return [
      ...[rank, bib, who?.name, who?.sex, who?.club, who?.country],
      ...[waves.get(who?.wave ?? ''), categories.get(who?.category ?? ''), status],
      ...[raceTime(gunMs), raceTime(chipMs), raceTime(behindMs), waveRank, sexRank, categoryRank, clubRank],
      ...[gunMs, chipMs, ahead, behind],
      ...marks.flatMap((mark) => {
        const split = splits.get(nameOf(mark));
        if (split === undefined) return NO_SPLIT;
        return [raceTime(split.gunMs), raceTime(split.chipMs), split.status, split.gunMs, split.chipMs];
      }),
    ];
  }

  const columns = [...COLUMNS, ...marks.flatMap(columnsOf)];
  const writing = stringify({ header: true, columns, bom: true, escape_formulas: true });
  return Readable.from(lines()).pipe(writing);
}

const COLUMNS = [
  ...['rank', 'bib', 'name', 'sex', 'club', 'country', 'wave', 'category', 'status', 'gun_time', 'chip_time', 'behind'],
  ...[
    'wave_rank',
    'sex_rank',
    'category_rank',
    'club_rank',
    'gun_ms',
    'chip_ms',
    'too_close_ahead',
    'too_close_behind',
  ],
];
const NO_SPLIT = ['', '', '', '', ''];

/** `half` or, of a checkpoint that is passed more than once, `half_2`. */
function columnsOf({ checkpoint, pass }: Mark): string[] {
  const mark = pass === 1 ? checkpoint : `${checkpoint}_${pass}`;
  return ['gun_time', 'chip_time', 'status', 'gun_ms', 'chip_ms'].map((column) => `${mark}_${column}`);
}

function namesOf(all: readonly { readonly id: string; readonly name: string }[]): ReadonlyMap<string, string> {
  return new Map(all.map(({ id, name }) => [id, name]));
}

/** h:mm:ss, a begun second counted as a whole one: World Athletics, Technical Rules, 19.24.5. */
export function raceTime(ms: number | null): string {
  if (ms === null) return '';
  const s = Math.abs(Math.ceil(ms / 1_000));
  const two = (n: number) => String(n).padStart(2, '0');
  // Somebody may cross a start line before the gun.
  const sign = Math.ceil(ms / 1_000) < 0 ? '-' : '';
  return `${sign}${Math.floor(s / 3_600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
}
