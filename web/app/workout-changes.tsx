import { useEffect, useState } from 'preact/hooks';
import { dateAndTimeIn, duration } from '../format.ts';
import { written } from '../progress/say.ts';
import { language } from '../race/language.ts';
import { Trouble } from './form.tsx';
import { tell } from './tell.ts';
import type { AppPhrase } from './words-en.ts';
import { readChanges, type WorkoutHistoryChange } from './workout-api.ts';

/** What was changed of a workout, and when. */
export function WorkoutChanges({ id }: { id: string }) {
  const [changes, setChanges] = useState<readonly WorkoutHistoryChange[] | null>(null);
  const [wrong, setWrong] = useState<unknown>(null);
  useEffect(() => void readChanges(id).then((answer) => setChanges(answer.changes), setWrong), [id]);
  if (changes?.length === 0) return null;
  return (
    <section aria-labelledby="changes">
      <h2 id="changes">{tell('changes')}</h2>
      <ul class="rows">
        {(changes ?? []).map((change) => (
          <li key={change.atMs} data-change={change.act}>
            <span>
              {tell(ACTS[change.act as keyof typeof ACTS] ?? 'changeMade')}
              <small>{dateAndTimeIn(language.value, change.atMs)}</small>
              {change.act === 'changed' && <small>{differencesOf(change).join('; ')}</small>}
            </span>
          </li>
        ))}
      </ul>
      <Trouble error={wrong} />
    </section>
  );
}

const ACTS = {
  ...{ entered: 'changeEntered', changed: 'changeMade', moved: 'changeMoved' },
  ...{ joined: 'changeJoined', split: 'changeSplit', restored: 'changeRestored' },
} as const satisfies Readonly<Record<string, AppPhrase>>;

function differencesOf({ before, after }: WorkoutHistoryChange): string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return names.map((name) => `${fieldName(name)}: ${said(name, before[name])} → ${said(name, after[name])}`);
}

function said(name: string, value: unknown): string {
  if (value === null || value === undefined || value === '') return '–';
  if (typeof value !== 'number') return String(value);
  if (name === 'durationS') return duration(value);
  return name === 'distanceM' || name === 'climbM'
    ? written(name === 'climbM' ? 'elevationGainM' : name, value, 2)
    : String(value);
}

const FIELD_NAMES = {
  ...{ sport: 'sport', localStart: 'began', start: 'began', durationS: 'duration', distanceM: 'distance' },
  ...{ climbM: 'climb', averageHeartRateBpm: 'heartRate', energyKcal: 'energy', name: 'workoutName', notes: 'notes' },
  ...{ effort: 'effort', visibility: 'visibility', timeZone: 'timeZone' },
} as const satisfies Readonly<Record<string, AppPhrase>>;

function fieldName(name: string): string {
  const phrase = (FIELD_NAMES as Readonly<Record<string, AppPhrase>>)[name];
  return phrase === undefined ? name : tell(phrase);
}
