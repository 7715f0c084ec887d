import type { ServerTimeouts } from './server-options.ts'

/**
 * Where a connection is: between requests or in a head, in a body, at the answer, at sending what is
 * left of it, at closing.
 */
export type Stage = 'head' | 'body' | 'answer' | 'flush' | 'linger'

/**
 * How long a connection may stay at a stage without moving on, in milliseconds. What the answer
 * takes is not the caller's to say, and whether it is taken is seen by what moves.
 */
export function stageLimitMs(
  stage: Stage,
  timeouts: ServerTimeouts,
  isHeadExpected: boolean,
): number {
  switch (stage) {
    case 'head':
      return isHeadExpected ? timeouts.headMs : timeouts.idleMs
    case 'body':
      return timeouts.bodyMs
    case 'linger':
      return timeouts.lingerMs
    default:
      return Infinity
  }
}
