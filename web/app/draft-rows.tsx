import { dateAndTimeIn } from '../format.ts';
import { sportName } from '../progress/say.ts';
import { language } from '../race/language.ts';
import { units } from '../units.ts';
import { drafts, dropDraft } from './drafts.ts';
import { tell } from './tell.ts';
import { fieldsOf, type WorkoutFields } from './workout-fields.ts';

/** What is not with the server yet, and why; nothing where all is. */
export function DraftRows({ onEdit }: { onEdit?: (fields: WorkoutFields) => void }) {
  if (drafts.value.length === 0) return null;
  return (
    <section aria-labelledby="drafts">
      <h2 id="drafts">{tell('drafts')}</h2>
      <ul class="rows">
        {drafts.value.map(({ key, workout, refused }) => {
          const what = workout.name || sportName(workout.sport);
          const when = dateAndTimeIn(language.value, Date.parse(workout.localStart));
          return (
            <li key={key} data-draft={refused === null ? 'waiting' : 'refused'}>
              <span>
                <strong>{what}</strong> {when}
                <small class={refused === null ? '' : 'wrong'}>{refused ?? tell('draftWaits')}</small>
              </span>
              {refused !== null && (
                <span class="formats">
                  {onEdit !== undefined && (
                    <button
                      type="button"
                      aria-label={tell('draftEditOf', { what })}
                      onClick={() => {
                        onEdit(fieldsOf(workout, units.value));
                        dropDraft(key);
                      }}
                    >
                      {tell('edit')}
                    </button>
                  )}
                  <button type="button" aria-label={tell('draftDropOf', { what })} onClick={() => dropDraft(key)}>
                    {tell('remove')}
                  </button>
                </span>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
