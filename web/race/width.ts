import { signal } from '@preact/signals';

const NARROW = '(max-width: 899px)';

/** True where one column is all there is room for. */
export const isNarrow = signal(false);

export function followWidth(): void {
  const narrow = matchMedia(NARROW);
  const note = () => {
    isNarrow.value = narrow.matches;
  };
  note();
  narrow.addEventListener('change', note);
}
