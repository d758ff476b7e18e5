import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { ProblemError } from '../problem-error.ts';
import { AppLink } from './app-link.tsx';
import { LIMIT_VALUES, megabytesOf, percentOf, uploadTrouble } from './import-text.ts';
import { tell } from './tell.ts';
import { forgetArrived, startUpload, stopUpload, upload } from './uploads.ts';

interface Choice {
  readonly files: readonly File[];
  /** Of its upload: sent again after an answer that was lost, it is imported once. */
  readonly key: string;
}

const NOTHING: Choice = { files: [], key: '' };

/** Chooses files, or takes those that are dropped on the page, and sends them. */
export function ImportForm() {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const [choice, setChoice] = useState(NOTHING);
  const [isAsked, setAsked] = useState(false);
  const { state } = upload.value;
  const isSending = state === 'sending';
  const choose = (list: FileList | null) => {
    setChoice({ files: [...(list ?? [])], key: crypto.randomUUID() });
    setAsked(false);
  };
  useDroppedFiles((dropped) => {
    if (upload.peek().state === 'sending' || input.current === null) return;
    input.current.files = dropped;
    choose(dropped);
  });

  useEffect(() => forgetArrived, []);

  async function send(): Promise<void> {
    setAsked(choice.files.length === 0);
    if (choice.files.length === 0 || isSending) return;
    await startUpload(choice.files, choice.key);
    if (upload.peek().state !== 'arrived') return;
    setChoice(NOTHING);
    if (input.current !== null) input.current.value = '';
  }

  const bytes = choice.files.reduce((sum, { size }) => sum + size, 0);
  return (
    <section class="import whole" aria-label={tell('imports')}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <div class="field">
          <label for={id}>{tell('importChoose')}</label>
          {/* No `accept`: phones know no kind for FIT and would offer none. What a file is, its contents say. */}
          <input
            {...{ id, ref: input, type: 'file', multiple: true, disabled: isSending }}
            aria-describedby={`${id}-how ${id}-chosen`}
            onChange={(event) => choose(event.currentTarget.files)}
          />
          <small id={`${id}-how`}>
            {tell('importHow', LIMIT_VALUES)} {tell('healthExport')}{' '}
            <span class="with-pointer">{tell('importDrop')}</span>
          </small>
          <small id={`${id}-chosen`} role="status">
            {choice.files.length > 0 && tell('importChosen', { n: choice.files.length, mb: megabytesOf(bytes) })}
          </small>
        </div>
        <UploadTrouble isAsked={isAsked} />
        <button ref={button} type="submit" class="main" aria-disabled={isSending}>
          {isSending ? tell('wait') : tell('importGo')}
        </button>
      </form>
      <p role="status">
        {state === 'sending' && tell('importSending')}
        {state === 'arrived' && tell('importArrived')}
      </p>
      <UploadProgress
        onStop={() => {
          stopUpload();
          button.current?.focus();
        }}
      />
    </section>
  );
}

/** Files that are dropped anywhere; beside a small target a browser would open them in place of the page. */
function useDroppedFiles(take: (files: FileList) => void): void {
  const latest = useRef(take);
  latest.current = take;
  useEffect(() => {
    const over = (event: DragEvent) => event.preventDefault();
    const drop = (event: DragEvent) => {
      event.preventDefault();
      const files = event.dataTransfer?.files;
      if (files !== undefined && files.length > 0) latest.current(files);
    };
    addEventListener('dragover', over);
    addEventListener('drop', drop);
    return () => {
      removeEventListener('dragover', over);
      removeEventListener('drop', drop);
    };
  }, []);
}

function UploadTrouble({ isAsked }: { isAsked: boolean }) {
  const { value } = upload;
  const error = value.state === 'failed' ? value.error : null;
  const needsConsent = error instanceof ProblemError && error.problem === 'consent_needed';
  return (
    <p role="alert" class="wrong">
      {isAsked && tell('importNothing')}
      {!isAsked && error !== null && uploadTrouble(error)}{' '}
      {!isAsked && needsConsent && <AppLink to="settings">{tell('importConsent')}</AppLink>}
    </p>
  );
}

function UploadProgress({ onStop }: { onStop: () => void }) {
  const { value } = upload;
  if (value.state !== 'sending') return null;
  const text = value.share < 1 ? tell('importSent', { percent: percentOf(value.share) }) : tell('importChecked');
  return (
    <p class="formats">
      <progress value={value.share} aria-label={text} />
      <span>{text}</span>
      <button type="button" onClick={onStop}>
        {tell('importStop')}
      </button>
    </p>
  );
}
