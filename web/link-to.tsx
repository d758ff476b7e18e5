import type { ComponentChildren } from 'preact';
import { addressOf, go, type Place } from './place.ts';

/** A link inside the page. What opens it elsewhere (with Ctrl, in a new tab) is left to the browser. */
export function LinkTo({ to, class: name, children }: { to: Place; class?: string; children: ComponentChildren }) {
  return (
    <a
      href={addressOf(to)}
      class={name}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        go(to);
      }}
    >
      {children}
    </a>
  );
}
