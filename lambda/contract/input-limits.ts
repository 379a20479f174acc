/**
 * The bytes that a worker's sandbox holds, which bound its jobs. A job's input is its prompt as JSON,
 * with its files as base64: about the body of the request to the model.
 */

/** The memory of each function in MB. An input takes at most seven times its size in it. */
export const FUNCTION_MEMORY_MB = 512;

const MB = 1024 * 1024;

/** The input that the jobs of one sandbox may have together. A job that is alone may have any. */
export const SANDBOX_INPUT_BYTES = 36 * MB;

/**
 * The files of one job as base64: one video of the largest size. With a prompt of 5 MB beside them, they
 * leave room in a sandbox for small jobs, so that a large job need not wait until it is alone.
 */
export const JOB_FILE_BYTES = 25 * MB;

/** The most files of a job that were uploaded. */
export const JOB_UPLOADS = 100;

/** Returns the size of a file as base64, padding included. */
export function base64Bytes(bytes: number): number {
  return Math.ceil(bytes / 3) * 4;
}
