import { imageTokensMax } from '@fairlead/context'
import type { Measure } from '@fairlead/usage'
import type { CallRequest } from '../../call/call-request.ts'
import type { CallTarget } from '../../routing/call-target.ts'

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
/** What is expected of a call of which nothing is known. */
const outputTokensExpected = 500
/** What a provider adds to the tools that a call offers: how they are to be used. */
const toolTokens = 1024
/** What the gateway may add to a body without changing what is asked. */
export const editBytes = 256

/** As `UsagePolicy.spec.reservation`. */
type ReservationMode = 'Exact' | 'Expected'

/**
 * What a call can use. `Exact`: no more than this, as far as its models keep the limits that are
 * known of them; `Expected`: about this. `bytes` are those of the body for the target, where it is
 * known.
 */
export function demandOf(
  request: CallRequest,
  targets: readonly CallTarget[],
  mode: ReservationMode,
  bytes?: number,
): Demand {
  const of = mode === 'Exact' ? exactDemand : expectedDemand
  const answers = answersOf(request)
  const each = targets.map((target) => of(request, target, answers, bytes))
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
function exactDemand(
  request: CallRequest,
  target: CallTarget,
  answers: number,
  bytes = bodyBytes(request),
): TargetDemand {
  const { contextWindow, maxOutputTokens } = target.facts ?? {}
  const tools = request.sent.features.has('Tools') ? toolTokens : 0
  const images = request.sent.features.has('Vision')
    ? occurrences(request.body, 'image') * imageTokensMax(target.model)
    : 0
  const named = namesFiles(request.body) ? (contextWindow ?? 0) : 0
  const input = Math.max(bytes + editBytes + tools + images, named)
  const longest = maxOutputTokens ?? contextWindow
  const wanted = wantedOutput(request)
  const output = Math.min(wanted ?? longest ?? outputTokensUnknown, longest ?? Infinity)
  return {
    target,
    inputTokens: Math.min(input, contextWindow ?? Infinity),
    outputTokens: output * answers,
  }
}

function expectedDemand(
  request: CallRequest,
  target: CallTarget,
  answers: number,
  bytes?: number,
): TargetDemand {
  const wanted = wantedOutput(request)
  const usual = target.outputTokens ?? outputTokensExpected
  return {
    target,
    inputTokens: bytes === undefined ? request.inputTokens : Math.ceil(bytes / 4),
    outputTokens: Math.ceil(Math.min(usual, wanted ?? Infinity)) * answers,
  }
}

function wantedOutput({ edits, sent }: CallRequest): number | undefined {
  const wanted = sent.outputTokensMax ?? edits.maxOutputTokens
  return wanted === undefined ? undefined : Math.max(0, Math.ceil(wanted))
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

/** How many answers are asked for; each is as long as is allowed. */
function answersOf(request: CallRequest): number {
  if (!answerMarks.some((mark) => request.body.includes(mark))) return 1
  const { best_of: best, n, generationConfig, prompt } = request.fields()
  const candidates = (generationConfig as { readonly candidateCount?: unknown } | undefined)
    ?.candidateCount
  const each = Math.max(...[best, n, candidates].map((value) => Number(value ?? 1) || 1), 1)
  return Math.ceil(each) * (Array.isArray(prompt) && prompt.length > 1 ? prompt.length : 1)
}

/** Whether a body has a file that it only names, by an id or an address. */
function namesFiles(body: Buffer): boolean {
  return fileMarks.some((mark) => body.includes(mark))
}

const answerMarks = ['"n"', '"best_of"', '"candidateCount"', '"prompt"']
const fileMarks = ['"file_id"', '"file_url"', '"fileUri"', '"file_uri"', '"document"']

function occurrences(body: Buffer, text: string): number {
  let count = 0
  for (let at = body.indexOf(text); at !== -1; at = body.indexOf(text, at + text.length)) count += 1
  return count
}

function greatest(all: readonly TargetDemand[], amount: (demand: TargetDemand) => number): number {
  let most = 0
  for (const one of all) most = Math.max(most, amount(one))
  return most
}
