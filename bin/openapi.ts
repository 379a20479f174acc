import { openApiDocument } from '../lambda/contract/schemas/openapi.ts';

console.log(JSON.stringify(openApiDocument(), null, 2));
