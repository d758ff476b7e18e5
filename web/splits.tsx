import type { ActivityRecord } from '../schemas/activity.ts';
import type { Split } from '../schemas/activity-metrics.ts';
import { duration, isPaced, kilometres, kilometresPerHour, pace, whole } from './format.ts';

export function Splits({ activity: { metrics, sport, status } }: { activity: ActivityRecord }) {
  const splits = metrics?.splits_metric.value ?? [];
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
          {['#', 'km', 'Time', isPaced ? 'Pace' : 'km/h', 'bpm', 'Climb'].map((name) => (
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
            <td>{kilometres(distanceM)}</td>
            <td>{duration(elapsedS)}</td>
            <td>{(isPaced ? pace : kilometresPerHour)(distanceM / elapsedS)}</td>
            <td>{heartRateBpm === null ? '–' : whole(heartRateBpm)}</td>
            <td>{whole(elevationGainM)} m</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
