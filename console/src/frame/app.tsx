import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { Instance } from '../../contract/snapshot.ts';
import type { ConsoleApi } from '../api.ts';
import type { LiveState } from '../live/live-state.ts';
import { verdictOf } from '../overview/verdict.ts';
import { type Route, type ViewName, viewsOf } from '../route.ts';
import { VIEWS } from '../views.tsx';
import { Connection } from './connection.tsx';
import { useLive, useNow, useRoute } from './hooks.ts';
import { iconOf, identityOf, titleOf } from './identity.ts';
import { ThemeSwitch } from './theme.tsx';

const LABELS: Readonly<Record<ViewName, string>> = {
  overview: 'Overview',
  jobs: 'Jobs',
  submit: 'Submit',
  operators: 'Operators',
  faults: 'Faults',
};

/** The page: header with navigation, and the view that the address names. */
export function App({ api }: { readonly api: ConsoleApi }) {
  const live = useLive(api);
  const nowMs = useNow();
  const route = useRoute();
  const main = useRef<HTMLElement>(null);
  const instance = live.snapshot?.instance;
  useTab(instance, verdictOf(live, nowMs).short);
  useFocusOnNewView(main, route);
  return (
    <>
      <button type="button" class="skip" onClick={() => main.current?.focus()}>
        Skip to content
      </button>
      <header class="frame">
        <p class="brand">
          <b>Holdfast</b> {instance && <Identity instance={instance} />}
        </p>
        <Navigation instance={instance} current={route.view} />
        <Connection live={live} nowMs={nowMs} />
        <ThemeSwitch />
      </header>
      <main ref={main} tabIndex={-1}>
        <View live={live} api={api} nowMs={nowMs} route={route} />
      </main>
    </>
  );
}

function Identity({ instance }: { readonly instance: Instance }) {
  const { kind, stack, region } = instance;
  return (
    <>
      <span class={`identity ${kind}`}>{identityOf(instance)}</span>
      <span class="minor">{kind === 'laptop' ? region : stack}</span>
    </>
  );
}

function Navigation({
  instance,
  current,
}: {
  readonly instance: Instance | undefined;
  readonly current: ViewName | undefined;
}) {
  return (
    <nav aria-label="Views">
      {viewsOf(instance?.kind ?? 'deployed').map((name) => (
        <a key={name} href={`#/${name}`} {...(name === current && { 'aria-current': 'page' })}>
          {LABELS[name]}
        </a>
      ))}
    </nav>
  );
}

function View({
  live,
  api,
  nowMs,
  route,
}: {
  readonly live: LiveState;
  readonly api: ConsoleApi;
  readonly nowMs: number;
  readonly route: Route;
}): ComponentChildren {
  const { snapshot } = live;
  if (!snapshot) {
    return (
      <>
        <h1>{live.lost ? 'The console’s server does not serve this page' : 'Connecting'}</h1>
        {live.lost && <p role="alert">{live.lost.reason}. The page tries again.</p>}
      </>
    );
  }
  const { instance } = snapshot;
  if (route.view === undefined || !viewsOf(instance.kind).includes(route.view)) {
    return (
      <>
        <h1>There is no such page</h1>
        <p>
          <a href="#/overview">Go to the overview</a>
        </p>
      </>
    );
  }
  const Chosen = VIEWS[route.view];
  const { path, search } = route;
  return <Chosen {...{ snapshot, instance, api, nowMs, live, path, search }} />;
}

/** Keeps the tab's title and icon. */
function useTab(instance: Instance | undefined, trouble: string | undefined): void {
  const title = titleOf(instance, trouble);
  const icon = iconOf(instance, trouble !== undefined);
  useEffect(() => {
    document.title = title;
  }, [title]);
  useEffect(() => {
    document.querySelector('#icon')?.setAttribute('href', icon);
  }, [icon]);
}

/** Moves the focus to a view that was opened by a link, as a browser does for a new page. */
function useFocusOnNewView(main: { readonly current: HTMLElement | null }, { path }: Route): void {
  const shown = useRef(path);
  useEffect(() => {
    if (shown.current === path) return;
    shown.current = path;
    main.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [path, main]);
}
