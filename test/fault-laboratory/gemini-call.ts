import { ApiError, FinishReason, GoogleGenAI } from '@google/genai'
import type { CallerAnswer } from './caller-answer.ts'
import { callerKey } from './configuration.ts'
import { type Seen, watched } from './seen-answer.ts'

/** What the SDK makes of an error in Google's shape. */
interface GoogleError {
  readonly error?: { readonly details?: readonly { readonly reason?: string }[] }
}

/** A call with Google's official SDK, whose own retries are off. */
export async function geminiCall(
  url: string,
  stream: boolean,
  prompt: string,
): Promise<CallerAnswer> {
  const seen: Seen = { received: Promise.resolve('') }
  const sdk = new GoogleGenAI({
    apiKey: callerKey,
    httpOptions: {
      baseUrl: url,
      fetch: watched(seen, (asked) => asked),
    },
  })
  const request = { model: 'laboratory', contents: prompt }
  const read = { text: '', isFinished: false }
  let error: unknown
  try {
    if (stream) {
      for await (const chunk of await sdk.models.generateContentStream(request)) {
        read.text += chunk.text ?? ''
        if (chunk.candidates?.[0]?.finishReason) read.isFinished = true
      }
    } else {
      const answer = await sdk.models.generateContent(request)
      read.text = answer.text ?? ''
      read.isFinished = answer.candidates?.[0]?.finishReason === FinishReason.STOP
    }
  } catch (caught) {
    error = caught
  }
  const { response } = seen
  const received = await seen.received
  return {
    status: response?.status ?? 0,
    ending: endingOf(error, read.isFinished),
    text: read.text,
    code: error instanceof ApiError ? codeIn(received) : undefined,
    retryAfter: response?.headers.get('retry-after') ?? undefined,
    provider: response?.headers.get('x-fairlead-provider') ?? undefined,
    attempts: Number(response?.headers.get('x-fairlead-attempts') ?? 0),
    received,
  }
}

function endingOf(error: unknown, isFinished: boolean): CallerAnswer['ending'] {
  if (error === undefined) return isFinished ? 'Whole' : 'Truncated'
  if (error instanceof ApiError) return 'Error'
  return error instanceof SyntaxError ? 'Unreadable' : 'Truncated'
}

/** The gateway's code is the reason in the details; it stands in the last event of a stream. */
function codeIn(received: string): string | null {
  const last = received.startsWith('data: ') ? received.trimEnd().split('\n\n').at(-1) : received
  const { error } = JSON.parse((last ?? '').replace(/^data: /, '')) as GoogleError
  return error?.details?.[0]?.reason ?? null
}
