import { celMap, type CelInput } from '@bufbuild/cel'
import type { JsonObject } from '@fairlead/base'
import { toDynamic } from './dynamic-value.ts'
import { bool, type CelType, dyn, int, listOf, mapOf, objectOf, string } from './types/cel-type.ts'

/**
 * What a condition sees of a model call. What a call does not have is empty, so that to ask for it
 * is no failure.
 */
export interface CallVariables {
  readonly request: {
    readonly model: string
    readonly stream: boolean
    /** OpenTelemetry's `gen_ai.operation.name`, such as `chat`. */
    readonly operation: string
    /** By name in lower case; those that may hold a credential are left out before. */
    readonly headers: ReadonlyMap<string, string>
    /** Estimated. */
    readonly inputTokens: number
    /** The names of the tools that the caller offers the model. */
    readonly tools: readonly string[]
    readonly hasImages: boolean
  }
  /** Name and namespace are empty for an anonymous caller. */
  readonly consumer: {
    readonly name: string
    readonly namespace: string
    readonly groups: readonly string[]
    /** Consumer `spec.metadata`. */
    readonly metadata: ReadonlyMap<string, string>
  }
  /** All claims of the caller's token; empty without one. */
  readonly claims: JsonObject
  readonly conversation: {
    /** As the caller names it; `new` for one that the call begins, empty outside conversations. */
    readonly id: string
    readonly variables: JsonObject
  }
  /** Empty when the call uses no PromptTemplate. */
  readonly prompt: { readonly name: string; readonly version: string }
}

/** The types of these variables: what an expression may name. */
export const callVariableTypes: ReadonlyMap<string, CelType> = new Map([
  [
    'request',
    objectOf({
      model: string,
      stream: bool,
      operation: string,
      headers: mapOf(string),
      inputTokens: int,
      tools: listOf(string),
      hasImages: bool,
    }),
  ],
  [
    'consumer',
    objectOf({ name: string, namespace: string, groups: listOf(string), metadata: mapOf(string) }),
  ],
  ['claims', mapOf(dyn)],
  ['conversation', objectOf({ id: string, variables: mapOf(dyn) })],
  ['prompt', objectOf({ name: string, version: string })],
])

/** The variables of one call in the form that conditions are evaluated with. */
export type CallBindings = Readonly<Record<string, CelInput>>

/** To be made once per call, however many conditions are evaluated. Takes linear time. */
export function bindCallVariables(call: CallVariables): CallBindings {
  const { claims, request, consumer, conversation, prompt } = call
  return {
    request: fields({
      model: request.model,
      stream: request.stream,
      operation: request.operation,
      headers: celMap(request.headers),
      inputTokens: BigInt(request.inputTokens),
      tools: request.tools,
      hasImages: request.hasImages,
    }),
    consumer: fields({
      name: consumer.name,
      namespace: consumer.namespace,
      groups: consumer.groups,
      metadata: celMap(consumer.metadata),
    }),
    claims: toDynamic(claims),
    conversation: fields({ id: conversation.id, variables: toDynamic(conversation.variables) }),
    prompt: fields({ ...prompt }),
  }
}

function fields(record: Readonly<Record<string, CelInput>>): CelInput {
  return celMap(new Map(Object.entries(record)))
}
