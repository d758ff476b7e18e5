import type { Act, ActEffect, ActValue, RaceAct } from '../../../schemas/race-act.ts';

/** As exact as somebody with a stop watch. */
const BY_HAND_SIGMA_MS = 500;

/** An act in its row, as far as another one may follow from it. */
type Done = Pick<RaceAct, 'number' | 'act' | 'by' | 'saidMs' | 'why'>;
type Numbered = Pick<RaceAct, 'number' | 'act'>;

/** What one act is about: a later one about the same takes its place. */
type Matter =
  | { readonly of: 'verdict'; readonly bib: string }
  | { readonly of: 'crossing'; readonly bib: string; readonly checkpoint: string; readonly pass: number }
  | { readonly of: 'review'; readonly finding: string }
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
export function undoneBy(acts: readonly Numbered[]): Set<number> {
  const undone = new Set<number>();
  for (const { number, act } of acts.toReversed()) {
    if (act.type === 'undo' && !undone.has(number)) undone.add(act.number);
  }
  return undone;
}

/** The act that counts for a matter: the last that stands. Null when none does. */
function standing<One extends Numbered>(acts: readonly One[], matter: Matter): One | null {
  const undone = undoneBy(acts);
  const key = keyOf(matter);
  const last = acts.findLast(({ number, act }) => {
    return act.type !== 'undo' && !undone.has(number) && keyOf(matterOf(act)) === key;
  });
  return last ?? null;
}

/**
 * What a new act changes, given all acts before it, and what follows for the board. Throws {@link NothingToUndoError}.
 */
export function consequences(
  before: readonly Done[],
  next: Done,
): { before: ActValue | null; after: ActValue | null; effects: ActEffect[] } {
  const { act } = next;
  const matter = act.type === 'undo' ? undoneMatter(before, act.number) : matterOf(act);
  const after = standing([...before, next], matter);
  const effect = matter.of === 'review' ? decidedIn(matter, after) : effectOf(matter, said(after));
  return { before: said(standing(before, matter)), after: said(after), effects: [effect] };
}

/** The state that acts gave the race; null when none did. */
export function stateOf(acts: readonly Numbered[]): 'live' | 'frozen' | 'published' | null {
  const isAboutState = acts.some(({ act }) => act.type === 'freeze' || act.type === 'publish');
  return isAboutState ? stateIn(said(standing(acts, { of: 'state' }))) : null;
}

function undoneMatter(acts: readonly Numbered[], number: number): Matter {
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
    case 'review':
      return { of: 'review', finding: act.finding };
    case 'freeze':
    case 'publish':
      return { of: 'state' };
  }
}

function keyOf(matter: Matter): string {
  return Object.values(matter).join(' ');
}

function said(done: Numbered | null): ActValue | null {
  if (done === null) return null;
  const { act } = done;
  switch (act.type) {
    case 'verdict':
      return { verdict: act.verdict };
    case 'crossing':
      return { timeMs: act.timeMs };
    case 'strike':
      return { isStruck: true };
    case 'review':
      return { decision: act.decision, revision: act.revision };
    case 'freeze':
      return { state: 'frozen' };
    case 'publish':
      return { state: 'published' };
    case 'undo':
      return null;
  }
}

/** With who decided and why: it is shown beside the finding. */
function decidedIn({ finding }: Extract<Matter, { of: 'review' }>, done: Done | null): ActEffect {
  if (done?.act.type !== 'review') return { finding, decided: null };
  const { by, saidMs, why } = done;
  const { decision, revision } = done.act;
  return { finding, decided: { decision, revision, by, saidMs, why } };
}

function effectOf(matter: Exclude<Matter, { of: 'review' }>, value: ActValue | null): ActEffect {
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
