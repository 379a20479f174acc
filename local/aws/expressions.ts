/** Values by alias: `{ ':v0': { S: 'text' } }`. */
type Values = Readonly<Record<string, object>>;
type Names = Readonly<Record<string, string>>;

/** The names and values of a request, as dynalite passes them to its parsers. */
interface Context {
  readonly attrNames?: Names;
  readonly attrVals?: Values;
  /** Aliases that no expression of the request has used yet. A parser removes those that it uses. */
  readonly unusedAttrNames: Record<string, true>;
  readonly unusedAttrVals: Record<string, true>;
}

export interface Parser {
  parse(expression: string, options: { readonly context: Context }): unknown;
}

interface Parsed {
  readonly tree: unknown;
  /** The alias of each value object in the tree. */
  readonly aliases: ReadonlyMap<unknown, string>;
  readonly usedNames: readonly string[];
  readonly usedAliases: readonly string[];
}

/** The most expressions to keep. Holdfast has a few dozen, but a client may send any number. */
const MAX_KNOWN = 1000;
/** Operators whose values the parser checks. Such expressions are parsed for each request. */
const BY_VALUE = /between|attribute_type/i;

/**
 * Makes a parser of dynalite parse each expression once for its names and the types of its values.
 * Later requests get a copy of the tree with their own values. dynalite builds a new parser for each
 * expression of each request, which costs a seventh of the throughput of `npm run bench:local`.
 */
export function parseOnce(parser: Parser): void {
  const { parse } = parser;
  const known = new Map<string, Parsed>();
  parser.parse = (expression, { context }) => {
    if (BY_VALUE.test(expression)) return parse(expression, { context });
    const { attrNames = {}, attrVals = {} } = context;
    const key = JSON.stringify([expression, attrNames, typesOf(attrVals)]);
    let parsed = known.get(key);
    if (!parsed) {
      const unused = { unusedAttrNames: allOf(attrNames), unusedAttrVals: allOf(attrVals) };
      const tree = parse(expression, { context: { ...context, ...unused } });
      // The parser returns an error message as a string.
      if (typeof tree === 'string') return tree;
      parsed = {
        tree,
        aliases: new Map(Object.entries(attrVals).map(([alias, value]) => [value, alias])),
        usedNames: Object.keys(attrNames).filter((name) => !(name in unused.unusedAttrNames)),
        usedAliases: Object.keys(attrVals).filter((alias) => !(alias in unused.unusedAttrVals)),
      };
      if (known.size >= MAX_KNOWN) known.clear();
      known.set(key, parsed);
    }
    for (const name of parsed.usedNames) delete context.unusedAttrNames[name];
    for (const alias of parsed.usedAliases) delete context.unusedAttrVals[alias];
    return withValues(parsed, attrVals);
  };
}

function allOf(aliased: Names | Values): Record<string, true> {
  return Object.fromEntries(Object.keys(aliased).map((alias) => [alias, true]));
}

function typesOf(attrVals: Values): readonly string[] {
  return Object.keys(attrVals).map((alias) => `${alias} ${Object.keys(attrVals[alias] ?? {})}`);
}

function withValues({ tree, aliases }: Parsed, attrVals: Values): unknown {
  const copy = (node: unknown): unknown => {
    if (typeof node !== 'object' || node === null) return node;
    const alias = aliases.get(node);
    if (alias !== undefined) return attrVals[alias];
    if (Array.isArray(node)) return node.map(copy);
    const result: Record<string, unknown> = {};
    for (const [name, each] of Object.entries(node)) result[name] = copy(each);
    return result;
  };
  return copy(tree);
}
