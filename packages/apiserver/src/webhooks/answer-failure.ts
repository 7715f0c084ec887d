import { goQuote, isStatus } from '@fairlead/kube-core'

/** How much of an answer that is not JSON is repeated, as in Go's client. */
const textBytesMax = 2048

/** What is said of a code when the answer itself says nothing, as by client-go. */
const byCode: ReadonlyMap<number, string> = new Map([
  [400, 'the server rejected our request for an unknown reason'],
  [401, 'the server has asked for the client to provide credentials'],
  [404, 'the server could not find the requested resource'],
  [405, 'the server does not allow this method on the requested resource'],
  [409, 'the server reported a conflict'],
  [422, 'the server rejected our request due to an error in our request'],
  [429, 'the server has received too many requests and has asked us to try again later'],
  [503, 'the server is currently unable to handle the request'],
  [
    504,
    'the server was unable to return a response in the time allotted, but may still be processing the request',
  ],
])

/** Codes of which the text of the answer is the whole message. */
const withText: ReadonlySet<number> = new Set([403, 406, 415])

/** What client-go says of an answer whose code is not 2xx. */
export function answerFailure(code: number, contentType: string, body: Buffer): string {
  const status = parsedStatus(body)
  if (status !== undefined) return status
  const text = isText(contentType)
    ? body.subarray(0, textBytesMax).toString('utf8').trim()
    : 'unknown'
  if (withText.has(code)) return text
  const known = byCode.get(code)
  if (known !== undefined) return known
  if (code >= 500) {
    return `an error on the server (${goQuote(text)}) has prevented the request from succeeding`
  }
  return `the server responded with the status code ${code} but did not return more information`
}

function parsedStatus(body: Buffer): string | undefined {
  if (body[0] !== 0x7b) return undefined
  try {
    const answer: unknown = JSON.parse(body.toString('utf8'))
    if (!isStatus(answer) || answer.status === 'Success') return undefined
    return answer.message
  } catch {
    return undefined
  }
}

function isText(contentType: string): boolean {
  return contentType === '' || contentType.startsWith('text/')
}
