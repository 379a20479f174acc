/**
 * Prints the share of requests that reach a target which has seen the same prompt prefix within the
 * last five minutes, the life of a prompt cache: with a random order of the targets in a tier, and
 * with the order of the router. Requests arrive at random times; no time passes.
 *
 *     npm run bench:warm-order
 */
import { rendezvousOrder } from '../../lambda/core/router/rendezvous.ts';
import { type Random, seededRandom } from '../../local/bedrock/seeded-random.ts';

const CACHE_SECONDS = 300;
const HOURS = 6;

interface Traffic {
  readonly name: string;
  /** The number of prefixes in use at any time. */
  readonly prefixes: number;
  /** The mean seconds between two requests with one prefix. */
  readonly everySeconds: number;
  /** The number of requests with a prefix, after which another one takes its place. @default none */
  readonly turns?: number;
}

const TRAFFIC: readonly Traffic[] = [
  { name: 'conversations of 8 turns, one a minute', prefixes: 200, everySeconds: 60, turns: 8 },
  { name: 'conversations of 8 turns, one in 3 min', prefixes: 200, everySeconds: 180, turns: 8 },
  { name: 'documents, 4 questions, one in 20 s', prefixes: 50, everySeconds: 20, turns: 4 },
  { name: '40 system prompts, each once a minute', prefixes: 40, everySeconds: 60 },
  { name: '40 system prompts, each once in 4 min', prefixes: 40, everySeconds: 240 },
];

type Choose = (targets: number, prefix: string, random: Random) => number;

const ORDERS: Readonly<Record<'random' | 'hash', Choose>> = {
  random: (targets, _, random) => Math.floor(random() * targets),
  hash: (targets, prefix) => {
    const items = Array.from({ length: targets }, (_, i) => ({ key: `target ${i}`, weight: 1 }));
    return Number(rendezvousOrder(items, prefix)[0]?.key.slice(7));
  },
};

/** Returns the share of warm requests, and the share of the busiest target. */
function simulate({ prefixes, everySeconds, turns }: Traffic, targets: number, choose: Choose) {
  const random = seededRandom(1);
  const lastSeen = new Map<string, number>();
  const served = Array.from({ length: targets }, () => 0);
  let warm = 0;
  for (let slot = 0; slot < prefixes; slot++) {
    let second = random() * everySeconds;
    for (let n = 0; second < HOURS * 3600; n++) {
      const prefix = `prefix ${slot}, ${Math.floor(n / (turns ?? Number.POSITIVE_INFINITY))}`;
      const target = choose(targets, prefix, random);
      const key = `${target} ${prefix}`;
      const seen = lastSeen.get(key) ?? Number.NEGATIVE_INFINITY;
      if (second - seen <= CACHE_SECONDS) warm += 1;
      lastSeen.set(key, second);
      served[target] = (served[target] ?? 0) + 1;
      second -= Math.log(1 - random()) * everySeconds;
    }
  }
  const total = served.reduce((sum, each) => sum + each, 0);
  return { warm: warm / total, busiest: Math.max(...served) / total };
}

const percent = (share: number) => `${(100 * share).toFixed(0)} %`;

const rows = TRAFFIC.flatMap((traffic) =>
  [2, 3, 4].map((targets) => {
    const random = simulate(traffic, targets, ORDERS.random);
    const hash = simulate(traffic, targets, ORDERS.hash);
    return {
      traffic: traffic.name,
      targets,
      'warm, random': percent(random.warm),
      'warm, hash': percent(hash.warm),
      'busiest, random': percent(random.busiest),
      'busiest, hash': percent(hash.busiest),
    };
  }),
);
console.table(rows);
