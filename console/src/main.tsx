import { render } from 'preact';

render(<p>The console is being built.</p>, document.body);
