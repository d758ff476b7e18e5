import type { Phrase } from '../../race/words-en.ts';
import type { photos as english } from './photos-en.ts';

export const photos: Readonly<Record<keyof typeof english, Phrase>> = {
  photos: 'Фотографии',
  photoOf: 'Фотография {n} из {of}',
  photoAdd: 'Добавить фотографии',
  photoHow: 'JPEG, PNG или WebP, до {mb} МБ каждая, не больше {n} на тренировку. Где и чем снято, не сохраняется.',
  photoSending: 'Отправляется фотография {n} из {of} …',
  photoTooLarge: 'Она больше {mb} МБ, или в ней слишком много пикселей.',
  photoCaption: 'Подпись',
  photoCaptionHow: 'Что на ней — также для тех, кто её не видит.',
  photoSaveCaption: 'Сохранить подпись',
  photoEarlier: 'Передвинуть вперёд',
  photoLater: 'Передвинуть назад',
  photoRemove: 'Удалить фотографию',
  problem_unsupported_image: 'Это не JPEG, не PNG и не WebP.',
  problem_too_many_photos: 'Фотографий уже столько, сколько может быть: сначала удалите часть.',
};
