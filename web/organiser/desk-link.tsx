import type { ComponentChildren } from 'preact';
import { InPageLink } from '../in-page-link.tsx';
import { type DeskPlace, deskAddressOf, goToDesk } from './desk-place.ts';

interface DeskLinkProps {
  readonly to: DeskPlace;
  readonly class?: string;
  readonly label?: string;
  readonly children: ComponentChildren;
}

export function DeskLink({ to, class: name, label, children }: DeskLinkProps) {
  return (
    <InPageLink href={deskAddressOf(to)} onGo={() => goToDesk(to)} class={name} label={label}>
      {children}
    </InPageLink>
  );
}
