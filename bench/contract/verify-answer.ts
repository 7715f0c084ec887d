import { answerText } from '../calls/answer-text.ts'
import type { Call } from '../calls/calls.ts'
import type { RunningContender } from './contender.ts'

/**
 * What is wrong with a contender's answer to a call; undefined when it is right: status 200, the
 * whole text, and a refusal of a wrong key by those that check keys. A wrong answer may be cheaper
 * than a right one, so nobody is measured without this.
 */
export async function answerProblem(
  contender: RunningContender,
  call: Call,
): Promise<string | undefined> {
  const { status, body } = await post(contender, call, {})
  if (status !== 200) return `status ${status}: ${body.slice(0, 200)}`
  try {
    if (answerText(body, call.isStream) !== call.text) return `another text: ${body.slice(0, 200)}`
  } catch (error) {
    return `${error instanceof Error ? error.message : String(error)}: ${body.slice(-200)}`
  }
  if (!contender.checksKeys) return undefined
  const refusal = await post(contender, call, { authorization: 'Bearer wrong' })
  const isRefused = refusal.status >= 400 && refusal.status < 500
  return isRefused ? undefined : `a wrong key gets status ${refusal.status}`
}

async function post(
  contender: RunningContender,
  call: Call,
  headers: Readonly<Record<string, string>>,
): Promise<{ readonly status: number; readonly body: string }> {
  const response = await fetch(contender.url(call), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...contender.headers(call), ...headers },
    body: call.requestBody,
  })
  return { status: response.status, body: await response.text() }
}
