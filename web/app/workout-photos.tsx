import { useEffect, useState } from 'preact/hooks';
import { PHOTO_LIMITS } from '../../schemas/photo-limits.ts';
import { AddPhotos } from './add-photos.tsx';
import { Field, Form, Trouble } from './form.tsx';
import { changePhoto, ownImage, type Photo, readPhotos, removePhoto } from './photo-api.ts';
import { nameOf, PhotoImage, PhotoRow } from './photo-row.tsx';
import { tell } from './tell.ts';

/** The photos of one's own workout: to look at, to add to, and to change. */
export function WorkoutPhotos({ id }: { id: string }) {
  const [photos, setPhotos] = useState<readonly Photo[]>([]);
  const [chosen, setChosen] = useState<string | null>(null);
  const [wrong, setWrong] = useState<unknown>(null);
  const look = () => readPhotos(id).then(setPhotos, setWrong);
  useEffect(() => void look(), [id]);
  const large = photos.find((one) => one.id === chosen);

  /** What was changed elsewhere meanwhile is looked at again as well. */
  async function change(work: () => Promise<unknown>): Promise<void> {
    setWrong(null);
    await work().catch(setWrong);
    await look();
  }

  return (
    <section aria-labelledby="photos">
      <h2 id="photos">{tell('photos')}</h2>
      <PhotoRow {...{ photos, chosen }} pathOf={(photo) => ownImage(id, photo.id)} onChoose={setChosen} />
      {large !== undefined && <LargePhoto key={large.id} workout={id} {...{ photos, photo: large, change }} />}
      <Trouble error={wrong} />
      {photos.length < PHOTO_LIMITS.maxOfWorkout && <AddPhotos workout={id} onAdded={look} />}
    </section>
  );
}

interface LargePhotoProps {
  readonly workout: string;
  readonly photos: readonly Photo[];
  readonly photo: Photo;
  readonly change: (work: () => Promise<unknown>) => Promise<void>;
}

function LargePhoto({ workout, photos, photo, change }: LargePhotoProps) {
  const [caption, setCaption] = useState(photo.caption);
  const at = photos.indexOf(photo);
  const move = (place: number) => void change(() => changePhoto(workout, photo, { place }));
  return (
    <figure class="photo">
      <PhotoImage path={ownImage(workout, photo.id)} alt={nameOf(photo, photos)} {...{ photo }} />
      <figcaption>
        <Form
          action={tell('photoSaveCaption')}
          onSend={async () => void (await change(() => changePhoto(workout, photo, { caption: caption.trim() })))}
        >
          <Field
            label={tell('photoCaption')}
            name="caption"
            value={caption}
            hint={tell('photoCaptionHow')}
            maxLength={PHOTO_LIMITS.maxCaptionCharacters}
            onInput={setCaption}
          />
        </Form>
        <p class="formats">
          <button type="button" disabled={at === 0} onClick={() => move(at - 1)}>
            {tell('photoEarlier')}
          </button>
          <button type="button" disabled={at === photos.length - 1} onClick={() => move(at + 1)}>
            {tell('photoLater')}
          </button>
          <button type="button" onClick={() => void change(() => removePhoto(workout, photo))}>
            {tell('photoRemove')}
          </button>
        </p>
      </figcaption>
    </figure>
  );
}
