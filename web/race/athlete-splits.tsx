import { duration } from '../format.ts';
import { paceText } from '../in-units.ts';
import { say } from './language.ts';
import { type Split, splitsOf } from './legs.ts';
import { paceName } from './measures.ts';
import type { AthleteAnswer } from './race-answers.ts';
import { checkpointName, race } from './race-store.ts';

/** Each crossing that counts: its time from the gun, the way from the one before, and how sure it is. */
export function AthleteSplits({ shown: { crossings, row } }: { shown: AthleteAnswer }) {
  if (crossings.length === 0) return <p class="none">{say('noSplits')}</p>;
  const gunMs = race.value?.waves.find(({ id }) => id === row.who?.wave)?.gunTimeMs ?? null;
  return (
    <table class="splits">
      <thead>
        <tr>
          <th scope="col">{say('checkpoint')}</th>
          <th scope="col">{say('time')}</th>
          <th scope="col">{say('leg')}</th>
          <th scope="col">{paceName()}</th>
        </tr>
      </thead>
      <tbody>
        {splitsOf(crossings).map((split) => (
          <tr key={`${split.checkpoint} ${split.pass}`}>
            <th scope="row">
              {nameOf(split)}
              <small>
                {say(split.status)} · {say(split.source)} {say('within', { s: (split.sigmaMs / 1_000).toFixed(1) })}
              </small>
            </th>
            <td>{gunMs === null ? '–' : duration((split.timeMs - gunMs) / 1_000)}</td>
            <td>{split.legMs === null ? '–' : duration(split.legMs / 1_000)}</td>
            <td>{split.legMps === null ? '–' : paceText(split.legMps)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function nameOf({ checkpoint, pass }: Split): string {
  const passes = race.value?.checkpoints.find(({ id }) => id === checkpoint)?.positionM.length ?? 1;
  const name = checkpointName(checkpoint);
  return passes > 1 ? `${name}, ${say('lap', { n: pass })}` : name;
}
