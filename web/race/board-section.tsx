import { BoardFilters } from './board-filters.tsx';
import { BoardTable } from './board-table.tsx';
import { GapChoice } from './gap-choice.tsx';
import { say } from './language.ts';
import { goTo } from './race-place.ts';
import { followedRows, hasMore, isAsked, isChosen, isCut, live, rows, showMore, total } from './race-store.ts';

/** The board: whoever is followed above it, what it is narrowed to, and its rows. */
export function BoardSection() {
  const shown = rows.value;
  const own = followedRows.value;
  return (
    <section aria-labelledby="board" class="board">
      <h2 id="board">{say('board')}</h2>
      <BoardFilters />
      <GapChoice />
      {own.length > 0 && (
        <div class="followed">
          <h3>{say('followed')}</h3>
          <BoardTable rows={own} caption={say('followed')} />
        </div>
      )}
      {shown === null ? (
        <p class="none">{say(isAsked.value || live.value !== null ? 'loading' : 'noBoardYet')}</p>
      ) : shown.length === 0 ? (
        <p class="none">{say('nobody')}</p>
      ) : (
        <BoardTable rows={shown} caption={say('boardCaption')} />
      )}
      <p class="counted">
        <span role="status">
          {isChosen.value
            ? shown !== null && say('found', { n: total.value })
            : shown !== null && say('shown', { n: shown.length, total: total.value })}
        </span>
        {isChosen.value && (
          <button type="button" onClick={() => goTo({ search: '', wave: '', sex: '', category: '', club: '' })}>
            {say('clear')}
          </button>
        )}
        {hasMore.value && (
          <button type="button" onClick={showMore}>
            {say('more')}
          </button>
        )}
        {isCut.value && <span>{say('narrow')}</span>}
      </p>
    </section>
  );
}
