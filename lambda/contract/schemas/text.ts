import * as z from 'zod';

/** A well-formed text, which Bedrock and every store accept unchanged. */
export const wellFormed = z.string().refine((text) => text.isWellFormed(), {
  message: 'text without unpaired surrogates',
});

export const prose = wellFormed
  .refine((text) => text.trim() !== '', { message: 'text that is not blank' })
  .meta({ pattern: '\\S' });
