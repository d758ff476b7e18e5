import type { Category, Checkpoint, Wave } from '../../schemas/race.ts';
import { localText, msOf } from './local-time.ts';
import type { Setup, StatedCheckpoint, StatedRace } from './organiser-api.ts';

/** A row of a list in the form; `id` is '' until the row has been saved. */
export interface WaveRow {
  readonly id: string;
  readonly name: string;
  /** As an input of type datetime-local has it. */
  readonly gun: string;
  readonly kept: Wave | null;
}
export interface CheckpointRow {
  readonly id: string;
  readonly name: string;
  readonly role: 'start' | 'between' | 'finish';
  /** Metres of its passes; '' of a start or a finish is an end of the course. */
  readonly metres: string;
  readonly kept: Checkpoint | null;
}
export interface CategoryRow {
  readonly id: string;
  readonly name: string;
  readonly sex: string;
  readonly minAge: string;
  readonly maxAge: string;
}

/** What the form of a race holds, but for its files. */
export interface RaceDraft {
  readonly id: string;
  readonly name: string;
  readonly sport: string;
  readonly organiser: string;
  readonly closes: string;
  /** What it was made from; null of a new race. */
  readonly kept: Pick<Setup, 'closesMs'> | null;
  readonly laps: string;
  readonly waves: readonly WaveRow[];
  readonly checkpoints: readonly CheckpointRow[];
  readonly categories: readonly CategoryRow[];
}

const HOUR_MS = 3_600_000;

/** A new race begins at the next full hour, and is closed half a day later. */
export function newDraft(
  nowMs: number,
  named: Readonly<Record<'all' | 'start' | 'finish' | 'open', string>>,
): RaceDraft {
  const gunMs = Math.ceil(nowMs / HOUR_MS) * HOUR_MS;
  const ends = { metres: '', kept: null };
  return {
    ...{ id: '', name: '', sport: 'run', organiser: '', closes: localText(gunMs + 12 * HOUR_MS), laps: '1' },
    kept: null,
    waves: [{ id: 'all', name: named.all, gun: localText(gunMs), kept: null }],
    checkpoints: [
      { ...ends, id: 'start', name: named.start, role: 'start' },
      { ...ends, id: 'finish', name: named.finish, role: 'finish' },
    ],
    categories: [{ id: 'open', name: named.open, sex: '', minAge: '', maxAge: '' }],
  };
}

export function draftOf(setup: Setup): RaceDraft {
  const { id, name, sport, organiser, closesMs, course, waves, checkpoints, categories } = setup;
  return {
    ...{ id, name, sport, organiser, closes: closesMs === null ? '' : localText(closesMs) },
    kept: { closesMs },
    laps: String(course?.laps ?? 1),
    waves: waves.map((kept) => ({ id: kept.id, name: kept.name, gun: localText(kept.gunTimeMs), kept })),
    checkpoints: checkpoints.map((kept) => ({
      ...{ id: kept.id, name: kept.name, metres: metresText(kept), kept },
      role: kept.isStart ? 'start' : kept.isFinish ? 'finish' : 'between',
    })),
    categories: categories.map(({ id, name, sex, minAge, maxAge }) => {
      return { id, name, sex: sex ?? '', minAge: String(minAge ?? ''), maxAge: String(maxAge ?? '') };
    }),
  };
}

/** What the draft says to the API. Rows without an id are given one, made from their names. */
export function statedOf(draft: RaceDraft, state: StatedRace['state']): StatedRace {
  const { name, sport, closes } = draft;
  return {
    ...{ name, sport, state, closesMs: closes === '' ? null : momentOf(closes, draft.kept?.closesMs) },
    waves: withIds(draft.waves, 'wave').map(({ id, name, gun, kept }) => {
      return { id, name, gunTimeMs: momentOf(gun, kept?.gunTimeMs), categories: kept?.categories ?? [] };
    }),
    checkpoints: withIds(draft.checkpoints, 'checkpoint').map(statedCheckpoint),
    categories: withIds(draft.categories, 'category').map(({ id, name, sex, minAge, maxAge }) => {
      const age = (text: string) => (text === '' ? null : Number(text));
      return { id, name, sex: sex === '' ? null : (sex as Category['sex']), minAge: age(minAge), maxAge: age(maxAge) };
    }),
  };
}

/** `Ten & Half 2027` → `ten-half-2027`; '' of a name without a Latin letter or a digit. */
export function idFrom(name: string): string {
  const plain = name.normalize('NFD').toLowerCase();
  const words = plain.replace(/\p{Diacritic}/gu, '').match(/[a-z0-9]+/g) ?? [];
  return words.join('-').slice(0, 32).replace(/-$/, '');
}

/** Rows keep the ids that they have; each new one differs from all others. */
export function withIds<Row extends { readonly id: string; readonly name: string }>(
  rows: readonly Row[],
  kind: string,
): Row[] {
  const taken = new Set(rows.map(({ id }) => id));
  return rows.map((row, i) => {
    if (row.id !== '') return row;
    const wanted = idFrom(row.name).slice(0, 28) || kind;
    let id = wanted;
    for (let n = i + 1; taken.has(id); n++) id = `${wanted}-${n}`;
    taken.add(id);
    return { ...row, id };
  });
}

/** An input has tenths of a second: what nobody touched keeps its milliseconds. */
function momentOf(text: string, keptMs: number | null | undefined): number {
  return keptMs != null && localText(keptMs) === text ? keptMs : msOf(text);
}

/** One that has a line or a circle keeps it for as long as nobody states other metres. */
function statedCheckpoint({ id, name, role, metres, kept }: CheckpointRow): StatedCheckpoint {
  const own = { id, name, isStart: role === 'start', isFinish: role === 'finish' };
  const isUntouched = kept !== null && metresText(kept) === metres;
  if (isUntouched && kept.ends !== null) return { ...own, ends: kept.ends };
  if (isUntouched && kept.centre !== null && kept.radiusM !== null) {
    return { ...own, place: kept.centre, radiusM: kept.radiusM };
  }
  const positionM = isUntouched ? kept.positionM : (metres.match(/\d+(?:\.\d+)?/g) ?? []).map(Number);
  return positionM.length === 0 ? own : { ...own, positionM };
}

const metresText = ({ positionM }: Checkpoint) => positionM.map((m) => String(Math.round(m * 10) / 10)).join(', ');
