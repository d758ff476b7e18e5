/** How much was removed, by store and what of it: rows, messages or keys. Nothing of whom. */
export type Removed = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** Both together; what is 0 is not named. */
export function addRemoved(before: Removed, more: Removed): Removed {
  const stores = new Set([...Object.keys(before), ...Object.keys(more)]);
  return Object.fromEntries(
    [...stores].sort().map((store) => {
      const [a, b] = [before[store] ?? {}, more[store] ?? {}];
      const parts = [...new Set([...Object.keys(a), ...Object.keys(b)])].sort();
      const sums = parts.map((part) => [part, (a[part] ?? 0) + (b[part] ?? 0)] as const);
      return [store, Object.fromEntries(sums.filter(([, count]) => count > 0))];
    }),
  );
}
