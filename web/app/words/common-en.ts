import type { Phrase } from '../../race/words-en.ts';

export const common = {
  places: 'Places',
  today: 'Today',
  live: 'Live',
  history: 'History',
  add: 'Add a workout',
  addShort: 'Add',
  workout: 'Workout',
  progress: 'Progress',
  progressAll: 'Progress: trends, form, records and years',
  settings: 'Settings',
  language: 'Language',
  loading: 'Loading …',
  wait: 'One moment …',
  unreachable: 'No answer from the server. Is there a network? Nothing is lost; try again.',
  nothingHere: 'Nothing is at this address.',
  toToday: 'To the start',
  offline: 'No network: what you see came before.',
} satisfies Record<string, Phrase>;
