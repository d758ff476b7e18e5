/** Text inside an element or an attribute. Characters that XML 1.0 does not have become question marks. */
export function escapeXml(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '?')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** Gathers text as bytes, so that a long activity does not become one string of hundreds of megabytes. */
export function createTextWriter() {
  const chunks: Buffer[] = [];
  let pending: string[] = [];
  const flush = () => {
    chunks.push(Buffer.from(pending.join('')));
    pending = [];
  };
  return {
    write(text: string): void {
      pending.push(text);
      if (pending.length >= 4_096) flush();
    },
    finish(): Uint8Array {
      flush();
      return Buffer.concat(chunks);
    },
  };
}

export const isoTime = (timeMs: number) => new Date(timeMs).toISOString();
