import type { Item } from './item.ts'
import type { ModelRequest, ResponseFormat, ToolDefinition } from './model-request.ts'

/** The gateway's changes to a request; everything else reaches the provider as sent. */
export interface RequestEdits {
  /** Placed before the caller's messages: a Persona, a PromptTemplate. */
  readonly itemsBefore?: readonly Item[]
  /** Replaces the caller's messages: the prompt of a conversation. */
  readonly items?: readonly Item[]
  /** Placed before the caller's tools. */
  readonly toolsBefore?: readonly ToolDefinition[]
  /** Replaces the caller's tools. */
  readonly tools?: readonly ToolDefinition[]
  /** These apply where the caller gave none. */
  readonly responseFormat?: ResponseFormat
  readonly temperature?: number
  readonly maxOutputTokens?: number
  /** By which the provider may tell that prompts begin alike; only for one that takes such keys. */
  readonly promptCacheKey?: string
  /**
   * From how many tokens on the provider is to compact what it is sent, where the caller says nothing of
   * that; only for one that can.
   */
  readonly compactAtTokens?: number
  /**
   * The gateway keeps the answer itself: its provider is told not to store it, and asked for sealed
   * thinking where the model thinks, as later calls bring all there is.
   */
  readonly keptHere?: true
}

/** The request with the edits applied, for the model that is called. */
export function editRequest(
  request: ModelRequest,
  edits: RequestEdits,
  model: string,
): ModelRequest {
  const { temperature, maxOutputTokens, promptCacheKey } = edits
  const responseFormat = request.responseFormat ?? edits.responseFormat
  return {
    ...request,
    model,
    items: edits.items ?? [...(edits.itemsBefore ?? []), ...request.items],
    tools: edits.tools ?? [...(edits.toolsBefore ?? []), ...request.tools],
    settings: {
      ...(temperature === undefined ? {} : { temperature }),
      ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
      ...(promptCacheKey === undefined ? {} : { promptCacheKey }),
      ...request.settings,
      ...(edits.keptHere === undefined ? {} : { store: false }),
    },
    ...(edits.keptHere === undefined ? {} : { wantsSeals: true }),
    ...(edits.compactAtTokens === undefined ? {} : { compactAtTokens: edits.compactAtTokens }),
    ...(responseFormat === undefined ? {} : { responseFormat }),
  }
}
