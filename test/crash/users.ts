import type { JobView } from '../../lambda/contract/schemas/job-views.ts';
import { digest } from '../../lambda/http/digest.ts';
import type { ApiEventOptions } from '../support/api-event.ts';
import { FaultPlan } from './faults.ts';
import type { Model } from './model.ts';
import type { Path } from './paths.ts';
import type { Functions, Processes } from './processes.ts';
import type { Timeline } from './timeline.ts';

const TENANT = 'a-tenant';
const IDEMPOTENCY_KEY = 'a-key';
/** The id that the API derives from the tenant and the idempotency key. */
export const JOB_ID = digest([TENANT, IDEMPOTENCY_KEY]);

const CLIENT_RETRY_MS = 30_000;
/** The pause between redrives. It is longer than a received dead letter stays invisible. */
const OPERATOR_RETRY_MS = 61_000;

type Answer = Awaited<ReturnType<Functions['request']>>;

export interface ApiClientState {
  isAccepted: boolean;
  /** True if the API accepted the cancel before a model had answered. */
  isCancelAccepted: boolean;
  isCancelling: boolean;
}

interface ApiClientParts {
  readonly state: ApiClientState;
  readonly body: Path['body'];
  readonly processes: Processes;
  readonly timeline: Timeline;
  readonly model: Model;
}

/** A client of the API that repeats each request until it gets a definite answer. */
export class ApiClient {
  readonly #parts: ApiClientParts;

  constructor(parts: ApiClientParts) {
    this.#parts = parts;
  }

  get state(): Readonly<ApiClientState> {
    return this.#parts.state;
  }

  async submit(): Promise<void> {
    const { body, state, timeline } = this.#parts;
    const answer = await this.#ask({
      route: 'POST /jobs',
      body: JSON.stringify({ prompt: 'Why do ships have anchors?', ...body }),
      headers: { 'Idempotency-Key': [IDEMPOTENCY_KEY] },
    });
    if (answer && answer.statusCode < 300) state.isAccepted = true;
    else timeline.in(CLIENT_RETRY_MS, 'submit');
  }

  /** Cancels the job; later calls do nothing. */
  async cancel(): Promise<void> {
    const { state } = this.#parts;
    if (state.isCancelling) return;
    state.isCancelling = true;
    await this.retryCancel();
  }

  /** Reads the job. No fault hits this request, because a read changes nothing. */
  async read(): Promise<JobView | undefined> {
    const answer = await this.#ask({ route: 'GET /jobs/{id}', id: JOB_ID }, new FaultPlan());
    return answer?.statusCode === 200 ? JSON.parse(answer.body) : undefined;
  }

  async retryCancel(): Promise<void> {
    const { state, model, timeline } = this.#parts;
    const answer = await this.#ask({ route: 'DELETE /jobs/{id}', id: JOB_ID });
    if (answer?.statusCode === 202) state.isCancelAccepted = model.answered === 0;
    else if (answer?.statusCode !== 409) timeline.in(CLIENT_RETRY_MS, 'retry the cancel');
  }

  /** Returns the answer, or `undefined` if the function failed, died or stalled. */
  async #ask(options: ApiEventOptions, plan?: FaultPlan): Promise<Answer | undefined> {
    const given: { answer?: Answer } = {};
    const ending = await this.#parts.processes.start({
      caller: 'request',
      plan,
      work: async ({ request }) => {
        given.answer = await request({ ...options, apiKeyId: TENANT });
      },
    });
    return ending === 'done' ? given.answer : undefined;
  }
}

export interface OperatorState {
  isBusy: boolean;
}

/** An operator who redrives dead-lettered jobs, at most once a minute. */
export class Operator {
  readonly #state: OperatorState;
  readonly #processes: Processes;
  readonly #timeline: Timeline;

  constructor(state: OperatorState, processes: Processes, timeline: Timeline) {
    this.#state = state;
    this.#processes = processes;
    this.#timeline = timeline;
  }

  get isBusy(): boolean {
    return this.#state.isBusy;
  }

  async redrive(): Promise<void> {
    if (this.isBusy) return;
    this.#state.isBusy = true;
    void this.#processes.start({ caller: 'operator', work: ({ operator }) => operator() });
    this.#timeline.in(OPERATOR_RETRY_MS, 'allow another redrive');
  }

  async allowAnother(): Promise<void> {
    this.#state.isBusy = false;
  }
}
