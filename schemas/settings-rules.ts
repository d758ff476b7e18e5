import type { StatedSettings } from './athlete-settings.ts';
import { SPORTS, type Sport } from './events.ts';
import { dayOf, settingsOn, sportAndBehind } from './settings-at.ts';

export interface SettingsProblem {
  /** As `body[2].weightKg`; '' for the whole. */
  readonly field: string;
  readonly rule: string;
}

/** The rules that need more than one value to tell. The shape is right already. */
export function brokenRules(stated: StatedSettings): SettingsProblem[] {
  const { timeZone, heart = [], gear = [], wet = [], joins = [] } = stated;
  const single: SettingsProblem[] = [];
  if (!isTimeZone(timeZone)) single.push({ field: 'timeZone', rule: `is none that is known: ${timeZone}` });
  heart.forEach(({ heartRateZonesBpm: zones = [] }, i) => {
    const isRising = zones.every((bpm, n) => n === 0 || bpm > zones[n - 1]);
    if (!isRising) single.push({ field: `heart[${i}].heartRateZonesBpm`, rule: `must rise: ${zones.join(', ')}` });
  });
  gear.forEach(({ id, from, until }, i) => {
    const first = gear.findIndex((one) => one.id === id);
    if (first < i) single.push({ field: `gear[${i}].id`, rule: `is the same as of gear[${first}]: ${id}` });
    if (until !== undefined && until <= from) single.push({ field: `gear[${i}].until`, rule: `must be after ${from}` });
  });
  wet.forEach(({ from, until }, i) => {
    const isSpan = Date.parse(from) < Date.parse(until);
    if (!isSpan) single.push({ field: `wet[${i}].until`, rule: `must be after ${from}` });
  });
  joins.forEach(({ from, until }, i) => {
    // One may begin where the other ends.
    const isSpan = Date.parse(from) <= Date.parse(until);
    if (!isSpan) single.push({ field: `joins[${i}].until`, rule: `must not be before ${from}` });
  });
  const problems = [...single, ...unclearStatements(stated)];
  return problems.length > 0 ? problems : impossibleDays(stated);
}

function isTimeZone(timeZone: string | undefined): boolean {
  try {
    return dayOf(0, timeZone) !== '';
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

interface Statement {
  readonly from: string;
  readonly sports?: readonly Sport[];
}

/** Nothing but a day is a slip; and of two values from the same day for the same sport nothing says which holds. */
function unclearStatements({ body = [], heart = [], thresholds = [], gear = [] }: StatedSettings): SettingsProblem[] {
  const lists: Record<string, readonly Statement[]> = { body, heart, thresholds };
  const found: SettingsProblem[] = [];
  for (const [list, entries] of Object.entries(lists)) {
    const seen = new Map<string, number>();
    entries.forEach(({ from, sports = [null], ...values }, i) => {
      if (Object.keys(values).length === 0) found.push({ field: `${list}[${i}]`, rule: 'states nothing' });
      for (const name of Object.keys(values)) {
        const before = firstSeen(seen, sports, `${from} ${name}`, i);
        if (before !== i) found.push({ field: `${list}[${i}].${name}`, rule: `is stated in ${list}[${before}] too` });
      }
    });
  }
  const seen = new Map<string, number>();
  gear.forEach(({ from, kind, defaultFor }, i) => {
    if (kind === 'other') return;
    const before = firstSeen(seen, defaultFor, `${from} ${kind}`, i);
    if (before !== i) found.push({ field: `gear[${i}].from`, rule: `is that of gear[${before}], of the same ${kind}` });
  });
  return found;
}

/** The place that said the same of one of these sports before; the own one when none did. */
function firstSeen(seen: Map<string, number>, sports: readonly (Sport | null)[], what: string, place: number): number {
  let first = place;
  for (const sport of sports) {
    const key = `${what} ${sport}`;
    first = Math.min(first, seen.get(key) ?? place);
    if (!seen.has(key)) seen.set(key, place);
  }
  return first;
}

/** Values that are stated apart must fit on each day on which they meet. */
function impossibleDays(stated: StatedSettings): SettingsProblem[] {
  const { body = [], heart = [] } = stated;
  const days = [...new Set([...body, ...heart].map(({ from }) => from))].sort();
  // A sport of which nothing is stated is like the one that it is taken as, or like any other such sport.
  const named = new Set<Sport>(heart.flatMap(({ sports = [] }) => sports));
  const unnamed = SPORTS.find((sport) => !sportAndBehind(sport).some((way) => named.has(way)));
  const sports = unnamed === undefined ? [...named] : [...named, unnamed];
  for (const day of days) {
    for (const sport of sports) {
      const { profile } = settingsOn({ version: 0, ...stated }, day, sport);
      const { restingHeartRateBpm: resting, thresholdHeartRateBpm: threshold, maxHeartRateBpm: max } = profile;
      const on = named.has(sport) ? `on ${day} for ${sport}` : `on ${day}`;
      const isAbove = (low: number | undefined, high: number | undefined) =>
        low !== undefined && high !== undefined && low >= high;
      const rule = isAbove(resting, max)
        ? `resting heart rate ${resting} is not below the maximum ${max} ${on}`
        : isAbove(resting, threshold)
          ? `resting heart rate ${resting} is not below the threshold ${threshold} ${on}`
          : isAbove(threshold, max)
            ? `threshold heart rate ${threshold} is not below the maximum ${max} ${on}`
            : null;
      if (rule !== null) return [{ field: 'heart', rule: `does not fit: ${rule}` }];
    }
  }
  return [];
}
