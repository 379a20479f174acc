declare module 'dynalite' {
  import type { Server } from 'node:http';
  export default function dynalite(options: {
    createTableMs: number;
    deleteTableMs: number;
    updateTableMs: number;
  }): Server;
}

declare module 'dynalite/db/index.js' {
  interface Failure {
    readonly body: Record<string, unknown>;
  }
  const db: {
    checkConditional(
      request: Readonly<Record<string, unknown>>,
      existingItem: unknown,
    ): Failure | null | undefined;
  };
  export default db;
}

declare module 'dynalite/db/conditionParser.js' {
  import type { Parser } from './expressions.ts';

  const parser: Parser;
  export default parser;
}

declare module 'dynalite/db/updateParser.js' {
  import type { Parser } from './expressions.ts';

  const parser: Parser;
  export default parser;
}

declare module 'dynalite/validations/*' {
  const operation: { readonly types: Record<string, unknown> };
  export default operation;
}
