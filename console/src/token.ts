/**
 * The token of `holdfast console`. It arrives in the fragment of the address, which browsers do not send
 * to servers: `http://127.0.0.1:8790/#token=…`.
 */

interface Place {
  readonly location: { readonly hash: string; readonly pathname: string };
  readonly history: { replaceState(data: null, unused: string, url: string): void };
  readonly storage: {
    getItem(key: string): string | null;
    setItem(key: string, value: string): void;
  };
}

const KEY = 'holdfast-token';

/**
 * Takes the token out of the address and keeps it for this tab, so that neither the history nor a copied
 * address contains it. Returns the kept token if the address has none.
 */
export function takeToken({ location, history, storage }: Place): string | undefined {
  const [, token] = /^#token=([\w-]+)$/.exec(location.hash) ?? [];
  if (token === undefined) return storage.getItem(KEY) ?? undefined;
  storage.setItem(KEY, token);
  history.replaceState(null, '', `${location.pathname}#/overview`);
  return token;
}
