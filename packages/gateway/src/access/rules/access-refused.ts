import { ModelError } from '@fairlead/llm'

/** What was refused, in the words of kinds: metrics and logs name it. */
export type RefusedResource =
  'Model' | 'Provider' | 'PromptTemplate' | 'Persona' | 'ContextStrategy' | 'Tool' | 'Feature'

/** A caller wants what it may not use. What is refused like what does not exist has the same error. */
export class AccessRefused extends ModelError {
  /** `namespace/name` of the AccessPolicy; undefined for `spec.access` of the Consumer or gateway. */
  readonly policy: string | undefined
  readonly resource: RefusedResource

  constructor(
    {
      policy,
      resource,
    }: { readonly policy: string | undefined; readonly resource: RefusedResource },
    { kind, message, status, code, param }: ModelError,
  ) {
    super(kind, message, { status, code, ...(param === undefined ? {} : { param }) })
    this.policy = policy
    this.resource = resource
  }
}
