import type { ComponentChildren } from 'preact';
import { type DeskPlace, deskAddressOf, goToDesk } from './desk-place.ts';

interface DeskLinkProps {
  readonly to: DeskPlace;
  readonly class?: string;
  readonly label?: string;
  readonly children: ComponentChildren;
}

/** A link inside the page. What opens it elsewhere (with Ctrl, in a new tab) is left to the browser. */
export function DeskLink({ to, class: name, label, children }: DeskLinkProps) {
  return (
    <a
      href={deskAddressOf(to)}
      class={name}
      aria-label={label}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        goToDesk(to);
      }}
    >
      {children}
    </a>
  );
}
