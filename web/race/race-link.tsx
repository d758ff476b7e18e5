import type { ComponentChildren } from 'preact';
import { InPageLink } from '../in-page-link.tsx';
import { at, goTo, type RacePlace, raceAddressOf } from './race-place.ts';

interface RaceLinkProps {
  /** What is otherwise there. */
  readonly to: Partial<RacePlace>;
  readonly class?: string;
  readonly children: ComponentChildren;
}

export function RaceLink({ to, class: name, children }: RaceLinkProps) {
  return (
    <InPageLink href={raceAddressOf({ ...at.value, ...to })} onGo={() => goTo(to)} class={name}>
      {children}
    </InPageLink>
  );
}
