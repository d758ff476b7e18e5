import type { ComponentChildren } from 'preact';

interface InPageLinkProps {
  readonly href: string;
  readonly onGo: () => void;
  readonly class?: string | undefined;
  readonly label?: string | undefined;
  /** It leads to where one is. */
  readonly isCurrent?: boolean | undefined;
  readonly children: ComponentChildren;
}

/** A link inside the page. What opens it elsewhere (with Ctrl, in a new tab) is left to the browser. */
export function InPageLink({ href, onGo, class: name, label, isCurrent, children }: InPageLinkProps) {
  return (
    <a
      href={href}
      class={name}
      aria-label={label}
      aria-current={isCurrent ? 'page' : undefined}
      onClick={(event) => {
        if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
        event.preventDefault();
        onGo();
      }}
    >
      {children}
    </a>
  );
}
