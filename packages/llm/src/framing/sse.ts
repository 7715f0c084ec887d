import { ModelError } from '../errors/model-error.ts'

/** One server-sent event. `event` is empty if the stream gave no name. */
export interface SseEvent {
  readonly event: string
  readonly data: string
}

export interface SseParser {
  /**
   * Takes the next bytes, split anywhere, and returns the events that they complete. Throws a
   * ModelError of kind `upstream` if an event exceeds the limit.
   */
  push(chunk: Uint8Array): SseEvent[]
  /**
   * The stream closed. An event without its closing blank line is returned too if it carries data:
   * the standard drops it, but some providers end their last event with a single newline, and a
   * truncated event will not parse as JSON later.
   */
  end(): SseEvent[]
}

const defaultEventBytesMax = 16 * 1024 * 1024

/**
 * Parses server-sent events according to
 * https://html.spec.whatwg.org/multipage/server-sent-events.html: lines end in CR, LF or CRLF, a
 * leading BOM is dropped, comments are skipped, `data` lines are joined with a newline. `id` and
 * `retry` have no meaning in a model stream and are skipped.
 */
export function createSseParser(
  options: { /** Characters of one event, newlines included. */ eventLengthMax?: number } = {},
): SseParser {
  const eventLengthMax = options.eventLengthMax ?? defaultEventBytesMax
  const decoder = new TextDecoder('utf-8')
  let pending: string[] = []
  let pendingLength = 0
  let endedInCarriageReturn = false
  let eventName = ''
  let data: string | undefined

  function takeLine(line: string, events: SseEvent[]): void {
    if (line === '') {
      if (data !== undefined) events.push({ event: eventName, data })
      eventName = ''
      data = undefined
      return
    }
    if (line.startsWith('data:')) {
      const value = line.charCodeAt(5) === 32 ? line.slice(6) : line.slice(5)
      data = data === undefined ? value : `${data}\n${value}`
      checkLength(data.length)
    } else if (line.startsWith('event:')) {
      eventName = line.charCodeAt(6) === 32 ? line.slice(7) : line.slice(6)
    } else if (line === 'data') {
      data = data === undefined ? '' : `${data}\n`
    } else if (line === 'event') {
      eventName = ''
    }
  }

  function checkLength(length: number): void {
    if (length > eventLengthMax) {
      throw new ModelError(
        'upstream',
        `The provider sent a stream event of more than ${eventLengthMax} characters, the limit for one event.`,
        { failure: 'InvalidAnswer' },
      )
    }
  }

  function takeText(text: string): SseEvent[] {
    const events: SseEvent[] = []
    let start = 0
    if (endedInCarriageReturn && text !== '') {
      endedInCarriageReturn = false
      if (text.charCodeAt(0) === 10) start = 1
    }
    // Each is searched again only once it is passed: where lines end in one of them, a search for the
    // other on every line would read the rest of the text every time.
    let carriageReturn = text.indexOf('\r', start)
    let lineFeed = text.indexOf('\n', start)
    while (start < text.length) {
      if (lineFeed !== -1 && lineFeed < start) lineFeed = text.indexOf('\n', start)
      if (carriageReturn !== -1 && carriageReturn < start) {
        carriageReturn = text.indexOf('\r', start)
      }
      const byReturn = carriageReturn !== -1 && (lineFeed === -1 || carriageReturn < lineFeed)
      const lineEnd = byReturn ? carriageReturn : lineFeed
      if (lineEnd === -1) break
      let line = text.slice(start, lineEnd)
      if (pending.length > 0) {
        pending.push(line)
        line = pending.join('')
        pending = []
        pendingLength = 0
      }
      takeLine(line, events)
      start = lineEnd + 1
      if (byReturn) {
        if (start === text.length) endedInCarriageReturn = true
        else if (text.charCodeAt(start) === 10) start += 1
      }
    }
    if (start < text.length) {
      pending.push(start === 0 ? text : text.slice(start))
      pendingLength += text.length - start
      checkLength(pendingLength)
    }
    return events
  }

  return {
    push: (chunk) => takeText(decoder.decode(chunk, { stream: true })),
    end() {
      const events = takeText(decoder.decode())
      const rest = pending.join('')
      pending = []
      if (rest !== '') takeLine(rest, events)
      takeLine('', events)
      return events
    },
  }
}

/** The event as text, ready to send. `data` may contain newlines. */
export function formatSseEvent(event: SseEvent): string {
  const name = event.event === '' ? '' : `event: ${event.event}\n`
  const data = event.data.includes('\n') ? event.data.replaceAll('\n', '\ndata: ') : event.data
  return `${name}data: ${data}\n\n`
}
