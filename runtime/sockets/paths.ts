/**
 * Whether a path is served: null when not, otherwise the word that stands for the last part of a pattern that ends with
 * `/:id`, '' for a pattern without one.
 */
export function wordOf(pattern: string, path: string): string | null {
  if (!pattern.endsWith('/:id')) return path === pattern ? '' : null;
  const start = pattern.slice(0, -':id'.length);
  const word = path.startsWith(start) ? path.slice(start.length) : '';
  return /^[A-Za-z0-9_-]{1,128}$/.test(word) ? word : null;
}
