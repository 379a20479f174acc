import { useEffect, useRef, useState } from 'preact/hooks';
import { sizeOf } from '../format.ts';
import { visibleText } from '../visible-text.ts';
import type { FilePart, Part } from './content-parts.ts';

/** A text with more lines or characters than this is folded. */
const MOST_LINES = 24;
const MOST_CHARACTERS = 3_000;

/** A part of a message. Text is always shown as text, whatever it contains. */
export function PartView({ part }: { readonly part: Part }) {
  return part.kind === 'text' ? (
    <TextView title={part.title} text={visibleText(part.text)} />
  ) : (
    <FileView part={part} />
  );
}

function TextView({ title, text }: { readonly title: string; readonly text: string }) {
  const [isOpen, setOpen] = useState(false);
  const lines = text.split('\n');
  const isLong = lines.length > MOST_LINES || text.length > MOST_CHARACTERS;
  const shown =
    isLong && !isOpen ? lines.slice(0, MOST_LINES).join('\n').slice(0, MOST_CHARACTERS) : text;
  return (
    <div class="part">
      <h4>{title}</h4>
      <pre class="kept">{shown}</pre>
      {isLong && (
        <button type="button" class="small" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? 'Show less' : `Show all ${text.length.toLocaleString('en')} characters`}
        </button>
      )}
    </div>
  );
}

function FileView({ part }: { readonly part: FilePart }) {
  const { title, format, bytes, base64, place } = part;
  const size = bytes === undefined ? '' : `, ${sizeOf(bytes)}`;
  return (
    <div class="part">
      <h4>{title}</h4>
      <p>
        {format}
        {size}
        {place && ` at ${place}`}{' '}
        {base64 !== undefined && (
          <button
            type="button"
            class="small"
            onClick={() => download(`${title}.${format}`, base64)}
          >
            Download
          </button>
        )}
      </p>
      {title === 'Image' && base64 !== undefined && (
        <Picture format={format} base64={base64} label={`Image, ${format}${size}`} />
      )}
    </div>
  );
}

/**
 * Draws an image into a canvas. The page’s policy allows no image from data, and a canvas runs no
 * script and loads nothing.
 */
function Picture({
  format,
  base64,
  label,
}: {
  readonly format: string;
  readonly base64: string;
  readonly label: string;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [fails, setFails] = useState(false);
  useEffect(() => {
    const draw = async () => {
      const image = await createImageBitmap(blobOf(base64, `image/${format}`));
      if (!canvas.current) return;
      Object.assign(canvas.current, { width: image.width, height: image.height });
      canvas.current.getContext('2d')?.drawImage(image, 0, 0);
    };
    draw().catch(() => setFails(true));
  }, [base64, format]);
  return fails ? (
    <p>The image cannot be drawn.</p>
  ) : (
    <canvas ref={canvas} class="picture" role="img" aria-label={label} />
  );
}

function download(name: string, base64: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blobOf(base64, 'application/octet-stream'));
  link.download = name.replaceAll(/[^\w.-]+/g, '-');
  link.click();
  URL.revokeObjectURL(link.href);
}

function blobOf(base64: string, type: string): Blob {
  return new Blob([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], { type });
}
