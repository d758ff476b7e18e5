import type { Phrase } from '../../race/words-en.ts';

/** Of the file with everything. */
export const exports = {
  ownExport: 'Everything that is kept of you',
  ownExportHow:
    'One file with your account, workouts, activities, all samples and what was counted, for you to keep or to take ' +
    'elsewhere. It is written in the background, which may take a while; a letter tells when it is ready.',
  askExport: 'Ask for my data',
  exportWriting: 'Asked for {when}, being written',
  exportProgress: 'How far the file asked for {when} is',
  exportReady: 'Of {when}; it is here until {until}.',
  exportFailed: 'The one of {when} could not be written. Ask again.',
  exportDownload: 'Download ({mb} MB)',

  problem_export_under_way: 'It is being written already.',
  problem_too_many_exports: 'There are as many files as are kept for you; more once one of them is removed.',
} satisfies Record<string, Phrase>;
