import { problemOf } from '../problem-error.ts';
import { sessionFetch } from '../session.ts';
import { read, send } from './account-api.ts';
import { noteReached } from './network.ts';

/** A photo of a workout, as others are told of it. */
export interface ShownPhoto {
  readonly id: string;
  /** Empty where nothing was said. */
  readonly caption: string;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
}

/** One's own. */
export interface Photo extends ShownPhoto {
  readonly version: number;
}

const photosOf = (workout: string) => `/workouts/${workout}/photos`;
const tagged = ({ version }: Photo) => ({ 'if-match': `"photo-${version}"` });

/** Each throws ProblemError with what the API said, TypeError when it cannot be reached. */
export const readPhotos = async (workout: string) =>
  (await read<{ photos: readonly Photo[] }>(photosOf(workout))).photos;
export const readSharedPhotos = async (workout: string) =>
  (await read<{ photos: readonly ShownPhoto[] }>(`/shared${photosOf(workout)}`)).photos;
/** A path of the API, which {@link readImage} reads. */
export const ownImage = (workout: string, photo: string) => `${photosOf(workout)}/${photo}`;
export const sharedImage = (workout: string, photo: string) => `/shared${ownImage(workout, photo)}`;
export const readImage = async (path: string) => (await send('GET', path)).blob();

/** Adds it as the last one; under the same key once. */
export async function addPhoto(workout: string, file: Blob, key: string): Promise<void> {
  const asked = sessionFetch(`/v1${photosOf(workout)}`, {
    method: 'POST',
    body: file,
    headers: { 'idempotency-key': key, 'content-type': file.type || 'application/octet-stream' },
  });
  noteReached(asked);
  const answer = await asked;
  if (!answer.ok) throw await problemOf(answer);
}

export const changePhoto = (workout: string, photo: Photo, said: { caption?: string; place?: number }) =>
  send('PATCH', ownImage(workout, photo.id), said, tagged(photo));
export const removePhoto = (workout: string, photo: Photo) =>
  send('DELETE', ownImage(workout, photo.id), undefined, tagged(photo));
