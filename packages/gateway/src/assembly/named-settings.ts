import type { PersonaInput, StrategyInput } from '@fairlead/context'
import type { PersonaSettings } from '@fairlead/snapshot'
import type { Caller } from '../access/caller.ts'
import { gatewayError } from '../errors/gateway-error.ts'
import type { Runtime } from '../runtime/runtime.ts'

const fullHistory: StrategyInput = {
  name: 'full',
  generation: 0,
  history: { mode: 'Full' },
  reserveOutputTokens: 1024,
  onOverflow: 'Compact',
}

/**
 * The ContextStrategy of this name, or the gateway's default; without one, the full history. Throws
 * `strategy_not_found`.
 */
export function findContextStrategy(
  name: string | undefined,
  caller: Caller,
  runtime: Runtime,
): StrategyInput {
  const { contextStrategies, gateway } = runtime.snapshot
  const key = name === undefined ? gateway.defaultContextStrategy : keyOf(name, caller)
  if (key === undefined) return fullHistory
  const strategy = contextStrategies.get(key)
  if (strategy === undefined) {
    throw gatewayError.nameNotFound('strategy', name ?? key, 'ContextStrategy')
  }
  return strategy
}

/** The Persona of this name. Throws `persona_not_found` or `persona_not_allowed`. */
export function findPersona(name: string, caller: Caller, runtime: Runtime): PersonaSettings {
  const persona = runtime.snapshot.personas.get(keyOf(name, caller))
  if (persona === undefined) throw gatewayError.nameNotFound('persona', name, 'Persona')
  if (caller.mayUsePersona(persona.namespace, persona.name)) return persona
  if (persona.namespace === caller.namespace) throw gatewayError.notAllowed('persona', name)
  throw gatewayError.nameNotFound('persona', name, 'Persona')
}

/** The gateway's default Persona. It applies to every caller, so access is not checked. */
export function defaultPersona(runtime: Runtime): PersonaSettings | undefined {
  const { personas, gateway } = runtime.snapshot
  return gateway.defaultPersona === undefined ? undefined : personas.get(gateway.defaultPersona)
}

export function personaInput(persona: PersonaSettings): PersonaInput {
  return {
    ...persona,
    tools: persona.tools.map(({ name, description, parameters }) => ({
      name,
      ...(description === undefined ? {} : { description }),
      ...(parameters === undefined ? {} : { parameters }),
    })),
  }
}

/** An unqualified name is resolved in the caller's namespace. */
function keyOf(name: string, caller: Caller): string {
  return name.includes('/') ? name : `${caller.namespace}/${name}`
}
