/** Waits until the condition holds. Gives up after 4 s, before the test itself times out. */
export async function until(condition: () => boolean): Promise<void> {
  const startedAt = performance.now();
  while (!condition()) {
    if (performance.now() - startedAt > 4000)
      throw new Error(`did not become true in 4 s: ${condition}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
