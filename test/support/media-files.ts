/** Small whole files, in base64. */

/** An image of 1 × 1 pixels. */
export const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** A document without pages. */
export const PDF = Buffer.from('%PDF-1.4\n%%EOF\n').toString('base64');
