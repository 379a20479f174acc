import { CONSOLE_ROUTES } from '../contract/routes.ts';

/** Returns true if the console serves the path. Any other path is the API's. */
export function isConsolePath(url = '/'): boolean {
  const [path = ''] = url.split('?');
  return path === CONSOLE_ROUTES.page || path === '/console' || path.startsWith('/console/');
}
