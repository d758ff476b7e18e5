import type { Act, ActEffect, ActValue, RaceAct } from '../../../schemas/race-act.ts';

/** As exact as somebody with a stop watch. */
const BY_HAND_SIGMA_MS = 500;

type Done = Pick<RaceAct, 'number' | 'act'>;

/** What one act is about: a later one about the same takes its place. */
type Matter =
  | { readonly of: 'verdict'; readonly bib: string }
  | { readonly of: 'crossing'; readonly bib: string; readonly checkpoint: string; readonly pass: number }
  | { readonly of: 'state' };

/** An act that is to be undone is not there, or was undone already. */
export class NothingToUndoError extends Error {
  override name = 'NothingToUndoError';
  readonly isKnown: boolean;
  constructor(number: number, isKnown: boolean) {
    super(isKnown ? `act ${number} is undone already` : `there is no act ${number}`);
    this.isKnown = isKnown;
  }
}

/** The numbers of the acts that somebody took back; an undo may be taken back like any other act. */
export function undoneBy(acts: readonly Done[]): Set<number> {
  const undone = new Set<number>();
  for (const { number, act } of acts.toReversed()) {
    if (act.type === 'undo' && !undone.has(number)) undone.add(act.number);
  }
  return undone;
}

/** What the acts say of a matter: the last that stands. Null when none does. */
function standingValue(acts: readonly Done[], matter: Matter): ActValue | null {
  const undone = undoneBy(acts);
  const key = keyOf(matter);
  const last = acts.findLast(({ number, act }) => {
    return act.type !== 'undo' && !undone.has(number) && keyOf(matterOf(act)) === key;
  });
  return last === undefined ? null : said(last.act);
}

/**
 * What a new act changes, given all acts before it, and what follows for the board. Throws {@link NothingToUndoError}.
 */
export function consequences(
  before: readonly Done[],
  act: Act,
): { before: ActValue | null; after: ActValue | null; effects: ActEffect[] } {
  const matter = act.type === 'undo' ? undoneMatter(before, act.number) : matterOf(act);
  const all = [...before, { number: before.length + 1, act }];
  const after = standingValue(all, matter);
  return { before: standingValue(before, matter), after, effects: [effectOf(matter, after)] };
}

/** The state that acts gave the race; null when none did. */
export function stateOf(acts: readonly Done[]): 'live' | 'frozen' | 'published' | null {
  const isAboutState = acts.some(({ act }) => act.type === 'freeze' || act.type === 'publish');
  return isAboutState ? stateIn(standingValue(acts, { of: 'state' })) : null;
}

function undoneMatter(acts: readonly Done[], number: number): Matter {
  const found = acts.find((one) => one.number === number);
  if (found === undefined) throw new NothingToUndoError(number, false);
  if (undoneBy(acts).has(number)) throw new NothingToUndoError(number, true);
  return found.act.type === 'undo' ? undoneMatter(acts.slice(0, number - 1), found.act.number) : matterOf(found.act);
}

function matterOf(act: Exclude<Act, { type: 'undo' }>): Matter {
  switch (act.type) {
    case 'verdict':
      return { of: 'verdict', bib: act.bib };
    case 'crossing':
    case 'strike':
      return { of: 'crossing', bib: act.bib, checkpoint: act.checkpoint, pass: act.pass };
    case 'freeze':
    case 'publish':
      return { of: 'state' };
  }
}

function keyOf(matter: Matter): string {
  return Object.values(matter).join(' ');
}

function said(act: Act): ActValue | null {
  switch (act.type) {
    case 'verdict':
      return { verdict: act.verdict };
    case 'crossing':
      return { timeMs: act.timeMs };
    case 'strike':
      return { isStruck: true };
    case 'freeze':
      return { state: 'frozen' };
    case 'publish':
      return { state: 'published' };
    case 'undo':
      return null;
  }
}

function effectOf(matter: Matter, value: ActValue | null): ActEffect {
  if (matter.of === 'state') return { state: stateIn(value) };
  const { bib } = matter;
  if (matter.of === 'verdict') {
    const verdict = value !== null && 'verdict' in value ? value.verdict : 'none';
    return { bib, said: { type: 'decision', verdict, reason: '' } };
  }
  const { checkpoint, pass } = matter;
  const timeMs = value !== null && 'timeMs' in value ? value.timeMs : 0;
  const isStruck = value !== null && 'isStruck' in value;
  const how = { sigmaMs: BY_HAND_SIGMA_MS, isWithdrawn: value === null, ...(isStruck && { isStruck }) };
  return { bib, said: { type: 'crossing', source: 'manual', checkpoint, pass, timeMs, ...how } };
}

function stateIn(value: ActValue | null): 'live' | 'frozen' | 'published' {
  const state = value !== null && 'state' in value ? value.state : 'live';
  return state === 'draft' ? 'live' : state;
}
