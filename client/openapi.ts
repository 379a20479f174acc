// Made by `npm run openapi` from docs/openapi.json (SHA-256 1e12caaf8f1524144467a1e54d6b7e7a7bc45009d1f15c79771803817ce6ec68). Do not edit it.

export interface paths {
  readonly '/jobs': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /**
     * Lists the tenant’s jobs, newest first.
     * @description The list may lag by a moment; the response for a single job is always current.
     */
    readonly get: operations['listJobs'];
    readonly put?: never;
    /** Accepts a job. */
    readonly post: operations['submitJob'];
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/jobs/{id}': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path: {
        readonly id: string;
      };
      readonly cookie?: never;
    };
    /** Returns a job, after its end or after `wait` seconds. */
    readonly get: operations['getJob'];
    readonly put?: never;
    readonly post?: never;
    /**
     * Cancels a job, or purges the content of an ended one.
     * @description A queued or deferred job is CANCELLED at once. A running job is asked to stop: it ends within half a minute, unless an answer arrives before that.
     */
    readonly delete: operations['cancelJob'];
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/uploads': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /**
     * Returns a form that uploads one image, document, video or sound.
     * @description Send the file with a POST to `url`, as `multipart/form-data`: first all `fields`, then the file as `file`. A content block then refers to it as `source: { upload }`, for a day. A job has a copy of its own: what is uploaded later does not change it.
     */
    readonly post: operations['createUpload'];
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/health': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /** Returns the current health of regions, models, targets and their circuits. */
    readonly get: operations['getHealth'];
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/openapi.json': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /**
     * Returns this document.
     * @description Needs no API key, so that tools can read it. It contains nothing secret.
     */
    readonly get: operations['getOpenApi'];
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/admin/health': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /** Returns the health of the chains with reasons, overrides and model lifecycles. */
    readonly get: operations['getAdminHealth'];
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/admin/jobs': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    /**
     * Lists the jobs of all tenants, newest first, without their content.
     * @description The list may lag by a moment. Each job is shown as it is now, as GET /admin/jobs/{id} shows it.
     */
    readonly get: operations['listAllJobs'];
    readonly put?: never;
    readonly post?: never;
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/admin/jobs/{id}': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path: {
        readonly id: string;
      };
      readonly cookie?: never;
    };
    /** Returns a job of any tenant; with `content=true`, its request and answer as well. */
    readonly get: operations['getAnyJob'];
    readonly put?: never;
    readonly post?: never;
    /** Cancels a job of any tenant. */
    readonly delete: operations['cancelAnyJob'];
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/admin/overrides/{scope}/{key}': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path: {
        readonly scope: 'target' | 'profile' | 'model' | 'region';
        /** @description The name as in the settings, percent-encoded, including its slashes. */
        readonly key: string;
      };
      readonly cookie?: never;
    };
    readonly get?: never;
    /** Overrides the circuits of a target, a profile, a model or a region. */
    readonly put: operations['setOverride'];
    readonly post?: never;
    /** Ends an override. */
    readonly delete: operations['liftOverride'];
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/admin/disabled/{key}': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path: {
        /** @description The name as in the settings, percent-encoded, including its slashes. */
        readonly key: string;
      };
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    readonly post?: never;
    /** Enables a target that was disabled by configuration errors. */
    readonly delete: operations['enableTarget'];
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
  readonly '/admin/redrive': {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly get?: never;
    readonly put?: never;
    /** Moves dead-lettered jobs, or one of them, back into the queue, at a bounded rate. */
    readonly post: operations['redrive'];
    readonly delete?: never;
    readonly options?: never;
    readonly head?: never;
    readonly patch?: never;
    readonly trace?: never;
  };
}
export type webhooks = Record<string, never>;
export interface components {
  schemas: {
    /**
     * @example {
     *       "prompt": "Why do ships have anchors?"
     *     }
     * @example {
     *       "system": "Answer in one sentence.",
     *       "messages": [
     *         {
     *           "role": "user",
     *           "content": [
     *             {
     *               "text": "Why do ships have anchors?"
     *             }
     *           ]
     *         }
     *       ],
     *       "inferenceConfig": {
     *         "maxTokens": 200
     *       },
     *       "whenOpen": "queue",
     *       "metadata": {
     *         "team": "harbour"
     *       }
     *     }
     * @example {
     *       "messages": [
     *         {
     *           "role": "user",
     *           "content": [
     *             {
     *               "text": "Which way does the wind blow in Brest?"
     *             }
     *           ]
     *         },
     *         {
     *           "role": "assistant",
     *           "content": [
     *             {
     *               "toolUse": {
     *                 "toolUseId": "call-1",
     *                 "name": "wind",
     *                 "input": {
     *                   "city": "Brest"
     *                 }
     *               }
     *             }
     *           ]
     *         },
     *         {
     *           "role": "user",
     *           "content": [
     *             {
     *               "toolResult": {
     *                 "toolUseId": "call-1",
     *                 "content": [
     *                   {
     *                     "json": {
     *                       "from": "W"
     *                     }
     *                   }
     *                 ]
     *               }
     *             }
     *           ]
     *         }
     *       ],
     *       "toolConfig": {
     *         "tools": [
     *           {
     *             "toolSpec": {
     *               "name": "wind",
     *               "description": "Tells the direction of the wind.",
     *               "inputSchema": {
     *                 "json": {
     *                   "type": "object",
     *                   "properties": {
     *                     "city": {
     *                       "type": "string"
     *                     }
     *                   },
     *                   "required": [
     *                     "city"
     *                   ]
     *                 }
     *               }
     *             }
     *           }
     *         ],
     *         "toolChoice": {
     *           "auto": {}
     *         }
     *       }
     *     }
     * @example {
     *       "messages": [
     *         {
     *           "role": "user",
     *           "content": [
     *             {
     *               "text": "Does the flag match the report?"
     *             },
     *             {
     *               "image": {
     *                 "format": "png",
     *                 "source": {
     *                   "bytes": "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
     *                 }
     *               }
     *             },
     *             {
     *               "document": {
     *                 "name": "report",
     *                 "format": "txt",
     *                 "source": {
     *                   "text": "The flag is red."
     *                 }
     *               }
     *             },
     *             {
     *               "cachePoint": {
     *                 "type": "default"
     *               }
     *             }
     *           ]
     *         }
     *       ],
     *       "outputConfig": {
     *         "textFormat": {
     *           "type": "json_schema",
     *           "structure": {
     *             "jsonSchema": {
     *               "schema": "{\"type\":\"object\",\"properties\":{\"matches\":{\"type\":\"boolean\"}},\"required\":[\"matches\"],\"additionalProperties\":false}"
     *             }
     *           }
     *         }
     *       }
     *     }
     */
    readonly JobRequest: {
      /** @description A single question; use it instead of `messages`. */
      readonly prompt?: string;
      /** @description The conversation as in Converse; use it instead of `prompt`. */
      readonly messages?: readonly {
        /** @enum {string} */
        readonly role: 'user' | 'assistant' | 'system';
        /** @description The blocks of the message, or a string for one block of text. */
        readonly content: string | readonly components['schemas']['ContentBlock'][];
      }[];
      /** @description The system prompt: blocks as in Converse, or a string. */
      readonly system?: string | readonly components['schemas']['SystemBlock'][];
      /** @description Parameters that a model refuses are omitted and listed in `degradedBy`. */
      readonly inferenceConfig?: {
        /** @description The longest answer in tokens; a tier or a model may lower it. */
        readonly maxTokens?: number;
        readonly temperature?: number;
        readonly topP?: number;
        /** @description Texts that end the answer. */
        readonly stopSequences?: readonly string[];
      };
      readonly toolConfig?: components['schemas']['ToolConfig'];
      readonly guardrailConfig?: {
        /** @description A guardrail’s name in the settings, or its id or ARN. */
        readonly guardrailIdentifier: string;
        /** @description The version of an id or an ARN. For a name, the settings have the version. */
        readonly guardrailVersion?: string;
        /** @enum {string} */
        readonly trace?: 'disabled' | 'enabled' | 'enabled_full';
        /** @enum {string} */
        readonly streamProcessingMode?: 'sync' | 'async';
      };
      readonly outputConfig?: components['schemas']['OutputConfig'];
      /** @description The model’s own parameters, such as `thinking`. They pass unchanged. */
      readonly additionalModelRequestFields?: {
        readonly [key: string]: unknown;
      };
      readonly additionalModelResponseFieldPaths?: readonly string[];
      readonly requestMetadata?: {
        readonly [key: string]: string;
      };
      readonly performanceConfig?: {
        /** @enum {string} */
        readonly latency?: 'standard' | 'optimized';
      };
      readonly serviceTier?: {
        /** @enum {string} */
        readonly type: 'default' | 'flex' | 'priority' | 'reserved';
      };
      /** @description The chain that serves the job. By default the chain `default` or, if the settings have none of this name, their first one. */
      readonly chain?: string;
      /**
       * @description The job’s behavior while circuits are open. `fallback`: tries other tiers, then waits. `queue`: tries only the first tier, then waits. `fail`: tries other tiers, then ends FAILED with `retryAt`.
       * @default fallback
       * @enum {string}
       */
      readonly whenOpen?: 'fallback' | 'queue' | 'fail';
      /**
       * @description `batch`: where a quota is short, the job leaves half of its burst to the others.
       * @enum {string}
       */
      readonly priority?: 'interactive' | 'batch';
      /** @description The last tier of the job’s chain that may answer. */
      readonly minTier?: string;
      /** @description The only regions in which the job may run, fallbacks included. */
      readonly regions?: readonly string[];
      /** @description Seconds after which the job ends EXPIRED: at least `breaker.firstTokenSeconds` + `breaker.stallSeconds` and a margin, at most `jobs.deadlineSeconds` (the default). */
      readonly deadlineSeconds?: number;
      /** @description Returned with the job. */
      readonly metadata?: {
        readonly [key: string]: string;
      };
    } & (unknown | unknown);
    /**
     * @example {
     *       "jobId": "0123456789abcdef0123456789abcdef",
     *       "status": "QUEUED",
     *       "links": {
     *         "self": "/v1/jobs/0123456789abcdef0123456789abcdef"
     *       }
     *     }
     */
    readonly AcceptedJob: {
      readonly jobId: string;
      /** @enum {string} */
      readonly status:
        | 'QUEUED'
        | 'RUNNING'
        | 'DEFERRED'
        | 'SUCCEEDED'
        | 'FAILED'
        | 'DEAD_LETTERED'
        | 'EXPIRED'
        | 'CANCELLED';
      readonly links: {
        /** @description The job: GET reads it, DELETE cancels it. */
        readonly self: string;
      };
    };
    readonly Job: {
      readonly jobId: string;
      /** @enum {string} */
      readonly status:
        | 'QUEUED'
        | 'RUNNING'
        | 'DEFERRED'
        | 'SUCCEEDED'
        | 'FAILED'
        | 'DEAD_LETTERED'
        | 'EXPIRED'
        | 'CANCELLED';
      /** @description The chain that serves the job. */
      readonly chain: string;
      /** Format: date-time */
      readonly createdAt: string;
      /** Format: date-time */
      readonly completedAt?: string;
      /**
       * Format: date-time
       * @description The time of a deferred job’s next attempt.
       */
      readonly nextAttemptAt?: string;
      /**
       * Format: date-time
       * @description A job that has not ended by this time expires.
       */
      readonly deadlineAt: string;
      /** @description The job ends within half a minute, unless an answer arrives before that. */
      readonly cancelRequested?: boolean;
      readonly metadata?: {
        readonly [key: string]: string;
      };
      /** @description The latest 20 attempts, oldest first. */
      readonly attempts: readonly {
        /** @description `<region>/<model or inference profile>` */
        readonly target: string;
        readonly tier: string;
        /**
         * @description The failure kind, or `answered`, `skipped` (no call was made) or `unusable` (the answer was empty or malformed).
         * @enum {string}
         */
        readonly outcome:
          | 'answered'
          | 'skipped'
          | 'quota-minute'
          | 'quota-day'
          | 'capacity'
          | 'fault'
          | 'timeout'
          | 'network'
          | 'broken-stream'
          | 'model-error'
          | 'config'
          | 'job'
          | 'unusable'
          | 'aborted';
        /** @description Why the target was skipped, why its answer was unusable, or the name of its error. */
        readonly reason?: string;
        /**
         * Format: date-time
         * @description The start.
         */
        readonly at: string;
        /** @description The duration in milliseconds. */
        readonly ms: number;
        /** @description The time to the first token of the answer in milliseconds. */
        readonly firstTokenMs?: number;
        /** @description The models answered other jobs at that time, so the failed call counts towards `jobs.failedCalls`. */
        readonly charged?: boolean;
      }[];
      /** @description The target that answered. */
      readonly servedBy?: string;
      readonly tier?: string;
      /** @description A tier after the first one answered, or the request was reduced; `degradedBy` lists the reductions. */
      readonly degraded?: boolean;
      readonly degradedBy?: readonly string[];
      /** @description The answer reached its `maxTokens` or a time limit. */
      readonly truncated?: boolean;
      /** @description The tokens of the call that answered. */
      readonly usage?: {
        readonly inputTokens: number;
        readonly outputTokens: number;
        readonly totalTokens: number;
        readonly cacheReadInputTokens?: number;
        readonly cacheWriteInputTokens?: number;
        /** @description The tokens of the target’s quota that the call held while it ran; absent without a known quota. Lower `maxTokens` to hold less. */
        readonly heldTokens?: number;
        /** @description The tokens are an estimate, because a time limit cut the answer. */
        readonly estimated?: boolean;
      };
      /** @description The cost in US dollars at list price. */
      readonly costUsd?: number;
      /** @description The answer of Converse, if it has at most 256 KB. Fetch a longer answer from `resultUrl`. */
      readonly result?: {
        readonly output: {
          readonly message: {
            /** @enum {string} */
            readonly role: 'user' | 'assistant' | 'system';
            /** @description The content blocks of Converse: text, toolUse, reasoningContent and others. */
            readonly content: readonly components['schemas']['ContentBlock'][];
          };
        };
        readonly stopReason: string;
        readonly usage: {
          readonly inputTokens: number;
          readonly outputTokens: number;
          readonly totalTokens: number;
          readonly cacheReadInputTokens?: number;
          readonly cacheWriteInputTokens?: number;
          /** @description The tokens of the target’s quota that the call held while it ran; absent without a known quota. Lower `maxTokens` to hold less. */
          readonly heldTokens?: number;
          /** @description The tokens are an estimate, because a time limit cut the answer. */
          readonly estimated?: boolean;
        };
        /** @description What a guardrail found, as Converse reports it. */
        readonly trace?: unknown;
        readonly additionalModelResponseFields?: unknown;
        /** @description All text of the answer, joined. */
        readonly text: string;
      };
      /** @description The answer was deleted before the job, because the retention was shortened. */
      readonly resultGone?: boolean;
      /**
       * Format: uri
       * @description A link to the answer, valid for at most 15 minutes.
       */
      readonly resultUrl?: string;
      /**
       * @description `done`: the job’s prompt, files and answer were deleted on request. `begun`: the deletion was interrupted; another request completes it.
       * @enum {string}
       */
      readonly purge?: 'begun' | 'done';
      /** @description Why the job ended without an answer. */
      readonly error?: {
        /** @description Identifies the reason. It never changes; the title may. */
        readonly type: string;
        readonly title: string;
        /** @description What the model said when it refused the request, at most 2 KB. It may quote the prompt. */
        readonly detail?: string;
        /**
         * Format: date-time
         * @description The time to try again, if it is known.
         */
        readonly retryAt?: string;
      };
    };
    readonly JobList: {
      /** @description Newest first. */
      readonly jobs: readonly {
        readonly jobId: string;
        /** @enum {string} */
        readonly status:
          | 'QUEUED'
          | 'RUNNING'
          | 'DEFERRED'
          | 'SUCCEEDED'
          | 'FAILED'
          | 'DEAD_LETTERED'
          | 'EXPIRED'
          | 'CANCELLED';
        /** @description The chain that serves the job. */
        readonly chain: string;
        /** Format: date-time */
        readonly createdAt: string;
        /** Format: date-time */
        readonly completedAt?: string;
        /**
         * Format: date-time
         * @description The time of a deferred job’s next attempt.
         */
        readonly nextAttemptAt?: string;
        /** @description The target that answered. */
        readonly servedBy?: string;
        readonly tier?: string;
        /** @description A tier after the first one answered, or the request was reduced; `degradedBy` lists the reductions. */
        readonly degraded?: boolean;
      }[];
      /** @description Pass it as `cursor` to get the next page. Absent on the last page. A page can hold fewer jobs than `limit`, or none, even if more pages follow. */
      readonly nextCursor?: string;
    };
    /**
     * @example {
     *       "contentType": "image/png",
     *       "bytes": 20480
     *     }
     */
    readonly UploadRequest: {
      /**
       * @description The media type of the file.
       * @enum {string}
       */
      readonly contentType:
        | 'image/gif'
        | 'image/jpeg'
        | 'image/png'
        | 'image/webp'
        | 'application/msword'
        | 'application/pdf'
        | 'application/vnd.ms-excel'
        | 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'
        | 'application/vnd.openxmlformats-officedocument.wordprocessingml.document'
        | 'text/csv'
        | 'text/html'
        | 'text/markdown'
        | 'text/plain'
        | 'video/3gpp'
        | 'video/mp4'
        | 'video/mpeg'
        | 'video/quicktime'
        | 'video/webm'
        | 'video/x-flv'
        | 'video/x-matroska'
        | 'video/x-ms-wmv'
        | 'audio/aac'
        | 'audio/flac'
        | 'audio/mp4'
        | 'audio/mpeg'
        | 'audio/ogg'
        | 'audio/pcm'
        | 'audio/wav'
        | 'audio/webm'
        | 'audio/x-matroska';
      /** @description The exact size of the file: at most 3.75 MB for an image, 4.5 MB for a document, 18.75 MB for a video or a sound. */
      readonly bytes: number;
    };
    /**
     * @example {
     *       "uploadId": "0123456789abcdef0123456789abcdef",
     *       "url": "https://results.s3.us-east-1.amazonaws.com/",
     *       "fields": {
     *         "key": "uploads/…",
     *         "Content-Type": "image/png",
     *         "policy": "…"
     *       },
     *       "expiresAt": "2026-01-01T00:15:00.000Z",
     *       "contentType": "image/png",
     *       "bytes": 20480
     *     }
     */
    readonly Upload: {
      /** @description A content block refers to the file as `source: { "upload": "<uploadId>" }`. */
      readonly uploadId: string;
      /**
       * Format: uri
       * @description The address for a POST with `multipart/form-data`.
       */
      readonly url: string;
      /** @description The fields of the form. The file follows them, as the field `file`. */
      readonly fields: {
        readonly [key: string]: string;
      };
      /**
       * Format: date-time
       * @description The time until which the form is accepted. The file is usable for a day after it.
       */
      readonly expiresAt: string;
      /** @description The only media type that is accepted. */
      readonly contentType: string;
      /** @description The only size that is accepted. */
      readonly bytes: number;
    };
    readonly Health: {
      /**
       * @description The status of the worst chain.
       * @enum {string}
       */
      readonly status: 'healthy' | 'degraded' | 'unhealthy';
      readonly chains: readonly {
        readonly chain: string;
        /**
         * @description What the jobs of the chain meet now. `healthy`: its first tier serves, and no target fails; a target that waits for traffic behind or beside a healthy one counts as good. `unhealthy`: no target is healthy, recovering or waiting. `degraded`: all other cases.
         * @enum {string}
         */
        readonly status: 'healthy' | 'degraded' | 'unhealthy';
      }[];
      readonly regions: readonly {
        readonly region: string;
        /**
         * @description `recovering`: answers again and gets a few calls at a time, or a share of them. `waiting`: waits for traffic; its cooldown is over, and no job has called it since. `unhealthy`: gets no calls, or a single one to find out whether it answers. `disabled`: gets no calls until its configuration is corrected. Regions, models and profiles have the health of their best target.
         * @enum {string}
         */
        readonly health: 'healthy' | 'recovering' | 'waiting' | 'unhealthy' | 'disabled';
        /**
         * @description The calls that a job may make now. `some`: a share of them, after the target had too little capacity. `probes`: a few at a time, while the target is tried again.
         * @enum {string}
         */
        readonly admits: 'all' | 'some' | 'probes' | 'none';
        /** @description Why not all calls are admitted, in fixed words: a failure kind, `quota-day` (the daily quota of the region is used up), `force-open`, `ramp` (the target had too little capacity), `region-unhealthy` (the target is skipped because others in its region fail), or the name of the configuration error. Regions, models and profiles have one if their targets share it. */
        readonly cause?: string;
        /** Format: date-time */
        readonly since?: string;
        /**
         * Format: date-time
         * @description The time of the next call.
         */
        readonly until?: string;
      }[];
      readonly models: readonly {
        readonly model: string;
        /**
         * @description `recovering`: answers again and gets a few calls at a time, or a share of them. `waiting`: waits for traffic; its cooldown is over, and no job has called it since. `unhealthy`: gets no calls, or a single one to find out whether it answers. `disabled`: gets no calls until its configuration is corrected. Regions, models and profiles have the health of their best target.
         * @enum {string}
         */
        readonly health: 'healthy' | 'recovering' | 'waiting' | 'unhealthy' | 'disabled';
        /**
         * @description The calls that a job may make now. `some`: a share of them, after the target had too little capacity. `probes`: a few at a time, while the target is tried again.
         * @enum {string}
         */
        readonly admits: 'all' | 'some' | 'probes' | 'none';
        /** @description Why not all calls are admitted, in fixed words: a failure kind, `quota-day` (the daily quota of the region is used up), `force-open`, `ramp` (the target had too little capacity), `region-unhealthy` (the target is skipped because others in its region fail), or the name of the configuration error. Regions, models and profiles have one if their targets share it. */
        readonly cause?: string;
        /** Format: date-time */
        readonly since?: string;
        /**
         * Format: date-time
         * @description The time of the next call.
         */
        readonly until?: string;
      }[];
      /** @description Inference profiles; the health of each covers all regions that call it. */
      readonly profiles: readonly {
        readonly profile: string;
        /**
         * @description `recovering`: answers again and gets a few calls at a time, or a share of them. `waiting`: waits for traffic; its cooldown is over, and no job has called it since. `unhealthy`: gets no calls, or a single one to find out whether it answers. `disabled`: gets no calls until its configuration is corrected. Regions, models and profiles have the health of their best target.
         * @enum {string}
         */
        readonly health: 'healthy' | 'recovering' | 'waiting' | 'unhealthy' | 'disabled';
        /**
         * @description The calls that a job may make now. `some`: a share of them, after the target had too little capacity. `probes`: a few at a time, while the target is tried again.
         * @enum {string}
         */
        readonly admits: 'all' | 'some' | 'probes' | 'none';
        /** @description Why not all calls are admitted, in fixed words: a failure kind, `quota-day` (the daily quota of the region is used up), `force-open`, `ramp` (the target had too little capacity), `region-unhealthy` (the target is skipped because others in its region fail), or the name of the configuration error. Regions, models and profiles have one if their targets share it. */
        readonly cause?: string;
        /** Format: date-time */
        readonly since?: string;
        /**
         * Format: date-time
         * @description The time of the next call.
         */
        readonly until?: string;
      }[];
      /** @description Each target once, although several chains may have it. */
      readonly targets: readonly {
        /** @description `<region>/<modelId>`, the unit of a circuit. */
        readonly target: string;
        /** @description The tiers that have the target. Chains that share a target share its circuit. */
        readonly tiers: readonly {
          readonly chain: string;
          readonly tier: string;
        }[];
        readonly region: string;
        readonly modelId: string;
        readonly model: string;
        /**
         * @description `recovering`: answers again and gets a few calls at a time, or a share of them. `waiting`: waits for traffic; its cooldown is over, and no job has called it since. `unhealthy`: gets no calls, or a single one to find out whether it answers. `disabled`: gets no calls until its configuration is corrected. Regions, models and profiles have the health of their best target.
         * @enum {string}
         */
        readonly health: 'healthy' | 'recovering' | 'waiting' | 'unhealthy' | 'disabled';
        /**
         * @description The calls that a job may make now. `some`: a share of them, after the target had too little capacity. `probes`: a few at a time, while the target is tried again.
         * @enum {string}
         */
        readonly admits: 'all' | 'some' | 'probes' | 'none';
        /** @description Why not all calls are admitted, in fixed words: a failure kind, `quota-day` (the daily quota of the region is used up), `force-open`, `ramp` (the target had too little capacity), `region-unhealthy` (the target is skipped because others in its region fail), or the name of the configuration error. Regions, models and profiles have one if their targets share it. */
        readonly cause?: string;
        /** Format: date-time */
        readonly since?: string;
        /**
         * Format: date-time
         * @description The time of the next call.
         */
        readonly until?: string;
        /**
         * @description The circuit’s own state, without overrides and the inference from its region.
         * @enum {string}
         */
        readonly circuit: 'CLOSED' | 'OPEN' | 'HALF_OPEN';
        /** @description The recovery stage, while HALF_OPEN. */
        readonly stage?: number;
        /** @description The share of failed calls when the circuit opened. */
        readonly failureRatePercent?: number;
        /** @enum {string} */
        readonly override?: 'force-open' | 'force-closed' | 'observe';
        /** @description The calls of all workers in the current window, which is `breaker.windowSeconds` long or begins with the last change of the circuit’s state. */
        readonly recent?: {
          readonly calls: number;
          /** @description The failed calls by kind. */
          readonly failures: {
            readonly [key: string]: number;
          };
          /** @description The mean time to the first token; absent if no call had one. */
          readonly meanFirstTokenMs?: number;
        };
      }[];
      /** @description The state of the settings parameter, as last read: at most `refreshSeconds` ago. */
      readonly settings: {
        /**
         * @description `invalid`: the last edit was refused, and earlier settings stay in force. `unreadable`: the parameter could not be read, and earlier settings stay in force.
         * @enum {string}
         */
        readonly status: 'in-force' | 'invalid' | 'unreadable';
        /**
         * Format: date-time
         * @description The time of the refused edit, or of the first failed read.
         */
        readonly since?: string;
      };
    };
    readonly AdminHealth: {
      /**
       * @description The status of the worst chain.
       * @enum {string}
       */
      readonly status: 'healthy' | 'degraded' | 'unhealthy';
      readonly chains: readonly {
        readonly chain: string;
        /**
         * @description What the jobs of the chain meet now. `healthy`: its first tier serves, and no target fails; a target that waits for traffic behind or beside a healthy one counts as good. `unhealthy`: no target is healthy, recovering or waiting. `degraded`: all other cases.
         * @enum {string}
         */
        readonly status: 'healthy' | 'degraded' | 'unhealthy';
      }[];
      readonly regions: readonly {
        readonly region: string;
        /**
         * @description `recovering`: answers again and gets a few calls at a time, or a share of them. `waiting`: waits for traffic; its cooldown is over, and no job has called it since. `unhealthy`: gets no calls, or a single one to find out whether it answers. `disabled`: gets no calls until its configuration is corrected. Regions, models and profiles have the health of their best target.
         * @enum {string}
         */
        readonly health: 'healthy' | 'recovering' | 'waiting' | 'unhealthy' | 'disabled';
        /**
         * @description The calls that a job may make now. `some`: a share of them, after the target had too little capacity. `probes`: a few at a time, while the target is tried again.
         * @enum {string}
         */
        readonly admits: 'all' | 'some' | 'probes' | 'none';
        /** @description Why not all calls are admitted, in fixed words: a failure kind, `quota-day` (the daily quota of the region is used up), `force-open`, `ramp` (the target had too little capacity), `region-unhealthy` (the target is skipped because others in its region fail), or the name of the configuration error. Regions, models and profiles have one if their targets share it. */
        readonly cause?: string;
        /** Format: date-time */
        readonly since?: string;
        /**
         * Format: date-time
         * @description The time of the next call.
         */
        readonly until?: string;
      }[];
      readonly models: readonly {
        readonly model: string;
        /**
         * @description `recovering`: answers again and gets a few calls at a time, or a share of them. `waiting`: waits for traffic; its cooldown is over, and no job has called it since. `unhealthy`: gets no calls, or a single one to find out whether it answers. `disabled`: gets no calls until its configuration is corrected. Regions, models and profiles have the health of their best target.
         * @enum {string}
         */
        readonly health: 'healthy' | 'recovering' | 'waiting' | 'unhealthy' | 'disabled';
        /**
         * @description The calls that a job may make now. `some`: a share of them, after the target had too little capacity. `probes`: a few at a time, while the target is tried again.
         * @enum {string}
         */
        readonly admits: 'all' | 'some' | 'probes' | 'none';
        /** @description Why not all calls are admitted, in fixed words: a failure kind, `quota-day` (the daily quota of the region is used up), `force-open`, `ramp` (the target had too little capacity), `region-unhealthy` (the target is skipped because others in its region fail), or the name of the configuration error. Regions, models and profiles have one if their targets share it. */
        readonly cause?: string;
        /** Format: date-time */
        readonly since?: string;
        /**
         * Format: date-time
         * @description The time of the next call.
         */
        readonly until?: string;
      }[];
      /** @description Inference profiles; the health of each covers all regions that call it. */
      readonly profiles: readonly {
        readonly profile: string;
        /**
         * @description `recovering`: answers again and gets a few calls at a time, or a share of them. `waiting`: waits for traffic; its cooldown is over, and no job has called it since. `unhealthy`: gets no calls, or a single one to find out whether it answers. `disabled`: gets no calls until its configuration is corrected. Regions, models and profiles have the health of their best target.
         * @enum {string}
         */
        readonly health: 'healthy' | 'recovering' | 'waiting' | 'unhealthy' | 'disabled';
        /**
         * @description The calls that a job may make now. `some`: a share of them, after the target had too little capacity. `probes`: a few at a time, while the target is tried again.
         * @enum {string}
         */
        readonly admits: 'all' | 'some' | 'probes' | 'none';
        /** @description Why not all calls are admitted, in fixed words: a failure kind, `quota-day` (the daily quota of the region is used up), `force-open`, `ramp` (the target had too little capacity), `region-unhealthy` (the target is skipped because others in its region fail), or the name of the configuration error. Regions, models and profiles have one if their targets share it. */
        readonly cause?: string;
        /** Format: date-time */
        readonly since?: string;
        /**
         * Format: date-time
         * @description The time of the next call.
         */
        readonly until?: string;
      }[];
      readonly targets: readonly {
        /** @description `<region>/<modelId>`, the unit of a circuit. */
        readonly target: string;
        /** @description The tiers that have the target. Chains that share a target share its circuit. */
        readonly tiers: readonly {
          readonly chain: string;
          readonly tier: string;
        }[];
        readonly region: string;
        readonly modelId: string;
        readonly model: string;
        /**
         * @description `recovering`: answers again and gets a few calls at a time, or a share of them. `waiting`: waits for traffic; its cooldown is over, and no job has called it since. `unhealthy`: gets no calls, or a single one to find out whether it answers. `disabled`: gets no calls until its configuration is corrected. Regions, models and profiles have the health of their best target.
         * @enum {string}
         */
        readonly health: 'healthy' | 'recovering' | 'waiting' | 'unhealthy' | 'disabled';
        /**
         * @description The calls that a job may make now. `some`: a share of them, after the target had too little capacity. `probes`: a few at a time, while the target is tried again.
         * @enum {string}
         */
        readonly admits: 'all' | 'some' | 'probes' | 'none';
        /** @description Why not all calls are admitted, in fixed words: a failure kind, `quota-day` (the daily quota of the region is used up), `force-open`, `ramp` (the target had too little capacity), `region-unhealthy` (the target is skipped because others in its region fail), or the name of the configuration error. Regions, models and profiles have one if their targets share it. */
        readonly cause?: string;
        /** Format: date-time */
        readonly since?: string;
        /**
         * Format: date-time
         * @description The time of the next call.
         */
        readonly until?: string;
        /**
         * @description The circuit’s own state, without overrides and the inference from its region.
         * @enum {string}
         */
        readonly circuit: 'CLOSED' | 'OPEN' | 'HALF_OPEN';
        /** @description The recovery stage, while HALF_OPEN. */
        readonly stage?: number;
        /** @description The share of failed calls when the circuit opened. */
        readonly failureRatePercent?: number;
        /** @enum {string} */
        readonly override?: 'force-open' | 'force-closed' | 'observe';
        /** @description The calls of all workers in the current window, which is `breaker.windowSeconds` long or begins with the last change of the circuit’s state. */
        readonly recent?: {
          readonly calls: number;
          /** @description The failed calls by kind. */
          readonly failures: {
            readonly [key: string]: number;
          };
          /** @description The mean time to the first token; absent if no call had one. */
          readonly meanFirstTokenMs?: number;
        };
        /** @description How often the circuit has opened since it was last closed. */
        readonly opens?: number;
        /** @description Successful calls of the current recovery stage so far. */
        readonly succeeded?: number;
        /** @description The numbers that opened the circuit; absent while it is closed. */
        readonly evidence?: {
          /** @description The rule that opened the circuit: `rate`, `excess`, `dry`, `slow`, … */
          readonly rule: string;
          /**
           * @description The most frequent failure kind.
           * @enum {string}
           */
          readonly failure?:
            | 'quota-minute'
            | 'quota-day'
            | 'capacity'
            | 'fault'
            | 'timeout'
            | 'network'
            | 'broken-stream'
            | 'model-error'
            | 'config';
          /** @description The calls counted before the circuit opened. */
          readonly calls: number;
          /** @description The failed calls among them. */
          readonly failures: number;
          /** @description The slow calls among them. */
          readonly slowCalls?: number;
          /** @description The CUSUM of the excess rule. */
          readonly excess?: number;
          /** @description The failed calls by failure kind. */
          readonly kinds?: {
            readonly [key: string]: number;
          };
          /** @description The recovery stage that failed. */
          readonly stage?: number;
        };
        readonly overriddenBy?: components['schemas']['Override'];
        /** @description Configuration errors since the last success. Three of them, from at least two jobs, disable the target. */
        readonly configErrors?: {
          readonly failures: number;
          /** @description The name of the last error. */
          readonly reason: string;
          /**
           * Format: date-time
           * @description The time of the first error.
           */
          readonly since: string;
          /** Format: date-time */
          readonly disabledSince?: string;
          /**
           * Format: date-time
           * @description The time from which one job may call the target again, as a check.
           */
          readonly nextCheckAt?: string;
          /** @description The checks so far. */
          readonly checks?: number;
        };
        /** @description The model’s lifecycle, as the daily check read it from Bedrock. */
        readonly lifecycle?: {
          readonly findings: readonly (
            | 'legacy'
            | 'ends-soon'
            | 'ended'
            | 'inactive'
            | 'not-found'
            | 'no-access'
          )[];
          /** Format: date-time */
          readonly endOfLife?: string;
          /** Format: date-time */
          readonly legacySince?: string;
          /** @description Days until the end of life; negative after it. */
          readonly daysLeft?: number;
        };
      }[];
      readonly settings: {
        /**
         * @description `invalid`: the last edit was refused, and earlier settings stay in force. `unreadable`: the parameter could not be read, and earlier settings stay in force.
         * @enum {string}
         */
        readonly status: 'in-force' | 'invalid' | 'unreadable';
        /**
         * Format: date-time
         * @description The time of the refused edit, or of the first failed read.
         */
        readonly since?: string;
        /** @description The errors of the refused edit: field, value and allowed values. */
        readonly faults?: readonly string[];
      };
      /** @description All overrides in force. */
      readonly overrides: readonly components['schemas']['Override'][];
      /** Format: date-time */
      readonly lifecycleCheckedAt?: string;
      /** @description The quotas per minute of the targets. Calls are admitted within those that are known. */
      readonly quotas: readonly {
        /** @description `<source Region>/<scope>/<model>`; the scope is `on-demand`, `geo` or `global`. */
        readonly quota: string;
        /** @description The targets of the chains that share it. */
        readonly targets: readonly string[];
        /**
         * @description Absent if the limits are not known: all calls are admitted.
         * @enum {string}
         */
        readonly source?: 'settings' | 'service-quotas';
        readonly tokensPerMinute?: number;
        readonly requestsPerMinute?: number;
        /**
         * @description Service Quotas says that the quota is 0: the account has no access to the model.
         * @constant
         */
        readonly noAccess?: true;
        /** @description Absent if no call is counted, or if the store did not answer. */
        readonly use?: {
          /** @description The part of the burst (`quotas.burstSeconds` of the quota) that calls hold or have spent. Above 100 while calls are booked for a later time. */
          readonly heldPercent: {
            readonly tokens?: number;
            readonly requests?: number;
          };
          /**
           * Format: date-time
           * @description The time at which the next call is admitted; absent if that is now.
           */
          readonly freeAt?: string;
          /** @description The part of the quota that is in force. It is lowered when Bedrock throttles calls that fit the quota, and recovers by itself. */
          readonly ratePercent: number;
          /** @description The tokens that calls have used since the last daily reset. */
          readonly tokensToday: number;
        };
      }[];
      /** @description The known quotas per day, by source Region. Absent if the store did not answer. */
      readonly dayBudgets?: readonly {
        readonly region: string;
        /**
         * @description Where the limits are known from. Settings win over Service Quotas.
         * @enum {string}
         */
        readonly source: 'settings' | 'service-quotas';
        /** @description The quota, for all models of the source Region together. */
        readonly tokensPerDay: number;
        /** @description The tokens that calls have used since the last reset: an estimate. */
        readonly spent: number;
        readonly left: number;
        /** @description The tokens that calls have used in the last hour. */
        readonly lastHour: number;
        /** Format: date-time */
        readonly resetAt: string;
        /**
         * Format: date-time
         * @description The time at which nothing will be left if jobs other than batch jobs go on as in the last hour; absent if the budget lasts until the reset.
         */
        readonly endsAt?: string;
      }[];
      /**
       * Format: date-time
       * @description The time at which the quotas were last read from Service Quotas.
       */
      readonly quotasCheckedAt?: string;
    };
    readonly AdminJob: {
      readonly jobId: string;
      /** @enum {string} */
      readonly status:
        | 'QUEUED'
        | 'RUNNING'
        | 'DEFERRED'
        | 'SUCCEEDED'
        | 'FAILED'
        | 'DEAD_LETTERED'
        | 'EXPIRED'
        | 'CANCELLED';
      /** @description The chain that serves the job. */
      readonly chain: string;
      /** Format: date-time */
      readonly createdAt: string;
      /** Format: date-time */
      readonly completedAt?: string;
      /**
       * Format: date-time
       * @description The time of a deferred job’s next attempt.
       */
      readonly nextAttemptAt?: string;
      /**
       * Format: date-time
       * @description A job that has not ended by this time expires.
       */
      readonly deadlineAt: string;
      /** @description The job ends within half a minute, unless an answer arrives before that. */
      readonly cancelRequested?: boolean;
      readonly metadata?: {
        readonly [key: string]: string;
      };
      /** @description The latest 20 attempts, oldest first. */
      readonly attempts: readonly {
        /** @description `<region>/<model or inference profile>` */
        readonly target: string;
        readonly tier: string;
        /**
         * @description The failure kind, or `answered`, `skipped` (no call was made) or `unusable` (the answer was empty or malformed).
         * @enum {string}
         */
        readonly outcome:
          | 'answered'
          | 'skipped'
          | 'quota-minute'
          | 'quota-day'
          | 'capacity'
          | 'fault'
          | 'timeout'
          | 'network'
          | 'broken-stream'
          | 'model-error'
          | 'config'
          | 'job'
          | 'unusable'
          | 'aborted';
        /** @description Why the target was skipped, why its answer was unusable, or the name of its error. */
        readonly reason?: string;
        /**
         * Format: date-time
         * @description The start.
         */
        readonly at: string;
        /** @description The duration in milliseconds. */
        readonly ms: number;
        /** @description The time to the first token of the answer in milliseconds. */
        readonly firstTokenMs?: number;
        /** @description The models answered other jobs at that time, so the failed call counts towards `jobs.failedCalls`. */
        readonly charged?: boolean;
      }[];
      /** @description The target that answered. */
      readonly servedBy?: string;
      readonly tier?: string;
      /** @description A tier after the first one answered, or the request was reduced; `degradedBy` lists the reductions. */
      readonly degraded?: boolean;
      readonly degradedBy?: readonly string[];
      /** @description The answer reached its `maxTokens` or a time limit. */
      readonly truncated?: boolean;
      /** @description The tokens of the call that answered. */
      readonly usage?: {
        readonly inputTokens: number;
        readonly outputTokens: number;
        readonly totalTokens: number;
        readonly cacheReadInputTokens?: number;
        readonly cacheWriteInputTokens?: number;
        /** @description The tokens of the target’s quota that the call held while it ran; absent without a known quota. Lower `maxTokens` to hold less. */
        readonly heldTokens?: number;
        /** @description The tokens are an estimate, because a time limit cut the answer. */
        readonly estimated?: boolean;
      };
      /** @description The cost in US dollars at list price. */
      readonly costUsd?: number;
      /**
       * @description `done`: the job’s prompt, files and answer were deleted on request. `begun`: the deletion was interrupted; another request completes it.
       * @enum {string}
       */
      readonly purge?: 'begun' | 'done';
      /** @description Why the job ended without an answer. */
      readonly error?: {
        /** @description Identifies the reason. It never changes; the title may. */
        readonly type: string;
        readonly title: string;
        /** @description What the model said when it refused the request, at most 2 KB. It may quote the prompt. */
        readonly detail?: string;
        /**
         * Format: date-time
         * @description The time to try again, if it is known.
         */
        readonly retryAt?: string;
      };
      readonly tenant: string;
      /** @description How often the job was redriven. */
      readonly redrives: number;
      /** @description How often the job was put off since its acceptance. */
      readonly deferrals: number;
      /** @description Why a deferred job waits: the targets that its last run skipped because they did not admit calls, with the reasons. Absent if the run called all targets that may serve the job. */
      readonly waitsFor?: readonly {
        readonly target: string;
        readonly reason: string;
      }[];
    };
    readonly AdminJobDetail: {
      readonly jobId: string;
      /** @enum {string} */
      readonly status:
        | 'QUEUED'
        | 'RUNNING'
        | 'DEFERRED'
        | 'SUCCEEDED'
        | 'FAILED'
        | 'DEAD_LETTERED'
        | 'EXPIRED'
        | 'CANCELLED';
      /** @description The chain that serves the job. */
      readonly chain: string;
      /** Format: date-time */
      readonly createdAt: string;
      /** Format: date-time */
      readonly completedAt?: string;
      /**
       * Format: date-time
       * @description The time of a deferred job’s next attempt.
       */
      readonly nextAttemptAt?: string;
      /**
       * Format: date-time
       * @description A job that has not ended by this time expires.
       */
      readonly deadlineAt: string;
      /** @description The job ends within half a minute, unless an answer arrives before that. */
      readonly cancelRequested?: boolean;
      readonly metadata?: {
        readonly [key: string]: string;
      };
      /** @description The latest 20 attempts, oldest first. */
      readonly attempts: readonly {
        /** @description `<region>/<model or inference profile>` */
        readonly target: string;
        readonly tier: string;
        /**
         * @description The failure kind, or `answered`, `skipped` (no call was made) or `unusable` (the answer was empty or malformed).
         * @enum {string}
         */
        readonly outcome:
          | 'answered'
          | 'skipped'
          | 'quota-minute'
          | 'quota-day'
          | 'capacity'
          | 'fault'
          | 'timeout'
          | 'network'
          | 'broken-stream'
          | 'model-error'
          | 'config'
          | 'job'
          | 'unusable'
          | 'aborted';
        /** @description Why the target was skipped, why its answer was unusable, or the name of its error. */
        readonly reason?: string;
        /**
         * Format: date-time
         * @description The start.
         */
        readonly at: string;
        /** @description The duration in milliseconds. */
        readonly ms: number;
        /** @description The time to the first token of the answer in milliseconds. */
        readonly firstTokenMs?: number;
        /** @description The models answered other jobs at that time, so the failed call counts towards `jobs.failedCalls`. */
        readonly charged?: boolean;
      }[];
      /** @description The target that answered. */
      readonly servedBy?: string;
      readonly tier?: string;
      /** @description A tier after the first one answered, or the request was reduced; `degradedBy` lists the reductions. */
      readonly degraded?: boolean;
      readonly degradedBy?: readonly string[];
      /** @description The answer reached its `maxTokens` or a time limit. */
      readonly truncated?: boolean;
      /** @description The tokens of the call that answered. */
      readonly usage?: {
        readonly inputTokens: number;
        readonly outputTokens: number;
        readonly totalTokens: number;
        readonly cacheReadInputTokens?: number;
        readonly cacheWriteInputTokens?: number;
        /** @description The tokens of the target’s quota that the call held while it ran; absent without a known quota. Lower `maxTokens` to hold less. */
        readonly heldTokens?: number;
        /** @description The tokens are an estimate, because a time limit cut the answer. */
        readonly estimated?: boolean;
      };
      /** @description The cost in US dollars at list price. */
      readonly costUsd?: number;
      /**
       * @description `done`: the job’s prompt, files and answer were deleted on request. `begun`: the deletion was interrupted; another request completes it.
       * @enum {string}
       */
      readonly purge?: 'begun' | 'done';
      /** @description Why the job ended without an answer. */
      readonly error?: {
        /** @description Identifies the reason. It never changes; the title may. */
        readonly type: string;
        readonly title: string;
        /** @description What the model said when it refused the request, at most 2 KB. It may quote the prompt. */
        readonly detail?: string;
        /**
         * Format: date-time
         * @description The time to try again, if it is known.
         */
        readonly retryAt?: string;
      };
      readonly tenant: string;
      /** @description How often the job was redriven. */
      readonly redrives: number;
      /** @description How often the job was put off since its acceptance. */
      readonly deferrals: number;
      /** @description Why a deferred job waits: the targets that its last run skipped because they did not admit calls, with the reasons. Absent if the run called all targets that may serve the job. */
      readonly waitsFor?: readonly {
        readonly target: string;
        readonly reason: string;
      }[];
      /** @description With `content=true`: the job’s request as it was accepted. It can be submitted again; a file that was uploaded appears as its reference. */
      readonly request?: components['schemas']['JobRequest'];
      /**
       * @description With `content=true`: why there is no `request`. `deleted`: its retention is over. `too-large`: it does not fit a response.
       * @enum {string}
       */
      readonly requestMissing?: 'deleted' | 'too-large';
      /** @description The answer of Converse, if it has at most 256 KB. Fetch a longer answer from `resultUrl`. */
      readonly result?: {
        readonly output: {
          readonly message: {
            /** @enum {string} */
            readonly role: 'user' | 'assistant' | 'system';
            /** @description The content blocks of Converse: text, toolUse, reasoningContent and others. */
            readonly content: readonly components['schemas']['ContentBlock'][];
          };
        };
        readonly stopReason: string;
        readonly usage: {
          readonly inputTokens: number;
          readonly outputTokens: number;
          readonly totalTokens: number;
          readonly cacheReadInputTokens?: number;
          readonly cacheWriteInputTokens?: number;
          /** @description The tokens of the target’s quota that the call held while it ran; absent without a known quota. Lower `maxTokens` to hold less. */
          readonly heldTokens?: number;
          /** @description The tokens are an estimate, because a time limit cut the answer. */
          readonly estimated?: boolean;
        };
        /** @description What a guardrail found, as Converse reports it. */
        readonly trace?: unknown;
        readonly additionalModelResponseFields?: unknown;
        /** @description All text of the answer, joined. */
        readonly text: string;
      };
      /**
       * Format: uri
       * @description A link to the answer, valid for at most 15 minutes.
       */
      readonly resultUrl?: string;
      /** @description The answer was deleted before the job, because the retention was shortened. */
      readonly resultGone?: boolean;
    };
    readonly AdminJobList: {
      /** @description Newest first. */
      readonly jobs: readonly components['schemas']['AdminJob'][];
      /** @description The tenants that have submitted jobs which are still kept, sorted. */
      readonly tenants: readonly string[];
      /** @description Pass it as `cursor` to get the next page. Absent on the last page. A page can hold fewer jobs than `limit`, or none, even if more pages follow. */
      readonly nextCursor?: string;
    };
    readonly OverrideRequest: {
      /**
       * @description `force-open`: blocks every call. `force-closed`: allows every call and counts none. `observe`: counts calls and blocks none.
       * @enum {string}
       */
      readonly mode: 'force-open' | 'force-closed' | 'observe';
      /** @description Tells other operators why the override exists. */
      readonly reason: string;
      /**
       * Format: date-time
       * @description At most 30 days from now. If the request sets no end, the override ends after one hour.
       */
      readonly expiresAt?: string;
      /** @description An alternative to `expiresAt`: at most 30 days. */
      readonly expiresInSeconds?: number;
    };
    readonly Override: {
      /** @description One of target, profile, model, region. */
      readonly scope: string;
      readonly key: string;
      /** @enum {string} */
      readonly mode: 'force-open' | 'force-closed' | 'observe';
      readonly reason: string;
      /** @description The IAM principal that set it. */
      readonly actor: string;
      /** Format: date-time */
      readonly since: string;
      /** Format: date-time */
      readonly expiresAt: string;
    };
    readonly RedriveRequest: {
      /**
       * @description The maximum number of jobs to move.
       * @default 1000
       */
      readonly limit?: number;
      /**
       * @description The maximum number of jobs that all redrives together move per second.
       * @default 10
       */
      readonly maxPerSecond?: number;
      /**
       * @description Reports what a redrive would do, and moves nothing.
       * @default false
       */
      readonly dryRun?: boolean;
      /** @description Moves only this job, at once. Its message may stay in a long dead-letter queue; a later redrive discards it. */
      readonly jobId?: string;
    };
    readonly RedriveReport: {
      /** @description Jobs moved back into the queue; with `dryRun`, jobs that would be moved. */
      readonly moved: number;
      /** @description Messages whose jobs no longer exist or are no longer dead-lettered; removed from the dead-letter queue. */
      readonly skipped: number;
      /** @description Messages that stay in the dead-letter queue because every target that their jobs may use rejects calls. */
      readonly held: number;
      /** @description Messages that stay in the dead-letter queue because this version cannot read them. */
      readonly unreadable: number;
      /** @description The approximate number of messages in the dead-letter queue afterwards. */
      readonly left: number;
      readonly dryRun: boolean;
    };
    /**
     * @example {
     *       "type": "urn:holdfast:problem:invalid-request",
     *       "title": "The request is not valid",
     *       "status": 400,
     *       "errors": [
     *         {
     *           "field": "prompt",
     *           "detail": "got nothing, allowed is a text"
     *         }
     *       ],
     *       "requestId": "3f6e0f3a-6e07-4a52-9f0e-0d6a3b1a4c5d"
     *     }
     */
    readonly Problem: {
      /**
       * @description Identifies the kind of problem. It never changes; texts may.
       * @enum {string}
       */
      readonly type:
        | 'urn:holdfast:problem:invalid-request'
        | 'urn:holdfast:problem:forbidden'
        | 'urn:holdfast:problem:not-found'
        | 'urn:holdfast:problem:already-ended'
        | 'urn:holdfast:problem:not-ended'
        | 'urn:holdfast:problem:circuits-not-shared'
        | 'urn:holdfast:problem:not-redrivable'
        | 'urn:holdfast:problem:redrive-running'
        | 'urn:holdfast:problem:too-large'
        | 'urn:holdfast:problem:unsupported-media-type'
        | 'urn:holdfast:problem:idempotency-mismatch'
        | 'urn:holdfast:problem:unsupported'
        | 'urn:holdfast:problem:upload-unusable'
        | 'urn:holdfast:problem:too-many-requests'
        | 'urn:holdfast:problem:internal'
        | 'urn:holdfast:problem:unavailable'
        | 'urn:holdfast:problem:timeout';
      readonly title: string;
      readonly status?: number;
      readonly detail?: string;
      /** @description The invalid fields, at most twenty. */
      readonly errors?: readonly {
        /** @description A path such as `inferenceConfig.maxTokens`; `body` for the whole body. */
        readonly field: string;
        readonly detail: string;
      }[];
      /** @description Identifies the request in the logs. */
      readonly requestId: string;
    };
    readonly ContentBlock: {
      readonly text?: string;
      readonly image?: components['schemas']['Image'];
      readonly document?: components['schemas']['Document'];
      readonly video?: components['schemas']['Video'];
      readonly audio?: components['schemas']['Audio'];
      readonly toolUse?: {
        readonly toolUseId: string;
        readonly name: string;
        readonly input: unknown;
        /** @constant */
        readonly type?: 'server_tool_use';
      };
      readonly toolResult?: {
        readonly toolUseId: string;
        readonly content: readonly {
          readonly json?: unknown;
          readonly text?: string;
          readonly image?: components['schemas']['Image'];
          readonly document?: components['schemas']['Document'];
          readonly video?: components['schemas']['Video'];
          readonly searchResult?: {
            readonly source: string;
            readonly title: string;
            readonly content: readonly {
              readonly text: string;
            }[];
            readonly citations?: {
              readonly enabled: boolean;
            };
          };
        }[];
        /** @enum {string} */
        readonly status?: 'success' | 'error';
        readonly type?: string;
      };
      readonly guardContent?: {
        readonly text?: {
          readonly text: string;
          readonly qualifiers?: readonly ('grounding_source' | 'query' | 'guard_content')[];
        };
        readonly image?: {
          /** @enum {string} */
          readonly format: 'png' | 'jpeg';
          readonly source: {
            /** Format: base64 */
            readonly bytes: string;
          };
        };
      };
      readonly cachePoint?: {
        /** @constant */
        readonly type: 'default';
        /** @enum {string} */
        readonly ttl?: '5m' | '1h';
      };
      readonly reasoningContent?: {
        readonly reasoningText?: {
          readonly text: string;
          readonly signature?: string;
        };
        /** Format: base64 */
        readonly redactedContent?: string;
      };
      readonly citationsContent?: {
        readonly content?: readonly {
          readonly text: string;
        }[];
        readonly citations?: readonly {
          readonly title?: string;
          readonly source?: string;
          readonly sourceContent?: readonly {
            readonly text: string;
          }[];
          readonly location?: {
            readonly web?: {
              readonly url?: string;
              readonly domain?: string;
            };
            readonly documentChar?: {
              readonly documentIndex?: number;
              readonly start?: number;
              readonly end?: number;
            };
            readonly documentPage?: {
              readonly documentIndex?: number;
              readonly start?: number;
              readonly end?: number;
            };
            readonly documentChunk?: {
              readonly documentIndex?: number;
              readonly start?: number;
              readonly end?: number;
            };
            readonly searchResultLocation?: {
              readonly searchResultIndex?: number;
              readonly start?: number;
              readonly end?: number;
            };
          };
        }[];
      };
      readonly searchResult?: {
        readonly source: string;
        readonly title: string;
        readonly content: readonly {
          readonly text: string;
        }[];
        readonly citations?: {
          readonly enabled: boolean;
        };
      };
      readonly toolAddition?: {
        readonly tool: {
          readonly type?: string;
          readonly name?: string;
          readonly serverName?: string;
        };
      };
      readonly toolRemoval?: {
        readonly tool: {
          readonly type?: string;
          readonly name?: string;
          readonly serverName?: string;
        };
      };
    };
    readonly SystemBlock: {
      readonly text?: string;
      readonly guardContent?: {
        readonly text?: {
          readonly text: string;
          readonly qualifiers?: readonly ('grounding_source' | 'query' | 'guard_content')[];
        };
        readonly image?: {
          /** @enum {string} */
          readonly format: 'png' | 'jpeg';
          readonly source: {
            /** Format: base64 */
            readonly bytes: string;
          };
        };
      };
      readonly cachePoint?: {
        /** @constant */
        readonly type: 'default';
        /** @enum {string} */
        readonly ttl?: '5m' | '1h';
      };
    };
    readonly Image: {
      /** @enum {string} */
      readonly format: 'gif' | 'jpeg' | 'png' | 'webp';
      readonly source: {
        /**
         * Format: base64
         * @description The file in base64. A larger file goes through POST /v1/uploads.
         */
        readonly bytes?: string;
        readonly s3Location?: {
          readonly uri: string;
          readonly bucketOwner?: string;
        };
        /** @description The `uploadId` of POST /v1/uploads. */
        readonly upload?: string;
      };
      readonly error?: {
        readonly message?: string;
      };
    };
    readonly Document: {
      /** @enum {string} */
      readonly format?: 'csv' | 'doc' | 'docx' | 'html' | 'md' | 'pdf' | 'txt' | 'xls' | 'xlsx';
      /** @description Replaced by a neutral name, because a model may take it for an instruction. */
      readonly name: string;
      readonly source: {
        /**
         * Format: base64
         * @description The file in base64. A larger file goes through POST /v1/uploads.
         */
        readonly bytes?: string;
        readonly s3Location?: {
          readonly uri: string;
          readonly bucketOwner?: string;
        };
        /** @description The `uploadId` of POST /v1/uploads. */
        readonly upload?: string;
        readonly text?: string;
        readonly content?: readonly {
          readonly text: string;
        }[];
      };
      readonly context?: string;
      readonly citations?: {
        readonly enabled: boolean;
      };
    };
    readonly Video: {
      /** @enum {string} */
      readonly format: 'flv' | 'mkv' | 'mov' | 'mp4' | 'mpeg' | 'mpg' | 'three_gp' | 'webm' | 'wmv';
      readonly source: {
        /**
         * Format: base64
         * @description The file in base64. A larger file goes through POST /v1/uploads.
         */
        readonly bytes?: string;
        readonly s3Location?: {
          readonly uri: string;
          readonly bucketOwner?: string;
        };
        /** @description The `uploadId` of POST /v1/uploads. */
        readonly upload?: string;
      };
    };
    readonly Audio: {
      /** @enum {string} */
      readonly format:
        | 'aac'
        | 'flac'
        | 'm4a'
        | 'mka'
        | 'mkv'
        | 'mp3'
        | 'mp4'
        | 'mpeg'
        | 'mpga'
        | 'ogg'
        | 'opus'
        | 'pcm'
        | 'wav'
        | 'webm'
        | 'x-aac';
      readonly source: {
        /**
         * Format: base64
         * @description The file in base64. A larger file goes through POST /v1/uploads.
         */
        readonly bytes?: string;
        readonly s3Location?: {
          readonly uri: string;
          readonly bucketOwner?: string;
        };
        /** @description The `uploadId` of POST /v1/uploads. */
        readonly upload?: string;
      };
      readonly error?: {
        readonly message?: string;
      };
    };
    readonly ToolConfig: {
      readonly tools: readonly {
        readonly toolSpec?: {
          readonly name: string;
          readonly description?: string;
          readonly inputSchema: {
            readonly json: {
              readonly [key: string]: unknown;
            };
          };
          readonly strict?: boolean;
        };
        readonly systemTool?: {
          readonly name: string;
        };
        readonly cachePoint?: {
          /** @constant */
          readonly type: 'default';
          /** @enum {string} */
          readonly ttl?: '5m' | '1h';
        };
      }[];
      /** @description `any` and `tool` force a call: only models that can be forced serve the job. */
      readonly toolChoice?: {
        readonly auto?: Record<string, never>;
        readonly any?: Record<string, never>;
        readonly tool?: {
          readonly name: string;
        };
      };
    };
    readonly OutputConfig: {
      readonly textFormat?: {
        /** @constant */
        readonly type: 'json_schema';
        readonly structure: {
          readonly jsonSchema: {
            /** @description A JSON schema as a text. Each of its objects has `additionalProperties: false`. */
            readonly schema: string;
            readonly name?: string;
            readonly description?: string;
          };
        };
      };
      /** @enum {string} */
      readonly effort?: 'low' | 'medium' | 'high' | 'xhigh' | 'max';
    };
  };
  responses: {
    /** @description The request is not valid: `urn:holdfast:problem:invalid-request`. */
    readonly invalidRequest: {
      headers: {
        readonly [name: string]: unknown;
      };
      content: {
        readonly 'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description The API key or the signature is missing or wrong: `urn:holdfast:problem:forbidden`. */
    readonly forbidden: {
      headers: {
        readonly [name: string]: unknown;
      };
      content: {
        readonly 'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description There is no such route or job: `urn:holdfast:problem:not-found`. */
    readonly notFound: {
      headers: {
        readonly [name: string]: unknown;
      };
      content: {
        readonly 'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description The job has ended and cannot be cancelled: `urn:holdfast:problem:already-ended`. */
    readonly alreadyEnded: {
      headers: {
        readonly [name: string]: unknown;
      };
      content: {
        readonly 'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description The job has not ended, so its content cannot be purged: `urn:holdfast:problem:not-ended`. */
    readonly notEnded: {
      headers: {
        readonly [name: string]: unknown;
      };
      content: {
        readonly 'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description Circuits are in the memory of each worker, where no override can reach them: `urn:holdfast:problem:circuits-not-shared`. */
    readonly circuitsNotShared: {
      headers: {
        readonly [name: string]: unknown;
      };
      content: {
        readonly 'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description Only a dead-lettered job whose content is kept can be redriven: `urn:holdfast:problem:not-redrivable`. */
    readonly notRedrivable: {
      headers: {
        readonly [name: string]: unknown;
      };
      content: {
        readonly 'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description Another redrive is running: `urn:holdfast:problem:redrive-running`. */
    readonly redriveRunning: {
      headers: {
        readonly [name: string]: unknown;
      };
      content: {
        readonly 'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description The request body is too large: `urn:holdfast:problem:too-large`. */
    readonly tooLarge: {
      headers: {
        readonly [name: string]: unknown;
      };
      content: {
        readonly 'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description The request body must be JSON: `urn:holdfast:problem:unsupported-media-type`. */
    readonly unsupportedMediaType: {
      headers: {
        readonly [name: string]: unknown;
      };
      content: {
        readonly 'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description The Idempotency-Key was used with a different body: `urn:holdfast:problem:idempotency-mismatch`. */
    readonly idempotencyMismatch: {
      headers: {
        readonly [name: string]: unknown;
      };
      content: {
        readonly 'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description No target has all that the job needs: `urn:holdfast:problem:unsupported`. */
    readonly unsupported: {
      headers: {
        readonly [name: string]: unknown;
      };
      content: {
        readonly 'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description A file that the request refers to is unusable: `urn:holdfast:problem:upload-unusable`. */
    readonly uploadUnusable: {
      headers: {
        readonly [name: string]: unknown;
      };
      content: {
        readonly 'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description Too many requests: `urn:holdfast:problem:too-many-requests`. */
    readonly tooManyRequests: {
      headers: {
        readonly 'Retry-After': components['headers']['Retry-After'];
        readonly [name: string]: unknown;
      };
      content: {
        readonly 'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description The service failed with an internal error: `urn:holdfast:problem:internal`. */
    readonly internal: {
      headers: {
        readonly [name: string]: unknown;
      };
      content: {
        readonly 'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description The service cannot accept the request at this time: `urn:holdfast:problem:unavailable`. */
    readonly unavailable: {
      headers: {
        readonly 'Retry-After': components['headers']['Retry-After'];
        readonly [name: string]: unknown;
      };
      content: {
        readonly 'application/problem+json': components['schemas']['Problem'];
      };
    };
    /** @description The service did not answer in time: `urn:holdfast:problem:timeout`. */
    readonly timeout: {
      headers: {
        readonly [name: string]: unknown;
      };
      content: {
        readonly 'application/problem+json': components['schemas']['Problem'];
      };
    };
  };
  parameters: never;
  requestBodies: never;
  headers: {
    /** @description The number of seconds to wait before the next request. */
    readonly 'Retry-After': number;
  };
  pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
  readonly listJobs: {
    readonly parameters: {
      readonly query?: {
        /** @description Returns only jobs with this status. */
        readonly status?:
          | 'QUEUED'
          | 'RUNNING'
          | 'DEFERRED'
          | 'SUCCEEDED'
          | 'FAILED'
          | 'DEAD_LETTERED'
          | 'EXPIRED'
          | 'CANCELLED';
        /** @description The maximum number of jobs on a page. */
        readonly limit?: number;
        /** @description The `nextCursor` of the previous page; valid only with the same API key and `status`. */
        readonly cursor?: string;
      };
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description One page of jobs. */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['JobList'];
        };
      };
      readonly 400: components['responses']['invalidRequest'];
      readonly 403: components['responses']['forbidden'];
      readonly 429: components['responses']['tooManyRequests'];
      readonly 500: components['responses']['internal'];
      readonly 503: components['responses']['unavailable'];
      readonly 504: components['responses']['timeout'];
    };
  };
  readonly submitJob: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: {
        /** @description A repeated request with the same key returns the same job, as long as the job is kept. The key may be bare or a quoted string. */
        readonly 'Idempotency-Key'?: string;
      };
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly requestBody: {
      readonly content: {
        readonly 'application/json': components['schemas']['JobRequest'];
      };
    };
    readonly responses: {
      /** @description The job was accepted by an earlier request and has ended. */
      readonly 200: {
        headers: {
          /** @description The path of the job. */
          readonly Location?: string;
          readonly 'Retry-After': components['headers']['Retry-After'];
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['AcceptedJob'];
        };
      };
      /** @description The job was accepted, now or by an earlier request, and has not ended. */
      readonly 202: {
        headers: {
          /** @description The path of the job. */
          readonly Location?: string;
          readonly 'Retry-After': components['headers']['Retry-After'];
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['AcceptedJob'];
        };
      };
      readonly 400: components['responses']['invalidRequest'];
      readonly 403: components['responses']['forbidden'];
      readonly 413: components['responses']['tooLarge'];
      /** @description No target has all that the job needs: `urn:holdfast:problem:unsupported`. The Idempotency-Key was used with a different body: `urn:holdfast:problem:idempotency-mismatch`. A file that the request refers to is unusable: `urn:holdfast:problem:upload-unusable`. */
      readonly 422: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      readonly 429: components['responses']['tooManyRequests'];
      readonly 500: components['responses']['internal'];
      readonly 503: components['responses']['unavailable'];
      readonly 504: components['responses']['timeout'];
    };
  };
  readonly getJob: {
    readonly parameters: {
      readonly query?: {
        /** @description The seconds to wait for the end of the job before responding. Above 5, it is refused unless the deployment reserves concurrency for waiting requests. */
        readonly wait?: number;
      };
      readonly header?: never;
      readonly path: {
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description The job in its current state. */
      readonly 200: {
        headers: {
          readonly 'Retry-After': components['headers']['Retry-After'];
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['Job'];
        };
      };
      readonly 400: components['responses']['invalidRequest'];
      readonly 403: components['responses']['forbidden'];
      readonly 404: components['responses']['notFound'];
      readonly 429: components['responses']['tooManyRequests'];
      readonly 500: components['responses']['internal'];
      readonly 503: components['responses']['unavailable'];
      readonly 504: components['responses']['timeout'];
    };
  };
  readonly cancelJob: {
    readonly parameters: {
      readonly query?: {
        /** @description Instead of cancelling, deletes the prompt, the files, the answer and the error’s detail of a job that has ended. The job itself stays, with its numbers and its metadata. */
        readonly purge?: 'true';
      };
      readonly header?: never;
      readonly path: {
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description The job, whose prompt, files and answer are deleted (`purge=true`). */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['Job'];
        };
      };
      /** @description The job, which is CANCELLED or has `cancelRequested`. */
      readonly 202: {
        headers: {
          readonly 'Retry-After': components['headers']['Retry-After'];
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['Job'];
        };
      };
      readonly 400: components['responses']['invalidRequest'];
      readonly 403: components['responses']['forbidden'];
      readonly 404: components['responses']['notFound'];
      /** @description The job has ended and cannot be cancelled: `urn:holdfast:problem:already-ended`. The job has not ended, so its content cannot be purged: `urn:holdfast:problem:not-ended`. */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      readonly 429: components['responses']['tooManyRequests'];
      readonly 500: components['responses']['internal'];
      readonly 503: components['responses']['unavailable'];
      readonly 504: components['responses']['timeout'];
    };
  };
  readonly createUpload: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly requestBody: {
      readonly content: {
        readonly 'application/json': components['schemas']['UploadRequest'];
      };
    };
    readonly responses: {
      /** @description The form, valid for 15 minutes. */
      readonly 201: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['Upload'];
        };
      };
      readonly 400: components['responses']['invalidRequest'];
      readonly 403: components['responses']['forbidden'];
      readonly 413: components['responses']['tooLarge'];
      readonly 429: components['responses']['tooManyRequests'];
      readonly 500: components['responses']['internal'];
      readonly 503: components['responses']['unavailable'];
      readonly 504: components['responses']['timeout'];
    };
  };
  readonly getHealth: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description The health, as the workers see it. */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['Health'];
        };
      };
      readonly 400: components['responses']['invalidRequest'];
      readonly 403: components['responses']['forbidden'];
      readonly 429: components['responses']['tooManyRequests'];
      readonly 500: components['responses']['internal'];
      readonly 503: components['responses']['unavailable'];
      readonly 504: components['responses']['timeout'];
    };
  };
  readonly getOpenApi: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description The document, OpenAPI 3.1. */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': Record<string, never>;
        };
      };
      readonly 429: components['responses']['tooManyRequests'];
      readonly 500: components['responses']['internal'];
      readonly 504: components['responses']['timeout'];
    };
  };
  readonly getAdminHealth: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description The health, as the workers see it. */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['AdminHealth'];
        };
      };
      readonly 400: components['responses']['invalidRequest'];
      readonly 403: components['responses']['forbidden'];
      readonly 429: components['responses']['tooManyRequests'];
      readonly 500: components['responses']['internal'];
      readonly 503: components['responses']['unavailable'];
      readonly 504: components['responses']['timeout'];
    };
  };
  readonly listAllJobs: {
    readonly parameters: {
      readonly query?: {
        /** @description Returns only jobs of this tenant. Required once more than 100 tenants have jobs. */
        readonly tenant?: string;
        /** @description Returns only jobs with this status. */
        readonly status?:
          | 'QUEUED'
          | 'RUNNING'
          | 'DEFERRED'
          | 'SUCCEEDED'
          | 'FAILED'
          | 'DEAD_LETTERED'
          | 'EXPIRED'
          | 'CANCELLED';
        /** @description `waiting`: only DEFERRED jobs. `degraded`: only SUCCEEDED ones that are degraded. `failed`: only FAILED and EXPIRED ones. `dead-lettered`: only DEAD_LETTERED ones. */
        readonly filter?: 'waiting' | 'degraded' | 'failed' | 'dead-lettered';
        /** @description Returns only jobs of this chain. */
        readonly chain?: string;
        /** @description The maximum number of jobs on a page. */
        readonly limit?: number;
        /** @description The `nextCursor` of the previous page; valid only with the same `tenant`, `status`, `filter` and `chain`. */
        readonly cursor?: string;
      };
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description One page of jobs. */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['AdminJobList'];
        };
      };
      readonly 400: components['responses']['invalidRequest'];
      readonly 403: components['responses']['forbidden'];
      readonly 429: components['responses']['tooManyRequests'];
      readonly 500: components['responses']['internal'];
      readonly 503: components['responses']['unavailable'];
      readonly 504: components['responses']['timeout'];
    };
  };
  readonly getAnyJob: {
    readonly parameters: {
      readonly query?: {
        /** @description Adds the request and the answer. The operators’ log records it. */
        readonly content?: boolean;
      };
      readonly header?: never;
      readonly path: {
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description The job in its current state. */
      readonly 200: {
        headers: {
          readonly 'Retry-After': components['headers']['Retry-After'];
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['AdminJobDetail'];
        };
      };
      readonly 400: components['responses']['invalidRequest'];
      readonly 403: components['responses']['forbidden'];
      readonly 404: components['responses']['notFound'];
      readonly 429: components['responses']['tooManyRequests'];
      readonly 500: components['responses']['internal'];
      readonly 503: components['responses']['unavailable'];
      readonly 504: components['responses']['timeout'];
    };
  };
  readonly cancelAnyJob: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path: {
        readonly id: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description The job, which is CANCELLED or has `cancelRequested`. */
      readonly 202: {
        headers: {
          readonly 'Retry-After': components['headers']['Retry-After'];
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['AdminJob'];
        };
      };
      readonly 400: components['responses']['invalidRequest'];
      readonly 403: components['responses']['forbidden'];
      readonly 404: components['responses']['notFound'];
      readonly 409: components['responses']['alreadyEnded'];
      readonly 429: components['responses']['tooManyRequests'];
      readonly 500: components['responses']['internal'];
      readonly 503: components['responses']['unavailable'];
      readonly 504: components['responses']['timeout'];
    };
  };
  readonly setOverride: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path: {
        readonly scope: 'target' | 'profile' | 'model' | 'region';
        /** @description The name as in the settings, percent-encoded, including its slashes. */
        readonly key: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody: {
      readonly content: {
        readonly 'application/json': components['schemas']['OverrideRequest'];
      };
    };
    readonly responses: {
      /** @description The override; every worker applies it within 5 s. */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['Override'];
        };
      };
      readonly 400: components['responses']['invalidRequest'];
      readonly 403: components['responses']['forbidden'];
      readonly 404: components['responses']['notFound'];
      readonly 409: components['responses']['circuitsNotShared'];
      readonly 429: components['responses']['tooManyRequests'];
      readonly 500: components['responses']['internal'];
      readonly 503: components['responses']['unavailable'];
      readonly 504: components['responses']['timeout'];
    };
  };
  readonly liftOverride: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path: {
        readonly scope: 'target' | 'profile' | 'model' | 'region';
        /** @description The name as in the settings, percent-encoded, including its slashes. */
        readonly key: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description The override that was in force. */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['Override'];
        };
      };
      readonly 400: components['responses']['invalidRequest'];
      readonly 403: components['responses']['forbidden'];
      readonly 404: components['responses']['notFound'];
      readonly 429: components['responses']['tooManyRequests'];
      readonly 500: components['responses']['internal'];
      readonly 503: components['responses']['unavailable'];
      readonly 504: components['responses']['timeout'];
    };
  };
  readonly enableTarget: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path: {
        /** @description The name as in the settings, percent-encoded, including its slashes. */
        readonly key: string;
      };
      readonly cookie?: never;
    };
    readonly requestBody?: never;
    readonly responses: {
      /** @description The target, which gets its traffic back through the recovery stages. */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': {
            readonly target?: string;
          };
        };
      };
      readonly 400: components['responses']['invalidRequest'];
      readonly 403: components['responses']['forbidden'];
      readonly 404: components['responses']['notFound'];
      readonly 429: components['responses']['tooManyRequests'];
      readonly 500: components['responses']['internal'];
      readonly 503: components['responses']['unavailable'];
      readonly 504: components['responses']['timeout'];
    };
  };
  readonly redrive: {
    readonly parameters: {
      readonly query?: never;
      readonly header?: never;
      readonly path?: never;
      readonly cookie?: never;
    };
    readonly requestBody?: {
      readonly content: {
        readonly 'application/json': components['schemas']['RedriveRequest'];
      };
    };
    readonly responses: {
      /** @description The number of messages that were moved, skipped, held or unreadable. */
      readonly 200: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/json': components['schemas']['RedriveReport'];
        };
      };
      readonly 400: components['responses']['invalidRequest'];
      readonly 403: components['responses']['forbidden'];
      readonly 404: components['responses']['notFound'];
      /** @description Only a dead-lettered job whose content is kept can be redriven: `urn:holdfast:problem:not-redrivable`. Another redrive is running: `urn:holdfast:problem:redrive-running`. */
      readonly 409: {
        headers: {
          readonly [name: string]: unknown;
        };
        content: {
          readonly 'application/problem+json': components['schemas']['Problem'];
        };
      };
      readonly 429: components['responses']['tooManyRequests'];
      readonly 500: components['responses']['internal'];
      readonly 503: components['responses']['unavailable'];
      readonly 504: components['responses']['timeout'];
    };
  };
}
