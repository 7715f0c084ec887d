/** Seconds as Kubernetes writes durations: `30s`, `500ms`; undefined for none. */
export function durationOf(seconds: number | undefined): string | undefined {
  if (seconds === undefined || seconds <= 0) return undefined
  const milliseconds = Math.max(1, Math.round(seconds * 1000))
  return milliseconds % 1000 === 0 ? `${milliseconds / 1000}s` : `${milliseconds}ms`
}

/** The seconds of a duration that `durationOf` wrote. */
export function secondsOf(duration: string | undefined): number | undefined {
  const [, amount, unit] = /^(\d+)(ms|s)$/.exec(duration ?? '') ?? []
  return amount === undefined ? undefined : Number(amount) / (unit === 'ms' ? 1000 : 1)
}
