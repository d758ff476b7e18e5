import { duration } from '../format.ts';
import { paceText } from '../in-units.ts';
import { say } from './language.ts';
import { distanceIn, distanceName, paceName } from './measures.ts';
import type { ShownRow } from './race-answers.ts';
import { gapText } from './race-format.ts';
import { RaceLink } from './race-link.tsx';
import { at } from './race-place.ts';
import { checkpointName, followed, isGapAhead, pinned, pinnedGaps, toggleFollowed } from './race-store.ts';
import { isReplay } from './replay-state.ts';

/** Rows of the board. What does not fit beside a name on a phone stands in the athlete's panel. */
export function BoardTable({ rows, caption }: { rows: readonly ShownRow[]; caption: string }) {
  return (
    <table class="places">
      <caption class="unseen">{caption}</caption>
      <thead>
        <tr>
          <th scope="col">
            <span class="unseen">{say('rank')}</span>
            <span aria-hidden="true">{say('rankShort')}</span>
          </th>
          <th scope="col" class="who">
            {say('athlete')}
          </th>
          <th scope="col">{distanceName()}</th>
          <th scope="col" class="wide">
            {paceName()}
          </th>
          <th scope="col" class="wider">
            {say('last')}
          </th>
          <th scope="col">{say('gap')}</th>
          <th scope="col" class="wide">
            {say('finish')}
          </th>
          <th scope="col">
            <span class="unseen">{say('followShort')}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <BoardLine key={row.bib} row={row} />
        ))}
      </tbody>
    </table>
  );
}

function BoardLine({ row }: { row: ShownRow }) {
  const { bib, who, rank, positionM, speedMps, status } = row;
  const name = who?.name ?? bib;
  const isFollowed = followed.value.includes(bib);
  return (
    <tr class={at.value.athlete === bib ? 'open' : undefined} data-bib={bib}>
      <td class="rank">{rank ?? <abbr title={say(status)}>{shortStatus(row)}</abbr>}</td>
      <th scope="row" class="who">
        <RaceLink to={{ athlete: bib }}>{name}</RaceLink>
        <small>
          {[bib, who?.club, who?.country].filter(Boolean).join(' · ')} <Trouble row={row} />
        </small>
      </th>
      <td>{positionM === null ? '–' : distanceIn(positionM, 2)}</td>
      <td class="wide">{speedMps === null ? '–' : paceText(speedMps)}</td>
      <td class="wider">{lastText(row)}</td>
      <td class="gap-of">{gapOf(row)}</td>
      <td class="wide">{finishText(row)}</td>
      <td>
        <button
          type="button"
          class="star"
          aria-pressed={isFollowed}
          aria-label={say('follow', { name })}
          onClick={() => toggleFollowed(bib)}
        >
          {isFollowed ? '★' : '☆'}
        </button>
      </td>
    </tr>
  );
}

/** What keeps a row, or its rank, from being trusted. */
export function Trouble({ row: { isOffCourse, isSilent, tooClose } }: { row: ShownRow }) {
  if (isOffCourse || isSilent) return <span class="badge">{say(isOffCourse ? 'offCourse' : 'silent')}</span>;
  if (tooClose === null || tooClose.ahead + tooClose.behind === 0) return null;
  return (
    <abbr class="badge" title={say('tooCloseTitle', { n: tooClose.ahead + tooClose.behind })}>
      {say('tooClose')}
    </abbr>
  );
}

function shortStatus({ status }: ShownRow): string {
  return status === 'dnf' || status === 'dns' || status === 'dsq' ? say(`${status}Short`) : '–';
}

function gapOf(row: ShownRow): string {
  const own = isGapAhead.value ? row.gapAheadMs : row.gapLeaderMs;
  // Gaps to somebody are told of now alone.
  const gapMs = pinned.value === '' || isReplay.value ? own : (pinnedGaps.value.get(row.bib) ?? null);
  return gapMs === null ? '–' : gapText(gapMs);
}

/** The finish time of who finished, of who runs what is foreseen. */
export function finishText({ status, gunMs, predictedMs }: ShownRow): string {
  if (status === 'finished') return gunMs === null ? '–' : duration(gunMs / 1_000);
  return predictedMs === null ? '–' : `≈ ${duration(predictedMs.p50 / 1_000)}`;
}

function lastText({ lastCrossing, status }: ShownRow): string {
  return lastCrossing === null ? say(status) : checkpointName(lastCrossing.checkpoint);
}
