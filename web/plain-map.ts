import { Map as LibreMap, type StyleSpecification, setWorkerUrl } from 'maplibre-gl';
import 'maplibre-gl/dist/maplibre-gl.css';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';

setWorkerUrl(workerUrl);

/** Where no tile server is named: nothing but what we draw, on plain ground. */
const PLAIN: StyleSpecification = { version: 8, sources: {}, layers: [{ id: 'ground', type: 'background' }] };

export const color = (name: string) => getComputedStyle(document.documentElement).getPropertyValue(name);

export interface MapWork {
  /** Once: adds sources and layers. */
  readonly draw: (map: LibreMap) => void;
  /** Gives layers the colours of the scheme, at first and when it changes. */
  readonly paint: (map: LibreMap) => void;
  /** Everything is drawn; and again when what fitted before is cut off in another size. */
  readonly fit: (map: LibreMap) => void;
}

/** Opens a map in a box of the page. Returns what closes it. */
export function openMap(box: HTMLElement, { draw, paint, fit }: MapWork): () => void {
  const styleUrl = document.querySelector<HTMLMetaElement>('meta[name=map-style]')?.content;
  const map = new LibreMap({
    container: box,
    style: styleUrl || PLAIN,
    attributionControl: styleUrl ? {} : false,
    // The page scrolls past it; two fingers or Ctrl move the map.
    cooperativeGestures: true,
    fadeDuration: 0,
  });
  let isDrawn = false;
  const repaint = () => {
    if (!isDrawn) return;
    if (!styleUrl) map.setPaintProperty('ground', 'background-color', color('--ground'));
    paint(map);
  };
  map.on('load', () => {
    draw(map);
    isDrawn = true;
    repaint();
    fit(map);
    box.setAttribute('data-drawn', 'true');
  });
  // Whoever chose a part of the map keeps it in whatever size.
  let isChosen = false;
  map.on('movestart', ({ originalEvent }) => {
    isChosen ||= originalEvent !== undefined;
  });
  map.on('resize', () => void (isDrawn && !isChosen && fit(map)));
  const scheme = matchMedia('(prefers-color-scheme: dark)');
  scheme.addEventListener('change', repaint);
  return () => {
    scheme.removeEventListener('change', repaint);
    isDrawn = false;
    map.remove();
  };
}

export function setData(map: LibreMap, name: string, data: GeoJSON.GeoJSON): void {
  const source = map.getSource(name);
  if (source !== undefined && 'setData' in source) (source as { setData(data: GeoJSON.GeoJSON): void }).setData(data);
}

export function lineOf(coordinates: [number, number][]): GeoJSON.GeoJSON {
  return { type: 'Feature', properties: {}, geometry: { type: 'LineString', coordinates } };
}

/** West, south, east and north of all of them. */
export function boundsOf(coordinates: readonly [number, number][]): [number, number, number, number] {
  const far = Number.POSITIVE_INFINITY;
  return coordinates.reduce<[number, number, number, number]>(
    ([w, s, e, n], [lon, lat]) => [Math.min(w, lon), Math.min(s, lat), Math.max(e, lon), Math.max(n, lat)],
    [far, far, -far, -far],
  );
}
