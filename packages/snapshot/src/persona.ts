import type { ResourceIdentity } from './resource-identity.ts'

export interface PersonaSettings extends ResourceIdentity {
  /** Template text with `{{variable}}`. */
  readonly instructions: string
  readonly variables: readonly {
    readonly name: string
    readonly default: string | undefined
    /** Clock: the date of the epoch's start, `YYYY-MM-DD`. */
    readonly from: 'Clock' | undefined
  }[]
  readonly tools: readonly {
    readonly name: string
    readonly description: string | undefined
    readonly parameters: Readonly<Record<string, unknown>> | undefined
  }[]
  readonly temperature: number | undefined
  readonly maxOutputTokens: number | undefined
  /** `sha256:` of all fields above that are rendered. */
  readonly hash: string
}
