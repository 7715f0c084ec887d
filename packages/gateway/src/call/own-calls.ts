import type { RankedDocument, Usage } from '@fairlead/llm'
import type { Embedder } from '@fairlead/retrieval'
import type { PromptTemplateSettings } from '@fairlead/snapshot'
import type { Caller } from '../access/caller.ts'
import type { Runtime } from '../runtime/runtime.ts'
import type { CallTrace } from '../telemetry/call-trace.ts'

/** What the gateway calls a model for. A label of metrics. */
export type OwnCallPurpose =
  'summary' | 'memory' | 'retrieval' | 'knowledge' | 'rewrite' | 'rerank' | 'evaluation' | 'format'

/**
 * Calls that the gateway makes for itself: routed, retried, priced and counted as callers' calls are.
 * They have no conversation, persona or mirror, and no template but one that is tried, so that none
 * leads to another.
 *
 * What they use is their caller's, and UsagePolicies are asked before; of a call without one it is the
 * gateway's own. AccessPolicies are not asked: who names a model in a resource speaks for its owner.
 */
export interface OwnCalls {
  /** The text that a model answers. Rejects with a ModelError, also for an answer without text. */
  text(request: OwnTextRequest, on: OwnCallContext): Promise<OwnTextAnswer>
  /** What a model answers to a version of a prompt. Rejects as `text` does, and for wrong parameters. */
  prompt(request: OwnPromptRequest, on: OwnCallContext): Promise<OwnTextAnswer>
  /**
   * Makes vectors by a model, in as many calls as are needed; each has the time of `on`. A text longer
   * than the model is known to read is cut, and a blank one stands for a full stop. Rejects with a
   * ModelError, also if the vectors have another dimension than the first ones of this embedder.
   */
  embedder(model: string, on: Omit<OwnCallContext, 'signal'>): Embedder
  /** The best `topN` documents for a query, the best first. Rejects with a ModelError. */
  rerank(request: OwnRerankRequest, on: OwnCallContext): Promise<readonly RankedDocument[]>
  /**
   * A search that a caller asks for by itself, once UsagePolicies have admitted it: to them it is a call
   * that no model answers. Rejects as the search does, and with their refusal.
   */
  search<T>(request: OwnSearchRequest, on: OwnSearchContext, search: () => Promise<T>): Promise<T>
}

export interface OwnSearchRequest {
  /** What is searched, which stands where calls have their model. */
  readonly name: string
  readonly text: string
}

/** For whom a search is made. */
export interface OwnSearchContext {
  readonly runtime: Runtime
  readonly caller: Caller
  readonly requestId: string
  readonly signal: AbortSignal
  /** For all of it, waiting for its turn included. */
  readonly timeoutMs: number
}

export interface OwnRerankRequest {
  readonly model: string
  readonly query: string
  /** At least one. */
  readonly documents: readonly string[]
  readonly topN: number
}

export interface OwnTextRequest {
  readonly model: string
  readonly instructions: string
  readonly input: string
  /** Of the text; models that think get some more for that. */
  readonly maxOutputTokens: number
}

export interface OwnPromptRequest {
  readonly prompt: PromptTemplateSettings
  /** Its name. */
  readonly version: string
  readonly parameters: unknown
}

export interface OwnTextAnswer {
  readonly text: string
  /** The model that answered. */
  readonly model: string
  readonly usage: Usage | undefined
  /** What it has cost, where its price is known. */
  readonly nanodollars?: number | undefined
}

/** For whom and why a call is made. */
export interface OwnCallContext {
  /** The configuration that it is made with; the one in force, if this has been let go by now. */
  readonly runtime: Runtime
  /** Whose usage it is; undefined for the gateway's own. */
  readonly caller: Caller | undefined
  readonly purpose: OwnCallPurpose
  /** Of the call that it is made for. Without one it gets its own. */
  readonly requestId?: string
  /** Of the call that it is made for: its span is a child of that one's. */
  readonly trace?: CallTrace | undefined
  readonly signal: AbortSignal
  /** For all of it, waiting for its turn and retries included. */
  readonly timeoutMs: number
}
