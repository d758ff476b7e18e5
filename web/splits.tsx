import type { ActivityRecord } from '../schemas/activity.ts';
import type { Split } from '../schemas/activity-metrics.ts';
import { duration, isPaced, whole } from './format.ts';
import { distanceText, distanceUnit, heightText, heightUnit, paceText, speedText, speedUnit } from './in-units.ts';
import { units } from './units.ts';

export function Splits({ activity: { metrics, sport, status } }: { activity: ActivityRecord }) {
  const splits = metrics?.[`splits_${units.value}`].value ?? [];
  const laps = metrics?.laps.value ?? [];
  return (
    <section aria-labelledby="splits">
      <h2 id="splits">Splits</h2>
      <SplitTable splits={splits} isPaced={isPaced(sport)} none="The first one is not over yet." />
      {/* The only lap of an activity that ended is all of it. */}
      {laps.length > (status === 'live' ? 0 : 1) && (
        <>
          <h3>Laps</h3>
          <SplitTable splits={laps} isPaced={isPaced(sport)} none="" />
        </>
      )}
    </section>
  );
}

function SplitTable({ splits, isPaced, none }: { splits: readonly Split[]; isPaced: boolean; none: string }) {
  if (splits.length === 0) return <p class="none">{none}</p>;
  return (
    <table class="splits">
      <thead>
        <tr>
          {['#', distanceUnit(), 'Time', isPaced ? 'Pace' : speedUnit(), 'bpm', 'Climb'].map((name) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {splits.map(({ distanceM, endS, elapsedS, heartRateBpm, elevationGainM }, i) => (
          <tr key={endS}>
            <th scope="row">{i + 1}</th>
            <td>{distanceText(distanceM)}</td>
            <td>{duration(elapsedS)}</td>
            <td>{(isPaced ? paceText : speedText)(distanceM / elapsedS)}</td>
            <td>{heartRateBpm === null ? '–' : whole(heartRateBpm)}</td>
            <td>
              {heightText(elevationGainM)} {heightUnit()}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
