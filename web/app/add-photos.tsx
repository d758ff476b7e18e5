import { useId, useState } from 'preact/hooks';
import { PHOTO_LIMITS } from '../../schemas/photo-limits.ts';
import { ProblemError } from '../problem-error.ts';
import { asTaken } from './as-taken.ts';
import { problemText } from './form.tsx';
import { addPhoto } from './photo-api.ts';
import { tell } from './tell.ts';

const LIMITS = { n: PHOTO_LIMITS.maxOfWorkout, mb: PHOTO_LIMITS.maxBytes / 1024 / 1024 };

/** Chooses photos, or takes one where a phone has a camera, and sends them at once, one after the other. */
export function AddPhotos({ workout, onAdded }: { workout: string; onAdded: () => Promise<void> }) {
  const id = useId();
  const [sending, setSending] = useState<{ n: number; of: number } | null>(null);
  const [wrong, setWrong] = useState<string[]>([]);

  async function sendAll(input: HTMLInputElement): Promise<void> {
    const files = [...(input.files ?? [])];
    const failed: string[] = [];
    for (const [i, file] of files.entries()) {
      setSending({ n: i + 1, of: files.length });
      try {
        const photo = await asTaken(file);
        if (photo.size > PHOTO_LIMITS.maxBytes) throw new ProblemError(413, { type: 'upload_too_large' });
        await addPhoto(workout, photo, crypto.randomUUID());
      } catch (error) {
        failed.push(`${file.name}: ${whyNot(error)}`);
      }
    }
    setWrong(failed);
    // Those that arrived are there to be seen before it is said that it is over.
    await onAdded();
    setSending(null);
    input.value = '';
  }

  return (
    <div class="field">
      <label for={id}>{tell('photoAdd')}</label>
      <input
        {...{ id, type: 'file', accept: 'image/*', multiple: true, disabled: sending !== null }}
        aria-describedby={`${id}-how`}
        onChange={(event) => void sendAll(event.currentTarget)}
      />
      <small id={`${id}-how`}>{tell('photoHow', LIMITS)}</small>
      <small role="status">{sending !== null && tell('photoSending', sending)}</small>
      <p role="alert" class="wrong">
        {wrong.join(' ')}
      </p>
    </div>
  );
}

function whyNot(error: unknown): string {
  const isTooLarge = error instanceof ProblemError && error.problem === 'upload_too_large';
  if (isTooLarge) return tell('photoTooLarge', LIMITS);
  const isHeic = error instanceof ProblemError && error.errors.some(({ rule }) => rule === 'no_heic');
  return isHeic ? tell('rule_no_heic') : problemText(error);
}
