import type { ComponentChildren } from 'preact';
import { InPageLink } from '../in-page-link.tsx';
import { type AppPlace, addressOf, go, place, placeFor, type View } from './app-place.ts';

interface AppLinkProps {
  readonly to: View | AppPlace;
  readonly class?: string;
  readonly children: ComponentChildren;
}

export function AppLink({ to, class: name, children }: AppLinkProps) {
  const target = typeof to === 'string' ? placeFor(to) : to;
  const isCurrent = target.id === '' && place.value?.view === target.view;
  return (
    <InPageLink href={addressOf(target)} onGo={() => go(target)} class={name} isCurrent={isCurrent}>
      {children}
    </InPageLink>
  );
}
