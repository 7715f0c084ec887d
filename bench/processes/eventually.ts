/**
 * Asks until there is a result, every 20 ms if nothing else is said. Rejects after two minutes, enough for a cold and busy
 * machine, with the last error as its cause.
 */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | undefined> | T | undefined,
  intervalMs = 20,
): Promise<T> {
  const end = performance.now() + 120_000
  let last: unknown
  while (performance.now() < end) {
    try {
      const answer = await ask()
      if (answer !== undefined) return answer
    } catch (error) {
      last = error
    }
    await new Promise((resolve) => setTimeout(resolve, intervalMs))
  }
  const reason = last instanceof Error ? `: ${last.message}` : ''
  throw new Error(`timed out waiting for ${what}${reason}`, { cause: last })
}
