import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { CourseLine } from '../../schemas/course-line.ts';
import { plain } from '../written.ts';
import { dots } from './dots.ts';
import { say } from './language.ts';
import { distanceIn, heightIn, heightText, lengthText } from './measures.ts';
import { anchorOf, labelsWithRoom } from './profile-labels.ts';
import { line, race } from './race-store.ts';

const HEIGHT_PX = 130;
/** Above the hills there is room for names, below them for distances. */
const TOP_PX = 26;
const BOTTOM_PX = 22;
const POINTS = 300;
const LEAST_WIDTH_PX = 300;

interface Profile {
  /** Of the hills, in the units of the drawing. */
  readonly path: string;
  readonly lowM: number;
  readonly highM: number;
  yAt(positionM: number): number;
}

/** The heights of the whole way with everybody who is on it. */
export function Elevation() {
  const course = line.value;
  const [box, widthPx] = useWidthPx();
  const profile = useMemo(() => (course === null ? null : profileOf(course)), [course]);
  if (course === null || profile === null) return null;
  const { lengthM, altitudeM } = course;
  const runners = dots.value.toSorted((a, b) => a.weight - b.weight);
  const values = { length: lengthText(lengthM), n: runners.length };
  const label =
    altitudeM === null
      ? say('profileFlat', values)
      : say('profileLabel', { ...values, low: heightIn(profile.lowM), high: heightText(profile.highM) });
  const share = (metres: number) => `${(100 * metres) / lengthM}%`;
  const passes = (race.value?.checkpoints ?? []).flatMap(({ id, name, positionM }) =>
    positionM.map((metres) => ({ id: `${id} ${metres}`, name, metres, share: metres / lengthM })),
  );
  const inOrder = passes.toSorted((a, b) => a.metres - b.metres);
  const names = labelsWithRoom(
    inOrder.map(({ id, name: text, share }) => ({ id, text, share })),
    widthPx,
  );
  const marks = labelsWithRoom(
    inOrder.map(({ id, metres, share }) => ({ id, text: distanceIn(metres, 1), share })),
    widthPx,
  );
  return (
    <section aria-labelledby="profile" class="profile" ref={box}>
      <h2 id="profile">
        {say('profile')}{' '}
        {altitudeM !== null && (
          <span class="unit">
            {plain(heightIn(profile.lowM))}–{heightText(profile.highM)}
          </span>
        )}
      </h2>
      <svg width="100%" height={HEIGHT_PX} role="img" aria-label={label}>
        <svg viewBox={`0 0 ${POINTS} ${HEIGHT_PX}`} preserveAspectRatio="none" aria-hidden="true">
          <path class="hills" d={profile.path} />
        </svg>
        {passes.map(({ id, name, metres }) => (
          <g key={id} class="pass">
            <line x1={share(metres)} x2={share(metres)} y1={TOP_PX - 8} y2={HEIGHT_PX - BOTTOM_PX} />
            {names.has(id) && (
              <text x={share(metres)} y={12} text-anchor={anchorOf(metres / lengthM)}>
                {name}
              </text>
            )}
            {marks.has(id) && (
              <text x={share(metres)} y={HEIGHT_PX - 5} text-anchor={anchorOf(metres / lengthM)}>
                {distanceIn(metres, 1)}
              </text>
            )}
          </g>
        ))}
        {runners.map(({ bib, positionM, weight }) => (
          <circle
            key={bib}
            class={`dot w${weight}`}
            cx={share(positionM)}
            cy={profile.yAt(positionM)}
            r={weight === 0 ? 4 : 6}
          />
        ))}
      </svg>
    </section>
  );
}

/** How wide the drawing is; what it has names for depends on that. */
function useWidthPx() {
  const box = useRef<HTMLElement>(null);
  const [widthPx, setWidthPx] = useState(LEAST_WIDTH_PX);
  const isThere = line.value !== null;
  useEffect(() => {
    const svg = box.current?.querySelector('svg');
    if (svg == null) return;
    const resized = new ResizeObserver(() => setWidthPx(svg.clientWidth));
    resized.observe(svg);
    return () => resized.disconnect();
  }, [isThere]);
  return [box, widthPx] as const;
}

function profileOf(course: CourseLine): Profile {
  const { lengthM } = course;
  const heights = Array.from({ length: POINTS + 1 }, (_, i) => course.at((lengthM * i) / POINTS).altitudeM ?? 0);
  const lowM = heights.reduce((a, b) => Math.min(a, b));
  const highM = heights.reduce((a, b) => Math.max(a, b));
  const floorPx = HEIGHT_PX - BOTTOM_PX;
  // A flat course lies in the middle; little hills are not made into mountains.
  const rangeM = Math.max(highM - lowM, 40);
  const yOf = (metres: number) => floorPx - 8 - ((metres - lowM) / rangeM) * (floorPx - TOP_PX - 8);
  const points = heights.map((height, i) => `${i},${yOf(height).toFixed(1)}`);
  return {
    path: `M0,${floorPx} L${points.join(' L')} L${POINTS},${floorPx} Z`,
    ...{ lowM, highM },
    yAt: (positionM) => yOf(heights[Math.max(0, Math.min(POINTS, Math.round((positionM / lengthM) * POINTS)))]),
  };
}
