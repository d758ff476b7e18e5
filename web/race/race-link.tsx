import type { ComponentChildren } from 'preact';
import { at, goTo, type RacePlace, raceAddressOf } from './race-place.ts';

interface RaceLinkProps {
  /** What is otherwise there. */
  readonly to: Partial<RacePlace>;
  readonly class?: string;
  readonly children: ComponentChildren;
}

/** A link inside the page. What opens it elsewhere (with Ctrl, in a new tab) is left to the browser. */
export function RaceLink({ to, class: name, children }: RaceLinkProps) {
  return (
    <a
      href={raceAddressOf({ ...at.value, ...to })}
      class={name}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        goTo(to);
      }}
    >
      {children}
    </a>
  );
}
