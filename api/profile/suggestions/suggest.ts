import type { Sport } from '../../../schemas/events.ts';
import { settingsOn } from '../../../schemas/settings-at.ts';
import { tagOfAnswer } from '../../requests/etag.ts';
import { settingsOf } from '../rules.ts';
import type { ProfileStatement } from '../statements.ts';
import type { Evidence, EvidenceKind } from './reader.ts';

/** Each rule: which value follows from which evidence, and by what share of it. */
const RULES: Readonly<Record<EvidenceKind, Rule>> = {
  /** Allen and Coggan, Training and Racing with a Power Meter: 95 % of the best twenty minutes. */
  power: { list: 'thresholds', value: 'ftpW', share: 0.95, unit: 1, rule: '95 % of the best twenty minutes' },
  /** Friel, The Triathlete's Training Bible: what is held for half an hour alone. */
  pace: { list: 'thresholds', value: 'thresholdSpeedMps', share: 1, unit: 0.01, rule: 'the best half hour' },
  heartRate: { list: 'heart', value: 'maxHeartRateBpm', share: 1, unit: 1, rule: 'the highest that was measured' },
};
/** Less is noise: a value of which so little more was shown stays as it is. */
export const LEAST_GAIN = 1.01;

export interface Rule {
  readonly list: 'heart' | 'thresholds';
  readonly value: 'ftpW' | 'thresholdSpeedMps' | 'maxHeartRateBpm';
  readonly share: number;
  /** It is rounded to whole ones of these. */
  readonly unit: number;
  readonly rule: string;
}

export interface Suggestion extends Pick<Rule, 'list' | 'value' | 'rule'> {
  /** Another one as soon as anything of it is another. */
  readonly id: string;
  readonly sport: Sport;
  readonly suggested: number;
  /** What holds now; null where nothing does. */
  readonly stated: number | null;
  readonly evidence: { readonly value: number; readonly activity: string; readonly startMs: number };
}

/**
 * What an athlete has shown to be more than they state, on `day`. Never less: who rode easily for a season has not
 * become weaker by it. Nothing is changed; zones that are not stated follow once the athlete takes a suggestion.
 */
export function suggest(said: ProfileStatement, evidence: readonly Evidence[], day: string): Suggestion[] {
  return evidence
    .filter(({ sport }) => sport !== 'other' && sport !== 'transition')
    .flatMap(({ kind, sport, ...shown }): Suggestion[] => {
      const { list, value, share, unit, rule } = RULES[kind];
      const per = Math.round(1 / unit);
      const suggested = Math.floor(shown.value * share * per) / per;
      const stated = settingsOn({ version: 0, ...settingsOf(said) }, day, sport).profile[value] ?? null;
      if (stated !== null && suggested < stated * LEAST_GAIN) return [];
      const one = { list, value, rule, sport, suggested, stated, evidence: shown };
      return [{ id: tagOfAnswer({ ...one, day }).slice(1, -1), ...one }];
    })
    .sort((a, b) => compare(`${a.sport} ${a.value}`, `${b.sport} ${b.value}`));
}

/** The profile with a suggestion stated from `day` on, for its sport; what was stated of that day is replaced. */
export function withSuggestion(
  said: ProfileStatement,
  { list, value, sport, suggested }: Suggestion,
  day: string,
): ProfileStatement {
  const entries: readonly Entry[] = said[list] ?? [];
  const isIts = (entry: Entry) => entry.from === day && entry.sports?.length === 1 && entry.sports[0] === sport;
  const own = entries.find(isIts) ?? { from: day, sports: [sport] };
  return { ...said, [list]: [...entries.filter((entry) => !isIts(entry)), { ...own, [value]: suggested }] };
}

interface Entry {
  readonly from: string;
  readonly sports?: readonly Sport[];
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);
