/** The bundler collects the style sheets that the page's files import. */
declare module '*.css';
