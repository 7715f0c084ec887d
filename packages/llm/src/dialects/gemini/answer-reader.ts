import {
  arrayOrEmpty,
  countOrZero,
  isJsonObject,
  type JsonObject,
  objectOrEmpty,
  stringOrUndefined,
} from '@fairlead/base'
import { ModelError } from '../../errors/model-error.ts'
import type { DialectExtras } from '../../operations/chat/item.ts'
import type { Usage } from '../../operations/chat/model-response.ts'
import type { StreamEvent } from '../../operations/chat/stream-event.ts'
import { decodeFinishReason, encodeFinishReason, isFailed } from './finish-reason.ts'
import { decodeCitations, decodeGrounding } from './grounding.ts'
import { decodeLogprobs } from './logprobs.ts'
import { PartReader } from './part-reader.ts'
import { dialectName } from './sealed-parts.ts'
import { decodeUsage, isUsage } from './usage.ts'

/** Read by name; all other fields are kept. */
const answerFields = new Set([
  'candidates',
  'usageMetadata',
  'modelVersion',
  'responseId',
  'createTime',
])
const candidateFields = new Set(['content', 'finishReason', 'index', 'logprobsResult'])

/** Reads the pieces of an answer, or the whole of it as one. Whatever they are, it does not throw. */
export class AnswerReader {
  readonly #nowMs: number
  #parts: PartReader | undefined
  #finishReason: string | undefined
  #usage: JsonObject | undefined
  #candidate: JsonObject = {}
  #beside: JsonObject = {}
  #isEnded = false

  constructor(nowMs: number) {
    this.#nowMs = nowMs
  }

  get isThinking(): boolean {
    return this.#parts?.isThinking === true
  }

  /** Whether its end has come: the latest piece says why it ended, and what it used. */
  get isEnded(): boolean {
    return this.#isEnded
  }

  /** What the latest piece that tells it says; undefined before one does. */
  get usageSoFar(): Usage | undefined {
    return decodeUsage(this.#usage)
  }

  /** Whether it may end here. */
  get canEnd(): boolean {
    return this.#finishReason !== undefined || this.#isBlocked
  }

  read(answer: JsonObject): StreamEvent[] {
    const events: StreamEvent[] = this.#parts === undefined ? [this.#start(answer)] : []
    this.#beside = { ...this.#beside, ...without(answer, answerFields) }
    const usage = objectOrEmpty(answer['usageMetadata'])
    if (isUsage(usage)) this.#usage = usage
    const candidate = arrayOrEmpty(answer['candidates'])
      .filter(isJsonObject)
      .find(({ index }) => countOrZero(index) === 0)
    if (candidate !== undefined) for (const event of this.#read(candidate)) events.push(event)
    this.#isEnded = this.canEnd && isUsage(usage)
    return events
  }

  /** What follows the last piece. */
  end(): StreamEvent[] {
    const parts = this.#parts
    if (parts === undefined) return []
    const hasOutput = parts.hasOutput
    const events = parts.end()
    if (isFailed(this.#finishReason) && !hasOutput) {
      return [...events, { type: 'error', error: this.#failure() }]
    }
    const usage = decodeUsage(this.#usage)
    const reason = this.#isBlocked
      ? 'content_filter'
      : decodeFinishReason(this.#finishReason, parts.callCount > 0)
    const extras = this.#extras(encodeFinishReason(reason))
    return [
      ...events,
      ...this.#blockMessage(),
      ...(usage === undefined ? [] : [{ type: 'usage', usage } as const]),
      { type: 'finish', finishReason: reason, ...(extras === undefined ? {} : { extras }) },
    ]
  }

  #start(answer: JsonObject): StreamEvent {
    const { createTime, modelVersion, responseId } = answer
    const id = stringOrUndefined(responseId) ?? ''
    const created = typeof createTime === 'string' ? Date.parse(createTime) : Number.NaN
    this.#parts = new PartReader(id)
    return {
      type: 'response-start',
      id,
      model: stringOrUndefined(modelVersion) ?? '',
      createdAt: Math.floor((Number.isNaN(created) ? this.#nowMs : created) / 1000),
    }
  }

  #read(candidate: JsonObject): StreamEvent[] {
    const { content, finishReason, logprobsResult } = candidate
    if (typeof finishReason === 'string' && finishReason !== 'FINISH_REASON_UNSPECIFIED') {
      this.#finishReason = finishReason
    }
    this.#candidate = { ...this.#candidate, ...without(candidate, candidateFields) }
    const parts = arrayOrEmpty(objectOrEmpty(content)['parts']).filter(isJsonObject)
    const events = parts.flatMap((part) => this.#parts?.read(part) ?? [])
    return this.#withAnnotations(withLogprobs(events, decodeLogprobs(logprobsResult)), candidate)
  }

  /** An annotation belongs to the latest text: what came after that waits. */
  #withAnnotations(events: StreamEvent[], candidate: JsonObject): StreamEvent[] {
    const { groundingMetadata, citationMetadata } = candidate
    if (!isJsonObject(groundingMetadata) && !isJsonObject(citationMetadata)) return events
    const text = this.#parts?.citedText() ?? ''
    const annotations = [
      ...decodeGrounding(objectOrEmpty(groundingMetadata), text),
      ...decodeCitations(objectOrEmpty(citationMetadata), text),
    ].map((annotation): StreamEvent => ({ type: 'annotation', annotation }))
    const place = events.findLastIndex(({ type }) => type === 'text-delta') + 1
    return [...events.slice(0, place), ...annotations, ...events.slice(place)]
  }

  get #isBlocked(): boolean {
    const { blockReason } = objectOrEmpty(this.#beside['promptFeedback'])
    return typeof blockReason === 'string' && blockReason !== 'BLOCKED_REASON_UNSPECIFIED'
  }

  #blockMessage(): StreamEvent[] {
    const { blockReasonMessage: text } = objectOrEmpty(this.#beside['promptFeedback'])
    return this.#isBlocked && typeof text === 'string' && text !== ''
      ? [{ type: 'refusal-delta', text }]
      : []
  }

  /** The reason is kept where the canonical one does not say the same. */
  #extras(reason: string): DialectExtras | undefined {
    const other = this.#finishReason === reason ? undefined : this.#finishReason
    const candidate = {
      ...this.#candidate,
      ...(other === undefined ? {} : { finishReason: other }),
    }
    const fields = {
      ...this.#beside,
      ...(Object.keys(candidate).length === 0 ? {} : { candidates: [candidate] }),
      ...(this.#usage === undefined ? {} : { usageMetadata: this.#usage }),
    }
    return Object.keys(fields).length === 0 ? undefined : { dialect: dialectName, fields }
  }

  #failure(): ModelError {
    const { finishMessage } = this.#candidate
    const more = typeof finishMessage === 'string' ? `: ${finishMessage}` : ''
    return new ModelError(
      'upstream',
      `The model ended its answer with ${String(this.#finishReason)}${more}`,
      { failure: 'InvalidAnswer' },
    )
  }
}

/** All of them stand beside the first text of a piece. */
function withLogprobs(
  events: readonly StreamEvent[],
  logprobs: readonly unknown[] | undefined,
): StreamEvent[] {
  const place = logprobs === undefined ? -1 : events.findIndex(({ type }) => type === 'text-delta')
  return events.map((event, index) =>
    index === place && event.type === 'text-delta' && logprobs !== undefined
      ? { ...event, logprobs }
      : event,
  )
}

function without(object: JsonObject, names: ReadonlySet<string>): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([name]) => !names.has(name)))
}
