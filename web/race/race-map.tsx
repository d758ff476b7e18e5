import { type Map as LibreMap, Marker } from 'maplibre-gl';
import { useEffect, useRef } from 'preact/hooks';
import type { CourseLine } from '../../schemas/course-line.ts';
import { boundsOf, color, lineOf, openMap, setData } from '../plain-map.ts';
import { type Dot, dots } from './dots.ts';
import { say } from './language.ts';
import { placeLabels } from './map-labels.ts';
import { goTo } from './race-place.ts';
import { line, mapArea, race } from './race-store.ts';

type Place = [longitude: number, latitude: number];

/** The course with its checkpoints, and everybody of whom something is shown. The board says the same in words. */
export function RaceMap() {
  const box = useRef<HTMLDivElement>(null);
  const map = useRef<LibreMap | null>(null);
  const course = line.value;

  useEffect(() => {
    if (box.current === null || course === null) return;
    const route = routeOf(course);
    const close = openMap(box.current, {
      draw(own) {
        for (const name of ['course', 'athletes']) own.addSource(name, { type: 'geojson', data: lineOf([]) });
        own.addLayer({
          ...{ id: 'course', type: 'line', source: 'course', paint: { 'line-width': 3.5 } },
          layout: { 'line-cap': 'round', 'line-join': 'round' },
        });
        own.addLayer({
          ...{ id: 'athletes', type: 'circle', source: 'athletes' },
          layout: { 'circle-sort-key': ['get', 'weight'] },
          paint: {
            'circle-radius': ['match', ['get', 'weight'], 0, 4.5, 7],
            'circle-stroke-width': 1.5,
            'circle-stroke-color': '#ffffff',
          },
        });
        own.on('click', 'athletes', ({ features }) => {
          const bib: unknown = features?.[0]?.properties.bib;
          if (typeof bib === 'string') goTo({ athlete: bib });
        });
        setData(own, 'course', lineOf(route));
        markCheckpoints(own, course);
        map.current = own;
        show(own, course, dots.peek());
        noteArea(own);
      },
      paint(own) {
        own.setPaintProperty('course', 'line-color', color('--route'));
        const [others, chosen, first] = ['--speed', '--chosen', '--live'].map(color);
        own.setPaintProperty('athletes', 'circle-color', ['match', ['get', 'weight'], 0, others, 1, first, chosen]);
      },
      fit: (own) => void own.fitBounds(boundsOf(route), { padding: 32, maxZoom: 16, animate: false }),
    });
    return () => {
      map.current = null;
      close();
    };
  }, [course]);

  const shown = dots.value;
  useEffect(() => {
    if (map.current !== null && course !== null) show(map.current, course, shown);
  }, [shown, course]);
  return <section class="map" ref={box} aria-label={say('mapLabel')} />;
}

function show(map: LibreMap, course: CourseLine, shown: readonly Dot[]): void {
  const features = shown.map(({ bib, positionM, weight }): GeoJSON.Feature => {
    const geometry = { type: 'Point' as const, coordinates: placeAt(course, positionM) };
    return { type: 'Feature', properties: { bib, weight }, geometry };
  });
  setData(map, 'athletes', { type: 'FeatureCollection', features });
}

/** A map that is dragged or zoomed tells its part once it stands still. */
const STANDS_MS = 300;

function noteArea(map: LibreMap): void {
  let standing: ReturnType<typeof setTimeout> | undefined;
  const note = () => {
    const bounds = map.getBounds();
    mapArea.value = {
      south: Math.max(-90, bounds.getSouth()),
      west: bounds.getWest(),
      north: Math.min(90, bounds.getNorth()),
      east: bounds.getEast(),
    };
  };
  map.on('moveend', () => {
    clearTimeout(standing);
    standing = setTimeout(note, STANDS_MS);
  });
  map.on('remove', () => {
    clearTimeout(standing);
    mapArea.value = null;
  });
}

function placeAt(course: CourseLine, positionM: number): Place {
  const { longitudeE7, latitudeE7 } = course.at(positionM);
  return [longitudeE7 / 1e7, latitudeE7 / 1e7];
}

function routeOf({ eastM, northM, toPlace, isClosed }: CourseLine): Place[] {
  const places = Array.from(eastM, (east, i): Place => {
    const { longitudeE7, latitudeE7 } = toPlace(east, northM[i]);
    return [longitudeE7 / 1e7, latitudeE7 / 1e7];
  });
  return isClosed ? [...places, places[0]] : places;
}

/** Nearer to each other than this they share a name: start and finish often lie side by side. */
const NEAR_DEGREES = 0.001;

/** A name beside its place: the map has no fonts of its own. */
function markCheckpoints(map: LibreMap, course: CourseLine): void {
  const marks: { place: Place; names: Set<string> }[] = [];
  for (const { name, positionM } of race.peek()?.checkpoints ?? []) {
    for (const metres of positionM) {
      const place = placeAt(course, metres);
      const near = marks.find(({ place: [lon, lat] }) => Math.hypot(lon - place[0], lat - place[1]) < NEAR_DEGREES);
      if (near === undefined) marks.push({ place, names: new Set([name]) });
      else near.names.add(name);
    }
  }
  const shown = marks.map(({ place, names }) => {
    const element = document.createElement('div');
    element.className = 'checkpoint';
    element.textContent = [...names].join(' · ');
    element.setAttribute('aria-hidden', 'true');
    return { element, place, marker: new Marker({ element, anchor: 'center' }).setLngLat(place).addTo(map) };
  });
  function place(): void {
    const { clientWidth: widthPx, clientHeight: heightPx } = map.getContainer();
    const labels = shown.map(({ element, place }) => {
      const { x, y } = map.project(place);
      return { xPx: x, yPx: y, widthPx: element.offsetWidth, heightPx: element.offsetHeight };
    });
    for (const [i, offset] of placeLabels(labels, { widthPx, heightPx }).entries()) {
      // Hidden and not gone: it keeps its size.
      shown[i].element.style.visibility = offset === null ? 'hidden' : '';
      if (offset !== null) shown[i].marker.setOffset([...offset]);
    }
  }
  place();
  map.on('move', place);
  map.on('resize', place);
}
