import { Type } from 'typebox';
import { PHOTO_LIMITS } from '../../schemas/photo-limits.ts';
import { WorkoutParams } from '../workouts/statements.ts';

const closed = { additionalProperties: false };
/** No sign that a database refuses or a page cannot show. */
const Caption = Type.String({
  maxLength: PHOTO_LIMITS.maxCaptionCharacters,
  pattern: '^[^\\u0000-\\u001f\\u007f]*$',
  description: 'What is in it, also for who cannot see it; empty where nothing was said.',
});

export const PhotosParams = WorkoutParams;
export const PhotoParams = Type.Object({
  id: WorkoutParams.properties.id,
  photo: Type.String({ pattern: '^[0-9a-f]{32}$', description: 'The id of the photo' }),
});

export const Image = Type.String({ format: 'binary' });

export const PhotoChange = Type.Object(
  {
    caption: Type.Optional(Caption),
    place: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: PHOTO_LIMITS.maxOfWorkout - 1,
        description: 'Among the photos of the workout, from 0; beyond the last one it is the last.',
      }),
    ),
  },
  closed,
);

const shown = {
  id: PhotoParams.properties.photo,
  caption: Caption,
  width: Type.Integer({ description: 'Pixels, upright' }),
  height: Type.Integer(),
};

export const Photo = Type.Object(
  {
    ...shown,
    bytes: Type.Integer({ description: 'Of the photo as it is kept' }),
    createdMs: Type.Integer({ description: 'When it came here, not when it was taken.' }),
    version: Type.Integer({ description: 'Grows with every change of the caption or the place.' }),
  },
  { ...closed, title: 'Photo' },
);
export const PhotoList = Type.Object(
  { photos: Type.Array(Photo, { maxItems: PHOTO_LIMITS.maxOfWorkout, description: 'In their order' }) },
  closed,
);
export const SharedPhotoList = Type.Object(
  { photos: Type.Array(Type.Object(shown, closed), { maxItems: PHOTO_LIMITS.maxOfWorkout }) },
  closed,
);
