import type { PromptTemplateSettings } from '@fairlead/snapshot'
import type { Caller } from '../access/caller.ts'
import { gatewayError } from '../errors/gateway-error.ts'

type Prompts = ReadonlyMap<string, PromptTemplateSettings>

/** The PromptTemplate that `name`, `name@version` or `namespace/name` refers to for this caller. */
export function findPrompt(
  reference: string,
  caller: Caller,
  prompts: Prompts,
): { readonly prompt: PromptTemplateSettings; readonly version: string | undefined } {
  const at = reference.lastIndexOf('@')
  const name = at === -1 ? reference : reference.slice(0, at)
  const version = at === -1 ? undefined : reference.slice(at + 1)
  const key = name.includes('/') ? name : `${caller.namespace}/${name}`
  return { prompt: accessiblePrompt(prompts.get(key), name, caller), version }
}

/**
 * Throws `prompt_not_allowed`, or `prompt_not_found` where not even its existence may be revealed.
 */
export function accessiblePrompt(
  prompt: PromptTemplateSettings | undefined,
  name: string,
  caller: Caller,
): PromptTemplateSettings {
  if (prompt === undefined) throw gatewayError.nameNotFound('prompt', name, 'PromptTemplate')
  if (caller.mayUsePrompt(prompt.namespace, prompt.name)) return prompt
  if (prompt.namespace === caller.namespace) throw gatewayError.notAllowed('prompt', name)
  throw gatewayError.nameNotFound('prompt', name, 'PromptTemplate')
}
