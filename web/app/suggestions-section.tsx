import { useEffect, useState } from 'preact/hooks';
import type { Sport } from '../../schemas/events.ts';
import { dateOf, sportName } from '../progress/say.ts';
import { read, send } from './account-api.ts';
import { Trouble } from './form.tsx';
import { acceptSuggestion, type TaggedProfile } from './own-profile.ts';
import { thresholdText } from './stated-lists.ts';
import { tell } from './tell.ts';

/** What the API suggests of a profile, as far as the application reads it. */
interface Suggestion {
  readonly id: string;
  readonly value: 'ftpW' | 'thresholdSpeedMps' | 'maxHeartRateBpm';
  readonly sport: Sport;
  readonly suggested: number;
  readonly stated: number | null;
  readonly evidence: { readonly value: number; readonly activity: string; readonly startMs: number };
}

const readSuggestions = async () =>
  (await read<{ suggestions: readonly Suggestion[] }>('/profile/suggestions')).suggestions;

/** What an athlete could state by what they have shown, for them to take or to leave. */
export function SuggestionsSection({ held }: { held: TaggedProfile }) {
  const [all, setAll] = useState<readonly Suggestion[] | null>(null);
  const [said, say] = useState('');
  const [wrong, setWrong] = useState<unknown>(null);
  const look = () => readSuggestions().then(setAll, setWrong);
  useEffect(() => void look(), [held.etag]);
  const shown = all ?? [];

  async function take(one: Suggestion): Promise<void> {
    await acceptSuggestion(held, one.id);
    say(tell('suggestionTaken', wordsOf(one)));
    setWrong(null);
  }

  async function leave(one: Suggestion): Promise<void> {
    await send('POST', `/profile/suggestions/${one.id}/refusals`);
    await look();
    say(tell('suggestionLeft', wordsOf(one)));
    setWrong(null);
  }

  return (
    <section aria-labelledby="suggestions">
      <h2 id="suggestions">{tell('suggestions')}</h2>
      {all === null && wrong === null && <p>{tell('loading')}</p>}
      {all !== null && <p class="none">{tell(shown.length === 0 ? 'suggestionsNone' : 'suggestionsHow')}</p>}
      <ul class="rows">
        {shown.map((one) => (
          <li key={one.id} data-suggestion={`${one.sport} ${one.value}`}>
            <span>
              <strong>{tell('suggestion', wordsOf(one))}</strong>
              <small>
                {one.stated === null
                  ? tell('suggestionNew')
                  : tell('suggestionNow', { stated: thresholdText(one.value, one.stated, one.sport) })}
                {' · '}
                <a href={`/?activity=${one.evidence.activity}`}>
                  {tell(`rule_${one.value}`, {
                    value: thresholdText(one.value, one.evidence.value, one.sport),
                    when: dateOf(one.evidence.startMs),
                  })}
                </a>
              </small>
            </span>
            <span class="formats">
              <button
                type="button"
                aria-label={tell('suggestionTakeOf', wordsOf(one))}
                onClick={() => void take(one).catch(setWrong)}
              >
                {tell('suggestionTake')}
              </button>
              <button
                type="button"
                aria-label={tell('suggestionLeaveOf', wordsOf(one))}
                onClick={() => void leave(one).catch(setWrong)}
              >
                {tell('suggestionLeave')}
              </button>
            </span>
          </li>
        ))}
      </ul>
      <p role="status">{said}</p>
      <Trouble error={wrong} />
    </section>
  );
}

function wordsOf({ value, sport, suggested }: Suggestion) {
  const what = { ftpW: 'FTP', thresholdSpeedMps: tell('atThreshold'), maxHeartRateBpm: tell('maxHeartRate') }[value];
  return { what, sport: sportName(sport), suggested: thresholdText(value, suggested, sport) };
}
