/** The only file that knows the libraries that write PDF and read fonts. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { create, type Font } from 'fontkit';
import PDFDocument from 'pdfkit';

const FONTS = { regular: '400Regular/NotoSans_400Regular.ttf', bold: '700Bold/NotoSans_700Bold.ttf' } as const;
export type FontName = keyof typeof FONTS;

/** Stands for a letter that the font has no glyph for. */
export const UNPRINTABLE = '\uFFFD';
const GREY = '#f1f3f5';

export interface TextStyle {
  readonly font: FontName;
  readonly sizePt: number;
  readonly color: string;
}

export interface Printer {
  addPage(): void;
  /** One line, cut with an ellipsis where it is too wide. `yPt` is the top of the line. */
  text(text: string, place: { xPt: number; yPt: number; widthPt: number; isRight?: boolean }, style: TextStyle): void;
  stripe(place: { xPt: number; yPt: number; widthPt: number; heightPt: number }): void;
  rule(place: { xPt: number; yPt: number; widthPt: number }): void;
  /** The bytes since the last call; nothing but the page that is begun stays in memory. */
  take(): Uint8Array | null;
  end(): void;
}

/**
 * Writes A4 pages with Noto Sans embedded, which has Latin, Greek and Cyrillic letters. Of other scripts (and of emoji)
 * each letter becomes {@link UNPRINTABLE}; marks of direction and the like, which have no width, are left out.
 */
export function createPrinter({ title, createdMs }: { title: string; createdMs: number }): Printer {
  const fonts = { regular: load('regular'), bold: load('bold') };
  const doc = new PDFDocument({
    ...{ autoFirstPage: false, size: 'A4', layout: 'landscape', margin: 0, lang: 'en', displayTitle: true },
    info: { Title: printable(title, fonts.bold.glyphs), CreationDate: new Date(createdMs), Producer: 'Slipstream' },
  });
  for (const name of Object.keys(FONTS) as FontName[]) doc.registerFont(name, fonts[name].bytes);

  function fitted(text: string, widthPt: number): string {
    if (doc.widthOfString(text) <= widthPt) return text;
    const letters = [...text];
    // Halves until the longest beginning that fits is found.
    let [fits, tooLong] = [0, letters.length];
    while (tooLong - fits > 1) {
      const middle = (fits + tooLong) >> 1;
      if (doc.widthOfString(`${letters.slice(0, middle).join('')}…`) <= widthPt) fits = middle;
      else tooLong = middle;
    }
    return `${letters.slice(0, fits).join('').trimEnd()}…`;
  }

  return {
    addPage: () => void doc.addPage(),
    text(said, { xPt, yPt, widthPt, isRight = false }, { font, sizePt, color }) {
      if (said === '') return;
      doc.font(font).fontSize(sizePt).fillColor(color);
      const text = fitted(printable(said, fonts[font].glyphs), widthPt);
      const startPt = isRight ? xPt + widthPt - doc.widthOfString(text) : xPt;
      doc.text(text, startPt, yPt, { lineBreak: false });
    },
    stripe: ({ xPt, yPt, widthPt, heightPt }) => void doc.rect(xPt, yPt, widthPt, heightPt).fill(GREY),
    rule: ({ xPt, yPt, widthPt }) =>
      void doc
        .moveTo(xPt, yPt)
        .lineTo(xPt + widthPt, yPt)
        .lineWidth(0.7)
        .stroke('#343a40'),
    take: () => doc.read() as Uint8Array | null,
    end: () => doc.end(),
  };
}

const segments = new Intl.Segmenter('und', { granularity: 'grapheme' });

/** The text with what the font can show of it. */
export function printable(text: string, font: Pick<Font, 'hasGlyphForCodePoint'>): string {
  const whole = text.normalize('NFC');
  const plain = visible(whole);
  if (has(plain)) return plain;
  return [...segments.segment(whole)]
    .map(({ segment }) => visible(segment))
    .map((letter) => (has(letter) ? letter : UNPRINTABLE))
    .join('');

  function has(some: string): boolean {
    return [...some].every((letter) => font.hasGlyphForCodePoint(letter.codePointAt(0)!));
  }
}

/** Without control characters, and those that say nothing but how others are set. */
function visible(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '');
}

function load(name: FontName): { bytes: Buffer; glyphs: Font } {
  const path = fileURLToPath(import.meta.resolve(`@expo-google-fonts/noto-sans/${FONTS[name]}`));
  const bytes = readFileSync(path);
  return { bytes, glyphs: create(bytes) as Font };
}
