import type { JsonNode } from './json-node.ts'

/** One request to a gateway. */
export interface FuzzCase {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** Undefined: the request has no body. */
  readonly body: JsonNode | undefined
}

/** The models that the gateway under test serves, each by a provider with another format. */
export const fuzzedModels = ['openai', 'anthropic', 'gemini', 'bedrock', 'simulator'] as const
