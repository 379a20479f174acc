/** Stores the files that callers upload before they submit the jobs that refer to them. */
export interface UploadStore {
  /** Returns a form that uploads exactly this file, until `expiresAtMs`. */
  createForm(
    upload: UploadName,
    file: FileTerms,
    nowMs: number,
    expiresAtMs: number,
  ): Promise<UploadForm>;
  /** Returns undefined if the file was not uploaded, or was deleted. */
  find(upload: UploadName): Promise<FoundUpload | undefined>;
  /** Copies an uploaded file. Returns false if it was deleted, or if it no longer has this tag. */
  copy(upload: UploadName, tag: string, to: FileName): Promise<boolean>;
}

export interface UploadName {
  /** A hash of the tenant: the name of a tenant may contain any character. */
  readonly owner: string;
  readonly uploadId: string;
}

export interface FileTerms {
  readonly contentType: string;
  readonly bytes: number;
}

/** The address for a POST with `multipart/form-data`, and the fields to send before the file. */
export interface UploadForm {
  readonly url: string;
  readonly fields: Readonly<Record<string, string>>;
}

export interface FoundUpload extends FileTerms {
  readonly uploadedAtMs: number;
  /** The first `MARK_BYTES` bytes in hexadecimal digits, which tell the real format. */
  readonly start: string;
  /** Changes when the file is uploaded again. */
  readonly tag: string;
}

/**
 * The name of a job's copy of an upload. The copies belong to the request that created the job's row: a
 * request that repeats it, or that arrives together with it, writes copies of its own.
 */
export interface FileName {
  readonly jobId: string;
  readonly requestToken: string;
  readonly uploadId: string;
}
