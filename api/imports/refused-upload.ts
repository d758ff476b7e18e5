/** Why nothing of an upload is taken. */
export const UPLOAD_REASONS = ['no_files', 'too_many_files', 'upload_too_large', 'bad_zip', 'broken_off'] as const;
export type UploadReason = (typeof UPLOAD_REASONS)[number];

export class RefusedUploadError extends Error {
  override name = 'RefusedUploadError';
  readonly reason: UploadReason;

  constructor(reason: UploadReason, detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.reason = reason;
  }
}
