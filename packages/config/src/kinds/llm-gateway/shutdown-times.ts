/** Until then, nobody any longer takes a Pod that is to stop for an endpoint. */
export const endpointRemovalSeconds = 5
/** Ended calls answer and store their turns, workers and stores close, the status is told. */
const closingSeconds = 15

/** How long a Pod that is to stop takes at most, before it may be killed. */
export function shutdownSeconds(drainSeconds: number): number {
  return endpointRemovalSeconds + drainSeconds + closingSeconds
}
