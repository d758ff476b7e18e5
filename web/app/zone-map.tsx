import type { GeoJSONSource, Map as LibreMap } from 'maplibre-gl';
import { useEffect, useRef } from 'preact/hooks';
import { boundsOf, color, openMap, setData } from '../plain-map.ts';
import type { PrivacyZone } from './profile-fields.ts';
import { tell } from './tell.ts';
import { ringOf } from './zone-ring.ts';

interface ZoneMapProps {
  /** Those that are kept, and the one that is being made, if its middle is known. */
  readonly zones: readonly PrivacyZone[];
  readonly fresh: PrivacyZone | null;
  readonly onPlace: (latitude: number, longitude: number) => void;
}

const SOURCES = ['kept', 'fresh'] as const;

/** Circles on a map; a touch says where the next one is. What it shows is in the list and the fields beside it. */
export function ZoneMap({ zones, fresh, onPlace }: ZoneMapProps) {
  const box = useRef<HTMLDivElement>(null);
  const map = useRef<LibreMap | null>(null);
  const shown = useRef({ zones, fresh, onPlace });
  shown.current = { zones, fresh, onPlace };

  useEffect(() => {
    if (box.current === null) return;
    const close = openMap(box.current, {
      draw(own) {
        for (const name of SOURCES) {
          own.addSource(name, { type: 'geojson', data: ringsOf([]) });
          own.addLayer({ id: name, type: 'fill', source: name, paint: { 'fill-opacity': 0.35 } });
          own.addLayer({ id: `${name}-edge`, type: 'line', source: name, paint: { 'line-width': 2 } });
        }
        own.on('click', ({ lngLat: { lat, lng } }) => shown.current.onPlace(lat, lng));
        map.current = own;
        show(own, shown.current);
      },
      paint(own) {
        for (const [name, hue] of [
          ['kept', '--speed'],
          ['fresh', '--route'],
        ]) {
          own.setPaintProperty(name, 'fill-color', color(hue));
          own.setPaintProperty(`${name}-edge`, 'line-color', color(hue));
        }
      },
      fit: (own) => fit(own, shown.current),
    });
    return () => {
      map.current = null;
      close();
    };
  }, []);

  useEffect(() => {
    if (map.current === null) return;
    show(map.current, { zones, fresh });
    fit(map.current, { zones, fresh });
  }, [zones, fresh?.latitude, fresh?.longitude, fresh?.radiusM]);
  return <section class="map" ref={box} aria-label={tell('zoneMap')} />;
}

type Shown = Pick<ZoneMapProps, 'zones' | 'fresh'>;

function show(map: LibreMap, { zones, fresh }: Shown): void {
  setData(map, 'kept', ringsOf(zones));
  setData(map, 'fresh', ringsOf(fresh === null ? [] : [fresh]));
}

/** What is being made, or all that are kept. */
function fit(map: LibreMap, { zones, fresh }: Shown): void {
  const points = (fresh === null ? zones : [fresh]).flatMap(ringOf);
  if (points.length > 0) map.fitBounds(boundsOf(points), { padding: 40, maxZoom: 15, animate: false });
}

function ringsOf(zones: readonly PrivacyZone[]): Parameters<GeoJSONSource['setData']>[0] & GeoJSON.FeatureCollection {
  return {
    type: 'FeatureCollection',
    features: zones.map((zone) => ({
      ...{ type: 'Feature', properties: {}, geometry: { type: 'Polygon', coordinates: [ringOf(zone)] } },
    })),
  };
}
