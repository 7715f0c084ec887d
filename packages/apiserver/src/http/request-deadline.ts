import type { Clock } from '@fairlead/base'
import { errors, parseGoDuration } from '@fairlead/kube-core'

import type { ApiRequest, Deadline } from '../exchange/api-request.ts'
import type { Handled } from '../exchange/api-response.ts'
import { isLongRunning } from './long-running.ts'
import { parseResourcePath } from './request-path.ts'

/** As the default of kube-apiserver's `--request-timeout`. */
const requestTimeoutMs = 60_000

type Handle = (request: ApiRequest) => Handled | Promise<Handled>

/**
 * Answers what takes longer than a minute, or than the request's own shorter `timeout`, with 504
 * (WithRequestDeadline and WithTimeoutForNonLongRunningRequests in apiserver). From then on the
 * request writes nothing any more. The time in which its body came counts.
 */
export function withDeadline(
  handle: Handle,
  clock: Pick<Clock, 'setTimer' | 'monotonicMs'>,
): Handle {
  return (request) => {
    const asked = request.query.get('timeout') ?? ''
    if (asked !== '' && isLongRunning(request, parseResourcePath(request.path))) {
      return handle(request)
    }
    const timeoutMs = asked === '' ? requestTimeoutMs : timeoutOf(asked)
    const deadline = { passed: false }
    const nowMs = clock.monotonicMs()
    const leftMs = timeoutMs - (nowMs - (request.receivedMs ?? nowMs))
    if (leftMs <= 0) throw deadlinePassed()
    const handled = handle({ ...request, deadline })
    return handled instanceof Promise ? inTime(handled, leftMs, clock, deadline) : handled
  }
}

async function inTime(
  handled: Promise<Handled>,
  timeoutMs: number,
  clock: Pick<Clock, 'setTimer'>,
  deadline: Deadline,
): Promise<Handled> {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = clock.setTimer(timeoutMs, () => {
    deadline.passed = true
    reject(deadlinePassed())
  })
  try {
    return await Promise.race([handled, late])
  } finally {
    timer.cancel()
  }
}

/** What a request is told that has not been completed in time. */
export function deadlinePassed(): Error {
  return errors.timeout('request did not complete within the allotted timeout')
}

/** @throws StatusError 400 when the text is no duration */
function timeoutOf(text: string): number {
  const timeoutMs = durationOf(text)
  return timeoutMs > 0 ? Math.min(timeoutMs, requestTimeoutMs) : requestTimeoutMs
}

function durationOf(text: string): number {
  try {
    return parseGoDuration(text)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw errors.badRequest(`invalid timeout specified in the request URL - ${why}`)
  }
}
