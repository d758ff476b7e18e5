const MIB = 1024 * 1024;

/** What the API takes of files that are uploaded, and pages say before hundreds of megabytes are sent for nothing. */
export const UPLOAD_LIMITS = {
  /** Parts of one request, and the bytes of each as it comes. */
  maxParts: 50,
  maxPartBytes: 128 * MIB,
  /** Files, those of a zip counted each. */
  maxFiles: 200,
  /** Of one file, unpacked. */
  maxFileBytes: 64 * MIB,
  /** Of all files, unpacked. */
  maxBytes: 192 * MIB,
};
export type UploadLimits = typeof UPLOAD_LIMITS;
