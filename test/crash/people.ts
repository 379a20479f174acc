import type { JobView } from '../../lambda/contract/schemas/job-views.ts';
import { digest } from '../../lambda/request/digest.ts';
import type { ApiEventOptions } from '../support/api-event.ts';
import { FaultPlan } from './fates.ts';
import type { Model } from './model.ts';
import type { Path } from './paths.ts';
import type { Functions, Processes } from './processes.ts';
import type { Timeline } from './timeline.ts';

const TENANT = 'a-tenant';
const IDEMPOTENCY_KEY = 'a-key';
/** What the two make of it. */
export const JOB_ID = digest([TENANT, IDEMPOTENCY_KEY]);

const CALLER_PATIENCE_MS = 30_000;
/** Longer than a received dead letter is hidden. */
const OPERATOR_PATIENCE_MS = 61_000;

type Answer = Awaited<ReturnType<Functions['request']>>;

export interface CallerState {
  isAccepted: boolean;
  /** He was told so before a model had answered. */
  isCancelAccepted: boolean;
  isCancelling: boolean;
}

interface CallerParts {
  readonly state: CallerState;
  readonly body: Path['body'];
  readonly processes: Processes;
  readonly timeline: Timeline;
  readonly model: Model;
}

/** Whoever wants an answer, and asks again until he is told something. */
export class Caller {
  readonly #parts: CallerParts;

  constructor(parts: CallerParts) {
    this.#parts = parts;
  }

  get state(): Readonly<CallerState> {
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
    else timeline.in(CALLER_PATIENCE_MS, 'submit');
  }

  /** Once, however often it is called. */
  async cancel(): Promise<void> {
    const { state } = this.#parts;
    if (state.isCancelling) return;
    state.isCancelling = true;
    await this.insistOnCancel();
  }

  /** Nothing strikes it: to read changes nothing. */
  async read(): Promise<JobView | undefined> {
    const answer = await this.#ask({ route: 'GET /jobs/{id}', id: JOB_ID }, new FaultPlan());
    return answer?.statusCode === 200 ? JSON.parse(answer.body) : undefined;
  }

  async insistOnCancel(): Promise<void> {
    const { state, model, timeline } = this.#parts;
    const answer = await this.#ask({ route: 'DELETE /jobs/{id}', id: JOB_ID });
    if (answer?.statusCode === 202) state.isCancelAccepted = model.answered === 0;
    else if (answer?.statusCode !== 409) timeline.in(CALLER_PATIENCE_MS, 'insist on the cancel');
  }

  /** The answer, if one came in time. */
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

/** Whoever puts dead-lettered jobs back, and looks again a minute later. */
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
    await this.#processes.start({ caller: 'operator', work: ({ operator }) => operator() });
    this.#timeline.in(OPERATOR_PATIENCE_MS, 'look again');
  }

  async lookAgain(): Promise<void> {
    this.#state.isBusy = false;
  }
}
