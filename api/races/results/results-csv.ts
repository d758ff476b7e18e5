/** The only file that knows the library that writes CSV. */
import { stringify } from 'csv-stringify/sync';
import type { Race } from '../../../schemas/race.ts';
import type { Result, Results } from './results.ts';

/**
 * One line for each result, with names instead of ids. What a name begins with is made harmless for programs that
 * compute formulas (`escape_formulas`).
 */
export function resultsCsv({ results }: Results, race: Race): string {
  const nameOf = (all: readonly { id: string; name: string }[], id: string | undefined) =>
    all.find((one) => one.id === id)?.name ?? '';
  const lines = results.map((result) => {
    const { rank, bib, who, status, waveRank, sexRank, categoryRank, clubRank, gunMs, chipMs, behindMs } = result;
    return {
      ...{ rank, bib, name: who?.name, sex: who?.sex, club: who?.club, country: who?.country },
      ...{ wave: nameOf(race.waves, who?.wave), category: nameOf(race.categories, who?.category), status },
      ...{ gun_time: raceTime(gunMs), chip_time: raceTime(chipMs), behind: raceTime(behindMs) },
      ...{ wave_rank: waveRank, sex_rank: sexRank, category_rank: categoryRank, club_rank: clubRank },
      ...{ gun_ms: gunMs, chip_ms: chipMs },
    };
  });
  return stringify(lines, { header: true, columns: COLUMNS, bom: true, escape_formulas: true });
}

const COLUMNS = [
  ...['rank', 'bib', 'name', 'sex', 'club', 'country', 'wave', 'category', 'status', 'gun_time', 'chip_time', 'behind'],
  ...['wave_rank', 'sex_rank', 'category_rank', 'club_rank', 'gun_ms', 'chip_ms'],
];

/** h:mm:ss, a begun second counted as a whole one: World Athletics, Technical Rules, 19.24.5. */
export function raceTime(ms: Result['gunMs']): string {
  if (ms === null) return '';
  const s = Math.ceil(ms / 1_000);
  const two = (n: number) => String(n).padStart(2, '0');
  return `${Math.floor(s / 3_600)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
}
