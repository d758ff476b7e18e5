import type { Phrase } from '../../race/words-en.ts';

export const photos = {
  photos: 'Photos',
  photoOf: 'Photo {n} of {of}',
  photoAdd: 'Add photos',
  photoHow:
    'JPEG, PNG or WebP, up to {mb} MB each and {n} for a workout. Where and with what they were taken is not kept.',
  photoSending: 'Photo {n} of {of} is being sent …',
  photoTooLarge: 'It is larger than {mb} MB, or has too many pixels.',
  photoCaption: 'Caption',
  photoCaptionHow: 'What is in it, also for those who cannot see it.',
  photoSaveCaption: 'Save the caption',
  photoEarlier: 'Move it forward',
  photoLater: 'Move it back',
  photoRemove: 'Delete the photo',
  problem_unsupported_image: 'It is no JPEG, PNG or WebP.',
  problem_too_many_photos: 'There are as many photos as may be; delete some first.',
} satisfies Record<string, Phrase>;
