import { finishText, Trouble } from '../race/board-table.tsx';
import { say } from '../race/language.ts';
import type { ShownRow } from '../race/race-answers.ts';
import { kilometresIn } from '../race/race-format.ts';
import { DeskFilters } from './desk-filters.tsx';
import { DeskLink } from './desk-link.tsx';
import { desk } from './desk-place.ts';
import { board, rowsWanted } from './desk-store.ts';
import { tell } from './tell.ts';

const MORE_ROWS = 100;
/** What the API gives at once. */
const MAX_ROWS = 1_000;

/** The board in its order; a name opens what may be decided about its athlete. */
export function DeskBoard() {
  const { rows = [], total = 0 } = board.value ?? {};
  return (
    <section class="board" aria-labelledby="board">
      <h2 id="board">{tell('board')}</h2>
      <DeskFilters />
      {board.value === null ? (
        <p>{say('noBoardYet')}</p>
      ) : (
        <table class="places">
          <thead>
            <tr>
              <th scope="col">{say('rank')}</th>
              <th scope="col" class="who">
                {say('athlete')}
              </th>
              <th scope="col">{say('distance')}</th>
              <th scope="col" class="wide">
                {say('finish')}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Line key={row.bib} row={row} />
            ))}
          </tbody>
        </table>
      )}
      <p class="counted">
        <span role="status">{say('shown', { n: rows.length, total })}</span>
        {rows.length < Math.min(total, MAX_ROWS) && (
          <button
            type="button"
            onClick={() => {
              rowsWanted.value = Math.min(MAX_ROWS, rowsWanted.value + MORE_ROWS);
            }}
          >
            {tell('more')}
          </button>
        )}
      </p>
    </section>
  );
}

function Line({ row }: { row: ShownRow }) {
  const { bib, who, rank, status, positionM } = row;
  return (
    <tr class={desk.value.bib === bib ? 'open' : undefined} data-bib={bib}>
      <td>{rank ?? '–'}</td>
      <th scope="row" class="who">
        <DeskLink to={{ ...desk.value, bib }}>{who?.name ?? bib}</DeskLink>
        <small>
          {[bib, who?.club, say(status)].filter(Boolean).join(' · ')} <Trouble row={row} />
        </small>
      </th>
      <td>{positionM === null ? '–' : kilometresIn(positionM, 2)}</td>
      <td class="wide">{finishText(row)}</td>
    </tr>
  );
}
