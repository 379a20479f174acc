import {
  AccessDeniedException,
  BedrockClient,
  GetFoundationModelCommand,
  GetInferenceProfileCommand,
  ResourceNotFoundException,
  ValidationException,
} from '@aws-sdk/client-bedrock';
import { profileOf } from '../contract/geography.ts';
import type { Target } from '../contract/policy.ts';
import { isProfile } from '../contract/target-kind.ts';
import type { CatalogueEntry, ModelCatalogue } from '../core/router/model-catalogue.ts';
import { createClient } from './sdk-client.ts';

type Found = Extract<CatalogueEntry, { readonly outcome: 'found' }>;

/** Reads catalogue entries from Bedrock's control plane, with one client per region. */
export class BedrockCatalogue implements ModelCatalogue {
  readonly #clients = new Map<string, BedrockClient>();

  async read(target: Target): Promise<CatalogueEntry> {
    try {
      return isProfile(target) ? await this.#readProfile(target) : await this.#readModel(target);
    } catch (error) {
      return refusalOf(error);
    }
  }

  /**
   * Reads a profile and its model. The profile's entry says if the profile accepts calls; the
   * model's entry gives the end of life.
   */
  async #readProfile({ region, ...target }: Target): Promise<CatalogueEntry> {
    const { status } = await this.#client(region).send(
      new GetInferenceProfileCommand({ inferenceProfileIdentifier: target.modelId }),
    );
    const isProfileActive = status === 'ACTIVE';
    const { model } = profileOf({ region, ...target });
    try {
      return { ...(await this.#readModel({ region, modelId: model })), isProfileActive };
    } catch (error) {
      // The model exists in the profile's destination regions, but perhaps not in the calling
      // region.
      if (!(error instanceof ResourceNotFoundException)) throw error;
      return { outcome: 'found', status: 'ACTIVE', isProfileActive };
    }
  }

  async #readModel({ region, modelId }: Target): Promise<Found> {
    const { modelDetails } = await this.#client(region).send(
      new GetFoundationModelCommand({ modelIdentifier: modelId }),
    );
    const { status, legacyTime, endOfLifeTime } = modelDetails?.modelLifecycle ?? {};
    return {
      outcome: 'found',
      status: status ?? 'ACTIVE',
      isProfileActive: true,
      ...(legacyTime && { legacyMs: legacyTime.getTime() }),
      ...(endOfLifeTime && { endOfLifeMs: endOfLifeTime.getTime() }),
    };
  }

  #client(region: string): BedrockClient {
    const client =
      this.#clients.get(region) ??
      createClient((options) => new BedrockClient({ ...options, region }));
    this.#clients.set(region, client);
    return client;
  }
}

/** Returns the entry for a refused read. An id that Bedrock cannot parse counts as not found. */
function refusalOf(error: unknown): CatalogueEntry {
  if (error instanceof ResourceNotFoundException || error instanceof ValidationException) {
    return { outcome: 'not-found' };
  }
  if (error instanceof AccessDeniedException) return { outcome: 'no-access' };
  throw error;
}
