import type { CallerAnswer } from './caller-answer.ts'

/** What an SDK received, as it came. */
export interface Seen {
  response?: Response
  received: Promise<string>
}

/** A `fetch` that keeps what it received. */
export function watched(seen: Seen, urlOf: (asked: string) => string): typeof fetch {
  return async (asked, init) => {
    const response = await fetch(
      urlOf(asked instanceof Request ? asked.url : asked.toString()),
      init,
    )
    seen.response = response
    seen.received = response
      .clone()
      .text()
      .catch(() => '')
    return response
  }
}

/** What an SDK made of it. */
interface Read {
  readonly text: string
  readonly isFinished: boolean
  readonly error: unknown
  readonly code: string | null | undefined
  /** Whether the error is one that was sent; undefined for an error of another class. */
  readonly hasError: boolean | undefined
  /** With which a stream ends. */
  readonly mark: string
}

export async function answerOf(seen: Seen, read: Read): Promise<CallerAnswer> {
  const { response } = seen
  const received = await seen.received
  return {
    status: response?.status ?? 0,
    ending: endingOf(read, read.isFinished || received.includes(read.mark)),
    text: read.text,
    code: read.code,
    retryAfter: response?.headers.get('retry-after') ?? undefined,
    provider: response?.headers.get('x-fairlead-provider') ?? undefined,
    attempts: Number(response?.headers.get('x-fairlead-attempts') ?? 0),
    received,
  }
}

function endingOf({ error, hasError }: Read, isFinished: boolean): CallerAnswer['ending'] {
  if (error === undefined) return isFinished ? 'Whole' : 'Truncated'
  if (hasError !== undefined) return hasError ? 'Error' : 'Truncated'
  return error instanceof SyntaxError || error instanceof TypeError ? 'Unreadable' : 'Truncated'
}
