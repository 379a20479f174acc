import { render } from 'preact';
import { createApi } from './api.ts';
import { App } from './frame/app.tsx';
import './style.css';
import './overview/overview.css';
import { takeToken } from './token.ts';

const token = takeToken({ location, history, storage: sessionStorage });
const root = document.querySelector('#app');
if (root) render(<App api={createApi(token)} />, root);
