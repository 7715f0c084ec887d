import { PickerFailure } from './picker-failure.ts'
import {
  destinationHeader,
  type HeaderMutation,
  type PickerMessage,
} from './processing-response.ts'

/** What a picker has decided of a request. */
export type PickDecision =
  | {
      readonly type: 'Picked'
      /** The endpoints as it names them, separated by commas. */
      readonly destination: string
      readonly headers: HeaderMutation
      /** Undefined where the request's own body is to be sent. */
      readonly body: Buffer | undefined
    }
  | {
      readonly type: 'Refused'
      readonly status: number
      readonly headers: HeaderMutation
      readonly body: Buffer
    }

/** As much of a request's head as a picker may change. */
const headersMax = 256

/**
 * Follows a picker's messages about one request until it has decided. Pure. A picker that streams
 * bodies answers the head, with the endpoints, and then sends the whole body anew, changed or not;
 * another answers each piece without a body, and names the endpoints with any of its messages.
 */
export class PickConversation {
  readonly #piecesSent: number
  readonly #bodyBytesMax: number
  readonly #set: string[] = []
  readonly #removed: string[] = []
  #destination: string | undefined
  #piecesAnswered = 0
  #body: Uint8Array[] | undefined
  #bodyBytes = 0
  #bodyEnded = false

  /**
   * @param request in how many pieces its body was sent, and how long the body may be that the picker
   * sends instead
   */
  constructor(request: { readonly piecesSent: number; readonly bodyBytesMax: number }) {
    this.#piecesSent = request.piecesSent
    this.#bodyBytesMax = request.bodyBytesMax
  }

  /** The decision, once it is known. Throws PickerFailure for what no picker may send. */
  take(message: PickerMessage): PickDecision | undefined {
    if (message.type === 'Immediate') return refusal(message)
    if (message.type === 'Other') return undefined
    this.#takeHeaders(message.headers)
    this.#destination ??= message.destination
    if (message.type === 'RequestBody') this.#piecesAnswered += 1
    if (message.body !== undefined) this.#takeBody(message.body)
    return this.#decision()
  }

  #takeHeaders({ set, removed }: HeaderMutation): void {
    const before = this.#set.length / 2 + this.#removed.length
    if (before + set.length / 2 + removed.length > headersMax) {
      throw new PickerFailure('InvalidAnswer', `it changes more than ${headersMax} headers`)
    }
    this.#set.push(...set)
    this.#removed.push(...removed)
    const index = set.findIndex((text, place) => place % 2 === 0 && text === destinationHeader)
    if (index !== -1) this.#destination = set[index + 1]
  }

  #takeBody({ bytes, part }: { readonly bytes: Uint8Array; readonly part: string }): void {
    this.#body ??= []
    this.#body.push(bytes)
    this.#bodyBytes += bytes.length
    if (this.#bodyBytes > this.#bodyBytesMax) {
      throw new PickerFailure(
        'InvalidAnswer',
        `it makes the body longer than ${this.#bodyBytesMax} bytes`,
      )
    }
    if (part !== 'Streamed') this.#bodyEnded = true
  }

  #decision(): PickDecision | undefined {
    const isBodyKnown =
      this.#body === undefined ? this.#piecesAnswered >= this.#piecesSent : this.#bodyEnded
    if (!isBodyKnown) return undefined
    if (this.#destination === undefined) {
      throw new PickerFailure('InvalidAnswer', `it named no ${destinationHeader}`)
    }
    return {
      type: 'Picked',
      destination: this.#destination,
      headers: { set: this.#set, removed: this.#removed },
      body: this.#body && Buffer.concat(this.#body, this.#bodyBytes),
    }
  }
}

function refusal(message: Extract<PickerMessage, { readonly type: 'Immediate' }>): PickDecision {
  const { body, headers, status } = message
  if (!Number.isInteger(status) || status < 400 || status > 599) {
    throw new PickerFailure('InvalidAnswer', `it answered the call itself, with status ${status}`)
  }
  return { type: 'Refused', status, headers, body: Buffer.from(body) }
}
