/** The functions that the bundler calls for JSX. They make a smaller page than the automatic runtime. */
export { Fragment, h } from 'preact';
