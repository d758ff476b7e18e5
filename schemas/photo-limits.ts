/** What a photo of a workout may be, for whoever takes it and whoever sends it. */
export const PHOTO_LIMITS = {
  /** Of the image as it comes. */
  maxBytes: 8 * 1024 * 1024,
  /** Unpacked: a little more than the 50 megapixels that phones take. */
  maxPixels: 52_000_000,
  maxOfWorkout: 20,
  maxCaptionCharacters: 300,
} as const;
