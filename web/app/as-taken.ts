import { IMAGE_HEAD_BYTES, imageKind } from '../../schemas/image-kind.ts';

/** The longest side that the API keeps: more pixels would be sent in vain. */
const MAX_SIDE_PX = 2_048;
const QUALITY = 0.92;

/**
 * A photo in a kind that the API takes. What it does not take, as a phone's HEIC, becomes a JPEG where this browser can
 * read it (Safari can read HEIC; every browser GIF and BMP, and by now AVIF). Where it cannot, the file stays as it is,
 * and the API says what is wrong with it.
 */
export async function asTaken(file: Blob): Promise<Blob> {
  const head = new Uint8Array(await file.slice(0, IMAGE_HEAD_BYTES).arrayBuffer());
  if (imageKind(head) !== null) return file;
  const image = await createImageBitmap(file).catch(() => {
    // The API says what is wrong with it.
    return null;
  });
  if (image === null) return file;
  try {
    return (await drawn(image)) ?? file;
  } finally {
    image.close();
  }
}

/** Upright, as browsers decode it, and on white where it was transparent. Null where there is no room to draw. */
async function drawn(image: ImageBitmap): Promise<Blob | null> {
  const scale = Math.min(1, MAX_SIDE_PX / Math.max(image.width, image.height));
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(image.width * scale));
  canvas.height = Math.max(1, Math.round(image.height * scale));
  const pen = canvas.getContext('2d');
  if (pen === null) return null;
  pen.fillStyle = '#fff';
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.imageSmoothingQuality = 'high';
  pen.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, 'image/jpeg', QUALITY));
}
