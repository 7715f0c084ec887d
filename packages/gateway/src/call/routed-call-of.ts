import type { HeaderFields } from '@fairlead/http1'
import { type Dialect, type ModelFeature, operationOf } from '@fairlead/llm'
import type { Caller } from '../access/caller.ts'
import { CallContent } from '../routing/call-content.ts'
import type { RoutedCall } from '../routing/routed-call.ts'
import type { CallRequest } from './call-request.ts'

/** Who sends a request, and how. */
interface Sender {
  readonly caller: Caller
  readonly headers: HeaderFields
  readonly dialect: Dialect
  /** Monotonic milliseconds. */
  readonly nowMs: number
}

/** What routing sees of a request. The prompt is read again only where a rule asks for it. */
export function routedCallOf(
  request: CallRequest,
  { caller, headers, dialect, nowMs }: Sender,
): RoutedCall {
  const { context, edits, inputTokens, model, prompt, sent } = request
  return {
    model,
    operation: operationOf(dialect),
    caller,
    headers,
    prompt,
    persona: namedPersona(context.persona, caller),
    inputTokens,
    content: contentOf(request, { caller, headers, dialect }),
    outputTokensMax: sent.outputTokensMax ?? edits.maxOutputTokens,
    stream: sent.stream,
    features: featuresOf(request),
    inConversation: context.conversation !== undefined,
    continuesResponse: request.kept?.previous !== undefined,
    conversation: context.conversation === 'new' ? undefined : context.conversation,
    nowMs,
    promptPrefix(lengthMax) {
      const before = textBefore(request)
      const own = dialect.passage.promptPrefix(request.fields(), lengthMax)
      return `${before}${own}`.slice(0, lengthMax)
    },
  }
}

function contentOf(
  request: CallRequest,
  { caller, headers, dialect }: Omit<Sender, 'nowMs'>,
): CallContent {
  const { context, edits, inputTokens, model, prompt, sent } = request
  return new CallContent({
    caller,
    headers,
    model,
    stream: sent.stream,
    operation: operationOf(dialect),
    inputTokens,
    conversation: context.conversation,
    variables: context.variables,
    prompt,
    promptItems: edits.itemsBefore ?? [],
    outline: () => dialect.passage.outline(request.fields()),
  })
}

/** The Persona that a call names, as routing sees it. */
export function namedPersona(
  name: string | undefined,
  { namespace }: Caller,
): RoutedCall['persona'] {
  return name === undefined
    ? undefined
    : { name, key: name.includes('/') ? name : `${namespace}/${name}` }
}

function featuresOf({ edits, sent }: CallRequest): ReadonlySet<ModelFeature> {
  const isSchema = !sent.responseFormat && edits.responseFormat?.type === 'json_schema'
  return isSchema ? new Set(sent.features).add('StructuredOutput') : sent.features
}

/** The text of the PromptTemplate, which stands before the caller's. */
function textBefore({ edits }: CallRequest): string {
  let text = ''
  for (const item of edits.itemsBefore ?? []) {
    if (item.type !== 'message') continue
    for (const part of item.content) if ('text' in part) text += part.text
  }
  return text
}
