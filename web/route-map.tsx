import { Map as LibreMap, LngLatBounds, type StyleSpecification, setWorkerUrl } from 'maplibre-gl';
import 'maplibre-gl/dist/maplibre-gl.css';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import { useEffect, useRef } from 'preact/hooks';
import { type Series, track } from './series.ts';
import { activity, series } from './store.ts';

setWorkerUrl(workerUrl);

/** Where no tile server is named: nothing but the route on plain ground. */
const PLAIN: StyleSpecification = { version: 8, sources: {}, layers: [{ id: 'ground', type: 'background' }] };

const color = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name);

/** The route so far, and where the athlete is. */
export function RouteMap() {
  const box = useRef<HTMLDivElement>(null);
  const map = useRef<LibreMap | null>(null);

  useEffect(() => {
    if (box.current === null) return;
    const styleUrl = document.querySelector<HTMLMetaElement>('meta[name=map-style]')?.content;
    const own = new LibreMap({
      container: box.current,
      style: styleUrl || PLAIN,
      attributionControl: styleUrl ? {} : false,
      // The page scrolls past it; two fingers or Ctrl move the map.
      cooperativeGestures: true,
      fadeDuration: 0,
    });
    const paint = () => {
      if (!styleUrl) own.setPaintProperty('ground', 'background-color', color('--ground'));
      own.setPaintProperty('route', 'line-color', color('--route'));
      own.setPaintProperty('here', 'circle-color', color('--route'));
    };
    own.on('load', () => {
      own.addSource('route', { type: 'geojson', data: line([]) });
      own.addSource('here', { type: 'geojson', data: line([]) });
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
      paint();
      map.current = own;
      show(own, series.peek());
      box.current?.setAttribute('data-drawn', 'true');
    });
    // What fitted a wide map is cut off in a narrow one.
    own.on('resize', () => void (map.current !== null && show(own, series.peek())));
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    const repaint = () => void (map.current !== null && paint());
    scheme.addEventListener('change', repaint);
    return () => {
      scheme.removeEventListener('change', repaint);
      map.current = null;
      own.remove();
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
  setData(map, 'route', line(route));
  setData(map, 'here', {
    type: 'FeatureCollection',
    features:
      here === undefined ? [] : [{ type: 'Feature', properties: {}, geometry: { type: 'Point', coordinates: here } }],
  });
  if (route.length < 2) return;
  const bounds = route.reduce((all, point) => all.extend(point), new LngLatBounds(route[0], route[0]));
  map.fitBounds(bounds, { padding: 32, maxZoom: 16, animate: false });
}

function setData(map: LibreMap, name: string, data: GeoJSON.GeoJSON): void {
  const source = map.getSource(name);
  if (source !== undefined && 'setData' in source) (source as { setData(data: GeoJSON.GeoJSON): void }).setData(data);
}

function line(coordinates: [number, number][]): GeoJSON.GeoJSON {
  return { type: 'Feature', properties: {}, geometry: { type: 'LineString', coordinates } };
}
