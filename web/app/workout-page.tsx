import { useEffect, useState } from 'preact/hooks';
import { dateAndTimeIn } from '../format.ts';
import { sportName } from '../progress/say.ts';
import { language } from '../race/language.ts';
import { units } from '../units.ts';
import { AppLink } from './app-link.tsx';
import { go, place, placeFor } from './app-place.ts';
import { problemText, Trouble } from './form.tsx';
import { tell } from './tell.ts';
import {
  changeWorkout,
  type EnteredWorkout,
  readWorkout,
  removeWorkout,
  type TaggedWorkout,
  type Workout,
} from './workout-api.ts';
import { WorkoutChanges } from './workout-changes.tsx';
import { WorkoutEdits } from './workout-edits.tsx';
import { enteredFrom, fieldsOf, saidFrom, type WorkoutFields } from './workout-fields.ts';
import { effortText, WorkoutForm } from './workout-form.tsx';
import { numbersOf } from './workout-numbers.ts';
import { WorkoutPhotos } from './workout-photos.tsx';
import { WorkoutSharing } from './workout-sharing.tsx';

/** One workout: its numbers, what was said of it, and how to change that. */
export function WorkoutPage() {
  const id = place.value?.id ?? '';
  const [shown, setShown] = useState<TaggedWorkout | null>(null);
  const [wrong, setWrong] = useState<unknown>(null);
  const [isEditing, setEditing] = useState(false);
  useEffect(() => {
    setShown(null);
    setWrong(null);
    readWorkout(id).then(setShown, setWrong);
  }, [id]);
  if (shown === null) return <p class="empty">{wrong === null ? tell('loading') : problemText(wrong)}</p>;
  const { workout, etag } = shown;
  return (
    <>
      <Facts workout={workout} />
      <div class="column">
        {isEditing ? (
          <EditSection
            shown={shown}
            onDone={(changed) => {
              if (changed !== null) setShown(changed);
              setEditing(false);
            }}
          />
        ) : (
          <Actions {...{ workout, etag }} onEdit={() => setEditing(true)} />
        )}
      </div>
      <div class="column">
        {workout.status !== 'live' && (
          <>
            <WorkoutPhotos key={id} id={id} />
            <WorkoutSharing key={`${etag} shared`} id={id} />
            {workout.source === 'stream' && (
              <WorkoutEdits key={`${etag} edits`} {...shown} onCounted={() => go(placeFor('history'))} />
            )}
            <WorkoutChanges key={etag} id={id} />
          </>
        )}
      </div>
    </>
  );
}

function Facts({ workout }: { workout: Workout }) {
  const { sport, name, notes, effort, visibility, startMs, localStart, timeZone, source } = workout;
  const when =
    localStart === null
      ? dateAndTimeIn(language.value, startMs)
      : `${dateAndTimeIn(language.value, Date.parse(localStart))} (${timeZone})`;
  return (
    <section aria-labelledby="workout">
      <h2 id="workout">
        {[name, sportName(sport)].filter(Boolean).join(' · ')}{' '}
        {source === 'manual' && <span class="badge">{tell('byHand')}</span>}
      </h2>
      <p>{when}</p>
      <dl class="numbers">
        {numbersOf(workout).map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd class="value">{value}</dd>
          </div>
        ))}
      </dl>
      {notes !== '' && <p class="notes">{notes}</p>}
      <p class="none">
        {effort !== null && `${tell('effort')}: ${effortText(effort)} · `}
        {tell('visibility')}: {tell(`visible_${visibility}`)}
      </p>
    </section>
  );
}

function Actions({ workout, etag, onEdit }: TaggedWorkout & { onEdit: () => void }) {
  const { id, activity, status, source } = workout;
  const [isSure, setSure] = useState(false);
  const [wrong, setWrong] = useState<unknown>(null);
  const remove = () => void removeWorkout(id, etag).then(() => go(placeFor('history')), setWrong);
  return (
    <section aria-label={tell('actions')}>
      <p class="formats">
        {activity !== null && (
          <a class="button" href={`/?activity=${activity}`}>
            {tell('charts')}
          </a>
        )}
        {status !== 'live' && (
          <button type="button" onClick={onEdit}>
            {tell('edit')}
          </button>
        )}
        {status !== 'live' && !isSure && (
          <button type="button" onClick={() => setSure(true)}>
            {tell('remove')}
          </button>
        )}
        <AppLink to="history" class="button">
          {tell('history')}
        </AppLink>
      </p>
      {isSure && (
        <fieldset>
          <legend>{tell(source === 'manual' ? 'removeHand' : 'removeStream')}</legend>
          <p class="formats">
            <button type="button" onClick={remove}>
              {tell('removeSure')}
            </button>
            <button type="button" onClick={() => setSure(false)}>
              {tell('keep')}
            </button>
          </p>
        </fieldset>
      )}
      <Trouble error={wrong} />
    </section>
  );
}

function EditSection({ shown, onDone }: { shown: TaggedWorkout; onDone: (changed: TaggedWorkout | null) => void }) {
  const { workout, etag } = shown;
  const isMeasured = workout.source === 'stream';
  const [fields, setFields] = useState<WorkoutFields>(() => fieldsOf(workout, units.value));
  async function save(): Promise<void> {
    const said = isMeasured ? saidFrom(fields, workout) : enteredFrom(fields, workout.timeZone ?? 'UTC');
    onDone(await changeWorkout(workout.id, etag, said as Partial<EnteredWorkout>));
  }
  return (
    <section aria-label={tell('edit')}>
      <WorkoutForm {...{ fields, isMeasured }} action={tell('save')} onChange={setFields} onSend={save} />
      <p>
        <button type="button" onClick={() => onDone(null)}>
          {tell('cancel')}
        </button>
      </p>
    </section>
  );
}
