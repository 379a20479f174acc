import type { Chain } from '../../../contract/snapshot.ts';

/** A place that a switch can break: a region, or one model in it. */
export interface Place {
  readonly region: string;
  readonly model?: string;
}

export interface RegionPlaces {
  readonly region: string;
  readonly targets: readonly Required<Place>[];
}

/** Returns the targets of all chains by region, each once, in the order of the chains. */
export function placesOf(chains: readonly Chain[]): readonly RegionPlaces[] {
  const names = chains.flatMap(({ tiers }) =>
    tiers.flatMap(({ targets }) => targets.map(({ target }) => target)),
  );
  const regions = new Map<string, Required<Place>[]>();
  for (const name of new Set(names)) {
    const [region = '', ...model] = name.split('/');
    const targets = regions.get(region) ?? [];
    regions.set(region, [...targets, { region, model: model.join('/') }]);
  }
  return [...regions].map(([region, targets]) => ({ region, targets }));
}
