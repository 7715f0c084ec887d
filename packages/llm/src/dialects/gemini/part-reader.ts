import { isJsonObject, type JsonObject, objectOrEmpty, stringOrUndefined } from '@fairlead/base'
import { ModelError } from '../../errors/model-error.ts'
import type { StreamEvent } from '../../operations/chat/stream-event.ts'
import { TextPieces } from '../../operations/chat/text-pieces.ts'
import { answerCallId } from './call-ids.ts'
import { PartialArguments } from './partial-arguments.ts'
import { dialectName, sealOf } from './sealed-parts.ts'

/** Text that is kept for the places that sources name in it; in a longer one none is found. */
const textLengthMax = 1024 * 1024

/** Turns the parts of an answer into stream events. Whatever they are, it does not throw. */
export class PartReader {
  readonly #responseId: string
  #calls = 0
  #open: { readonly index: number; readonly args: PartialArguments } | undefined
  #isThinking = false
  #hasOutput = false
  #text = new TextPieces()
  #textLength = 0
  /** Whether the next text begins anew. */
  #isOver = false

  constructor(responseId: string) {
    this.#responseId = responseId
  }

  get callCount(): number {
    return this.#calls
  }

  /** Whether thoughts were the last that came. */
  get isThinking(): boolean {
    return this.#isThinking
  }

  get hasOutput(): boolean {
    return this.#hasOutput
  }

  /** The latest text, up to what came after it. */
  citedText(): string {
    return this.#text.toString()
  }

  read(part: JsonObject): StreamEvent[] {
    const { functionCall, inlineData, text, thought, thoughtSignature } = part
    if (isJsonObject(functionCall)) return this.#call(functionCall, thoughtSignature)
    if (typeof text === 'string') {
      return thought === true
        ? this.#thought(text, thoughtSignature)
        : this.#plain(text, thoughtSignature)
    }
    const before = this.#seal(thoughtSignature)
    if (thought !== true && isJsonObject(inlineData)) {
      return [...before, ...this.#file(inlineData)]
    }
    if (Object.keys(part).length === 0) return []
    const { thoughtSignature: _, ...block } = part
    this.#beginOther()
    return [
      ...before,
      ...this.#endThoughts(),
      {
        type: 'native',
        item: { type: 'fairlead:native', role: 'assistant', dialect: dialectName, block },
      },
    ]
  }

  /** Ends what is open. */
  end(): StreamEvent[] {
    return [...this.#endCall(), ...this.#endThoughts()]
  }

  #thought(text: string, signature: unknown): StreamEvent[] {
    const events = this.#endCall()
    if (text !== '') {
      this.#isThinking = true
      this.#beginOther()
      events.push({ type: 'reasoning-delta', text })
    }
    return [...events, ...this.#seal(signature)]
  }

  #plain(text: string, signature: unknown): StreamEvent[] {
    if (text === '') return this.#seal(signature)
    const events = [...this.#endCall(), ...this.#seal(signature), ...this.#endThoughts()]
    this.#hasOutput = true
    if (this.#isOver) {
      this.#text = new TextPieces()
      this.#textLength = 0
    }
    this.#isOver = false
    if (this.#textLength <= textLengthMax) this.#text.push(text)
    this.#textLength += text.length
    return [...events, { type: 'text-delta', text }]
  }

  /** A signature seals the thoughts before its part. */
  #seal(signature: unknown): StreamEvent[] {
    if (typeof signature !== 'string') return []
    const { encrypted_content: encryptedContent, ...seal } = sealOf(signature)
    this.#isThinking = false
    const events = this.#endCall()
    this.#beginOther()
    return [
      ...events,
      {
        type: 'reasoning-end',
        ...seal,
        ...(encryptedContent === undefined ? {} : { encryptedContent }),
      },
    ]
  }

  #endThoughts(): StreamEvent[] {
    if (!this.#isThinking) return []
    this.#isThinking = false
    return [{ type: 'reasoning-end', maker: dialectName }]
  }

  #file(blob: JsonObject): StreamEvent[] {
    const events = this.end()
    this.#beginOther()
    const file = {
      type: 'output_file',
      media_type: stringOrUndefined(blob['mimeType']) ?? 'application/octet-stream',
      data: stringOrUndefined(blob['data']) ?? '',
    } as const
    return [...events, { type: 'file', file }]
  }

  #call(call: JsonObject, signature: unknown): StreamEvent[] {
    const name = stringOrUndefined(call['name']) ?? ''
    const continues = call['willContinue'] === true
    if (name === '') {
      this.#open?.args.push(call['partialArgs'])
      return continues ? [] : this.#endCall()
    }
    const index = this.#calls
    const events = this.end()
    this.#calls += 1
    this.#beginOther()
    events.push({
      type: 'tool-call-start',
      index,
      id: stringOrUndefined(call['id']) ?? answerCallId(this.#responseId, index),
      name,
      ...(typeof signature === 'string' ? { signature, maker: dialectName } : {}),
    })
    if (continues || call['partialArgs'] !== undefined) {
      this.#open = { index, args: new PartialArguments() }
      this.#open.args.push(call['partialArgs'])
      return continues ? events : [...events, ...this.#endCall()]
    }
    const args = JSON.stringify(objectOrEmpty(call['args']))
    return [...events, { type: 'tool-call-delta', index, arguments: args }]
  }

  #endCall(): StreamEvent[] {
    const open = this.#open
    if (open === undefined) return []
    this.#open = undefined
    if (open.args.isTooLong) return [{ type: 'error', error: tooLong() }]
    return [{ type: 'tool-call-delta', index: open.index, arguments: open.args.toString() }]
  }

  #beginOther(): void {
    this.#hasOutput = true
    this.#isOver = true
  }
}

function tooLong(): ModelError {
  return new ModelError(
    'upstream',
    'The provider sent arguments of a tool call that are longer than the gateway reads.',
    { failure: 'InvalidAnswer' },
  )
}
