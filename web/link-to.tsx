import type { ComponentChildren } from 'preact';
import { InPageLink } from './in-page-link.tsx';
import { addressOf, go, type Place } from './place.ts';

export function LinkTo({ to, class: name, children }: { to: Place; class?: string; children: ComponentChildren }) {
  return (
    <InPageLink href={addressOf(to)} onGo={() => go(to)} class={name}>
      {children}
    </InPageLink>
  );
}
