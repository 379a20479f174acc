/** Writes the console's page for the published package: `node bin/build-page.ts FOLDER`. */
import { bundlePage, writePage } from '../console/server/page.ts';

const [folder = 'dist/console/page'] = process.argv.slice(2);
await writePage(await bundlePage(), folder);
