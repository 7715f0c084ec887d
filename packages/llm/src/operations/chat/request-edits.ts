import type { Item } from './item.ts'
import type { ModelRequest, ResponseFormat, ToolDefinition } from './model-request.ts'

/** What the gateway changes in a request: everything else reaches the provider as it was sent. */
export interface RequestEdits {
  /** Said before all that the caller sent: a persona, a prompt template. */
  readonly itemsBefore?: readonly Item[]
  /** Said in place of all that the caller sent: the prompt of a conversation. */
  readonly items?: readonly Item[]
  /** Offered before the caller's tools. */
  readonly toolsBefore?: readonly ToolDefinition[]
  /** Offered in place of the caller's tools. */
  readonly tools?: readonly ToolDefinition[]
  /** These hold where the caller gave none. */
  readonly responseFormat?: ResponseFormat
  readonly temperature?: number
  readonly maxOutputTokens?: number
}

/** The request with the edits made, for the model that is asked. */
export function editRequest(
  request: ModelRequest,
  edits: RequestEdits,
  model: string,
): ModelRequest {
  const { temperature, maxOutputTokens } = edits
  const responseFormat = request.responseFormat ?? edits.responseFormat
  return {
    ...request,
    model,
    items: edits.items ?? [...(edits.itemsBefore ?? []), ...request.items],
    tools: edits.tools ?? [...(edits.toolsBefore ?? []), ...request.tools],
    settings: {
      ...(temperature === undefined ? {} : { temperature }),
      ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
      ...request.settings,
    },
    ...(responseFormat === undefined ? {} : { responseFormat }),
  }
}
