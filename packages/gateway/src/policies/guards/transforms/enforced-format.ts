import { jsonObject, jsonOf, type RequiredFormat, SchemaUnusable, verdictOf } from '@fairlead/guard'
import { chatFormatOf, invalidField, ModelError, type ResponseFormat } from '@fairlead/llm'
import type { FormatSettings } from '@fairlead/snapshot'
import type { AnswerTransform } from '../../../answer/answer-transform.ts'
import type { Call } from '../../../call/call.ts'
import { gatewayError } from '../../../errors/gateway-error.ts'
import { askAgain, type UnfitAnswer } from './ask-again.ts'
import { EnforcedAnswer } from './enforced-answer.ts'

/** Who hears of it. */
interface Telling {
  readonly onFormatted: (action: 'Repair' | 'Rewrite' | 'Fail' | 'Pass') => void
  /** What a caller may be told of the answer: problems name fields of it. Throws a refusal. */
  readonly told: (text: string) => string
}

/**
 * Holds an answer until all of it is there, and lets the caller have it once it has the format: as it
 * was written, mended, or written anew by a model. Undefined for a call that asks for none. Throws a
 * ModelError 400 for a format that cannot be enforced.
 */
export function enforcedFormat(
  settings: FormatSettings,
  call: Call,
  telling: Telling,
): AnswerTransform | undefined {
  const format = requiredFormat(settings, call)
  if (format === undefined) return undefined
  const correction = new Correction(format, settings, call, telling)
  const bytesMax = call.runtime.snapshot.gateway.limits.maxResponseBytes
  return {
    name: 'format',
    takes: 'events',
    apply: (answer) => new EnforcedAnswer(answer, (text) => correction.of(text), bytesMax),
  }
}

function requiredFormat({ schema }: FormatSettings, call: Call): RequiredFormat | undefined {
  if (schema !== undefined) {
    call.request = call.request.askingFor({ type: 'json_schema', name: 'answer', schema })
    return jsonOf(schema)
  }
  const asked = askedFormat(call)
  if (asked?.type === 'json_object') return jsonObject
  if (asked?.type !== 'json_schema') return undefined
  try {
    return jsonOf(asked.schema)
  } catch (error) {
    if (!(error instanceof SchemaUnusable)) throw error
    throw invalidField('response_format', `its schema cannot be enforced: ${error.message}.`)
  }
}

/** What the caller asks for, or the prompt that it names. */
function askedFormat({ dialect, request }: Call): ResponseFormat | undefined {
  const { edits, model, sent, messagesOptional } = request
  if (!sent.responseFormat) return edits.responseFormat
  const body = { ...request.fields(), model }
  const { stream } = sent
  return chatFormatOf(dialect).decodeRequest(body, { messagesOptional, model, stream })
    .responseFormat
}

/** How the text of one answer gets its format. */
class Correction {
  readonly #format: RequiredFormat
  readonly #settings: FormatSettings
  readonly #call: Call
  readonly #telling: Telling

  constructor(format: RequiredFormat, settings: FormatSettings, call: Call, telling: Telling) {
    this.#format = format
    this.#settings = settings
    this.#call = call
    this.#telling = telling
  }

  /** The text as the caller gets it. Throws the error that it gets instead. */
  async of(given: string): Promise<string> {
    const { onFailure, retries } = this.#settings
    let text = given
    for (let asked = 0; ; asked++) {
      const verdict = verdictOf(text, this.#format, this.#settings)
      if (verdict.fits) {
        if (asked > 0) this.#telling.onFormatted('Rewrite')
        else if (verdict.text !== given) this.#telling.onFormatted('Repair')
        return verdict.text
      }
      const unfit = { text, problems: verdict.problems }
      const again = asked < retries ? await this.#rewritten(unfit) : undefined
      if (again !== undefined) {
        text = again
        continue
      }
      this.#telling.onFormatted(onFailure)
      if (onFailure === 'Pass') return given
      throw gatewayError.formatNotMet(verdict.problems.map(this.#telling.told))
    }
  }

  /** Undefined where no model could write it anew. */
  async #rewritten(unfit: UnfitAnswer): Promise<string | undefined> {
    const { record, request, services, signal } = this.#call
    const model = this.#settings.model ?? request.model
    try {
      return await record.waitFor(askAgain(model, unfit, this.#format, this.#call))
    } catch (error) {
      if (!(error instanceof ModelError) || signal.aborted) throw error
      services.logger.warn(
        { requestId: record.requestId, code: error.code },
        'an answer could not be written anew in its format',
      )
      return undefined
    }
  }
}
