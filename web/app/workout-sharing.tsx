import { useState } from 'preact/hooks';
import { addressOf, placeFor } from './app-place.ts';
import { Trouble } from './form.tsx';
import { SharedFacts } from './shared-workout.tsx';
import { readPreview, type SharedPreview } from './sharing-api.ts';
import { tell } from './tell.ts';

/** One's own workout as others see it, or would, and what keeps them out. */
export function WorkoutSharing({ id }: { id: string }) {
  const [preview, setPreview] = useState<SharedPreview | null>(null);
  const [wrong, setWrong] = useState<unknown>(null);
  const look = () => void readPreview(id).then(setPreview, setWrong);
  return (
    <section aria-labelledby="as-others-see">
      <h2 id="as-others-see">{tell('asOthersSee')}</h2>
      <p>
        <button
          type="button"
          aria-expanded={preview !== null}
          onClick={preview === null ? look : () => setPreview(null)}
        >
          {tell(preview === null ? 'seeAsOthers' : 'hideAsOthers')}
        </button>
      </p>
      {preview !== null && <Preview preview={preview} />}
      <Trouble error={wrong} />
    </section>
  );
}

function Preview({ preview: { isShared, hiddenBy, workout } }: { preview: SharedPreview }) {
  const address = addressOf(placeFor('shared', { id: workout.id }));
  return (
    <>
      <p>{tell(isShared ? 'isShared' : 'isNotShared')}</p>
      {hiddenBy.map((reason) => (
        <p key={reason} class="none" data-hidden-by={reason}>
          {tell(`hiddenBy_${reason}`)}
        </p>
      ))}
      {isShared && (
        <p>
          <a href={address}>{tell('sharedAddress')}</a>
        </p>
      )}
      <SharedFacts workout={workout} />
      {workout.isCut && <p class="none">{tell('isCut')}</p>}
    </>
  );
}
