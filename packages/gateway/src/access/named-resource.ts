import { gatewayError } from '../errors/gateway-error.ts'
import type { Caller } from './caller.ts'

/** What a caller can name in a call, beside the model. */
type NamedKind = 'prompt' | 'persona' | 'strategy'

interface Named {
  readonly namespace: string
  readonly name: string
}

const resourceKinds: Readonly<Record<NamedKind, string>> = {
  prompt: 'PromptTemplate',
  persona: 'Persona',
  strategy: 'ContextStrategy',
}

/**
 * The resource that the caller's `name` or `namespace/name` stands for, by the one rule for every
 * kind: a name without a namespace is in the caller's, and only what the caller's access lists may
 * be used. Throws `<kind>_not_allowed`, or `<kind>_not_found` in another namespace than the
 * caller's, where not even its existence may be revealed.
 */
export function findNamed<R extends Named>(
  what: NamedKind,
  name: string,
  caller: Caller,
  resources: ReadonlyMap<string, R>,
): R {
  const key = name.includes('/') ? name : `${caller.namespace}/${name}`
  return accessibleTo(caller, what, name, resources.get(key))
}

/** The same for a resource that was found in another way than by its name. */
export function accessibleTo<R extends Named>(
  caller: Caller,
  what: NamedKind,
  name: string,
  resource: R | undefined,
): R {
  if (resource !== undefined && mayUse(caller, what, resource)) return resource
  if (resource?.namespace === caller.namespace) {
    throw gatewayError.notAllowed(what, name, caller.consumer === '')
  }
  throw gatewayError.nameNotFound(what, name, resourceKinds[what])
}

function mayUse(caller: Caller, what: NamedKind, { namespace, name }: Named): boolean {
  if (what === 'prompt') return caller.mayUsePrompt(namespace, name)
  if (what === 'persona') return caller.mayUsePersona(namespace, name)
  return caller.mayUseStrategy(namespace, name)
}
