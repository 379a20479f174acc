/** The requests and answers of the API, as its OpenAPI document describes them. */
import type { components, operations } from './openapi.ts';

type Schemas = components['schemas'];

/** A job as a caller sends it: Converse's request with Holdfast's options. */
export type JobRequest = Schemas['JobRequest'];
export type AcceptedJob = Schemas['AcceptedJob'];
export type Job = Schemas['Job'];
export type JobItem = Schemas['JobList']['jobs'][number];
export type JobStatus = Job['status'];
export type Health = Schemas['Health'];
export type UploadRequest = Schemas['UploadRequest'];

export type AdminHealth = Schemas['AdminHealth'];
export type AdminJob = Schemas['AdminJob'];
/** A job with its request and, once it has ended, its answer. */
export type AdminJobDetail = Schemas['AdminJobDetail'];
export type AdminJobList = Schemas['AdminJobList'];
export type AdminJobsQuery = NonNullable<operations['listAllJobs']['parameters']['query']>;
export type Override = Schemas['Override'];
export type OverrideRequest = Schemas['OverrideRequest'];
export type OverrideScope = operations['setOverride']['parameters']['path']['scope'];
export type RedriveRequest = Schemas['RedriveRequest'];
export type RedriveReport = Schemas['RedriveReport'];
export type ProblemDetails = Schemas['Problem'];
