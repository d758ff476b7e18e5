import type { Map as LibreMap } from 'maplibre-gl';
import { useEffect, useRef } from 'preact/hooks';
import { boundsOf, color, lineOf, openMap, setData } from './plain-map.ts';
import { type Series, track } from './series.ts';
import { activity, series } from './store.ts';

/** The route so far, and where the athlete is. */
export function RouteMap() {
  const box = useRef<HTMLDivElement>(null);
  const map = useRef<LibreMap | null>(null);

  useEffect(() => {
    if (box.current === null) return;
    const close = openMap(box.current, {
      draw(own) {
        own.addSource('route', { type: 'geojson', data: lineOf([]) });
        own.addSource('here', { type: 'geojson', data: lineOf([]) });
        own.addLayer({
          id: 'route',
          type: 'line',
          source: 'route',
          layout: { 'line-cap': 'round', 'line-join': 'round' },
          paint: { 'line-width': 3.5 },
        });
        own.addLayer({
          id: 'here',
          type: 'circle',
          source: 'here',
          paint: { 'circle-radius': 7, 'circle-stroke-width': 2.5, 'circle-stroke-color': '#ffffff' },
        });
        map.current = own;
      },
      paint(own) {
        own.setPaintProperty('route', 'line-color', color('--route'));
        own.setPaintProperty('here', 'circle-color', color('--route'));
      },
      fit: (own) => show(own, series.peek()),
    });
    return () => {
      map.current = null;
      close();
    };
  }, []);

  const shown = series.value;
  useEffect(() => void (map.current !== null && show(map.current, shown)), [shown]);
  const hasRoute = track(shown).length > 1;
  return (
    <section aria-labelledby="map">
      <h2 id="map">Map</h2>
      <div class="map" ref={box} />
      {!hasRoute && <p class="none">No position was measured{activity.value?.status === 'live' ? ' yet' : ''}.</p>}
    </section>
  );
}

function show(map: LibreMap, shown: Series): void {
  const route = track(shown);
  const [here] = route.slice(-1);
  setData(map, 'route', lineOf(route));
  setData(map, 'here', {
    type: 'FeatureCollection',
    features:
      here === undefined ? [] : [{ type: 'Feature', properties: {}, geometry: { type: 'Point', coordinates: here } }],
  });
  if (route.length < 2) return;
  map.fitBounds(boundsOf(route), { padding: 32, maxZoom: 16, animate: false });
}
