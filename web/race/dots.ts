import { computed } from '@preact/signals';
import { at } from './race-place.ts';
import { followed, known, onMap } from './race-store.ts';
import { isReplay } from './replay-state.ts';
import { weightOf } from './weight.ts';

/** A runner on map and profile. */
export interface Dot {
  readonly bib: string;
  readonly positionM: number;
  readonly weight: 0 | 1 | 2;
}

/** Everybody who runs of those that are known, and who else is on the part of the map that is shown. */
export const dots = computed((): Dot[] => {
  const marked = [...followed.value, at.value.athlete];
  const own = known.value.flatMap((row): Dot[] => {
    const { bib, positionM, status } = row;
    return positionM === null || status !== 'running' ? [] : [{ bib, positionM, weight: weightOf(row, marked) }];
  });
  if (isReplay.value) return own;
  const told = new Set(known.value.map(({ bib }) => bib));
  const others = [...onMap.value.athletes].filter(([bib]) => !told.has(bib));
  return [...own, ...others.map(([bib, positionM]): Dot => ({ bib, positionM, weight: 0 }))];
});
