import type { Phrase } from '../../race/words-en.ts';

export const edits = {
  joinAndSplit: 'Join and split',
  joinBefore: 'Join it with the one before',
  joinNone: 'No other recorded workout lies before it.',
  splitAt: 'The second part begins after, h:mm:ss',
  splitGo: 'Split it there',
  editWaits: 'It is counted again from what was recorded; that takes some seconds.',
  editIsJoin: 'Joined on {when}',
  editIsSplit: 'Split on {when}',
  undo: 'Undo',
  undoOf: 'Undo: {what}',
  undone: 'It is undone, and counted again.',
  changeJoined: 'Joined with another',
  changeSplit: 'Split in two',
  changeRestored: 'A join or a split was undone',
} satisfies Record<string, Phrase>;
