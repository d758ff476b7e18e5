import type { ComponentChildren } from 'preact';
import { InPageLink } from '../in-page-link.tsx';
import { ADDRESSES, go, place, type View } from './app-place.ts';

interface AppLinkProps {
  readonly to: View;
  readonly class?: string;
  readonly children: ComponentChildren;
}

export function AppLink({ to, class: name, children }: AppLinkProps) {
  return (
    <InPageLink href={ADDRESSES[to]} onGo={() => go(to)} class={name} isCurrent={place.value?.view === to}>
      {children}
    </InPageLink>
  );
}
