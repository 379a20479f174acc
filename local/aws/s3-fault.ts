/** A refusal of S3. */
export interface S3Fault {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

export function fault(status: number, code: string, message: string): S3Fault {
  return { status, code, message };
}

export function faultXml({ code, message }: Pick<S3Fault, 'code' | 'message'>): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${quoted(message)}</Message><RequestId>local</RequestId></Error>`;
}

/** A message may quote a caller's text. */
function quoted(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
