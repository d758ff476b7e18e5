/** Until then the browser has begun to read what it was given. */
const FILE_KEPT_MS = 60_000;

/** Hands a file to the browser, which keeps it where the person wants it. */
export function saveFile(file: Blob, name: string): void {
  const address = URL.createObjectURL(file);
  Object.assign(document.createElement('a'), { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), FILE_KEPT_MS);
}
