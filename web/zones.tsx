import { ABSENCES, type ActivityMetrics } from '../schemas/activity-metrics.ts';
import { duration } from './format.ts';

/** Time in each heart-rate zone, as bars with their numbers beside them. */
export function Zones({ metrics }: { metrics: ActivityMetrics | null }) {
  const zones = metrics?.heart_rate_zones_s;
  if (zones === undefined) return null;
  return (
    <section aria-labelledby="zones">
      <h2 id="zones">Heart-rate zones</h2>
      {zones.value === null ? (
        <p class="none">{ABSENCES[zones.absent]}</p>
      ) : (
        <table class="zones">
          <tbody>
            {zones.value.map((seconds, zone) => (
              <tr key={zone}>
                <th scope="row">{zone === 0 ? 'Below' : `Zone ${zone}`}</th>
                <td class="bar">
                  <meter min={0} max={Math.max(1, ...zones.value)} value={seconds} aria-label={`Share of ${zone}`} />
                </td>
                <td class="number">{duration(seconds)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
