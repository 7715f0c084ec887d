import { modelAnswer } from './model-answer.ts'
import { testUpstream } from './test-gateway.ts'
import type { Upstream } from './upstream.ts'

/** The providers of `modelAnswer` on a socket, closed when the test ends. */
export function modelUpstream(): Promise<Upstream> {
  return testUpstream(modelAnswer)
}
