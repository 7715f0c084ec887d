import { createStreamAssembler, type Item, type ModelResponse, responseEvents } from '@fairlead/llm'
import { gatewayError } from '../../../errors/gateway-error.ts'
import type { AnswerPiece, AnswerStream } from '../../../answer/answer-stream.ts'

const noBytes = Buffer.alloc(0)

/** What becomes of the text of an answer. Rejects with the error that the caller gets instead. */
type TextCorrection = (text: string) => Promise<string>

/**
 * Another answer, held until all of it is there, with its text corrected. Only the text of an answer
 * that has come to its end by itself is: what calls tools, was cut, refused or filtered stays as it is.
 */
export class EnforcedAnswer implements AnswerStream {
  readonly dialect = undefined
  readonly rest = noBytes
  readonly byteLength = undefined
  readonly #answer: AnswerStream
  readonly #correct: TextCorrection
  readonly #bytesMax: number
  #response: ModelResponse | undefined

  constructor(answer: AnswerStream, correct: TextCorrection, bytesMax: number) {
    this.#answer = answer
    this.#correct = correct
    this.#bytesMax = bytesMax
  }

  get status() {
    return this.#answer.status
  }

  get headers() {
    return this.#answer.headers
  }

  get isWhole() {
    return this.#answer.isWhole
  }

  get usage() {
    return this.#answer.usage
  }

  get estimatedOutputTokens() {
    return this.#answer.estimatedOutputTokens
  }

  get isComplete() {
    return this.#answer.isComplete
  }

  get reportedError() {
    return this.#answer.reportedError
  }

  /** Whether there is one at all is only known at its end. */
  get startsLate() {
    return true
  }

  async next(): Promise<AnswerPiece | undefined> {
    if (this.#response !== undefined) return undefined
    const given = await this.#given()
    this.#response = await this.#corrected(given)
    const events = responseEvents(this.#response)
    return { bytes: noBytes, events: () => events }
  }

  response(): ModelResponse {
    return this.#response ?? this.#answer.response()
  }

  async #given(): Promise<ModelResponse> {
    const assembler = createStreamAssembler({ bytesMax: this.#bytesMax })
    for (;;) {
      const piece = await this.#answer.next()
      if (piece === undefined) break
      for (const event of piece.events()) this.#hold(assembler.push(event))
    }
    return this.isWhole ? this.#answer.response() : assembler.response()
  }

  #hold(fits: boolean): void {
    if (!fits) throw gatewayError.answerTooLarge(this.#bytesMax)
  }

  async #corrected(response: ModelResponse): Promise<ModelResponse> {
    if (response.finishReason !== 'stop' || response.output.some(isNoText)) return response
    const given = response.output.map(textOf).join('')
    const text = await this.#correct(given)
    return text === given ? response : { ...response, output: withText(response.output, text) }
  }
}

/** Whether an item makes an answer one that is not to be read as text. */
function isNoText(item: Item): boolean {
  if (item.type === 'function_call') return true
  return item.type === 'message' && item.content.some(({ type }) => type === 'refusal')
}

function textOf(item: Item): string {
  if (item.type !== 'message') return ''
  return item.content.map((part) => (part.type === 'output_text' ? part.text : '')).join('')
}

/** The first message has all of the text; what is said about places in the old one goes. */
function withText(output: readonly Item[], text: string): readonly Item[] {
  const first = output.findIndex(({ type }) => type === 'message')
  const messages = output.flatMap((item, index): readonly Item[] => {
    if (item.type !== 'message') return [item]
    const others = item.content.filter(({ type }) => type !== 'output_text')
    if (index === first) {
      return [{ ...item, content: [{ type: 'output_text', text, annotations: [] }, ...others] }]
    }
    return others.length === 0 ? [] : [{ ...item, content: others }]
  })
  if (first !== -1) return messages
  const content = [{ type: 'output_text', text, annotations: [] }] as const
  return [...messages, { type: 'message', role: 'assistant', content }]
}
