/** Stands for the views that are being built. */
export function Unfinished({ path }: { readonly path: string }) {
  return <h1>{path.split('/')[0]}</h1>;
}
