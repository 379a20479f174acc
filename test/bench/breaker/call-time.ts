export type Call = () => Promise<unknown>;

/** The guarded call. It does nothing, so that only the breaker's own time is measured. */
export const target = async (): Promise<number> => 1;

/** Makes the calls one after the other and returns the mean time of one. */
export async function nanosecondsPer(call: Call, calls: number): Promise<number> {
  const start = process.hrtime.bigint();
  for (let i = 0; i < calls; i++) await call();
  return Number(process.hrtime.bigint() - start) / calls;
}
