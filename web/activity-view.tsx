import type { FunctionComponent } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Charts } from './charts.tsx';
import { Downloads } from './downloads.tsx';
import { LinkTo } from './link-to.tsx';
import { Numbers } from './numbers.tsx';
import { Splits } from './splits.tsx';
import { activity, isLooked, isMissing, recent } from './store.ts';
import { Zones } from './zones.tsx';

/** One activity; or, in words, why there is none. */
export function ActivityView() {
  const shown = activity.value;
  if (shown === null) return <p class="empty">{whyNone()}</p>;
  return (
    <>
      <Numbers activity={shown} />
      <div class="column">
        <MapWhenLoaded />
        <Charts sport={shown.sport} />
      </div>
      <div class="column">
        <Zones metrics={shown.metrics} />
        <Splits activity={shown} />
        <Downloads activity={shown} />
      </div>
    </>
  );
}

function whyNone() {
  if (isMissing.value) {
    return (
      <>
        There is no such activity: it may have become part of another one.{' '}
        <LinkTo to={{ kind: 'list' }}>All activities</LinkTo>
      </>
    );
  }
  if (isLooked.value && recent.value.length === 0) return 'No activity yet: it shows here as soon as it begins.';
  return 'Loading …';
}

/** The map's library is nine tenths of the page: numbers do not wait for it. */
function MapWhenLoaded() {
  const [RouteMap, setRouteMap] = useState<FunctionComponent | null>(null);
  const [trouble, setTrouble] = useState('');
  useEffect(() => {
    import('./route-map.tsx').then(
      (loaded) => setRouteMap(() => loaded.RouteMap),
      () => setTrouble('The map could not be loaded; all else is here.'),
    );
  }, []);
  if (RouteMap !== null) return <RouteMap />;
  return (
    <section aria-labelledby="map">
      <h2 id="map">Map</h2>
      <div class="map" />
      {trouble !== '' && <p class="none">{trouble}</p>}
    </section>
  );
}
