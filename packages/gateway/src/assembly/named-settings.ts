import type { PersonaInput, StrategyInput } from '@fairlead/context'
import type { ContextStrategySettings, KnowledgeUse, PersonaSettings } from '@fairlead/snapshot'
import type { Caller } from '../access/caller.ts'
import { findNamed, type NamingCaller } from '../access/named-resource.ts'
import { gatewayError } from '../errors/gateway-error.ts'
import type { Runtime } from '../runtime/runtime.ts'

/** What a ContextStrategy says of a conversation: of its prompts, and of how its turns run. */
type ChosenStrategy = StrategyInput &
  Pick<ContextStrategySettings, 'knowledge' | 'onConcurrent' | 'onDisconnect'>

const fullHistory: ChosenStrategy = {
  name: 'full',
  generation: 0,
  history: { mode: 'Full' },
  retrieval: { mode: 'None' },
  reserveOutputTokens: 1024,
  onOverflow: 'Compact',
  onConcurrent: { mode: 'Queue', maxWaitMs: 30_000 },
  onDisconnect: 'Continue',
}

/**
 * The ContextStrategy of this name, or the gateway's default, which applies to every caller; without
 * one, the full history. Throws `strategy_not_found`.
 */
export function findContextStrategy(
  name: string | undefined,
  caller: Caller,
  runtime: Runtime,
): ChosenStrategy {
  const { contextStrategies, gateway } = runtime.snapshot
  if (name !== undefined)
    return findNamed('strategy', name, namingCaller(caller, runtime), contextStrategies)
  const key = gateway.defaultContextStrategy
  if (key === undefined) return fullHistory
  const strategy = contextStrategies.get(key)
  if (strategy === undefined) throw gatewayError.nameNotFound('strategy', key, 'ContextStrategy')
  return strategy
}

/**
 * What is retrieved for a call outside conversations: as the strategy that it names says, or the
 * gateway's default. Throws `strategy_not_found` for one that is named.
 */
export function knowledgeFor(
  name: string | undefined,
  caller: Caller,
  runtime: Runtime,
): KnowledgeUse | undefined {
  if (name !== undefined) return findContextStrategy(name, caller, runtime).knowledge
  const { contextStrategies, gateway } = runtime.snapshot
  return contextStrategies.get(gateway.defaultContextStrategy ?? '')?.knowledge
}

/** The Persona of this name. Throws `persona_not_found`. */
export function findPersona(name: string, caller: Caller, runtime: Runtime): PersonaSettings {
  return findNamed('persona', name, namingCaller(caller, runtime), runtime.snapshot.personas)
}

function namingCaller(caller: Caller, { accessRules: rules }: Runtime): NamingCaller {
  return { caller, rules }
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
