import { useEffect, useState } from 'preact/hooks';
import { readImage, type ShownPhoto } from './photo-api.ts';
import { tell } from './tell.ts';

interface PhotoImageProps {
  /** A path of the API. */
  readonly path: string;
  readonly alt: string;
  readonly photo: ShownPhoto;
}

/** An image of the API: asked for like everything else, so that a log-in that is over is followed by the next. */
export function PhotoImage({ path, alt, photo: { width, height } }: PhotoImageProps) {
  const [src, setSrc] = useState<string | undefined>(undefined);
  useEffect(() => {
    let isGone = false;
    let made: string | undefined;
    readImage(path).then(
      (image) => {
        if (isGone) return;
        made = URL.createObjectURL(image);
        setSrc(made);
      },
      // Its words stand where it would be.
      () => undefined,
    );
    return () => {
      isGone = true;
      if (made !== undefined) URL.revokeObjectURL(made);
    };
  }, [path]);
  return <img alt={alt} {...{ src, width, height }} />;
}

interface PhotoRowProps<Kind extends ShownPhoto> {
  readonly photos: readonly Kind[];
  readonly pathOf: (photo: Kind) => string;
  /** The id of the one that is shown large. */
  readonly chosen: string | null;
  readonly onChoose: (id: string | null) => void;
}

/** Thumbnails in a row; each shows its photo large, and hides it again. */
export function PhotoRow<Kind extends ShownPhoto>({ photos, pathOf, chosen, onChoose }: PhotoRowProps<Kind>) {
  return (
    <ul class="photos">
      {photos.map((photo) => (
        <li key={photo.id} data-photo={photo.id}>
          <button
            type="button"
            class="thumbnail"
            aria-expanded={chosen === photo.id}
            onClick={() => onChoose(chosen === photo.id ? null : photo.id)}
          >
            <PhotoImage path={`${pathOf(photo)}/thumbnail`} alt={nameOf(photo, photos)} photo={photo} />
          </button>
        </li>
      ))}
    </ul>
  );
}

/** What it is called where it cannot be seen. */
export function nameOf<Kind extends ShownPhoto>(photo: Kind, photos: readonly Kind[]): string {
  return photo.caption || tell('photoOf', { n: photos.indexOf(photo) + 1, of: photos.length });
}
