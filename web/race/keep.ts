/** What this browser remembers. Inside a page of somebody else it may be told to remember nothing. */
export function keep(name: string, value: unknown): void {
  try {
    localStorage.setItem(`slipstream-${name}`, JSON.stringify(value));
  } catch {
    // It holds for as long as the page then.
    return;
  }
}

/** Null when nothing was kept, or nothing that can be read. */
export function kept(name: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(`slipstream-${name}`) ?? 'null');
  } catch {
    return null;
  }
}

/** Forgets whatever is kept under a name with this word in it. */
export function forgetAbout(word: string): void {
  try {
    for (const name of Object.keys(localStorage)) if (word !== '' && name.includes(word)) localStorage.removeItem(name);
  } catch {
    // Where nothing may be kept, nothing is.
    return;
  }
}
