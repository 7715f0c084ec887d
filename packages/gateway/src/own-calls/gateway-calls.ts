import type { RankedDocument } from '@fairlead/llm'
import type { Embedder } from '@fairlead/retrieval'
import type {
  OwnCallContext,
  OwnCalls,
  OwnPromptRequest,
  OwnRerankRequest,
  OwnSearchContext,
  OwnSearchRequest,
  OwnTextAnswer,
  OwnTextRequest,
} from '../call/own-calls.ts'
import { admitSearch } from './admit-search.ts'
import { GatewayEmbedder } from './gateway-embedder.ts'
import { makeOwnCall, type OwnCallParts } from './make-own-call.ts'
import { promptCall } from './prompt-call.ts'
import { ranksCall } from './ranks-call.ts'
import { textCall } from './text-call.ts'

/** The calls that this gateway makes for itself. */
export class GatewayCalls implements OwnCalls {
  readonly #parts: OwnCallParts

  constructor(parts: OwnCallParts) {
    this.#parts = parts
  }

  text(request: OwnTextRequest, on: OwnCallContext): Promise<OwnTextAnswer> {
    return makeOwnCall(textCall(request), on, this.#parts)
  }

  prompt(request: OwnPromptRequest, on: OwnCallContext): Promise<OwnTextAnswer> {
    return makeOwnCall(promptCall(request), on, this.#parts)
  }

  embedder(model: string, on: Omit<OwnCallContext, 'signal'>): Embedder {
    return new GatewayEmbedder(model, on, this.#parts)
  }

  rerank(request: OwnRerankRequest, on: OwnCallContext): Promise<readonly RankedDocument[]> {
    return makeOwnCall(ranksCall(request), on, this.#parts)
  }

  search<T>(request: OwnSearchRequest, on: OwnSearchContext, search: () => Promise<T>): Promise<T> {
    return admitSearch(request, on, this.#parts, search)
  }
}
