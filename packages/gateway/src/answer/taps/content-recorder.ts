import { createStreamAssembler, type Item } from '@fairlead/llm'
import type { CallTrace } from '../../telemetry/call-trace.ts'
import { contentBytesMax, messagesJson } from '../../telemetry/message-content.ts'
import type { AnswerPiece, AnswerStream } from '../answer-stream.ts'
import type { AnswerTap } from '../answer-tap.ts'

/** Notes the beginning of the answer for the call's span, no more than is recorded. */
export class ContentRecorder implements AnswerTap {
  readonly #trace: CallTrace
  readonly #assembler = createStreamAssembler()
  #seenBytes = 0

  constructor(trace: CallTrace) {
    this.#trace = trace
  }

  observe(piece: AnswerPiece, answer: AnswerStream): void {
    if (answer.isWhole || this.#seenBytes > contentBytesMax) return
    for (const event of piece.events()) {
      if ('text' in event) this.#seenBytes += event.text.length
      if ('arguments' in event) this.#seenBytes += event.arguments.length
      this.#assembler.push(event)
      if (this.#seenBytes > contentBytesMax) break
    }
  }

  complete(answer: AnswerStream): Promise<void> {
    const { output, finishReason } = answer.isWhole
      ? answer.response()
      : { output: this.#assembler.partial(), finishReason: 'stop' }
    this.#note(output, finishReason)
    return Promise.resolve()
  }

  fail(): Promise<void> {
    this.#note(this.#assembler.partial(), 'error')
    return Promise.resolve()
  }

  #note(output: readonly Item[], finishReason: string): void {
    if (output.length > 0) this.#trace.outputMessages ??= messagesJson(output, finishReason)
  }
}
