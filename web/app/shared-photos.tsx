import { useEffect, useState } from 'preact/hooks';
import { readSharedPhotos, type ShownPhoto, sharedImage } from './photo-api.ts';
import { nameOf, PhotoImage, PhotoRow } from './photo-row.tsx';

/** The photos of somebody's workout; nothing where there are none. */
export function SharedPhotos({ id }: { id: string }) {
  const [photos, setPhotos] = useState<readonly ShownPhoto[]>([]);
  const [chosen, setChosen] = useState<string | null>(null);
  // What is shown of the workout stands without them too.
  useEffect(() => void readSharedPhotos(id).then(setPhotos, () => undefined), [id]);
  const pathOf = (photo: ShownPhoto) => sharedImage(id, photo.id);
  const large = photos.find((one) => one.id === chosen);
  if (photos.length === 0) return null;
  return (
    <>
      <PhotoRow {...{ photos, pathOf, chosen }} onChoose={setChosen} />
      {large !== undefined && (
        <figure class="photo">
          <PhotoImage key={large.id} path={pathOf(large)} alt={nameOf(large, photos)} photo={large} />
          {large.caption !== '' && <figcaption>{large.caption}</figcaption>}
        </figure>
      )}
    </>
  );
}
