import { gatewayError } from '../errors/gateway-error.ts'
import type { Caller } from './caller.ts'
import { AccessRefused } from './rules/access-refused.ts'
import type { AccessRules } from './rules/access-rules.ts'

/** What a caller can name in a call, beside the model. */
type NamedKind = 'prompt' | 'persona' | 'strategy'

interface Named {
  readonly namespace: string
  readonly name: string
}

const resourceKinds = {
  prompt: 'PromptTemplate',
  persona: 'Persona',
  strategy: 'ContextStrategy',
} as const

/** Policies say nothing of strategies. */
const ruledKinds = { prompt: 'promptTemplates', persona: 'personas', strategy: undefined } as const

/** Who asks, and the AccessPolicies in force; undefined if there are none. */
export interface NamingCaller {
  readonly caller: Caller
  readonly rules: AccessRules | undefined
}

/**
 * The resource that the caller's `name` or `namespace/name` stands for, by the one rule for every
 * kind: a name without a namespace is in the caller's, and only what the caller may use exists for
 * it. Throws `<kind>_not_found`.
 */
export function findNamed<R extends Named>(
  what: NamedKind,
  name: string,
  by: NamingCaller,
  resources: ReadonlyMap<string, R>,
): R {
  const key = name.includes('/') ? name : `${by.caller.namespace}/${name}`
  return accessibleTo(by, what, name, resources.get(key))
}

/** The same for a resource that was found in another way than by its name. */
export function accessibleTo<R extends Named>(
  by: NamingCaller,
  what: NamedKind,
  name: string,
  resource: R | undefined,
): R {
  const refusal = resource && refusalOf(by, what, resource)
  if (resource !== undefined && refusal === undefined) return resource
  const error = gatewayError.nameNotFound(what, name, resourceKinds[what])
  throw refusal ? new AccessRefused({ ...refusal, resource: resourceKinds[what] }, error) : error
}

function refusalOf(
  { caller, rules }: NamingCaller,
  what: NamedKind,
  resource: Named,
): { readonly policy: string | undefined } | undefined {
  if (!mayUse(caller, what, resource)) return { policy: undefined }
  const kind = ruledKinds[what]
  if (rules === undefined || kind === undefined) return undefined
  const name = `${resource.namespace}/${resource.name}`
  const place = what === 'prompt' ? { prompt: name } : {}
  const question = { kind, name, place, bindings: undefined }
  const { refusedBy } = rules.for(caller).judge(question)
  return refusedBy && { policy: refusedBy.policy }
}

function mayUse(caller: Caller, what: NamedKind, { namespace, name }: Named): boolean {
  if (what === 'prompt') return caller.mayUsePrompt(namespace, name)
  if (what === 'persona') return caller.mayUsePersona(namespace, name)
  return caller.mayUseStrategy(namespace, name)
}
