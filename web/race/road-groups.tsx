import { say } from './language.ts';
import { placeText } from './measures.ts';
import { gapText } from './race-format.ts';
import { known, shownGroups } from './race-store.ts';

const MOST = 8;

/** Those who run together, from the front. */
export function RoadGroups() {
  const together = shownGroups.value.filter(({ size }) => size > 1).slice(0, MOST);
  if (together.length === 0) return null;
  const nameOf = (bib: string) => known.value.find((row) => row.bib === bib)?.who?.name ?? `${say('bib')} ${bib}`;
  return (
    <section aria-labelledby="groups" class="groups">
      <h2 id="groups">{say('groups')}</h2>
      <ol>
        {together.map(({ group, size, bib, positionM, gapMs }) => (
          <li key={group}>
            <strong>{say('group', { n: size })}</strong> · {placeText(positionM)} ·{' '}
            {say('groupLeads', { name: nameOf(bib) })}
            {gapMs !== null && ` · ${gapText(gapMs)}`}
          </li>
        ))}
      </ol>
    </section>
  );
}
