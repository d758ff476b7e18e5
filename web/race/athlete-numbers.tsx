import { duration } from '../format.ts';
import { paceText } from '../in-units.ts';
import { say } from './language.ts';
import { distanceIn, distanceName, paceName } from './measures.ts';
import type { ShownRow } from './race-answers.ts';
import { gapText, timeOfDay } from './race-format.ts';
import { race } from './race-store.ts';

/** Where an athlete stands, how far they are and what is foreseen of their finish. */
export function AthleteNumbers({ row }: { row: ShownRow }) {
  const { who, rank, waveRank, sexRank, categoryRank, clubRank, gunMs, chipMs, positionM, speedMps, seenMs } = row;
  const { gapLeaderMs, gapAheadMs, predictedMs, tooClose } = row;
  const wave = race.value?.waves.find(({ id }) => id === who?.wave)?.name ?? '';
  const category = race.value?.categories.find(({ id }) => id === who?.category)?.name ?? '';
  const time = (ms: number | null) => (ms === null ? null : duration(ms / 1_000));
  const gap = (ms: number | null) => (ms === null ? null : gapText(ms));
  const all: [label: string, text: string | number | null, more?: string][] = [
    [say('overall'), rank],
    [wave || say('wave'), waveRank],
    [who === null ? say('sex') : say(who.sex), sexRank],
    [category || say('category'), categoryRank],
    ...(clubRank === null ? [] : [[who?.club ?? say('club'), clubRank] as [string, number]]),
    [say('gunTime'), time(gunMs)],
    [say('chipTime'), time(chipMs)],
    [distanceName(), positionM === null ? null : distanceIn(positionM, 2)],
    ...(speedMps === null ? [] : [[paceName(), paceText(speedMps)] as [string, string]]),
    [`${say('gap')}: ${say('toLeader')}`, gap(gapLeaderMs)],
    [`${say('gap')}: ${say('toAhead')}`, gap(gapAheadMs)],
    ...(seenMs === null ? [] : [[say('seen'), timeOfDay(seenMs)] as [string, string]]),
  ];
  return (
    <>
      <dl class="numbers">
        {all.map(([label, text]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd class="value">{text ?? '–'}</dd>
          </div>
        ))}
      </dl>
      {rank !== null && tooClose !== null && tooClose.ahead + tooClose.behind > 0 && (
        <p>{say('tooCloseNote', { from: rank - tooClose.ahead, to: rank + tooClose.behind })}</p>
      )}
      {predictedMs !== null && (
        <p class="predicted">
          {say('predicted')}: <strong>≈ {time(predictedMs.p50)}</strong>,{' '}
          {say('predictedRange', { from: time(predictedMs.p10) ?? '', to: time(predictedMs.p90) ?? '' })}.{' '}
          <small>{say('predictedNote')}</small>
        </p>
      )}
    </>
  );
}
