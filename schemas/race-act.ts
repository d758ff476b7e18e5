import type { RaceState } from './race.ts';
import type { RaceWord } from './race-entry.ts';
import type { ReviewDecision } from './review.ts';

/**
 * What somebody decided about a race: in FACTS as `race.act`, written by the API alone, in the order of its numbers,
 * which begin with 1 and leave none out. Nothing is ever taken out of the row: who takes an act back acts again.
 */
export interface RaceAct {
  readonly kind: 'race.act';
  readonly race: string;
  readonly number: number;
  /** Unique for ever; the same request sent again acts once. */
  readonly id: string;
  readonly by: string;
  readonly saidMs: number;
  readonly why: string;
  readonly act: Act;
  /** What acts say of the matter before and after this one; null when they say nothing. */
  readonly before: ActValue | null;
  readonly after: ActValue | null;
  /** What follows for the board. */
  readonly effects: readonly ActEffect[];
}

export type Act =
  | { readonly type: 'verdict'; readonly bib: string; readonly verdict: 'none' | 'dnf' | 'dns' | 'dsq' }
  /** A crossing by hand, or in place of what was known of it. */
  | {
      readonly type: 'crossing';
      readonly bib: string;
      readonly checkpoint: string;
      readonly pass: number;
      readonly timeMs: number;
    }
  /** A crossing did not happen, whoever else says so. */
  | { readonly type: 'strike'; readonly bib: string; readonly checkpoint: string; readonly pass: number }
  /** About a finding of the review, as it was in that revision. */
  | ({ readonly type: 'review'; readonly finding: string } & Pick<ReviewDecision, 'decision' | 'revision'>)
  | { readonly type: 'freeze' }
  | { readonly type: 'publish' }
  | { readonly type: 'undo'; readonly number: number };

export type ActValue =
  | { readonly verdict: 'none' | 'dnf' | 'dns' | 'dsq' }
  | { readonly timeMs: number }
  | { readonly isStruck: true }
  | Pick<ReviewDecision, 'decision' | 'revision'>
  | { readonly state: RaceState };

export type ActEffect =
  | { readonly bib: string; readonly said: RaceWord }
  /** Null takes back what was decided before. */
  | { readonly finding: string; readonly decided: ReviewDecision | null }
  | { readonly state: Extract<RaceState, 'live' | 'frozen' | 'published'> };

export const RACE_ACT_KIND = 'race.act';
