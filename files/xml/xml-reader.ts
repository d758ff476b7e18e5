/** Reads XML as a stream of elements, with bounds. The only file that knows the parser. */
import { SaxesParser } from 'saxes';
import { RefusedFileError } from '../reasons.ts';

export interface XmlElement {
  /** Without its prefix: readers go by local names, as prefixes differ and namespaces are often wrong. */
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
}

export interface XmlHandler {
  open(element: XmlElement): void;
  /** `text` is what the element holds besides other elements, cut to `MAX_TEXT_CHARACTERS`. */
  close(name: string, text: string): void;
}

const CHUNK_BYTES = 64 * 1024;
/** An activity file has fewer than fifteen. */
const MAX_DEPTH = 64;
const MAX_TEXT_CHARACTERS = 4_096;

/** An XML file that is read while it comes, however long it is. */
export interface XmlStream {
  /** Throws RefusedFileError. */
  write(chunk: Uint8Array): void;
  /** After the last chunk: false when the XML broke off or is broken somewhere. */
  end(): boolean;
}

export interface XmlStreamOptions {
  /** Apple's export says its own document type. Entities are never defined by it, nor by any other. */
  readonly allowsDoctype?: boolean;
}

/**
 * Hands over every element. Answers false when the XML breaks off or is broken somewhere: what came before was handed
 * over. Throws RefusedFileError for a document type (only there can entities be defined that grow when they are used)
 * and for elements nested without end.
 */
export function readXml(bytes: Uint8Array, handler: XmlHandler): boolean {
  const stream = createXmlStream(handler);
  stream.write(bytes);
  return stream.end();
}

export function createXmlStream(handler: XmlHandler, { allowsDoctype = false }: XmlStreamOptions = {}): XmlStream {
  const parser = new SaxesParser({ xmlns: false, position: false });
  const texts: string[] = [];
  let isBroken = false;
  parser.on('error', () => {
    isBroken = true;
  });
  parser.on('doctype', (doctype) => {
    if (!allowsDoctype || doctype.includes('<!ENTITY')) throw new RefusedFileError('xml_doctype');
  });
  parser.on('opentag', ({ name, attributes }) => {
    if (isBroken) return;
    if (texts.length >= MAX_DEPTH) throw new RefusedFileError('xml_too_deep', `more than ${MAX_DEPTH} levels`);
    texts.push('');
    handler.open({ name: localName(name), attributes });
  });
  parser.on('text', (text) => {
    const last = texts.length - 1;
    if (last >= 0 && texts[last].length < MAX_TEXT_CHARACTERS) texts[last] += text.slice(0, MAX_TEXT_CHARACTERS);
  });
  parser.on('cdata', (text) => {
    const last = texts.length - 1;
    if (last >= 0 && texts[last].length < MAX_TEXT_CHARACTERS) texts[last] += text.slice(0, MAX_TEXT_CHARACTERS);
  });
  parser.on('closetag', ({ name }) => {
    if (!isBroken) handler.close(localName(name), texts.pop() ?? '');
  });
  let decoder: InstanceType<typeof TextDecoder> | null = null;
  return {
    write(chunk) {
      decoder ??= new TextDecoder(encodingOf(chunk));
      for (let at = 0; at < chunk.length && !isBroken; at += CHUNK_BYTES) {
        parser.write(decoder.decode(chunk.subarray(at, at + CHUNK_BYTES), { stream: true }));
      }
    },
    end() {
      if (!isBroken) parser.close();
      return !isBroken;
    },
  };
}

/** Like XML 1.0, appendix F: a byte order mark first, then what the declaration says, else UTF-8. */
function encodingOf(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  const head = Buffer.from(bytes.subarray(0, 200)).toString('latin1');
  const declared = /^[\s\ufeff\u00ef\u00bb\u00bf]*<\?xml[^>]*encoding=["']([\w-]+)["']/.exec(head)?.[1] ?? 'utf-8';
  return isKnown(declared) ? declared : 'utf-8';
}

function isKnown(label: string): boolean {
  try {
    new TextDecoder(label);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

const localName = (name: string) => name.slice(name.indexOf(':') + 1);

/** The name of the first element, or null when the bytes do not begin like XML. */
export function xmlRoot(bytes: Uint8Array): string | null {
  const head = new TextDecoder(encodingOf(bytes)).decode(bytes.subarray(0, CHUNK_BYTES));
  const withoutProlog = head
    .replace(/^\s+/, '')
    .replace(/<\?[\s\S]*?\?>|<!--[\s\S]*?-->|<!DOCTYPE[^<>[]*(?:\[[\s\S]*?\])?\s*>/g, '');
  const match = /^\s*<([A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)/.exec(withoutProlog);
  return match === null ? null : match[2];
}
