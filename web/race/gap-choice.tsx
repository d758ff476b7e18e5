import { say } from './language.ts';
import { isGapAhead, known, pinned } from './race-store.ts';
import { isReplay } from './replay-state.ts';

/** Whom the gaps of the board are to. Somebody is pinned in their panel. */
export function GapChoice() {
  // Gaps to somebody are told of now alone.
  const bib = isReplay.value ? '' : pinned.value;
  const name = known.value.find((row) => row.bib === bib)?.who?.name ?? bib;
  return (
    <label class="gap">
      <span>{say('gapTo')}</span>
      <select
        value={bib !== '' ? 'pinned' : isGapAhead.value ? 'ahead' : 'leader'}
        onChange={({ currentTarget: { value } }) => {
          isGapAhead.value = value === 'ahead';
          if (value !== 'pinned') pinned.value = '';
        }}
      >
        <option value="leader">{say('toLeader')}</option>
        <option value="ahead">{say('toAhead')}</option>
        {bib !== '' && <option value="pinned">{say('toPinned', { name })}</option>}
      </select>
    </label>
  );
}
