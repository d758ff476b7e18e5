import type { Phrase } from '../../race/words-en.ts';

/** Of an account that goes, with all that is known of its owner. */
export const deletion = {
  deleteAccount: 'Delete the account',
  deleteAccountHow: 'With everything that is known of you. Nobody can undo it.',
  deleteAccountOpen: 'What goes when, and how',
  deleteAccountExport: 'A file with everything that is kept of you goes, too: ask for it and download it first.',
  deleteAccountSure: 'Delete everything for ever. I know that nobody can bring it back.',
  deleteAccountGo: 'Delete my account now',

  goesAtOnceWhen: 'At once',
  goesAtOnce:
    'Your account, every session, your workouts, profile, goals, news and settings, uploaded files and files with ' +
    'your data.',
  goesSoonWhen: 'Within minutes',
  goesSoon:
    'Samples, activities, records and all that was counted from them. Tokens of your devices count for nothing then.',
  goesWeekWhen: 'Within 7 days',
  goesWeek:
    'Rows of the store of the newest samples: their values are gone within minutes, that there were rows ages out.',
  goesLastWhen: 'Within about five weeks',
  goesLast:
    'What ages out of streams and of the state that computations keep. All stores are gone through three times more.',
  goesStaysWhen: 'What stays',
  goesStays:
    'Results of races, which are their organiser’s; when how many rows were removed, without your name; and backups, ' +
    'as long as the operator keeps them: where one is put back, you are taken out again.',

  deleted: 'Your account is deleted',
  receipt: 'Receipt',
  receiptHow: 'Keep it: it is shown only now. With its number the operator finds the proof of what was removed.',
  receiptNumber: 'Number of the deletion',
  receiptAsked: 'Deleted',
  receiptRows: 'Rows of the database that are gone already',
  receiptUntil: 'Until {when}',
  receiptSave: 'Save as a file',
  receiptGone: 'A receipt is shown once, right after a deletion.',
} satisfies Record<string, Phrase>;
