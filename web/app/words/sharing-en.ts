import type { Phrase } from '../../race/words-en.ts';

export const sharing = {
  shared: 'A workout',
  asOthersSee: 'What others see',
  seeAsOthers: 'See it as others do',
  hideAsOthers: 'Close',
  isShared: 'Everybody who has its address sees this:',
  isNotShared: 'Nobody but you sees it. If it were shown to everybody, they would see this:',
  hiddenBy_workout: 'The workout itself is not for everybody: edit it to change that.',
  hiddenBy_activities: 'Your profile shows activities to nobody else.',
  isCut: 'What lies around your privacy zones is held back: numbers and track are those of the rest.',
  isCutForOthers: 'Only a part of it is shown, and the numbers are those of that part.',
  sharedAddress: 'Its address for others',
  trackOf: 'The track that is shown, north up',
  trackHidden: 'The track is not shown.',
  nothingLeft: 'Nothing of it is left to show.',
} satisfies Record<string, Phrase>;
