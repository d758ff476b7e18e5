import type { FunctionComponent } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { say } from './language.ts';
import { line, onMap } from './race-store.ts';
import { isReplay } from './replay-state.ts';

/** The map's library is nine tenths of the page: the board does not wait for it. */
export function RaceMapSection() {
  const [RaceMap, setRaceMap] = useState<FunctionComponent | null>(null);
  const [isLost, setLost] = useState(false);
  useEffect(() => {
    import('./race-map.tsx').then(
      (loaded) => setRaceMap(() => loaded.RaceMap),
      () => setLost(true),
    );
  }, []);
  const { athletes, total } = onMap.value;
  if (line.value === null) return <p class="none">{say('noCourse')}</p>;
  return (
    <section aria-labelledby="map">
      <h2 id="map">{say('map')}</h2>
      {RaceMap === null ? <div class="map" /> : <RaceMap />}
      {!isReplay.value && total > athletes.size && <p class="none">{say('mapShows', { n: athletes.size, total })}</p>}
      {isLost && <p class="none">{say('noMap')}</p>}
    </section>
  );
}
