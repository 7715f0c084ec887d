import { isJsonObject } from '@fairlead/base'
import { imageTokensMax } from '@fairlead/context'
import type { Measure } from '@fairlead/usage'
import type { CallRequest } from '../../call/call-request.ts'
import type { CallTarget } from '../../routing/call-target.ts'
import { answersOf, bringsMore } from './asked-of-provider.ts'
import { BodyMarks } from './body-marks.ts'

/** What a call can use at one target. */
interface TargetDemand {
  readonly target: CallTarget
  readonly inputTokens: number
  readonly outputTokens: number
}

/** What a call can use, whichever of its targets is asked. */
export interface Demand {
  readonly inputTokens: number
  readonly outputTokens: number
  readonly totalTokens: number
  readonly targets: readonly TargetDemand[]
}

/** The most that a model answers of which nothing is known. */
const outputTokensUnknown = 16_384
/** The window of a model of which nothing is known. */
const inputTokensUnknown = 131_072
/** Beyond it the sum of input and output would not be exact. */
const tokensMax = 2 ** 51
/** What is expected of a call of which nothing is known. */
const outputTokensExpected = 500
/** What a provider adds to the tools that a call offers: how they are to be used. */
const toolTokens = 1024
/** What the gateway may add to a body without changing what is asked. */
export const editBytes = 256

/** As `UsagePolicy.spec.reservation`. */
type ReservationMode = 'Exact' | 'Expected'

/** What a call asks for, whichever target is asked. */
interface Asked {
  readonly request: CallRequest
  /** For the target, where it is made already. */
  readonly body: Uint8Array | undefined
  readonly answers: number
}

/**
 * What a call can use. `Exact`: no more than this, as far as its models keep the limits that are
 * known of them; `Expected`: about this. `body` is the one for the target, where it is made already.
 */
export function demandOf(
  request: CallRequest,
  targets: readonly CallTarget[],
  mode: ReservationMode,
  body?: Uint8Array,
): Demand {
  const asked = { request, body, answers: answersOf(request) }
  const each = mode === 'Exact' ? exactDemands(asked, targets) : expectedDemands(asked, targets)
  return {
    inputTokens: greatest(each, ({ inputTokens }) => inputTokens),
    outputTokens: greatest(each, ({ outputTokens }) => outputTokens),
    totalTokens: greatest(each, ({ inputTokens, outputTokens }) => inputTokens + outputTokens),
    targets: each,
  }
}

/** What a demand is of a counter of tokens. */
export function tokensOf(demand: Omit<Demand, 'targets'>, measure: Measure): number {
  if (measure === 'InputTokens') return demand.inputTokens
  return measure === 'OutputTokens' ? demand.outputTokens : demand.totalTokens
}

/** No token has less than a byte; what is only named in a body is as long as fits. */
function exactDemands(asked: Asked, targets: readonly CallTarget[]): readonly TargetDemand[] {
  const { answers, body, request } = asked
  const { features } = request.sent
  const marks = new BodyMarks(body ?? request.body)
  const isUnseen = marks.namesFiles || bringsMore(request)
  // The history may have images that the caller's own message has not.
  const hasImages = features.has('Vision') || body !== undefined
  const named = hasImages ? marks.images : 0
  const images = named === 0 ? 0 : named + listedImages(request)
  const tools = features.has('Tools') ? toolTokens : 0
  const bytes = (body?.length ?? bodyBytes(request)) + editBytes + tools
  return targets.map((target) => {
    const { contextWindow, maxOutputTokens } = target.facts ?? {}
    const seen = bytes + images * imageTokensMax(target.model)
    const input = isUnseen ? Math.max(seen, contextWindow ?? inputTokensUnknown) : seen
    const longest = maxOutputTokens ?? contextWindow
    const output = Math.min(
      wantedOutput(request) ?? longest ?? outputTokensUnknown,
      longest ?? tokensMax,
    )
    return {
      target,
      inputTokens: Math.min(input, contextWindow ?? tokensMax),
      outputTokens: Math.min(output * answers, tokensMax),
    }
  })
}

function expectedDemands(asked: Asked, targets: readonly CallTarget[]): readonly TargetDemand[] {
  const { answers, body, request } = asked
  const wanted = wantedOutput(request) ?? tokensMax
  return targets.map((target) => {
    const usual = target.outputTokens ?? outputTokensExpected
    return {
      target,
      inputTokens: body === undefined ? request.inputTokens : Math.ceil(body.length / 4),
      outputTokens: Math.min(Math.ceil(Math.min(usual, wanted)) * answers, tokensMax),
    }
  })
}

function wantedOutput({ edits, sent }: CallRequest): number | undefined {
  const wanted = sent.outputTokensMax ?? edits.maxOutputTokens
  return wanted === undefined ? undefined : Math.min(Math.max(0, Math.ceil(wanted)), tokensMax)
}

/** Ollama lists the images of a message. */
function listedImages(request: CallRequest): number {
  const { images, messages } = request.fields()
  let count = Array.isArray(images) ? images.length : 0
  for (const message of Array.isArray(messages) ? messages : []) {
    const listed = isJsonObject(message) ? message['images'] : undefined
    if (Array.isArray(listed)) count += listed.length
  }
  return count
}

/** Its own bytes, and those of its PromptTemplate. */
function bodyBytes({ body, edits }: CallRequest): number {
  let bytes = body.length
  for (const item of edits.itemsBefore ?? []) bytes += Buffer.byteLength(JSON.stringify(item))
  if (edits.responseFormat !== undefined) {
    bytes += Buffer.byteLength(JSON.stringify(edits.responseFormat))
  }
  return bytes
}

function greatest(all: readonly TargetDemand[], amount: (demand: TargetDemand) => number): number {
  let most = 0
  for (const one of all) most = Math.max(most, amount(one))
  return most
}
