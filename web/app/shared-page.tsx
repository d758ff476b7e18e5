import { useEffect, useState } from 'preact/hooks';
import { place } from './app-place.ts';
import { problemText } from './form.tsx';
import { SharedPhotos } from './shared-photos.tsx';
import { SharedFacts } from './shared-workout.tsx';
import { readShared, type SharedWorkout } from './sharing-api.ts';
import { tell } from './tell.ts';

/** Somebody's workout that everybody may see, whoever looks. */
export function SharedPage() {
  const id = place.value?.id ?? '';
  const [shown, setShown] = useState<SharedWorkout | null>(null);
  const [wrong, setWrong] = useState<unknown>(null);
  useEffect(() => void readShared(id).then(setShown, setWrong), [id]);
  if (shown === null) return <p class="empty">{wrong === null ? tell('loading') : problemText(wrong)}</p>;
  return (
    <section aria-label={tell('shared')}>
      <SharedFacts workout={shown} />
      <SharedPhotos key={id} id={id} />
      {shown.isCut && <p class="none">{tell('isCutForOthers')}</p>}
    </section>
  );
}
