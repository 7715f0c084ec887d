import { createStreamAssembler, type ModelResponse, responseEvents } from '@fairlead/llm'
import type { AnswerPiece, AnswerStream } from '../../answer/answer-stream.ts'
import { ChangedAnswer } from '../../answer/changed-answer.ts'
import { gatewayError } from '../../errors/gateway-error.ts'
import type { CallGuards } from './call-guards.ts'
import { checkedExtras, ItemChecks } from './guarded-items.ts'
import { GuardedStream } from './guarded-stream.ts'

const noBytes = Buffer.alloc(0)

/** An answer of which nothing is told that guards do not let pass. */
export class GuardedAnswer extends ChangedAnswer {
  readonly #source: AnswerStream

  constructor(source: AnswerStream, guards: CallGuards) {
    const stream = new GuardedStream(guards)
    super(source, {
      events: (event) => stream.events(event),
      response: (response) => checkedResponse(response, guards),
    })
    this.#source = source
  }

  override async next(): Promise<AnswerPiece | undefined> {
    const piece = await super.next()
    // Its refusal breaks the answer off here, before taps and writers have taken it for one.
    if (piece !== undefined && this.#source.isWhole) this.response()
    return piece
  }
}

/** The same of a stream that is to be there as a whole before any of it is told. */
export class BufferedAnswer extends ChangedAnswer {
  readonly #source: AnswerStream
  readonly #guards: CallGuards
  readonly #bytesMax: number

  constructor(source: AnswerStream, guards: CallGuards, bytesMax: number) {
    super(source, { events: (event) => [event], response: (response) => response })
    this.#source = source
    this.#guards = guards
    this.#bytesMax = bytesMax
  }

  /** Nothing is told before it is known whether anything may be. */
  override get startsLate(): boolean {
    return true
  }

  override async next(): Promise<AnswerPiece | undefined> {
    const assembler = createStreamAssembler({ bytesMax: this.#bytesMax })
    for (;;) {
      const piece = await this.#source.next()
      if (piece === undefined) return undefined
      for (const event of piece.events()) {
        if (event.type === 'error') throw event.error
        if (!assembler.push(event)) throw gatewayError.answerTooLarge(this.#bytesMax)
        if (event.type !== 'finish') continue
        const events = responseEvents(checkedResponse(assembler.response(), this.#guards))
        return { bytes: noBytes, events: () => events }
      }
    }
  }
}

function checkedResponse(response: ModelResponse, guards: CallGuards): ModelResponse {
  const checks = new ItemChecks(guards, 'Output')
  const output = response.output.map((item) => checks.item(item))
  const extras = checkedExtras(response.extras, checks)
  return { ...response, output, ...(extras === undefined ? {} : { extras }) }
}
