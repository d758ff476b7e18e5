export const IMAGE_KINDS = ['image/jpeg', 'image/png', 'image/webp'] as const;
export type ImageKind = (typeof IMAGE_KINDS)[number];

/** So many of its first bytes say what an image is. */
export const IMAGE_HEAD_BYTES = 32;

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const JPEG = [0xff, 0xd8, 0xff];
const ascii = (bytes: Uint8Array, from: number, until: number) => String.fromCharCode(...bytes.subarray(from, until));

/**
 * What an image is, by its first bytes: whatever its name or the request calls it. Null for everything else, so that no
 * other format ever reaches a decoder (JPEG: ITU T.81, B.1.1.3; PNG: ISO 15948, 5.2; WebP: RFC 9649, 2.4).
 */
export function imageKind(bytes: Uint8Array): ImageKind | null {
  const begins = (magic: readonly number[]) => magic.every((byte, i) => bytes[i] === byte);
  if (begins(JPEG)) return 'image/jpeg';
  if (begins(PNG)) return 'image/png';
  return ascii(bytes, 0, 4) === 'RIFF' && ascii(bytes, 8, 12) === 'WEBP' ? 'image/webp' : null;
}

/** Brands of HEIF files whose pictures are HEVC (ISO 23008-12, annex B), as phones write them. */
const HEIC_BRANDS = ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx'];

/** Whether a file says that it is a HEIC: by its first brand, or where that says only "image", by the others. */
export function isHeic(bytes: Uint8Array): boolean {
  if (ascii(bytes, 4, 8) !== 'ftyp') return false;
  const brand = ascii(bytes, 8, 12);
  if (brand !== 'mif1' && brand !== 'msf1') return HEIC_BRANDS.includes(brand);
  // Four bytes of version, then the others.
  const others = [16, 20, 24, 28].map((from) => ascii(bytes, from, from + 4));
  return others.some((one) => HEIC_BRANDS.includes(one));
}
